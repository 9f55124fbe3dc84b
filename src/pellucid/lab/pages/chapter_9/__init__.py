"""Pages of chapter 9."""
