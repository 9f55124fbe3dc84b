"""Formulas as text of other languages: one `SELECT`, or one file of plain Python."""
