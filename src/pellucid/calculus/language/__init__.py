"""The language of formulas: grammar, LaTeX, declarations, shapes nobody declared."""
