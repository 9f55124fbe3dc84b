"""Layers: one a file, its forward and its backward rule side by side, its mathematics beside it."""
