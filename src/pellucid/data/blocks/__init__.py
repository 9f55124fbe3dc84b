"""Rows that need not fit in memory: replayable blocks, fixed tiles, sums along a fixed tree."""
