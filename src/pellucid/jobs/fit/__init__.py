"""Fit: a table or labelled images in, an honest model out."""
