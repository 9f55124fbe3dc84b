"""Pages of chapter 0."""
