"""What cells of a column hold, inside a graph: text, words, categories, dates."""
