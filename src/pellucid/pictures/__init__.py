"""Pictures: one function each, plain data in, a Matplotlib figure out."""
