"""Encode: rows or images in, short codes out, and the way back."""
