"""Pages of chapter 3."""
