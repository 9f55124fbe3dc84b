"""Rendering: expressions and derivations as text, LaTeX and HTML."""
