"""Trees of scikit-learn, boosted or a forest: yardstick and candidates; imported when first used.

Notes: Concept 87, §1.4
"""

from __future__ import annotations

from pellucid.lazy import lazy_names

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "BoostedTreesClassifier": "pellucid.trees.boosted_trees",
    "BoostedTreesRegressor": "pellucid.trees.boosted_trees",
    "ForestClassifier": "pellucid.trees.forest",
    "ForestRegressor": "pellucid.trees.forest",
}

__all__ = list(HOMES)

__getattr__, __dir__ = lazy_names(__name__, HOMES)
