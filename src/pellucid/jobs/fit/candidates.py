"""The honest candidates: from the baseline upwards, by problem class.

Ranks run from simple to involved; within one standard error of the best, the lowest rank wins.
A candidate that nobody can read (nearest rows, a network, boosted trees) has to win clearly.

Notes: §1.4, §1.5, §2.7
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from pellucid.errors import FramingError
from pellucid.evaluation.evaluation_results import Candidate
from pellucid.jobs.fit.recipe import PAIRS, Recipe

RIDGE_LAMS = tuple(float(v) for v in np.logspace(-6, 2, 17))
LOGISTIC_LAMS = tuple(float(v) for v in np.logspace(-6, 1, 8))
ROUNDS = (15, 30, 60)  # of boosting; more where the last of them is the best
SLOW_ROUNDS = (40, 80, 150)
FOREST_ROWS = 1_000  # where rows are more, boosting learns more from them
# With fewer rows small trees predict as well: on 172 of 176 splits of real tables, to 0.01.
MANY_ROWS = {"Regressor": 2_000, "Classifier": 1_200}
YARDSTICK_ROWS = 10_000  # of trees that nobody asked for: they would take nearly all of the time
# Chances take Newton's steps, one a λ, where amounts take one decomposition.
MOST_TERMS_OF_CHANCES = 200


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
        6,
        make,
        count=lambda d, k: _dense_parameters((d, *HIDDEN, k)),
        readable=False,
    )


def _dense_parameters(sizes: tuple[int, ...]) -> int:
    return sum((m + 1) * n for m, n in pairwise(sizes))


def _curves(kind: str) -> dict[str, Recipe]:
    """A curve a column; and the same with surfaces for pairs."""

    def made(pairs: int) -> Callable[[int], Any]:
        def make(seed: int) -> Any:
            import pellucid

            return getattr(pellucid, f"Curves{kind}")(pairs=pairs)

        return make

    return {
        "curves": Recipe(
            "a curve for each column", "curves", 2, made(0), whole=True, family="curves"
        ),
        "pairs": Recipe(
            "curves and surfaces for pairs", "pairs", 4, made(PAIRS), whole=True, family="curves"
        ),
    }


TREES: dict[str, Any] = {
    "whole": True,
    "family": "trees",
    "readable": False,
}


def _trees(kind: str) -> dict[str, Recipe]:
    """Boosted trees in two sizes; the number of rounds is tuned."""

    def made(**settings: Any) -> Callable[[int], Any]:
        def make(seed: int) -> Any:
            import pellucid

            build = getattr(pellucid, f"BoostedTrees{kind}")
            return build(random_state=seed, **settings)

        return make

    return {
        "trees": Recipe(
            "boosted trees",
            "trees",
            7,
            made(),
            ROUNDS,
            tuned="max_iter",
            many_rows=MANY_ROWS[kind],
            **TREES,
        ),
        "small-trees": Recipe(
            "boosted small trees",
            "small-trees",
            7,
            made(learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=6, max_features=0.5),
            SLOW_ROUNDS,
            tuned="max_iter",
            **TREES,
        ),
    }


def _forest(kind: str) -> Recipe:
    """A forest: steadier than boosting where rows are few."""

    def make(seed: int) -> Any:
        import pellucid

        return getattr(pellucid, f"Forest{kind}")(random_state=seed)

    return Recipe("random forest", "forest", 7, make, few_rows=FOREST_ROWS, **TREES)


def automatic(problem: str) -> list[Recipe]:
    """The candidates that `auto` compares."""
    found = recipes(problem)
    return [found[name] for name in AUTOMATIC if name in found]


AUTOMATIC = (
    *("mean", "ridge", "logistic", "softmax", "sigmoids", "curves", "polynomial", "pairs"),
    *("nearest", "trees", "small-trees", "forest"),
)
SCALES = ("log", "sqrt")


def recipe_named(problem: str, name: str) -> Recipe:
    """One candidate by name.

    Raises
    ------
    FramingError
        When no such model serves the problem class; the message lists those that do.
    """
    found = recipes(problem)
    stem, _, scale = name.rpartition("-")
    if scale in SCALES and stem in found and problem == "regression":
        return found[stem].on_scale(scale)
    if name not in found:
        raise FramingError(
            f"There is no model {name!r} for {problem}; there are auto, {', '.join(found)}."
        )
    return found[name]


def requested_recipes(problem: str, name: str) -> list[Recipe]:
    """The recipes that `--model NAME` means: all candidates, a family, or one."""
    if name == "auto":
        return automatic(problem)
    family = [r for r in recipes(problem).values() if r.family == name]
    return family or [recipe_named(problem, name)]


def compared_recipes(problem: str, name: str) -> list[Recipe]:
    """What is judged: what was asked for, the baseline, and trees as the yardstick."""
    found = recipes(problem)
    beside = [found[key] for key in ("mean", "trees") if key in found]
    wanted = requested_recipes(problem, name)
    keys = {recipe.model for recipe in wanted}
    first = [r for r in beside if r.rank == 0 and r.model not in keys]
    yardsticks = [r for r in beside if r.rank > 0 and r.model not in keys]
    return [
        *first,
        *wanted,
        *(replace(r, most_rows=YARDSTICK_ROWS, many_rows=0) for r in yardsticks),
    ]


def is_requested(problem: str, name: str, candidate: Candidate) -> bool:
    """Whether a candidate is what `--model NAME` means, on whichever scale of the target."""
    if candidate.parts:
        return name == "auto"
    stem = candidate.model
    for scale in SCALES:
        stem = stem.removesuffix(f"-{scale}")
    keys = {recipe.model for recipe in requested_recipes(problem, name)}
    return candidate.model in keys or stem in keys


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
        **_curves("Regressor"),
        "polynomial": Recipe(
            "order-2 polynomial, ridge", "polynomial", 3, lambda seed: Ridge(), RIDGE_LAMS, True
        ),
        "nearest": Recipe(
            "nearest neighbours",
            "nearest",
            5,
            lambda seed: NearestNeighborRegressor(),
            readable=False,
        ),
        "network": _network("NetworkRegressor"),
        **_trees("Regressor"),
        "forest": _forest("Regressor"),
    }


def _classes(linear: str, class_name: str) -> dict[str, Recipe]:
    import pellucid
    from pellucid.linear.majority_baseline import MajorityBaseline
    from pellucid.linear.nearest_neighbor import NearestNeighborClassifier

    build = getattr(pellucid, class_name)
    return {
        "mean": Recipe("baseline: the class shares", "mean", 0, lambda seed: MajorityBaseline()),
        linear: Recipe(f"{linear} regression", linear, 1, lambda seed: build(), LOGISTIC_LAMS),
        **_curves("Classifier"),
        "polynomial": Recipe(
            f"order-2 polynomial, {linear}",
            "polynomial",
            3,
            lambda seed: build(),
            LOGISTIC_LAMS,
            True,
            most=MOST_TERMS_OF_CHANCES,
        ),
        "nearest": Recipe(
            "nearest neighbours",
            "nearest",
            5,
            lambda seed: NearestNeighborClassifier(),
            readable=False,
        ),
        "network": _network("NetworkClassifier"),
        **_trees("Classifier"),
        "forest": _forest("Classifier"),
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
            most=MOST_TERMS_OF_CHANCES,
        ),
    }
