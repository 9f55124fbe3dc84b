"""Clusters of chapter 6; names are imported when first used.

Notes: §6.1, §6.2, §6.3
"""

from __future__ import annotations

from pellucid.lazy import lazy_names

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "agreement": "pellucid.clusters.quality",
    "choose_k": "pellucid.clusters.choosing_k",
    "ChoiceOfK": "pellucid.clusters.choice_of_k",
    "ClusterThenModel": "pellucid.clusters.cluster_then_model",
    "consistency": "pellucid.clusters.quality",
    "HierarchicalClusters": "pellucid.clusters.hierarchical",
    "KMeans": "pellucid.clusters.k_means",
    "loss_per_point": "pellucid.clusters.quality",
    "nearest_mean": "pellucid.clusters.kernels.k_means_loss",
    "silhouettes": "pellucid.clusters.quality",
}

__all__ = list(HOMES)

__getattr__, __dir__ = lazy_names(__name__, HOMES)
