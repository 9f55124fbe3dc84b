"""`ForestRegressor`, `ForestClassifier`: scikit-learn's random forests, kept as plain arrays.

Where rows are few, the mean of many trees, each grown on rows and columns drawn at random, is
steadier than a sum of corrections. The trees are grown on the places of a column's values among its
distinct ones: a tree only asks for their order, so that any scale of a column gives the same trees.
A split on categories tells one from all others: parted by how common they are, the trees of 87
splits of 29 tables had a log loss a fortieth higher.

Notes: §1.4, Def 85
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin

from pellucid.data.column_values import Values
from pellucid.data.row_checks import checked_training_rows, classes_of
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import LogProbabilityMixin
from pellucid.hyperparameters import Hyperparameter
from pellucid.trees.boosted_trees import (
    MAX_FEATURES,
    MAX_LEAF_NODES,
    MIN_SAMPLES_LEAF,
    RANDOM_STATE,
)
from pellucid.trees.sum_of_trees import SumOfTrees, rows_by_weight
from pellucid.trees.tree_arrays import Grown, forest_arrays

Array = NDArray[np.float64]
N_ESTIMATORS = Hyperparameter("n_estimators", 100, "int", "Trees of the forest.", low=1)
LEAVES = replace(MAX_LEAF_NODES, default=128)
ROWS_OF_A_LEAF = replace(MIN_SAMPLES_LEAF, default=3)
MOST_ALONE = 256  # categories of all columns that splits tell from others, the commonest
COLUMNS_OF_A_SPLIT = replace(MAX_FEATURES, default=0.5)


class Forest(SumOfTrees):
    """Abstract: growing trees side by side, each on rows drawn at random, with replacement.

    Notes: §1.4, Def 85
    """

    hyperparameters: ClassVar = (
        *(N_ESTIMATORS, LEAVES, ROWS_OF_A_LEAF, COLUMNS_OF_A_SPLIT, RANDOM_STATE),
    )
    leaves_hold: ClassVar[str]  # how the answer is made from b and the leaves, for the explanation

    def __init__(
        self,
        n_estimators: int = N_ESTIMATORS.default,
        *,
        max_leaf_nodes: int = LEAVES.default,
        min_samples_leaf: int = ROWS_OF_A_LEAF.default,
        max_features: float = COLUMNS_OF_A_SPLIT.default,
        random_state: int = RANDOM_STATE.default,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.random_state = random_state

    def _rows(self, values: Values, y: Any, weights: Array) -> tuple[Array, Any, Array | None]:
        """The rows as the trees meet them, with their answers and weights.

        Sorted by their values: which of them are drawn does not depend on their order.
        """
        rows, y, shares = rows_by_weight(self._rank_categories(values), y, weights)
        order = np.lexsort((y, *rows.T))
        return rows[order], y[order], None if shares is None else shares[order]

    def _grow(self, make: Any, rows: Array, y: Any, shares: Array | None, more: int = 0) -> None:
        """Let scikit-learn grow the trees; `more` answers beside theirs are part of the mean."""
        columns, grown = _grown_on(rows, self._coded, self.min_samples_leaf)
        forest = make(
            self.n_estimators,
            max_leaf_nodes=self.max_leaf_nodes,
            min_samples_leaf=self.min_samples_leaf,
            max_features=self.max_features,
            random_state=self.random_state,
        )
        trees = [tree.tree_ for tree in forest.fit(columns, y, shares).estimators_]
        share = 1 / (self.n_estimators + more)
        self.trees_ = forest_arrays(trees, grown, len(self.baseline_), share)

    def _explanation(self) -> Explanation:
        outputs = len(self.baseline_)
        return Explanation(
            name=type(self).__name__,
            problem="A black box that is steady on few rows, to measure readable models against "
            "or to take where it is worth what it costs: no weight and no curve of it can be read.",
            hypothesis=Formula(
                "ŷ(x) = b + Σ_t tree_t(x)",
                r"\hat y(x) = b + \sum_t \mathrm{tree}_t(x)",
                f"x: d×1, ŷ: {outputs}×1",
                "§1.4",
            ),
            algorithm="A random forest (scikit-learn's): each tree sees rows drawn with "
            f"replacement, each of its splits a share of the columns; {self.leaves_hold}",
            happened=(
                ("trees", f"{len(self.trees_['starts']) - 1:,}"),
                ("nodes", f"{len(self.trees_['value']):,}"),
                ("leaves of a tree", f"at most {self.max_leaf_nodes}"),
                ("columns", f"{self.n_features_in_:,}"),
            ),
            warnings=tuple(self.warnings_),
            notes="§1.4, Def 85",
        )


class ForestRegressor(RegressorMixin, Forest):  # type: ignore[misc]
    """The mean of regression trees, each grown on rows drawn at random, with replacement.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    trees_ : dict of ndarray
        The nodes of all trees, end to end; a leaf's value is its share of the mean.
    baseline_ : ndarray, shape (1,)
        What the shares are added to: the mean of the training targets.
    n_features_in_ : int
        d.
    ranks_, levels_ : list
        For each column of categories their ranks by frequency and their names; None for an amount.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(200.0)[:, None]
    >>> h = ForestRegressor().fit(x, (x[:, 0] > 99) * 5.0)
    >>> h.predict([[3.0], [150.0]]).round(2)
    array([0., 5.])

    Notes: §1.4, Def 85
    """

    leaves_hold = (
        "b is the mean target, and a leaf holds its rows' mean distance from b, divided by the "
        "number of trees."
    )

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : Table, data frame or array, n rows
            Missing values are known as missing; a split on the categories of a table or frame tells
            one from the others.
        y : array, shape (n,)
            Numbers, the targets.
        sample_weight : array, shape (n,), or None

        Returns
        -------
        self
        """
        from sklearn.ensemble import RandomForestRegressor

        self.check_hyperparameters()
        values, targets, weights = checked_training_rows(self, X, y, sample_weight)
        rows, y, shares = self._rows(values, np.asarray(targets, dtype=np.float64), weights)
        self.baseline_ = np.array([np.average(y, weights=shares)])
        self._grow(RandomForestRegressor, rows, y - self.baseline_, shares)
        return self

    def predict(self, X: Any) -> Array:
        """The mean of the trees, for each row of X: (n,)."""
        return self._sums(X)[:, 0]


class ForestClassifier(LogProbabilityMixin, ClassifierMixin, Forest):  # type: ignore[misc]
    """The mean of classification trees and of the class shares, which keeps each chance above 0.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    classes_ : ndarray, shape (k,)
        The labels, sorted, that the chances belong to.
    trees_ : dict of ndarray
        The nodes of all trees, end to end; a leaf's values, one a class (of two: of the second),
        are its shares of the mean.
    baseline_ : ndarray, shape (1,) or (k,)
        What the shares are added to: the training rows' class shares, as of one tree more.
    n_features_in_, ranks_, levels_, warnings_
        As of `ForestRegressor`.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(200.0)[:, None]
    >>> h = ForestClassifier().fit(x, np.where(x[:, 0] > 99, "late", "early"))
    >>> h.predict([[3.0], [150.0]]).tolist()
    ['early', 'late']
    >>> h.predict_proba([[3.0]]).round(3)
    array([[0.995, 0.005]])

    Notes: §1.4, Def 85
    """

    classes_: NDArray[Any]
    leaves_hold = (
        "a leaf holds the shares of the classes among its rows, and b those among all rows, each "
        "divided by the number of trees and one more."
    )

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : Table, data frame or array, n rows
            As for `ForestRegressor`.
        y : array, shape (n,)
            Labels, at least two that differ.
        sample_weight : array, shape (n,), or None

        Returns
        -------
        self
        """
        from sklearn.ensemble import RandomForestClassifier

        self.check_hyperparameters()
        values, labels, weights = checked_training_rows(self, X, y, sample_weight)
        self.classes_, codes = classes_of(self, labels)
        rows, codes, shares = self._rows(values, codes, weights)
        k = len(self.classes_)
        counts = np.bincount(codes, weights=shares, minlength=k)
        self.baseline_ = (counts / counts.sum() / (self.n_estimators + 1))[1 if k == 2 else 0 :]
        self._grow(RandomForestClassifier, rows, codes, shares, more=1)
        return self

    def predict_proba(self, X: Any) -> Array:
        """Probability of each class, for each row of X: n×k."""
        chances = self._sums(X)
        return np.hstack([1 - chances, chances]) if chances.shape[1] == 1 else chances

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row; a tie goes to the first."""
        places = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[places])


def _grown_on(rows: Array, coded: int, fewest: int) -> tuple[Array, Grown]:
    """The columns that trees are grown on, NaN where a value is missing.

    Of an amount each value's place among the distinct ones. Of three categories or more a column
    for each that as many rows have as a leaf needs, which tells it from the others; where all are
    rarer, their ranks.
    """
    distinct = [np.unique(column[~np.isnan(column)]) for column in rows.T]
    places = [np.searchsorted(values, x) for values, x in zip(distinct, rows.T, strict=True)]
    several = [j for j in range(coded) if len(distinct[j]) > 2]
    counts = {j: np.bincount(places[j][~np.isnan(rows[:, j])]) for j in several}
    most = np.sort(np.concatenate([*counts.values(), [0]]))[::-1]
    if len(most) > MOST_ALONE:
        fewest = max(fewest, int(most[MOST_ALONE]) + 1)
    source: list[int] = []
    category: list[int] = []
    columns: list[Array] = []
    for j, (values, at) in enumerate(zip(distinct, places, strict=True)):
        alone = np.flatnonzero(counts[j] >= fewest) if j in counts else np.zeros(0, dtype=np.intp)
        told = at[:, None] == alone if len(alone) else at[:, None]
        source += [j] * told.shape[1]
        category += values[alone].astype(int).tolist() or [-1]
        columns.append(np.where(np.isnan(rows[:, j, None]), np.nan, told))
    return np.hstack(columns), Grown(np.array(source), np.array(category), distinct, coded)
