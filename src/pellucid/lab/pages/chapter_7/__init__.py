"""Pages of chapter 7."""
