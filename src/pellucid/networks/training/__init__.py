"""Training: rows in batches, steps compiled, epochs watched, checkpoints, sweeps."""
