"""Pages of chapter 1."""
