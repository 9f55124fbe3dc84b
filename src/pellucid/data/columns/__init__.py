"""What the cells of a column mean: its kind, its notation, its spellings."""
