"""Whether clusters serve a purpose: one model a cluster against one model of all rows.

Notes: §6.3.10, Def 241, Concept 242
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from pellucid.clusters.cluster_then_model import ClusterThenModel
from pellucid.data.splits import folds as make_folds
from pellucid.evaluation.cross_validation import cross_validate, score_of
from pellucid.evaluation.evaluation_results import Score

Array = NDArray[Any]


@dataclass(frozen=True)
class ClusterGain:
    """Held-out loss without and with clusters, chunk by chunk, and what is gained.

    `gain` is the mean fall of the loss over the chunks with its standard error; `helps` says
    whether it is more than two of them.

    Notes: Concept 242
    """

    whole: Score
    clustered: Score
    gain: Score

    @property
    def helps(self) -> bool:
        """Whether clusters lower the held-out loss beyond doubt."""
        return self.gain.mean > 2 * self.gain.error

    def __str__(self) -> str:
        verdict = "clusters help" if self.helps else "clusters do not help beyond doubt"
        return (
            f"Held-out loss {self.whole.mean:.4g} with one model of all rows, "
            f"{self.clustered.mean:.4g} with one a cluster: {verdict}."
        )


def cluster_gain(
    model: Any,
    X: Any,
    y: Array,
    *,
    n_clusters: int = 3,
    clusters: Any = None,
    k: int = 10,
    loss: str = "square",
    seed: int = 0,
) -> ClusterGain:
    """Judge clusters by what they do for another task, on rows held out.

    Parameters
    ----------
    model : estimator
        A regressor or classifier; alone, and one copy a cluster.
    X : array, shape (n, d)
    y : ndarray, shape (n,)
    n_clusters : int
        Number of clusters, when `clusters` is None.
    clusters : estimator or None
        A clustering with `predict`; k-means when None.
    k : int
        Chunks of the cross-validation, the same for both.
    loss : str
        What to measure.
    seed : int
        Seed of the chunks and the clusters.

    Returns
    -------
    ClusterGain

    Examples
    --------
    >>> from pellucid import LeastSquares
    >>> from pellucid.data.synthetic_groups import simpson
    >>> X, y, _ = simpson()
    >>> cluster_gain(LeastSquares(), X, y, n_clusters=3).helps
    True

    Notes: Def 241, Concept 242
    """
    chunks = make_folds(len(y), k, seed=seed, labels=None)
    many = ClusterThenModel(clone(model), clusters, n_clusters=n_clusters, random_state=seed)
    whole, clustered = (
        cross_validate(each, X, y, folds=chunks, loss=loss).score for each in (model, many)
    )
    falls = np.array(whole.chunks) - np.array(clustered.chunks)
    return ClusterGain(whole, clustered, score_of(falls.tolist()))
