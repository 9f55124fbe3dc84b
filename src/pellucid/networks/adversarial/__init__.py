"""Robustness: adversarial examples, by gradient ascent on the input, and training on them."""
