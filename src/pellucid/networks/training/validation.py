"""The loss on rows that training never sees.

Notes: Def 333
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from pellucid.data.sample_weights import checked_weights
from pellucid.errors import ShapeError, TableError, TooFewRowsError
from pellucid.networks.checks import refuse_ids, refuse_points
from pellucid.networks.layers.layer import shape_text
from pellucid.networks.network import Network
from pellucid.networks.output_losses import number_truths
from pellucid.networks.targets import targets_for
from pellucid.networks.training.row_sources import bad_row
from pellucid.networks.training.steps import compiled_losses, loss_weight, with_loss_weight

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

    Raises
    ------
    ShapeError
        For points that the network does not take, or not one target and weight a row.
    TooFewRowsError
        For no rows.
    TableError
        For NaN or infinite numbers among them, with the first such row.
    FramingError
        For targets that the loss cannot take, or token ids that an `Embedding` does not have.

    Notes: Def 333
    """

    def __init__(
        self, network: Network, X: Any, y: Any, weights: Any = None, *, dtype: str = "float32"
    ) -> None:
        X, y = np.asarray(X), number_truths(y)
        refuse_points(network.points[0], X.shape)
        refuse_ids(network.layers, X)
        n = len(X)
        if not n:
            raise TooFewRowsError("There are no held-out rows: give at least one.")
        for given, name in ((y, "answers"), (weights, "weights")):
            if given is not None and np.shape(given)[:1] != (n,):
                raise ShapeError(
                    f"There are {n} held-out rows, but their {name} are "
                    f"{shape_text(np.shape(given))}: give one a row."
                )
        if bad := bad_row(X, y):
            raise TableError(
                f"The held-out rows hold NaN or infinite numbers, the first in row {bad[0]}: no "
                "loss could be taken. Leave such rows out, or fill in what is missing."
            )
        # A power of 2, so that sets of about one size share a compiled loss.
        size = min(ROWS_AT_ONCE, 1 << (n - 1).bit_length())
        self.weights = np.ones(n) if weights is None else checked_weights(weights, n)
        around = np.arange(-(-n // size) * size) % n
        y = targets_for(network, y)
        self.x = X[around].astype(dtype).reshape(-1, size, *X.shape[1:])
        self.y = y[around].astype(dtype).reshape(-1, size, *y.shape[1:])
        self._losses = compiled_losses(with_loss_weight(network, 1.0))
        weight = loss_weight(network)
        self._weight = None if weight is None else np.asarray(weight, dtype)

    def losses(self, theta: Any, states: Any) -> Any:
        """The loss of each row, (n,)."""
        alone = jax.tree.map(lambda leaf: np.asarray(leaf)[None], (theta, states))
        return self._losses_after(alone[0], alone[1], 1)[0]

    def loss(self, theta: Any, states: Any) -> float:
        """Their weighted mean.

        Notes: Def 333
        """
        return self._mean(self.losses(theta, states))

    def losses_after(self, thetas: Any, states: Any, count: int) -> list[float]:
        """The weighted mean for each of the first `count` snapshots, one a row of θ and states."""
        return [self._mean(own) for own in self._losses_after(thetas, states, count)]

    def _losses_after(self, thetas: Any, states: Any, count: int) -> Any:
        found = self._losses(thetas, states, self.x, self.y, self._weight, count)
        return np.asarray(found, dtype=np.float64)[:count, : len(self.weights)]

    def _mean(self, losses: Any) -> float:
        return float(losses @ self.weights / self.weights.sum())
