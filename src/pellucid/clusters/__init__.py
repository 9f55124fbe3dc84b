"""Clusters of chapter 6; names are imported when first used.

Notes: §6.1, §6.2, §6.3
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "agreement": "pellucid.clusters.quality",
    "choose_k": "pellucid.clusters.choosing",
    "ChoiceOfK": "pellucid.clusters.choice",
    "ClusterThenModel": "pellucid.clusters.cluster_then_model",
    "consistency": "pellucid.clusters.quality",
    "HierarchicalClusters": "pellucid.clusters.hierarchical",
    "KMeans": "pellucid.clusters.k_means",
    "loss_per_point": "pellucid.clusters.quality",
    "nearest_mean": "pellucid.clusters.k_means_loss",
    "silhouettes": "pellucid.clusters.quality",
}

__all__ = list(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.clusters' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
