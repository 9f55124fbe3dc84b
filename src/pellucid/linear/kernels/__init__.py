"""Compiled passes over the rows, on our own threads."""
