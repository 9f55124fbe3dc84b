"""Which points each step looks at: all, one, or a few drawn at random.

Notes: Def 121, Def 309, Def 310, Def 312
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import HyperparameterError

ORDERS = ("shuffled", "independent", "replaced")
REDUCTIONS = ("mean", "sum")


@dataclass(frozen=True)
class Batches:
    """K points a step; those of step t follow from the seed and t alone.

    So a descent that was stopped goes on with the points that it would have seen.

    Parameters
    ----------
    size : int
        K; 1 is stochastic gradient descent.
    order : {"shuffled", "independent", "replaced"}
        Shuffled epochs, each point once an epoch; K different points drawn afresh each step; or K
        draws that may repeat a point.
    reduction : {"mean", "sum"}
        Of the points' gradients. The notes sum; with the mean a step size serves any K.
    seed : int
        Seed of the draws.

    Examples
    --------
    >>> sorted(Batches(2).rows(1, 4).tolist() + Batches(2).rows(2, 4).tolist())
    [0, 1, 2, 3]

    Notes: Def 312
    """

    size: int = 32
    order: str = "shuffled"
    reduction: str = "mean"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.size < 1 or self.order not in ORDERS or self.reduction not in REDUCTIONS:
            raise HyperparameterError(
                f"Batches: size ≥ 1, order one of {', '.join(ORDERS)}, reduction one of "
                f"{', '.join(REDUCTIONS)}; got {self.size}, {self.order!r}, {self.reduction!r}."
            )

    def a_pass(self, n: int) -> int:
        """Steps of one pass over n points."""
        return -(-n // self.size)

    def rows(self, t: int, n: int) -> NDArray[np.intp]:
        """The points of step t = 1, 2, … among n."""
        if self.order == "shuffled":
            epoch, at = divmod(t - 1, self.a_pass(n))
            return self.epoch(epoch, n)[at * self.size : (at + 1) * self.size]
        rng = np.random.default_rng([self.seed, t])
        size = self.size if self.order == "replaced" else min(self.size, n)
        return rng.choice(n, size, replace=self.order == "replaced")

    def epoch(self, epoch: int, n: int) -> NDArray[np.intp]:
        """The order of all points in one shuffled epoch, counted from 0."""
        return np.random.default_rng([self.seed, epoch]).permutation(n)
