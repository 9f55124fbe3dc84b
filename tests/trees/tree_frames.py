"""Frames of amounts and categories with missing cells, for the tests of trees."""

from __future__ import annotations

import numpy as np
import pandas as pd


def mixed(seed: int, n: int = 160) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """A frame, the same as numbers with categories first (ranked by frequency), and a score."""
    rng = np.random.default_rng(seed)
    colour = rng.choice(["a", "b", "c", "d", "e"], n, p=[0.4, 0.25, 0.15, 0.12, 0.08])
    size = np.where(rng.uniform(size=n) < 0.15, np.nan, rng.normal(size=n))
    frame = pd.DataFrame({"size": size, "colour": colour})
    names, counts = np.unique(colour, return_counts=True)
    rank = {name: place for place, name in enumerate(names[np.argsort(-counts, kind="stable")])}
    X = np.column_stack([[rank[c] for c in colour], size])
    return frame, X, np.isin(colour, ["b", "e"]) + np.nan_to_num(size, nan=2.0)
