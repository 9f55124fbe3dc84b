"""Columns from which the target can be read off: one alone, or a few together."""
