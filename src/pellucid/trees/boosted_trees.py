"""`BoostedTreesRegressor`, `BoostedTreesClassifier`: scikit-learn's trees, kept as plain arrays.

The black box against which a readable model is measured. Growing the trees is scikit-learn's work;
the fitted trees are arrays, so that a model file holds them without a pickle.

Notes: Concept 87, §1.4
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from pellucid.data.column_values import Values
from pellucid.data.row_checks import checked_training_rows, classes_of
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import LogProbabilityMixin
from pellucid.hyperparameters import Hyperparameter
from pellucid.losses import sigmoid
from pellucid.trees.sum_of_trees import SumOfTrees, rows_by_weight
from pellucid.trees.tree_arrays import first_trees, tree_arrays

Array = NDArray[np.float64]
MANY_VALUES = 3_000_000

MAX_ITER = Hyperparameter("max_iter", 100, "int", "Rounds of boosting: trees a class.", low=1)
LEARNING_RATE = Hyperparameter(
    "learning_rate",
    0.1,
    "float",
    "How much of each tree's correction is taken.",
    symbol="η",
    low=0,
    open_low=True,
)
MAX_LEAF_NODES = Hyperparameter("max_leaf_nodes", 31, "int", "Most leaves of a tree.", low=2)
MIN_SAMPLES_LEAF = Hyperparameter("min_samples_leaf", 20, "int", "Fewest rows of a leaf.", low=1)
MAX_FEATURES = Hyperparameter(
    "max_features",
    1.0,
    "float",
    "Share of the columns, drawn at random, that each split may choose from.",
    low=0,
    high=1,
    open_low=True,
)
RANDOM_STATE = Hyperparameter("random_state", 0, "int", "Seed of the draws.", low=0, high=2**32 - 1)


class BoostedTrees(SumOfTrees):
    """Abstract: growing the trees round by round.

    Notes: §1.4
    """

    hyperparameters: ClassVar = (
        *(MAX_ITER, LEARNING_RATE, MAX_LEAF_NODES, MIN_SAMPLES_LEAF, MAX_FEATURES, RANDOM_STATE),
    )
    path_parameter = "max_iter"
    n_iter_: int
    _grown: list[Any] | None = None  # of `growing`: scikit-learn's own trees, to grow on from

    def __init__(
        self,
        max_iter: int = MAX_ITER.default,
        *,
        learning_rate: float = LEARNING_RATE.default,
        max_leaf_nodes: int = MAX_LEAF_NODES.default,
        min_samples_leaf: int = MIN_SAMPLES_LEAF.default,
        max_features: float = MAX_FEATURES.default,
        random_state: int = RANDOM_STATE.default,
    ) -> None:
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.random_state = random_state

    def _grow(self, make: Any, values: Values, y: Any, weights: Array) -> None:
        """Let scikit-learn grow the trees, and keep them as arrays."""
        X = self._rank_categories(values)
        X[:, np.isnan(X).all(axis=0)] = 0.0  # nothing to split by; scikit-learn has no bin for it
        X, y, shares = rows_by_weight(X, y, weights)
        categorical = [place < self._coded for place in range(X.shape[1])]
        machine = make(
            max_iter=self.max_iter,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.max_leaf_nodes,
            min_samples_leaf=self.min_samples_leaf,
            max_features=self.max_features,
            categorical_features=categorical if any(categorical) else None,
            early_stopping=False,
            random_state=self.random_state,
        )
        if self._grown:
            # It begins its draws anew with each fit, but takes a generator as it stands.
            machine = self._grown.pop().set_params(max_iter=self.max_iter, warm_start=True)
            machine._feature_subsample_seed = machine._feature_subsample_rng
        # Threads pay for themselves on large tables only; on small ones they wait for each other.
        with threadpool_limits(1 if X.size < MANY_VALUES else None, user_api="openmp"):
            grown = machine.fit(X, y, shares)
        if self._grown is not None:
            self._grown.append(grown)
        self.n_iter_ = int(self.max_iter)
        self.trees_ = tree_arrays(grown._predictors)
        self.baseline_ = np.asarray(grown._baseline_prediction, dtype=np.float64).ravel()

    def path(self, X: Any, y: Any, values: Sequence[int], sample_weight: Any = None) -> list[Self]:
        """The fitted trees after each number of rounds, from one fit.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.
        values : sequence of int
            Numbers of rounds.

        Returns
        -------
        list of estimator
            One a number, in the order given.

        Notes: Concept 87
        """
        return self.growing(X, y, sample_weight)(values)

    def growing(
        self, X: Any, y: Any, sample_weight: Any = None
    ) -> Callable[[Sequence[int]], list[Self]]:
        """A path that can be gone on with: more rounds grow on from those that are there.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.

        Returns
        -------
        callable
            Takes numbers of rounds, not fewer than before, and gives what `path` does: the very
            trees of a fit of so many rounds.

        Notes: Concept 87
        """
        whole = copy.copy(self)
        whole._grown = []

        def path(values: Sequence[int]) -> list[Self]:
            whole.max_iter = max(values)
            whole.fit(X, y, sample_weight)
            found = []
            for rounds in values:
                part = copy.copy(whole)
                del part._grown
                part.max_iter = part.n_iter_ = rounds
                part.trees_ = first_trees(whole.trees_, rounds * len(whole.baseline_))
                found.append(part)
            return found

        return path

    def _explanation(self) -> Explanation:
        return Explanation(
            name=type(self).__name__,
            problem="A black box to measure readable models against, or to take where it is worth "
            "what it costs: no weight and no curve of it can be read.",
            hypothesis=Formula(
                "u(x) = b + Σ_t tree_t(x)",
                r"u(x) = b + \sum_t \mathrm{tree}_t(x)",
                "x: d×1, u: 1×1 for each class",
                "§1.4",
            ),
            algorithm="Gradient boosting on histograms (scikit-learn's): each tree corrects what "
            "the trees before it left, and each correction is taken in part.",
            happened=(
                ("trees", f"{len(self.trees_['starts']) - 1:,}"),
                ("nodes", f"{len(self.trees_['value']):,}"),
                ("learning rate", f"{self.learning_rate:g}"),
                ("leaves of a tree", f"at most {self.max_leaf_nodes}"),
                ("columns", f"{self.n_features_in_:,}"),
            ),
            warnings=tuple(self.warnings_),
            notes="§1.4, Concept 87",
        )


class BoostedTreesRegressor(RegressorMixin, BoostedTrees):  # type: ignore[misc]
    """Boosted regression trees under the square loss.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    trees_ : dict of ndarray
        The nodes of all trees, end to end.
    baseline_ : ndarray, shape (1,)
        The prediction before the first tree: the mean.
    ranks_, levels_ : list
        For each column of categories their ranks by frequency and their names; None for an amount.
    n_iter_ : int
        Rounds of boosting, one tree each.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(200.0)[:, None]
    >>> h = BoostedTreesRegressor().fit(x, (x[:, 0] > 99) * 5.0)
    >>> h.predict([[3.0], [150.0]]).round(2)
    array([0., 5.])

    Notes: §1.4, Concept 87
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : Table, data frame or array, n rows
            Missing values are known as missing; categories of a table or frame as
            categories, each a split of its own kind.
        y : array, shape (n,)
            Numbers, predicted by the trees.
        sample_weight : array, shape (n,), or None

        Returns
        -------
        self
        """
        from sklearn.ensemble import HistGradientBoostingRegressor

        self.check_hyperparameters()
        values, y, weights = checked_training_rows(self, X, y, sample_weight)
        y = np.asarray(y, dtype=np.float64)
        self._grow(HistGradientBoostingRegressor, values, y, weights)
        return self

    def predict(self, X: Any) -> Array:
        """The sum of the trees, for each row of X: (n,)."""
        return self._sums(X)[:, 0]


class BoostedTreesClassifier(LogProbabilityMixin, ClassifierMixin, BoostedTrees):  # type: ignore[misc]
    """Boosted classification trees under the negative log likelihood.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    classes_ : ndarray, shape (k,)
        Labels, sorted.
    trees_ : dict of ndarray
        The nodes of all trees, end to end; one tree a class and round where k > 2.
    baseline_ : ndarray, shape (1,) or (k,)
        The score before the first tree.
    ranks_, levels_ : list
        For each column of categories their ranks by frequency and their names; None for an amount.
    n_iter_ : int
        Rounds of boosting.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(200.0)[:, None]
    >>> h = BoostedTreesClassifier().fit(x, np.where(x[:, 0] > 99, "late", "early"))
    >>> h.predict([[3.0], [150.0]]).tolist()
    ['early', 'late']

    Notes: §1.4, Concept 87
    """

    classes_: NDArray[Any]

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow the trees of all classes.

        Parameters
        ----------
        X : Table, data frame or array, n rows
            Missing values are known as missing; categories of a table or frame as
            categories, each a split of its own kind.
        y : array, shape (n,)
            Labels, predicted by the trees.
        sample_weight : array, shape (n,), or None

        Returns
        -------
        BoostedTreesClassifier
            Itself.
        """
        from sklearn.ensemble import HistGradientBoostingClassifier

        self.check_hyperparameters()
        values, y, weights = checked_training_rows(self, X, y, sample_weight)
        self.classes_, codes = classes_of(self, y)
        self._grow(HistGradientBoostingClassifier, values, codes, weights)
        return self

    def predict_proba(self, X: Any) -> Array:
        """Probability of each class, for each row of X: n×k."""
        check_is_fitted(self)
        u = self._sums(X)
        if u.shape[1] == 1:
            return np.column_stack([sigmoid(-u[:, 0]), sigmoid(u[:, 0])])
        p = np.exp(u - u.max(axis=1, keepdims=True))
        return np.asarray(p / p.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row; a tie goes to the first."""
        chances = self.predict_proba(X)
        return np.asarray(self.classes_[chances.argmax(axis=1)])
