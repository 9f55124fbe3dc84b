"""Pages of chapter 6."""
