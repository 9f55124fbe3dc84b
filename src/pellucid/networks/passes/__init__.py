"""Passes that one can read: every value by name, shape and formula."""
