"""What the additive regressor and classifier share: terms, pairs, and curves to look at.

Notes: §5.1, §5.2, KE 71
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from pellucid.additive.interactions import (
    coarse_cells,
    curvature_strength,
    interaction_strength,
    strongest_pairs,
)
from pellucid.additive.terms import (
    Term,
    learn_pair,
    learn_terms,
    model_features,
    term_features,
    term_of_each_feature,
)
from pellucid.additive.variance_components import TermFit
from pellucid.data.column_values import Values, values_of
from pellucid.errors import ColumnError
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.kernels.row_pieces import one_blas_thread

Array = NDArray[np.float64]
MOST_CURVES = 80  # columns that get a curve; of more, those that tell most alone
PAIR_COLUMNS = 24  # columns among which pairs are looked for

LAM = Hyperparameter(
    "lam",
    1.0,
    "float",
    "How many times the penalties that the rows themselves suggest.",
    symbol="λ",
    low=0,
    open_low=True,
)
PAIRS = Hyperparameter(
    "pairs",
    0,
    "int",
    "Most pairs of columns that get a surface of their own, beside the curves.",
    low=0,
    high=100,
)


class AdditiveCurves(GlassBox):
    """Abstract: a sum of curves, one a column, and of surfaces, one a pair.

    Notes: §5.1, §5.2
    """

    hyperparameters: ClassVar = (LAM, PAIRS)

    terms_: list[Term]
    theta_: Array
    theta_0_: Array
    lams_: Array
    effective_: Array
    sizes_: Array
    names_: list[str]
    levels_: list[Any]
    n_features_in_: int
    n_iter_: int

    def __init__(self, lam: float = LAM.default, pairs: int = PAIRS.default) -> None:
        self.lam = lam
        self.pairs = pairs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _solve(self, B: Array, owners: NDArray[np.intp], y: Any, weights: Array) -> TermFit:
        raise NotImplementedError

    def _residuals(self, fitted: TermFit, B: Array, y: Any, weights: Array) -> tuple[Array, Array]:
        """Residuals and their variances, (n, k), by which pairs are found."""
        raise NotImplementedError

    def _fit_terms(self, values: Values, y: Any, weights: Array, scores: int) -> None:
        # The matrices are small: several threads would wait for each other longer than they work.
        with one_blas_thread(0):
            self._fit_on_one_thread(values, y, weights, scores)

    def _fit_on_one_thread(self, values: Values, y: Any, weights: Array, scores: int) -> None:
        self.names_ = [str(name) for name in values.names]
        columns = self._strongest(values, y, weights)
        terms = learn_terms(values, columns, weights, scores)
        B = model_features(terms, values.X)
        fitted = self._solve(B, term_of_each_feature(terms), y, weights)
        if self.pairs:
            more = self._pairs(values, terms, fitted, B, y, weights)
            if more:
                terms = [*terms, *more]
                B = np.hstack([B, model_features(more, values.X)])
                fitted = self._solve(B, term_of_each_feature(terms), y, weights)
        self.terms_ = terms
        self.theta_, self.theta_0_, self.lams_ = fitted.theta, fitted.offset, fitted.lams
        self.effective_ = fitted.effective_dimension.sum(axis=1)
        self.n_iter_ = fitted.n_iter
        effects = self._effects(B)
        self.sizes_ = np.sqrt(np.average(effects**2, axis=0, weights=weights).sum(axis=1))

    def _strongest(self, values: Values, y: Any, weights: Array) -> list[int]:
        """All columns, or of very many those that tell most of the target alone."""
        d = values.X.shape[1]
        if d <= MOST_CURVES:
            return list(range(d))
        nothing = np.zeros((len(weights), 0))
        alone = self._solve(nothing, np.zeros(0, dtype=np.intp), y, weights)
        residual, curvature = self._residuals(alone, nothing, y, weights)
        scores = np.empty(d)
        amounts = np.array([levels is None for levels in values.levels])
        scores[amounts] = curvature_strength(values.X[:, amounts], weights, residual, curvature)
        for j in np.flatnonzero(~amounts):
            scores[j] = interaction_strength(
                coarse_cells(values.X[:, j], True, weights), residual, curvature
            )
        return sorted(np.argsort(-scores, kind="stable")[:MOST_CURVES].tolist())

    def _pairs(
        self, values: Values, terms: list[Term], fitted: TermFit, B: Array, y: Any, weights: Array
    ) -> list[Term]:
        residual, curvature = self._residuals(fitted, B, y, weights)
        columns = self._busiest(terms, fitted, B, weights)
        cells = {
            j: coarse_cells(values.X[:, j], values.levels[j] is not None, weights) for j in columns
        }
        laid = [cells.get(j, np.zeros(0, dtype=np.intp)) for j in range(values.X.shape[1])]
        found = strongest_pairs(laid, columns, residual, curvature, int(self.pairs))
        learned = [learn_pair(terms, i, j, values, weights) for i, j in found]
        return [term for term in learned if term is not None]

    @staticmethod
    def _busiest(terms: list[Term], fitted: TermFit, B: Array, weights: Array) -> list[int]:
        """The columns whose curves move most."""
        size: dict[int, float] = {}
        at = 0
        for term in terms:
            width = len(term["centre"])
            adds = B[:, at : at + width] @ fitted.theta[at : at + width]
            moved = np.sqrt(np.average(adds**2, axis=0, weights=weights)).sum()
            at += width
            column = term["columns"][0]
            size[column] = size.get(column, 0.0) + float(moved)
        return sorted(sorted(size, key=lambda j: (-size[j], j))[:PAIR_COLUMNS])

    def _effects(self, B: Array) -> Array:
        """What each term adds: n × terms × k."""
        edges = np.cumsum([0, *(len(term["centre"]) for term in self.terms_)])
        parts = [B[:, a:b] @ self.theta_[a:b] for a, b in pairwise(edges)]
        return np.stack(parts, axis=1) if parts else np.zeros((len(B), 0, self.theta_.shape[1]))

    def _scores(self, X: Any) -> Array:
        check_is_fitted(self)
        values = values_of(self, X, fitting=False)
        return np.asarray(model_features(self.terms_, values.X) @ self.theta_ + self.theta_0_)

    def curve(self, column: str | int) -> dict[str, Any]:
        """The curve of one column: what it adds to the answer, at each of its knots.

        Parameters
        ----------
        column : str or int
            Its name, or its place.

        Returns
        -------
        dict
            `at`: knots, or names of categories; `adds`: (len(at), k), in units of the score;
            `missing`: (k,), what a missing value adds.

        Raises
        ------
        ColumnError
            When there is no such column.

        Notes: §5.1
        """
        check_is_fitted(self)
        j = self._place(column)
        mine = [(s, term) for s, term in enumerate(self.terms_) if term["columns"] == [j]]
        levels = self.levels_[j]
        if levels is not None:
            met = [int(p) for s, term in mine for p in term["places"] if p >= 0]
            at: Any = [levels[place] for place in met]
            grid = np.array([*map(float, met), np.nan])
        else:
            at = next((term["knots"] for _, term in mine if "knots" in term), np.zeros(0))
            grid = np.append(at, np.nan)
        rows = np.zeros((len(grid), self.n_features_in_))
        rows[:, j] = grid
        adds = np.zeros((len(grid), self.theta_.shape[1]))
        edges = np.cumsum([0, *(len(term["centre"]) for term in self.terms_)])
        for s, term in mine:
            adds += term_features(term, rows) @ self.theta_[edges[s] : edges[s + 1]]
        return {"column": self.names_[j], "at": at, "adds": adds[:-1], "missing": adds[-1]}

    def _place(self, column: str | int) -> int:
        if isinstance(column, str):
            if column not in self.names_:
                raise ColumnError(
                    f"There is no curve of {column!r}; there are {', '.join(self.names_)}."
                )
            return self.names_.index(column)
        if not 0 <= column < self.n_features_in_:
            raise ColumnError(f"There are {self.n_features_in_} columns; got {column}.")
        return int(column)

    def importances(self) -> dict[str, float]:
        """How far each column's curve, and each pair's surface, moves the score: root mean square.

        Returns
        -------
        dict of str to float
            From large to small; a pair is named "a × b".

        Notes: §5.1
        """
        check_is_fitted(self)
        found: dict[str, float] = {}
        for term, size in zip(self.terms_, self.sizes_, strict=True):
            name = " × ".join(self.names_[j] for j in term["columns"])
            found[name] = float(np.hypot(found.get(name, 0.0), size))
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    def _happened(self) -> tuple[tuple[str, str], ...]:
        strongest = list(self.importances().items())
        told = ", ".join(f"{name} {size:.3g}" for name, size in strongest[:6])
        pairs = [name for name, _ in strongest if " × " in name]
        facts = (
            ("columns with a curve", f"{len({t['columns'][0] for t in self.terms_}):,}"),
            ("weights", f"{len(self.theta_):,}, worth {self.effective_.sum():.1f} free ones"),
            ("rounds for the penalties", f"{self.n_iter_}"),
            ("how far each moves the score", told or "none does"),
        )
        return facts + ((("pairs", ", ".join(pairs)),) if pairs else ())

    def _curves_explanation(self, problem: str, objective: Formula) -> Explanation:
        return Explanation(
            name=type(self).__name__,
            problem=problem,
            hypothesis=Formula(
                "u(x) = θ₀ + Σⱼ fⱼ(xⱼ) + Σ_pairs fᵢⱼ(xᵢ, xⱼ)",
                r"u(x) = \theta_0 + \sum_j f_j(x_j) + \sum_{(i,j)} f_{ij}(x_i, x_j)",
                "x: d×1, u: 1×1 for each output",
                "§5.1, §5.2",
            ),
            objective=objective,
            algorithm="Each curve is piecewise linear between quantiles, a sum of waves that ridge "
            "holds smooth; the penalty of each term is the one most likely given all rows, so a "
            "column that tells nothing gets a flat curve.",
            happened=self._happened(),
            warnings=tuple(self.warnings_),
            notes="§5.1, §5.2, KE 71, Concept 64",
        )

    def path(self, X: Any, y: Any, lams: Sequence[float], sample_weight: Any = None) -> list[Self]:
        """The fitted curves at each λ.

        Notes: Concept 87
        """
        from sklearn.base import clone

        return [
            clone(self).set_params(lam=float(lam)).fit(X, y, sample_weight=sample_weight)
            for lam in lams
        ]
