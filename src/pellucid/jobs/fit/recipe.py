"""A candidate of `fit`: how it is built, and the rows and the time that it may take.

Notes: §1.4, §1.5
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from pellucid.data.column_values import ColumnValues
from pellucid.data.table_encoder import TableEncoder

Array = NDArray[np.float64]
FURTHER_ROUNDS = (1.7, 3.3)  # of boosting, times the last that was tried
MOST_ROUNDS = 600
MOST_NODES = 80_000  # of all trees of a comparison; of large tables four times as many as rows
MOST_ROWS = 50_000  # rows on which candidates are compared
NEAREST_ROWS = 10_000
WORK = 4e8  # rows × (columns × classes)², the cost of one Newton step, that a comparison may take
MOST_TERMS = 800  # of the order-2 basis; beyond them the strongest are chosen
PAIRS = 12  # surfaces beside the curves
# Curves: multiplications of a comparison, from which it takes half a minute (several classes), or
# longer than so many columns on so few rows are worth.
MOST_WORK = 3e11
MOST_WORK_OF_FEW_ROWS = 5e10
MOST_WORK_OF_TREES = 3.5e9  # bins looked at, where there are fewer rows than columns
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
    serve to compare it; a candidate for few rows, `few_rows` at most, or for many, `many_rows` at
    least, is tried with others only when it is asked for.
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
    many_rows: int = 0

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
        fitting = self.many_rows <= n and (self.few_rows is None or n <= self.few_rows)
        return fitting or requested in (self.model, self.family)

    def encoder(self, codes: dict[str, str] | None = None) -> Any:
        """What turns columns into what the estimator takes: not fitted."""
        return ColumnValues(codes=codes) if self.whole else TableEncoder(codes=codes)

    def terms(self, d: int, products: int | None = None) -> int:
        """Number of columns that reach the estimator, from d encoded ones.

        `products` is how many of theirs say something new; all that there can be when not given.
        """
        every = comb(d + 2, 2) - 1 if products is None else d + products
        return min(every, max(self.most, d)) if self.expand else d

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
        >>> from pellucid.jobs.fit.candidates import recipes
        >>> recipes("several classes")["pairs"].too_much(2_800, 7, 4, 5)[:30]
        '2,800 rows, 7 columns and 4 cl'
        >>> recipes("regression")["pairs"].too_much(2_800, 7, 1, 5)
        ''

        Notes: KE 160
        """
        few = f"{d:,} columns on {n:,} rows would take too long, and the rows decide little."
        if self.family == "trees":
            # As many rounds as where the last of the first are the best; a forest has no rounds.
            from pellucid.trees.forest import N_ESTIMATORS

            most = self.lams[-1] * FURTHER_ROUNDS[-1] if self.lams else N_ESTIMATORS.default
            rounds = float(most)
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
        """The next more rounds of boosting, where the most that were tried are the best; else none.

        Parameters
        ----------
        n, outputs, folds : int
            Rows compared, scores, chunks.
        rounds, mean : ndarray
            Rounds tried, and the mean held-out loss at each.

        Examples
        --------
        >>> from pellucid.jobs.fit.candidates import recipes
        >>> trees = recipes("regression")["trees"]
        >>> trees.further_rounds(500, 1, 5, np.array([15, 30, 60]), np.array([3.0, 2.0, 1.0]))
        array([102])
        >>> trees.further_rounds(500, 1, 5, np.array([15, 30, 60]), np.array([3.0, 1.0, 2.0]))
        array([], dtype=int64)

        Notes: Concept 87
        """
        last = int(rounds.max())
        if rounds[np.argmin(mean)] != last:
            return np.zeros(0, dtype=np.int64)
        most = max(MOST_NODES, 4 * n) // (folds * outputs * self.nodes(n))
        start = float(self.lams[-1])
        while round(start * FURTHER_ROUNDS[-1]) <= last:
            start = round(start * FURTHER_ROUNDS[-1])
        further = (np.array(FURTHER_ROUNDS) * start).round().astype(np.int64)
        return further[(last < further) & (further <= min(most, MOST_ROUNDS))][:1]

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
