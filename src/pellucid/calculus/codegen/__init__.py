"""Code from expressions: NumPy, JAX, PyTorch, and objectives to minimise."""
