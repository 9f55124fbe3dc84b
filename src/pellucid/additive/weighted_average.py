"""The weighted average of a few whole models of a table: of their numbers, or of their chances.

Notes: §2.7, Def 85, KE 152
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import HyperparameterError
from pellucid.explanation import Explanation, Formula
from pellucid.formatting import number
from pellucid.glass_box import GlassBox, LogProbabilityMixin
from pellucid.hyperparameters import Hyperparameter

Array = NDArray[np.float64]
PARTS = Hyperparameter(
    "parts",
    None,
    "any",
    "The models, each a pipeline that encodes the table itself.",
    optional=True,
    accepts=lambda value: all(hasattr(each, "fit") for each in value),
    described="sequence of pipelines, or None",
)
WEIGHTS = Hyperparameter(
    "weights",
    None,
    "any",
    "The weight of each part: none negative, 1 together.",
    optional=True,
    accepts=lambda value: min(value) >= 0 and abs(sum(value) - 1) < 1e-9,
    described="sequence of float, or None",
)
NAMES = Hyperparameter(
    "names",
    None,
    "any",
    "What each part is called.",
    optional=True,
    accepts=lambda value: all(isinstance(each, str) for each in value),
    described="sequence of str, or None",
)


class WeightedAverage(GlassBox):
    """Abstract: the parts, their steps once fitted, and their weights.

    Notes: §2.7
    """

    hyperparameters: ClassVar = (PARTS, WEIGHTS, NAMES)

    steps_: list[list[Any]]
    weights_: Array
    names_: list[str]
    n_features_in_: int

    def __init__(
        self,
        parts: Sequence[Any] | None = PARTS.default,
        weights: Sequence[float] | None = WEIGHTS.default,
        names: Sequence[str] | None = NAMES.default,
    ) -> None:
        self.parts = parts
        self.weights = weights
        self.names = names

    def _fit_parts(self, X: Any, y: Any) -> None:
        self.check_hyperparameters()
        parts, weights = list(self.parts or ()), list(self.weights or ())
        if not parts or len(weights) != len(parts):
            raise HyperparameterError(
                f"{type(self).__name__}: {len(parts)} parts and {len(weights)} weights; give one "
                "weight a part, and at least one part."
            )
        self.weights_ = np.asarray(weights, dtype=np.float64)
        self.names_ = list(self.names or (type(part).__name__ for part in parts))
        fitted = [clone(part).fit(X, y) for part in parts]
        self.steps_ = [[step for _, step in part.steps] for part in fitted]
        self.n_features_in_ = len(X.columns)

    def part_rows(self, X: Any) -> list[tuple[float, Any, Any]]:
        """Weight, model, and the rows as that model takes them, of each part."""
        check_is_fitted(self)
        found = []
        for weight, (*before, model) in zip(self.weights_, self.steps_, strict=True):
            rows = X
            for step in before:
                recorded = len(step.warnings_)
                rows = step.transform(rows)
                del step.warnings_[recorded:]  # they are of these rows, not of the fit
            found.append((float(weight), model, rows))
        return found

    def to_state(self) -> dict[str, Any]:
        """What a model file holds: the fitted parts, not those they were cloned from.

        Notes: Def 19
        """
        return {k: v for k, v in vars(self).items() if k.endswith("_")}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """The fitted average of a model file.

        Notes: Def 19
        """
        found = cls(weights=state["weights_"].tolist(), names=state["names_"])
        for name, value in state.items():
            setattr(found, name, value)
        return found

    def _explanation(self) -> Explanation:
        terms = [f"{number(w)} · {n}" for w, n in zip(self.weights_, self.names_, strict=True)]
        return Explanation(
            name=type(self).__name__,
            problem="Models that err apart err less together: the answer is a weighted average of "
            "theirs.",
            hypothesis=Formula(
                "h(x) = Σⱼ wⱼ hⱼ(x)",
                r"h(x) = \sum_j w_j \, h_j(x)",
                "x: a row of the table, wⱼ ≥ 0, Σⱼ wⱼ = 1",
                "§2.7",
            ),
            algorithm="Each part is fitted by itself; the weights are given.",
            happened=(("the average", " + ".join(terms)),),
            warnings=tuple(self.warnings_),
            notes="§2.7, Def 85",
            parts=tuple(steps[-1].explain() for steps in self.steps_),
        )


class WeightedAverageRegressor(RegressorMixin, WeightedAverage):  # type: ignore[misc]
    """The weighted average of the numbers that several regressions predict.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    steps_ : list of list of estimator
        The fitted steps of each part, its model last.
    weights_ : ndarray, shape (m,)
        Weights of the m parts.
    names_ : list of str
        What the parts are called.
    n_features_in_ : int
        Columns of the table.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from pellucid import Ridge, TableEncoder, read_table
    >>> X = read_table(np.arange(8.0)[:, None])
    >>> parts = [make_pipeline(TableEncoder(), Ridge(lam=lam)) for lam in (0.0, 1e9)]
    >>> h = WeightedAverageRegressor(parts, [0.5, 0.5], ["line", "mean"])
    >>> h.fit(X, np.arange(8.0)).predict(X).round(2)[:2]
    array([1.75, 2.25])

    Notes: §2.7, Def 85
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Fit each part.

        Parameters
        ----------
        X : Table, n rows
        y : array, shape (n,)
            Numbers.

        Returns
        -------
        WeightedAverageRegressor
            Itself.
        """
        self._fit_parts(X, np.asarray(y, dtype=np.float64))
        return self

    def predict(self, X: Any) -> Array:
        """The weighted average of the parts' numbers, for each row of the table: (n,)."""
        total = np.zeros(len(X))
        for weight, model, rows in self.part_rows(X):
            total += weight * np.asarray(model.predict(rows), dtype=np.float64)
        return total


class WeightedAverageClassifier(LogProbabilityMixin, ClassifierMixin, WeightedAverage):  # type: ignore[misc]
    """The weighted average of the chances that several classifiers give to each class.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    classes_ : ndarray, shape (k,)
        Labels, sorted.
    steps_ : list of list of estimator
        The fitted steps of each part, its model last.
    weights_ : ndarray, shape (m,)
        Weights of the m parts.
    names_ : list of str
        What the parts are called.
    n_features_in_ : int
        Columns of the table.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from pellucid import LogisticClassifier, TableEncoder, read_table
    >>> X = read_table(np.arange(8.0)[:, None])
    >>> parts = [make_pipeline(TableEncoder(), LogisticClassifier(lam=0.1))] * 2
    >>> y = np.array(["no"] * 4 + ["yes"] * 4)
    >>> h = WeightedAverageClassifier(parts, [0.5, 0.5], ["one", "other"]).fit(X, y)
    >>> h.predict(X).tolist() == y.tolist()
    True

    Notes: §2.7, KE 152
    """

    classes_: NDArray[Any]

    def fit(self, X: Any, y: Any) -> Self:
        """Fit each part.

        Parameters
        ----------
        X : Table, n rows
        y : array, shape (n,)
            Labels.

        Returns
        -------
        WeightedAverageClassifier
            Itself.
        """
        self._fit_parts(X, y)
        self.classes_ = np.asarray(self.steps_[0][-1].classes_)
        return self

    def predict_proba(self, X: Any) -> Array:
        """The weighted average of the parts' chances, for each row of the table: n×k."""
        total = np.zeros((len(X), len(self.classes_)))
        for weight, model, rows in self.part_rows(X):
            total += weight * np.asarray(model.predict_proba(rows), dtype=np.float64)
        return total

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row; a tie goes to the first."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])
