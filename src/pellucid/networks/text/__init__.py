"""A network that predicts the next token of a text, and what is said of text that it made."""
