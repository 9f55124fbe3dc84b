"""Algebra: the expression tree with shapes, its index form, and back to matrices."""
