"""Pages of chapter 4."""
