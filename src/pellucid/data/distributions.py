"""A distribution over a few outcomes: chances, events, independence, and samples.

Notes: Def 9, Def 10, Def 11, §0.6, §1.2.3
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from math import isclose

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import FramingError
from pellucid.formatting import number
from pellucid.former_names import renamed


@renamed(chances="probabilities")
@dataclass(frozen=True)
class Distribution:
    """A function that gives each outcome its probability.

    Parameters
    ----------
    probabilities : mapping of outcome to float
        Each in [0, 1]; together 1.

    Raises
    ------
    FramingError
        When a chance lies outside [0, 1], or they do not sum to 1.

    Examples
    --------
    >>> coin = Distribution({"heads": 0.5, "tails": 0.5})
    >>> coin.chance({"heads"}), coin.draw(4, seed=0).tolist()
    (0.5, ['tails', 'heads', 'heads', 'heads'])

    Notes: Def 9, §0.6
    """

    probabilities: Mapping[Hashable, float]

    def __post_init__(self) -> None:
        for outcome, p in self.probabilities.items():
            if not 0 <= p <= 1:
                raise FramingError(f"A probability lies in [0, 1]; that of {outcome!r} is {p}.")
        total = sum(self.probabilities.values())
        if not isclose(total, 1.0, abs_tol=1e-9):
            what = "none of them would happen" if total < 1 else "they cannot exclude one another"
            raise FramingError(
                f"The probabilities of all outcomes sum to 1; these sum to {number(total, 6)}, "
                f"as if sometimes {what}. Add what is left out, or divide by the sum."
            )

    def chance(self, event: Collection[Hashable]) -> float:
        """P(A) of an event, a set of outcomes: the sum of their chances.

        Parameters
        ----------
        event : collection of outcomes
            An outcome named twice counts once.

        Raises
        ------
        FramingError
            For an outcome that the distribution does not have.

        Notes: §0.6, Def 4
        """
        unknown = [outcome for outcome in set(event) if outcome not in self.probabilities]
        if unknown:
            raise FramingError(f"There is no outcome {unknown[0]!r} in this distribution.")
        return float(sum(self.probabilities[outcome] for outcome in set(event)))

    def independent(self, one: Collection[Hashable], other: Collection[Hashable]) -> bool:
        """Whether P(A ∩ B) = P(A) P(B): knowing one event does not change the other's chance.

        Notes: Def 11, §0.6
        """
        both = set(one) & set(other)
        return isclose(self.chance(both), self.chance(one) * self.chance(other), abs_tol=1e-9)

    def twice(self) -> Distribution:
        """Two independent draws: the outcomes are pairs, their chances multiply.

        Examples
        --------
        >>> Distribution({"heads": 0.5, "tails": 0.5}).twice().chance({("heads", "heads")})
        0.25

        Notes: Def 12, §0.6
        """
        each = self.probabilities.items()
        pairs: dict[Hashable, float] = {(a, b): p * q for a, p in each for b, q in each}
        return Distribution(pairs)

    def draw(self, n: int, seed: int = 0) -> NDArray[np.object_]:
        """n independent draws.

        Parameters
        ----------
        n : int
        seed : int
            Seed of all draws.

        Returns
        -------
        ndarray of object, shape (n,)
            Outcomes.

        Notes: Def 12
        """
        outcomes = np.empty(len(self.probabilities), dtype=object)
        outcomes[:] = list(self.probabilities)
        p = np.array(list(self.probabilities.values()))
        return outcomes[np.random.default_rng(seed).choice(len(p), n, p=p / p.sum())]
