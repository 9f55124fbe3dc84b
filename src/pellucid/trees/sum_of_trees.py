"""`SumOfTrees`: what an answer is that many trees add up to, whoever has grown them.

Notes: §1.4
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from pellucid.data.column_values import Values, values_of
from pellucid.glass_box import GlassBox
from pellucid.trees.tree_arrays import Trees, tree_scores

Array = NDArray[np.float64]
MOST_CATEGORIES = 254  # scikit-learn's histograms hold so many categories, and one for the rest


class SumOfTrees(GlassBox):
    """Abstract: rows to columns of values, categories ranked, and the sums of fitted trees.

    Notes: §1.4
    """

    trees_: Trees
    baseline_: Array
    ranks_: list[Any]
    levels_: list[Any]
    n_features_in_: int

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _rank_categories(self, values: Values) -> Array:
        """Learn the ranks of the categories, and give the rows with them."""
        self.ranks_ = [
            None if levels is None else _ranks(values.X[:, j], len(levels))
            for j, levels in enumerate(values.levels)
        ]
        return self._ranked(values)

    @property
    def _coded(self) -> int:
        """How many columns hold categories; they come first."""
        return sum(ranks is not None for ranks in self.ranks_)

    def _ranked(self, values: Values) -> Array:
        """Categories as ranks, the commonest first; what training did not hold is missing.

        Columns of categories come first, as scikit-learn orders them inside.
        """
        X = np.array(values.X)
        for j, ranks in enumerate(self.ranks_):
            if ranks is not None:
                places = np.where(np.isnan(X[:, j]) | (X[:, j] < 0), len(ranks), X[:, j])
                X[:, j] = np.append(ranks, np.nan)[places.astype(np.intp)]
        coded = np.array([ranks is not None for ranks in self.ranks_])
        return np.ascontiguousarray(X[:, np.argsort(~coded, kind="stable")])

    def _sums(self, X: Any) -> Array:
        check_is_fitted(self)
        return tree_scores(
            self.trees_, self._ranked(values_of(self, X, fitting=False)), self.baseline_
        )


def _ranks(places: Array, count: int) -> Array:
    """Rank of each category by how often it is met; the rarest share one, those not met are NaN."""
    met = places[np.isfinite(places) & (places >= 0)].astype(np.intp)
    counts = np.bincount(met, minlength=count)
    order = np.argsort(-counts, kind="stable")
    ranks = np.empty(count)
    ranks[order] = np.minimum(np.arange(count), MOST_CATEGORIES)
    ranks[counts == 0] = np.nan
    return ranks


def rows_by_weight(X: Array, y: Any, weights: Array) -> tuple[Array, Any, Array | None]:
    """Rows as often as their weights say, where these are whole numbers; else weighted rows."""
    if (weights == 1).all():
        return X, y, None
    if (weights == np.round(weights)).all() and weights.sum() <= 20 * len(weights):
        again = np.repeat(np.arange(len(weights)), weights.astype(np.intp))
        return X[again], y[again], None
    return X, y, weights
