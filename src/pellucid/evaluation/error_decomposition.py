"""Structural and estimation error where the truth is known: many samples, one fit each.

Notes: Def 73, Clar 74, Def 75, Clar 76, §2.7
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from pellucid.errors import HyperparameterError
from pellucid.former_names import renamed

Array = NDArray[np.float64]


@renamed(guesses="predictions")
@dataclass(frozen=True)
class TwoErrors:
    """How fits to many samples differ from the truth, and from one another.

    Parameters
    ----------
    predictions : ndarray, shape (samples, m)
        Each fit at the points that were asked.
    structural : float
        Mean square distance of the average fit from the truth: more rows do not cure it.
    estimation : float
        Mean square distance of the fits from their average: it comes of the sample.
    """

    predictions: Array
    structural: float
    estimation: float

    @property
    def mean(self) -> Array:
        """The average fit, shape (m,)."""
        return np.asarray(self.predictions.mean(axis=0))

    @property
    def by_chance(self) -> float:
        """How much of the structural error comes of averaging so few fits.

        The average of m fits wavers by a share 1/m of how they do; it is estimated from these.
        """
        return self.estimation / (len(self.predictions) - 1)

    def __str__(self) -> str:
        return (
            f"structural error {self.structural:.4g}, estimation error {self.estimation:.4g}, "
            f"over {len(self.predictions)} samples"
        )


def two_errors(
    estimator: Any,
    sample: Callable[[int], tuple[Any, Any]],
    X: Any,
    truth: Any,
    *,
    samples: int = 30,
    seed: int = 0,
) -> TwoErrors:
    """Fit an algorithm to many samples of one source and split its error from the truth.

    The mean square distance of a fit from the truth is the sum of the two.

    Parameters
    ----------
    estimator : estimator
        Any scikit-learn regressor or pipeline; cloned, never changed.
    sample : callable seed -> (rows, answers)
        A new sample for each seed.
    X : array, shape (m, d)
        Where the fits are compared with the truth.
    truth : array, shape (m,)
        The true targets there, without noise.
    samples : int
        How many samples are fitted, at least 2.
    seed : int
        Sample i has the seed seed·samples + i.

    Returns
    -------
    TwoErrors

    Raises
    ------
    HyperparameterError
        For fewer than two samples.

    Examples
    --------
    >>> from pellucid import MeanBaseline
    >>> from pellucid.data import linear_sample
    >>> at = np.linspace(-1, 1, 21)[:, None]
    >>> found = two_errors(
    ...     MeanBaseline(), lambda s: linear_sample(50, (2.0,), seed=s), at, 2 * at[:, 0] + 1
    ... )
    >>> found.structural > 10 * found.estimation
    True

    Notes: Def 73, Def 75
    """
    if samples < 2:
        raise HyperparameterError(f"two_errors: fits of at least 2 samples differ; got {samples}.")
    guesses = np.array(
        [clone(estimator).fit(*sample(seed * samples + i)).predict(X) for i in range(samples)]
    )
    mean = guesses.mean(axis=0)
    structural = float(np.mean((mean - np.asarray(truth)) ** 2))
    return TwoErrors(guesses, structural, float(np.mean((guesses - mean) ** 2)))
