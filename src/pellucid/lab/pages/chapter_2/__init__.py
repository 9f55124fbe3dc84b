"""Pages of chapter 2."""
