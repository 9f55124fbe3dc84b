"""Nearest neighbours: no model at all; a query is answered from the stored rows most like it.

Ties in distance go to the row stored first. The search itself is scikit-learn's.

Notes: §1.4.1
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import validate_data

from pellucid.data.label_encoding import encode_labels
from pellucid.data.magnitude_checks import refuse_extremes
from pellucid.data.sample_weights import checked_weights
from pellucid.errors import ShapeError, TooFewRowsWarning
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox, LogProbabilityMixin
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.input_rows import query_rows, training_rows

Array = NDArray[np.float64]
DECIMALS = 12  # to which distances of a tie agree
ROUNDING = 10.0**-DECIMALS
N_NEIGHBORS = Hyperparameter(
    "n_neighbors", 5, "int", "How many stored rows answer a query.", symbol="k", low=1
)


def nearest(X: Array, queries: Array, k: int) -> tuple[Array, NDArray[np.intp]]:
    """Distances and indices (m, n) of the candidates for the k nearest rows, ties included.

    One row more than k is looked at, so that a tie across the boundary can be seen and settled by
    row index. Distances that differ by no more than rounding are a tie: else the order in which a
    search adds squares would settle it.

    Notes: §1.4.1
    """
    wanted = min(k + 1, len(X))
    search = NearestNeighbors(n_neighbors=wanted).fit(X)
    distance, index = search.kneighbors(queries)
    if wanted > k:
        tied = np.flatnonzero(distance[:, k] <= distance[:, k - 1] * (1 + ROUNDING) + ROUNDING)
        for row in tied:
            apart = np.sqrt(((X - queries[row]) ** 2).sum(axis=1))
            order = np.argsort(np.round(apart, DECIMALS), kind="stable")[:wanted]
            distance[row], index[row] = apart[order], order
    return distance[:, :k], index[:, :k]


class Neighbors(GlassBox):
    """Abstract: keeps the rows, finds the nearest."""

    block_route = "pellucid.linear.on_blocks.neighbors:fit_neighbors"
    hyperparameters: ClassVar = (N_NEIGHBORS,)

    def __init__(self, n_neighbors: int = N_NEIGHBORS.default) -> None:
        self.n_neighbors = n_neighbors

    def _store(self, X: Any, weights: Any) -> None:
        refuse_extremes(X)
        self.rows_ = np.array(X, dtype=np.float64)
        self.weights_ = np.ones(len(X)) if weights is None else np.asarray(weights, np.float64)
        total = self.weights_.sum()
        if total < self.n_neighbors:
            self.warn(
                f"{self.n_neighbors} neighbours are asked for and there are {total:g} rows; all "
                "answer.",
                TooFewRowsWarning,
            )

    def _votes(self, X: Any) -> tuple[NDArray[np.intp], Array]:
        """Indices of the rows that answer, and how often each counts: a row of weight 2 is two."""
        k = min(self.n_neighbors, len(self.rows_))
        _, index = nearest(self.rows_, X, k)
        so_far = np.cumsum(self.weights_[index], axis=1)
        before = so_far - self.weights_[index]
        return index, np.clip(self.n_neighbors - before, 0.0, self.weights_[index])

    def _explanation(self) -> Explanation:
        return Explanation(
            name=type(self).__name__,
            problem="No model: answer from the stored rows that are most similar.",
            hypothesis=Formula(
                "h(x) = mean (or vote) of y⁽ⁱ⁾ over the k rows with the smallest ‖x⁽ⁱ⁾ − x‖",
                r"h(x) = \frac{1}{k}\sum_{i \in N_k(x)} y^{(i)}",
                "x: d×1",
                "§1.4.1",
            ),
            algorithm="Rows are kept; a tree or a plain search (scikit-learn's) finds the nearest.",
            happened=(("rows kept", f"{len(self.rows_):,}"), ("k", f"{self.n_neighbors}")),
            warnings=tuple(self.warnings_),
            notes="§1.4.1",
        )


class NearestNeighborRegressor(MultiOutputMixin, RegressorMixin, Neighbors):  # type: ignore[misc]
    """Average the targets of the nearest stored rows.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    rows_, answers_, weights_ : ndarray
        What was stored: (n, d), (n, t), (n,).
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> X, y = np.array([[0.0], [1.0], [9.0]]), np.array([0.0, 2.0, 100.0])
    >>> NearestNeighborRegressor(n_neighbors=2).fit(X, y).predict([[0.4]])
    array([1.])

    Notes: §1.4.1
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Store the rows X (n×d) and targets y (n or n×t), with their weights."""
        self.check_hyperparameters()
        X, Y, weights, flat = training_rows(self, X, y, sample_weight, sparse=False)
        self._store(X, weights)
        self.answers_, self.flat_ = Y, flat
        return self

    def predict(self, X: Any) -> Array:
        """Mean target of the nearest rows, for each row of X (m×d)."""
        X = query_rows(self, X, sparse=False)
        index, votes = self._votes(X)
        total = np.einsum("mk,mkt->mt", votes, self.answers_[index])
        found = total / votes.sum(axis=1)[:, None]
        return found[:, 0] if self.flat_ else np.asarray(found)


class NearestNeighborClassifier(LogProbabilityMixin, ClassifierMixin, Neighbors):  # type: ignore[misc]
    """Let the nearest stored rows vote; ties go to the first label.

    Probabilities are (votes + 1) / (k + number of classes): a few neighbours are no proof.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    classes_ : ndarray, shape (c,)
        Labels, sorted.
    rows_, codes_, weights_ : ndarray
        What was stored: (n, d), (n,), (n,).
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [9.0]])
    >>> NearestNeighborClassifier(n_neighbors=1).fit(X, ["a", "b", "c"]).predict([[8.0]])
    array(['c'], dtype='<U1')

    Notes: §1.4.1
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Store the rows X (n×d) and labels y (n), with their weights."""
        self.check_hyperparameters()
        X, y = validate_data(self, X, y, dtype=np.float64)
        classes, codes = encode_labels(y)
        weights = None if sample_weight is None else checked_weights(sample_weight, len(y))
        if weights is not None:
            X, codes, weights = X[weights > 0], codes[weights > 0], weights[weights > 0]
        self._store(X, weights)
        present, self.codes_ = np.unique(codes, return_inverse=True)
        self.classes_ = classes[present]
        return self

    def predict_proba(self, X: Any) -> Array:
        """Smoothed shares of the votes, for each row of X: m×c."""
        counts = self._counts(X)
        return np.asarray((counts + 1) / (counts + 1).sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> NDArray[Any]:
        """Label with most votes, for each row of X."""
        counts = self._counts(X)
        return np.asarray(self.classes_[counts.argmax(axis=1)])

    def _counts(self, X: Any) -> Array:
        X = query_rows(self, X, sparse=False)
        index, votes = self._votes(X)
        counts = np.zeros((len(X), len(self.classes_)))
        rows = np.broadcast_to(np.arange(len(X))[:, None], index.shape)
        np.add.at(counts, (rows, self.codes_[index]), votes)
        return counts


class NearestNeighbor(Neighbors):
    """Answer as the nearest stored rows did: the vote for labels, the mean for numbers.

    Which of the two shows in the answers: fractions are numbers; text, yes or no, and whole
    numbers are labels. To average whole numbers, take `NearestNeighborRegressor`.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    machine_ : NearestNeighborClassifier or NearestNeighborRegressor
        The one that answers.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> X = [[0.0], [1.0], [9.0]]
    >>> NearestNeighbor(n_neighbors=1).fit(X, ["a", "b", "c"]).predict([[8.0]]).item()
    'c'
    >>> NearestNeighbor(n_neighbors=2).fit(X, [0.0, 2.5, 100.5]).predict([[0.4]]).item()
    1.25

    Notes: §1.4.1
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Store the rows X (n×d) and targets y (n or n×t), with their weights."""
        self.check_hyperparameters()
        if y is None:
            raise ShapeError("NearestNeighbor requires y to be passed, but the target y is None.")
        numbers = type_of_target(y, input_name="y").startswith("continuous")
        machine = NearestNeighborRegressor if numbers else NearestNeighborClassifier
        self.machine_ = machine(self.n_neighbors).fit(X, y, sample_weight)
        self.n_features_in_, self.warnings_ = self.machine_.n_features_in_, self.machine_.warnings_
        if hasattr(self.machine_, "feature_names_in_"):
            self.feature_names_in_ = self.machine_.feature_names_in_
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Label or mean of the nearest rows, for each row of X (m×d)."""
        X = query_rows(self, X, sparse=False)
        return np.asarray(self.machine_.predict(X))

    def _explanation(self) -> Explanation:
        return self.machine_.explain()
