"""Codes of columns with very many values, of texts, and of numbers that go round."""
