"""The loss on rows that training never sees.

Notes: Def 333
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from pellucid.networks.answers import answers_for
from pellucid.networks.network import Network
from pellucid.networks.steps import compiled_losses

ROWS_AT_ONCE = 1024


class HeldOutRows:
    """Rows to judge a training by, laid out once for the compiled loss.

    Parameters
    ----------
    network : Network
    X : array, n×in_shape
    y : array, n×out_shape or (n,)
    weights : array of shape (n,), optional
    dtype : {"float32", "float64"}

    Notes: Def 333
    """

    def __init__(
        self, network: Network, X: Any, y: Any, weights: Any = None, *, dtype: str = "float32"
    ) -> None:
        X, y = np.asarray(X), np.asarray(y)
        n = len(X)
        # A power of 2, so that sets of about one size share a compiled loss.
        size = min(ROWS_AT_ONCE, 1 << (n - 1).bit_length())
        self.weights = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
        around = np.arange(-(-n // size) * size) % n
        y = answers_for(network, y)
        self.x = X[around].astype(dtype).reshape(-1, size, *X.shape[1:])
        self.y = y[around].astype(dtype).reshape(-1, size, *y.shape[1:])
        self._losses = compiled_losses(network)

    def losses(self, theta: Any, states: Any) -> Any:
        """The loss of each row, (n,)."""
        theta, states = jax.tree.map(np.asarray, (theta, states))
        found = np.asarray(self._losses(theta, states, self.x, self.y), dtype=np.float64)
        return found.reshape(-1)[: len(self.weights)]

    def loss(self, theta: Any, states: Any) -> float:
        """Their weighted mean.

        Notes: Def 333
        """
        return float(self.losses(theta, states) @ self.weights / self.weights.sum())
