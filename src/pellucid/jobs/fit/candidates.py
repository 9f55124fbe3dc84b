"""The honest candidates: from the baseline upwards, by problem class.

Ranks run from simple to involved; within one standard error of the best, the lowest rank wins.

Notes: §1.4, §1.5, §2.7
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import comb
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from pellucid.data.encoder import TableEncoder
from pellucid.errors import FramingError

RIDGE_LAMS = tuple(float(v) for v in np.logspace(-6, 2, 17))
LOGISTIC_LAMS = tuple(float(v) for v in np.logspace(-6, 1, 8))
MOST_ROWS = 50_000  # rows on which candidates are compared
NEAREST_ROWS = 10_000
WORK = 4e8  # rows × (columns × classes)², the cost of one Newton step, that a comparison may take
MOST_TERMS = 2_000  # terms of the order-2 basis


@dataclass(frozen=True)
class Recipe:
    """One candidate: how to build it, its rank, its λ grid and how many rows it is compared on.

    `make` takes the seed and returns the estimator; `expand` says whether an order-2 polynomial
    basis stands between encoder and estimator. `count` gives the number of parameters from those of
    columns and of free outputs, where it is not that of a linear model.
    """

    name: str
    model: str
    rank: int
    make: Callable[[int], Any]
    lams: tuple[float, ...] = ()
    expand: bool = False
    count: Callable[[int, int], int] | None = None

    def pipeline(
        self, seed: int, lam: float | None = None, codes: dict[str, str] | None = None
    ) -> Pipeline:
        """Encoder with the codes asked for, features, estimator: not fitted."""
        model = self.make(seed)
        if lam is not None:
            model.set_params(lam=lam)
        steps = [("encoder", TableEncoder(codes=codes))]
        if self.expand:
            from pellucid.features.polynomial import PolynomialBasis

            steps.append(("polynomial", PolynomialBasis(order=2, include_constant=False)))
        return Pipeline([*steps, ("model", model)])

    def terms(self, d: int) -> int:
        """Number of columns that reach the estimator, from d encoded ones."""
        return comb(d + 2, 2) - 1 if self.expand else d

    def rows(self, d: int, outputs: int) -> int:
        """How many rows to compare on, so that the comparison ends in seconds."""
        if self.rank == NEAREST_RANK:
            return NEAREST_ROWS
        if self.count:
            return MOST_ROWS
        by_work = int(WORK / max(self.terms(d) * (outputs if self.lams else 1), 1) ** 2)
        return min(MOST_ROWS, max(by_work, 2_000))


NEAREST_RANK = 3


def recipes(problem: str) -> dict[str, Recipe]:
    """All candidates for a problem class, by the name that `--model` takes.

    Parameters
    ----------
    problem : str
        "regression", "two classes", "several classes" or "overlapping classes".

    Returns
    -------
    dict of str to Recipe
        In order of rank.

    Notes: §1.4, §2.4, §2.5, §2.6, §4.3, §4.5
    """
    if problem == "regression":
        return _regression()
    if problem == "two classes":
        return _classes("logistic", "LogisticClassifier")
    if problem == "several classes":
        return _classes("softmax", "SoftmaxClassifier")
    return _overlapping()


HELD_OUT = 0.15  # of the training rows, by which a network stops early
HIDDEN = (64, 32)


def _network(class_name: str) -> Recipe:
    """A network of dense layers that stops early."""

    def make(seed: int) -> Any:
        import pellucid  # the engine of networks is loaded only where one is made

        build = getattr(pellucid, class_name)
        return build(hidden=HIDDEN, validation=HELD_OUT, epochs=200, random_state=seed)

    return Recipe(
        "neural network",
        "network",
        4,
        make,
        count=lambda d, k: _dense_parameters((d, *HIDDEN, k)),
    )


def _dense_parameters(sizes: tuple[int, ...]) -> int:
    return sum((m + 1) * n for m, n in pairwise(sizes))


def automatic(problem: str) -> list[Recipe]:
    """The candidates that `auto` compares."""
    found = recipes(problem)
    return [found[name] for name in AUTOMATIC if name in found]


AUTOMATIC = ("mean", "ridge", "logistic", "softmax", "sigmoids", "polynomial", "nearest")


def named(problem: str, name: str) -> Recipe:
    """One candidate by name.

    Raises
    ------
    FramingError
        When no such model serves the problem class; the message lists those that do.
    """
    found = recipes(problem)
    if name not in found:
        raise FramingError(
            f"There is no model {name!r} for {problem}; there are auto, {', '.join(found)}."
        )
    return found[name]


def _regression() -> dict[str, Recipe]:
    from pellucid.linear.least_squares import LeastSquares
    from pellucid.linear.mean_baseline import MeanBaseline
    from pellucid.linear.nearest_neighbor import NearestNeighborRegressor
    from pellucid.linear.random_regression import RandomRegression
    from pellucid.linear.ridge import Ridge

    return {
        "mean": Recipe("baseline: the mean", "mean", 0, lambda seed: MeanBaseline()),
        "random": Recipe(
            "random regression", "random", 1, lambda seed: RandomRegression(random_state=seed)
        ),
        "least-squares": Recipe("least squares", "least-squares", 1, lambda seed: LeastSquares()),
        "ridge": Recipe("ridge regression", "ridge", 1, lambda seed: Ridge(), RIDGE_LAMS),
        "polynomial": Recipe(
            "order-2 polynomial, ridge", "polynomial", 2, lambda seed: Ridge(), RIDGE_LAMS, True
        ),
        "nearest": Recipe(
            "nearest neighbours", "nearest", NEAREST_RANK, lambda seed: NearestNeighborRegressor()
        ),
        "network": _network("NetworkRegressor"),
    }


def _classes(linear: str, class_name: str) -> dict[str, Recipe]:
    import pellucid
    from pellucid.linear.majority_baseline import MajorityBaseline
    from pellucid.linear.nearest_neighbor import NearestNeighborClassifier

    build = getattr(pellucid, class_name)
    return {
        "mean": Recipe("baseline: the class shares", "mean", 0, lambda seed: MajorityBaseline()),
        linear: Recipe(f"{linear} regression", linear, 1, lambda seed: build(), LOGISTIC_LAMS),
        "polynomial": Recipe(
            f"order-2 polynomial, {linear}",
            "polynomial",
            2,
            lambda seed: build(),
            LOGISTIC_LAMS,
            True,
        ),
        "nearest": Recipe(
            "nearest neighbours", "nearest", NEAREST_RANK, lambda seed: NearestNeighborClassifier()
        ),
        "network": _network("NetworkClassifier"),
    }


def _overlapping() -> dict[str, Recipe]:
    from pellucid.linear.sigmoids_classifier import SigmoidsClassifier

    # With an overwhelming λ only the free offsets are left: the share of each class.
    return {
        "mean": Recipe(
            "baseline: the class shares", "mean", 0, lambda seed: SigmoidsClassifier(lam=1e6)
        ),
        "sigmoids": Recipe(
            "a sigmoid a class", "sigmoids", 1, lambda seed: SigmoidsClassifier(), LOGISTIC_LAMS
        ),
        "polynomial": Recipe(
            "order-2 polynomial, sigmoids",
            "polynomial",
            2,
            lambda seed: SigmoidsClassifier(),
            LOGISTIC_LAMS,
            True,
        ),
    }
