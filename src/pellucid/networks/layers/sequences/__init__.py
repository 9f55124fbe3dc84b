"""Layers for sequences: embedding, positions, attention, transformer blocks."""
