"""Derivation: derivatives in the index form, the chain rule, steps a person can follow."""
