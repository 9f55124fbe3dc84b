"""Fits by passes over blocks of rows: the same answers as in memory."""
