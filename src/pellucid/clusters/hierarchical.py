"""`HierarchicalClusters`: groups within groups, cut at any level.

Notes: §6.3.4, Def 235
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClusterMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.clusters.k_means import KMeans
from pellucid.clusters.kernels.k_means_loss import means_and_counts, nearest_mean
from pellucid.clusters.solvers.cluster_tree import groups_below, groups_of_leaves, linkage_of_splits
from pellucid.data.magnitude_checks import refuse_extremes
from pellucid.data.sample_weights import checked_weights
from pellucid.errors import HyperparameterError, TooFewRowsError, TooFewRowsWarning
from pellucid.explanation import Explanation, Formula
from pellucid.formatting import number
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter

Array = NDArray[np.float64]
Labels = NDArray[np.intp]
Division = tuple[Array, Labels, float]
MOST_MERGED = 20_000  # distances of all pairs: 20,000 rows take 1.6 GB

N_CLUSTERS = Hyperparameter(
    "n_clusters",
    2,
    "int",
    "Level at which `labels_` and `predict` cut the tree.",
    symbol="k",
    low=1,
)
ALGORITHM = Hyperparameter(
    "algorithm",
    "split",
    "str",
    '"split" divides by k-means with two means, from the whole downwards; "merge" joins the '
    "nearest groups, from single rows upwards (SciPy's).",
    choices=("split", "merge"),
)
MOST_LEAVES = Hyperparameter(
    "most_leaves",
    30,
    "int",
    "Where splitting ends: this many groups, or `n_clusters` if that is more.",
    low=1,
)
LINKAGE = Hyperparameter(
    "linkage",
    "ward",
    "str",
    'What merging calls the distance of two groups: rise of the k-means loss ("ward"), mean, '
    "largest, or smallest distance of their rows.",
    choices=("ward", "average", "complete", "single"),
)
N_INIT = Hyperparameter("n_init", 4, "int", "Starts of each division by k-means.", low=1)
RANDOM_STATE = Hyperparameter("random_state", 0, "int", "Seed of the starts.", low=0, optional=True)


class HierarchicalClusters(ClusterMixin, GlassBox):  # type: ignore[misc]
    """Groups at several levels: few coarse ones that contain many fine ones.

    Splitting always divides, of the present groups, the one whose division by k-means lowers the
    loss most; merging joins, of the present groups, the two that are nearest. Either way the whole
    tree is kept, and `cut` reads any level of it.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    labels_ : ndarray of int, shape (n,)
        Group of each row, at the level of `n_clusters`.
    cluster_centers_ : ndarray, shape (k, d)
        Means of the groups at that level.
    linkage_ : ndarray, shape (m − 1, 4)
        The tree over its m leaves, in SciPy's form; heights are √(2 · fall of the loss), or the
        distance merged at.
    leaves_ : ndarray of int, shape (n,)
        Leaf of each row.
    leaf_means_, leaf_counts_ : ndarray, shapes (m, d), (m,)
        Mean of each leaf, and the rows (or weights) in it.
    split_means_ : ndarray, shape (splits, 2, d)
        The two means of each division, in the order made; empty after merging.
    split_nodes_ : ndarray of int, shape (splits,)
        The node that each divides; division t makes the nodes 2t + 1 and 2t + 2.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [10.0], [11.0], [50.0]])
    >>> h = HierarchicalClusters().fit(X)
    >>> h.cut(2).tolist(), h.cut(3).tolist()
    ([0, 0, 0, 0, 1], [0, 0, 1, 1, 2])

    Notes: Def 235, §6.3.4
    """

    hyperparameters: ClassVar = (N_CLUSTERS, ALGORITHM, MOST_LEAVES, LINKAGE, N_INIT, RANDOM_STATE)

    def __init__(
        self,
        n_clusters: int = N_CLUSTERS.default,
        *,
        algorithm: str = ALGORITHM.default,
        most_leaves: int = MOST_LEAVES.default,
        linkage: str = LINKAGE.default,
        n_init: int = N_INIT.default,
        random_state: int | None = RANDOM_STATE.default,
    ) -> None:
        self.n_clusters = n_clusters
        self.algorithm = algorithm
        self.most_leaves = most_leaves
        self.linkage = linkage
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Grow the tree over the rows of X (n×d); y is ignored, weights (n) count repetitions.

        Raises
        ------
        TooFewRowsError
            When there are fewer rows than groups asked for.
        HyperparameterError
            When merging is asked for more than 20,000 rows, or with weights not whole.
        """
        self.check_hyperparameters()
        everything = validate_data(self, X, dtype=np.float64, order="C", ensure_min_samples=2)
        refuse_extremes(everything)
        weights = np.ones(len(everything))
        if sample_weight is not None:
            weights = checked_weights(sample_weight, len(everything))
        rows, weights = everything[weights > 0], weights[weights > 0]
        if len(rows) < self.n_clusters:
            raise TooFewRowsError(
                f"{len(rows)} rows (n_samples={len(rows)}) cannot make {self.n_clusters} groups; "
                f"ask for at most {len(rows)}."
            )
        if self.algorithm == "split":
            self._split(rows, weights)
            self.leaves_ = self._leaf_of(everything)
        else:
            self._merge(rows, weights)
            if len(rows) < len(everything):  # rows of weight 0 go to the nearest leaf
                self.leaves_ = nearest_mean(everything, self.leaf_means_)[0]
        k = min(self.n_clusters, len(self.linkage_) + 1)
        if k < self.n_clusters:
            self.warn(
                f"{self.n_clusters} groups are asked for and the rows take only {k} different "
                "values; there are that many groups.",
                TooFewRowsWarning,
            )
        self.labels_ = self.cut(k)
        self.cluster_centers_ = self._means(k)
        return self

    def cut(self, n_clusters: int | None = None, height: float | None = None) -> Labels:
        """Groups of the training rows at one level of the tree.

        Parameters
        ----------
        n_clusters : int or None
            How many groups; the level of the fit when nothing is said.
        height : float or None
            Undo every joining above this height instead.

        Returns
        -------
        ndarray of int, shape (n,)
            Numbered by first leaf; a finer cut only ever splits groups of a coarser one.

        Raises
        ------
        HyperparameterError
            When the tree has no such level.
        """
        return np.asarray(self._groups(n_clusters, height)[self.leaves_])

    def predict(self, X: Any, n_clusters: int | None = None) -> Labels:
        """Group of each row of X (m×d), at the level of the fit or another one.

        After splitting a row walks down the tree, to the nearer of two means each time; for the
        training rows that gives `labels_`. After merging, which has no rule for new rows, it goes
        to the nearest mean of a group.
        """
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, order="C", reset=False)
        k = n_clusters or len(self.cluster_centers_)
        if self.algorithm == "merge":
            return np.asarray(nearest_mean(rows, self._means(k))[0])
        return np.asarray(self._groups(k, None)[self._leaf_of(rows)])

    def _groups(self, n_clusters: int | None, height: float | None) -> Labels:
        check_is_fitted(self)
        most = len(self.linkage_) + 1
        k = n_clusters
        if height is not None:
            k = groups_below(self.linkage_, height)
        elif k is None:
            k = len(self.cluster_centers_)
        if not 1 <= k <= most:
            raise HyperparameterError(
                f"The tree has levels of 1 to {most} groups; got {k}."
                + (" Raise most_leaves and fit again." if self.algorithm == "split" else "")
            )
        return groups_of_leaves(self.linkage_, k)

    def _means(self, k: int) -> Array:
        """Means of the groups at a level, from those of the leaves."""
        groups = self._groups(k, None)
        return means_and_counts(self.leaf_means_, groups, k, self.leaf_counts_)[0]

    def _merge(self, rows: Array, weights: Array) -> None:
        from scipy.cluster.hierarchy import linkage

        if (weights != np.round(weights)).any():
            raise HyperparameterError(
                'Merging takes whole weights only. Take algorithm="split", or repeat rows.'
            )
        firsts = np.concatenate([[0], np.cumsum(weights)[:-1]]).astype(np.intp)
        rows = np.repeat(rows, weights.astype(np.intp), axis=0)

        if len(rows) > MOST_MERGED:
            raise HyperparameterError(
                f"Merging looks at every pair of rows: {len(rows):,} rows are more than "
                f'{MOST_MERGED:,}. Take algorithm="split", or fewer rows.'
            )
        order = np.lexsort(rows.T[::-1])  # the order in which rows come changes nothing
        self.linkage_ = np.asarray(linkage(rows[order], self.linkage), dtype=np.float64)  # type: ignore[arg-type]
        self.leaves_ = np.argsort(order)[firsts]
        self.leaf_means_, self.leaf_counts_ = rows[order], np.ones(len(rows))
        self.split_means_ = np.empty((0, 2, rows.shape[1]))
        self.split_nodes_ = np.empty(0, dtype=np.intp)

    def _split(self, rows: Array, weights: Array) -> None:
        members: list[Labels] = [np.arange(len(rows))]
        divisions = {0: self._division(rows, weights, 0)}
        splits: list[tuple[int, float]] = []
        means: list[Array] = []
        wanted = max(self.n_clusters, self.most_leaves)
        while len(splits) + 1 < wanted:
            open_nodes = [node for node, found in divisions.items() if found is not None]
            if not open_nodes:
                break
            node = max(open_nodes, key=lambda at: (divisions[at][2], -at))  # type: ignore[index]
            pair, sides, fall = divisions.pop(node)  # type: ignore[misc]
            splits.append((node, float(np.sqrt(2 * fall))))
            means.append(pair)
            for side in (0, 1):
                members.append(members[node][sides == side])
                at = len(members) - 1
                divisions[at] = self._division(rows[members[at]], weights[members[at]], at)
        d = rows.shape[1]
        self.split_means_ = np.array(means).reshape(-1, 2, d)
        self.split_nodes_ = np.array([node for node, _ in splits], dtype=np.intp)
        self.linkage_, self.leaf_of_node_ = linkage_of_splits(splits)
        self.leaf_means_, self.leaf_counts_ = means_and_counts(
            rows, self._leaf_of(rows), len(self.linkage_) + 1, weights
        )

    def _division(self, rows: Array, weights: Array, node: int) -> Division | None:
        """Two means, the side of each row, and by how much the loss falls; None for one point."""
        if not (rows != rows[0]).any():
            return None
        seed = None if self.random_state is None else self.random_state + node
        two = KMeans(n_clusters=2, n_init=self.n_init, random_state=seed)
        pair = two.fit(rows, sample_weight=weights).cluster_centers_
        pair = pair[np.lexsort(pair.T[::-1])]  # left is where the first column is smaller
        sides, squares = nearest_mean(rows, pair)
        if sides.min() == sides.max():
            return None
        whole = np.average(rows, axis=0, weights=weights)
        before = ((rows - whole) ** 2).sum(axis=1)
        return pair, sides, max(float(weights @ (before - squares)), 0.0)

    def _leaf_of(self, rows: Array) -> Labels:
        at = np.zeros(len(rows), dtype=np.intp)
        for t, node in enumerate(self.split_nodes_):
            here = np.flatnonzero(at == node)
            at[here] = 2 * t + 1 + nearest_mean(rows[here], self.split_means_[t])[0]
        return np.asarray(self.leaf_of_node_[at])

    def _objective(self) -> Formula | None:
        """The loss of k-means where steps lower it, or raise it least; other linkages have none."""
        steps = {
            "split": "lowered greedily, one group more each time",
            "ward": "raised as little as may be, one group fewer each time",
        }
        how = steps.get(self.algorithm if self.algorithm == "split" else self.linkage)
        if how is None:
            return None
        return Formula(
            f"L = Σⱼ Σᵢ 1(y⁽ⁱ⁾ = j) ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖², {how}",
            r"\mathcal{L} = \sum_j \sum_i \mathbb{1}(y^{(i)} = j) \|x^{(i)} - \mu^{(j)}\|^2",
            "",
            "KE 220",
        )

    def _explanation(self) -> Explanation:
        counts = np.bincount(self.labels_)
        heights = self.linkage_[::-1, 2][:6]
        shown = ", ".join(number(float(h)) for h in heights)
        how = (
            "Of the present groups the one whose division by k-means with two means lowers the "
            "loss most is divided."
            if self.algorithm == "split"
            else f"Of the present groups the two nearest are joined ({self.linkage}; SciPy's)."
        )
        return Explanation(
            name="HierarchicalClusters",
            problem="Clustering at several levels: coarse groups contain fine ones.",
            hypothesis=Formula(
                "a tree of groups; at level k the last k − 1 joinings are undone",
                r"C_1 \supset C_2 \supset \dots",
                "X: d×n",
                "Def 235",
            ),
            objective=self._objective(),
            algorithm=how,
            happened=(
                ("leaves of the tree", f"{len(self.linkage_) + 1:,}"),
                (f"rows in each of the {len(counts)} groups", ", ".join(f"{c:,}" for c in counts)),
                ("highest joinings", shown or "none"),
            ),
            warnings=tuple(self.warnings_),
            notes="Def 235, §6.3.4",
        )
