"""Jobs on rows that do not fit into memory: passes over blocks, and what used a sample."""
