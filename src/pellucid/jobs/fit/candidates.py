"""The honest candidates: from the baseline upwards, by problem class.

Ranks run from simple to involved; within one standard error of the best, the lowest rank wins.
A candidate that nobody can read (nearest rows, a network, boosted trees) has to win clearly.

Notes: §1.4, §1.5, §2.7
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from pellucid.data.column_values import ColumnValues
from pellucid.data.table_encoder import TableEncoder
from pellucid.errors import FramingError
from pellucid.evaluation.evaluation_results import Candidate

Array = NDArray[np.float64]
RIDGE_LAMS = tuple(float(v) for v in np.logspace(-6, 2, 17))
LOGISTIC_LAMS = tuple(float(v) for v in np.logspace(-6, 1, 8))
ROUNDS = (15, 30, 60)  # of boosting; more where the last of them is the best
SLOW_ROUNDS = (40, 80, 150)
FURTHER_ROUNDS = (1.7, 3.3)  # times the last
MOST_ROUNDS = 600
MOST_NODES = 80_000  # of all trees of a comparison; of large tables four times as many as rows
MOST_ROWS = 50_000  # rows on which candidates are compared
NEAREST_ROWS = 10_000
FOREST_ROWS = 1_000  # where rows are more, boosting learns more from them
YARDSTICK_ROWS = 10_000  # of trees that nobody asked for: they would take nearly all of the time
WORK = 4e8  # rows × (columns × classes)², the cost of one Newton step, that a comparison may take
# Terms of the order-2 basis; beyond them the strongest are chosen. Chances take Newton's steps, one
# a λ, where amounts take one decomposition.
MOST_TERMS = 800
MOST_TERMS_OF_CHANCES = 200
PAIRS = 12  # surfaces beside the curves
# Curves: multiplications of a comparison, from which it takes half a minute (several classes), or
# longer than so many columns on so few rows are worth.
MOST_WORK = 3e11
MOST_WORK_OF_FEW_ROWS = 5e10
MOST_WORK_OF_TREES = 1e10  # bins looked at, where there are fewer rows than columns
BINS = 256
ROUNDS_OF_CURVES = 30  # of Newton's steps, about


@dataclass(frozen=True)
class Recipe:
    """One candidate: how to build it, its rank, its grid and how many rows it is compared on.

    `make` takes the seed and returns the estimator. `expand` says whether products of columns
    stand between encoder and estimator, `whole` whether columns enter as they are, without a code.
    `tuned` names the hyperparameter that `lams` are values of; a `value` is one already chosen.
    `family` is what `--model` may say for this recipe and its kin; `target` is "", "log" or "sqrt",
    the scale on which the target is fitted. `count` gives the number of parameters from those of
    columns and of free outputs, where it is not that of a linear model. At most `most_rows` rows
    serve to compare it; a candidate for few rows, `few_rows` at most, is tried with more only when
    it is asked for.
    """

    name: str
    model: str
    rank: int
    make: Callable[[int], Any]
    lams: tuple[float, ...] = ()
    expand: bool = False
    count: Callable[[int, int], int] | None = None
    whole: bool = False
    tuned: str = "lam"
    value: float | None = None
    family: str = ""
    readable: bool = True
    target: str = ""
    most: int = MOST_TERMS
    most_rows: int = MOST_ROWS
    few_rows: int | None = None

    def pipeline(
        self, seed: int, lam: float | None = None, codes: dict[str, str] | None = None
    ) -> Pipeline:
        """Encoder with the codes asked for, features, estimator: not fitted."""
        model = self.make(seed)
        if lam is not None and self.tuned == "lam":
            model.set_params(lam=lam)
        if self.value is not None:
            model.set_params(**{self.tuned: self.value})
        if self.target:
            from pellucid.linear.transformed_target import TransformedTarget

            model = TransformedTarget(model, scale=self.target)
        steps = [("encoder", self.encoder(codes))]
        if self.expand:
            from pellucid.features.strongest_monomials import StrongestMonomials

            steps.append(("polynomial", StrongestMonomials(max_features=self.most)))
        return Pipeline([*steps, ("model", model)])

    def is_for(self, n: int, requested: str) -> bool:
        """Whether it is tried on n rows when `--model requested` was given."""
        return self.few_rows is None or n <= self.few_rows or requested in (self.model, self.family)

    def encoder(self, codes: dict[str, str] | None = None) -> Any:
        """What turns columns into what the estimator takes: not fitted."""
        return ColumnValues(codes=codes) if self.whole else TableEncoder(codes=codes)

    def terms(self, d: int) -> int:
        """Number of columns that reach the estimator, from d encoded ones."""
        return min(comb(d + 2, 2) - 1, max(self.most, d)) if self.expand else d

    def rows(self, d: int, outputs: int) -> int:
        """How many rows to compare on, so that the comparison ends in seconds."""
        if self.model == "nearest":
            return NEAREST_ROWS
        if self.whole:
            return max(4_000, min(self.most_rows, int(3e6 / max(d * outputs, 1))))
        if self.count:
            return self.most_rows
        by_work = int(WORK / max(self.terms(d) * (outputs if self.lams else 1), 1) ** 2)
        return min(MOST_ROWS, max(by_work, 2_000))

    def too_much(self, n: int, d: int, outputs: int, folds: int) -> str:
        """Why curves, surfaces or trees cost more than is spent on them; empty where they do not.

        Parameters
        ----------
        n, d, outputs : int
            Training rows, columns, and scores: 1 for a number and for two classes.
        folds : int
            Chunks of the comparison.

        Examples
        --------
        >>> recipes("several classes")["pairs"].too_much(2_800, 7, 4, 5)[:30]
        '2,800 rows, 7 columns and 4 cl'
        >>> recipes("regression")["pairs"].too_much(2_800, 7, 1, 5)
        ''

        Notes: KE 160
        """
        few = f"{d:,} columns on {n:,} rows would take too long, and the rows decide little."
        if self.family == "trees" and self.lams:
            rounds = self.lams[-1] * FURTHER_ROUNDS[-1]  # where the last of the first are the best
            work = folds * rounds * outputs * self.nodes(n) * d * BINS
            return few if d > n and work > MOST_WORK_OF_TREES else ""
        if self.family != "curves":
            return ""
        from pellucid.additive.terms import FEATURES, PAIR_FEATURES, WAVES

        features = min(WAVES[1] * d, FEATURES) + (PAIRS * PAIR_FEATURES) * (self.model == "pairs")
        step = n * features**2 + features**3
        work = 2.0 * folds * ROUNDS_OF_CURVES * outputs * step
        if d > n and work > MOST_WORK_OF_FEW_ROWS:
            return few
        if outputs > 2 and work > MOST_WORK:
            return f"{n:,} rows, {d:,} columns and {outputs} classes would take too long."
        return ""

    def further_rounds(
        self, n: int, outputs: int, folds: int, rounds: Array, mean: Array
    ) -> NDArray[np.int64]:
        """More rounds of boosting, where the most that were tried are the best; else none.

        Parameters
        ----------
        n, outputs, folds : int
            Rows compared, scores, chunks.
        rounds, mean : ndarray
            Rounds tried, and the mean held-out loss at each.

        Examples
        --------
        >>> trees = recipes("regression")["trees"]
        >>> trees.further_rounds(500, 1, 5, np.array([15, 30, 60]), np.array([3.0, 2.0, 1.0]))
        array([102, 198])
        >>> trees.further_rounds(500, 1, 5, np.array([15, 30, 60]), np.array([3.0, 1.0, 2.0]))
        array([], dtype=int64)

        Notes: Concept 87
        """
        last = int(rounds.max())
        if rounds[np.argmin(mean)] != last:
            return np.zeros(0, dtype=np.int64)
        most = max(MOST_NODES, 4 * n) // (folds * outputs * self.nodes(n))
        further = (np.array(FURTHER_ROUNDS) * last).round().astype(np.int64)
        return further[further <= min(most, MOST_ROUNDS)]

    def nodes(self, n: int) -> int:
        """About how many nodes a tree grown on n rows has."""
        return 2 * min(n // 6, 8) if self.model.startswith("small") else 2 * min(n // 20 + 1, 31)

    def on_scale(self, scale: str) -> Recipe:
        """The same candidate, fitted to the logarithm or the root of the target."""
        of = {"log": "logarithm", "sqrt": "square root"}[scale]
        return replace(
            self,
            name=f"{self.name}, of the target's {of}",
            model=f"{self.model}-{scale}",
            target=scale,
        )


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
    "count": lambda d, k: 0,
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
        "trees": Recipe("boosted trees", "trees", 7, made(), ROUNDS, tuned="max_iter", **TREES),
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


def _forest() -> Recipe:
    """A forest: steadier than boosting where rows are few."""

    def make(seed: int) -> Any:
        from pellucid.trees.forest import ForestRegressor

        return ForestRegressor(random_state=seed)

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
    return [*first, *wanted, *(replace(r, most_rows=YARDSTICK_ROWS) for r in yardsticks)]


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
        "forest": _forest(),
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
