"""`KMeans`: groups of points, each around its mean.

Notes: Def 213, KE 220, Def 225
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.clusters.fitting import Plan, best_runs, lowest, unit_of
from pellucid.clusters.k_means_loss import nearest_mean, squared_distances
from pellucid.clusters.plain import REASONS, Run
from pellucid.clusters.settings import (
    ALGORITHM,
    COPY_X,
    INIT,
    MAX_ITER,
    N_CLUSTERS,
    N_INIT,
    RANDOM_STATE,
    RECORD,
    STOP,
    TOL,
    VERBOSE,
)
from pellucid.clusters.twofold_sums import cluster_sums, twofold_sum
from pellucid.data.weights import checked_weights
from pellucid.errors import ConvergenceWarning, TooFewRowsError, TooFewRowsWarning
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.wording import number

Array = NDArray[np.float64]
RANDOM_TRIES = 10


class KMeans(  # type: ignore[misc]
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, GlassBox
):
    """Groups of points: each point belongs to the nearest mean, each mean is its points' average.

    `labels_` is `predict` of the rows fitted and `inertia_` is minus their `score`, to the last
    bit, whatever ended the fit. The order of the rows changes nothing, and a weight of 2 is a row
    that stands there twice. An empty cluster's mean is put on the point farthest from its own mean
    (the first row of equals), and the points are assigned again.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    cluster_centers_ : ndarray, shape (k, d)
        The means μ.
    labels_ : ndarray of int, shape (n,)
        y: the nearest mean of each row, the first of equals.
    inertia_ : float
        The loss L, in squared units of the columns.
    n_iter_ : int
        Cycles of the run that was kept.
    counts_ : ndarray, shape (k,)
        N_j: rows, or their weights, in each cluster.
    trace_ : dict
        Why it "stopped", the "losses" of the runs, and with record=True the "half_steps", each with
        "what" happened and the "means", "labels" and "loss" after it.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [2.0], [9.0], [10.0], [11.0]])
    >>> h = KMeans(2, init=[[0.0], [1.0]]).fit(X)
    >>> h.cluster_centers_.ravel().tolist(), h.labels_.tolist(), h.inertia_
    ([1.0, 10.0], [0, 0, 0, 1, 1, 1], 4.0)

    Notes: KE 220, Def 225, Concept 231
    """

    hyperparameters: ClassVar = (
        N_CLUSTERS, INIT, N_INIT, MAX_ITER, TOL, VERBOSE, RANDOM_STATE, COPY_X, ALGORITHM, STOP,
        RECORD,
    )  # fmt: skip

    def __init__(
        self,
        n_clusters: int = N_CLUSTERS.default,
        *,
        init: Any = INIT.default,
        n_init: Any = N_INIT.default,
        max_iter: int = MAX_ITER.default,
        tol: float = TOL.default,
        verbose: int = VERBOSE.default,
        random_state: Any = RANDOM_STATE.default,
        copy_x: bool = COPY_X.default,
        algorithm: str = ALGORITHM.default,
        stop: str = STOP.default,
        record: bool = RECORD.default,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm
        self.stop = stop
        self.record = record

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the means of the rows of X (n×d); y is ignored, weights (n) count repetitions."""
        self.check_hyperparameters()
        X = validate_data(self, X, dtype=np.float64, order="C")
        weights = self._weights(sample_weight, len(X))
        rows = X if weights is None else np.ascontiguousarray(X[weights > 0])
        positive = None if weights is None else weights[weights > 0]
        self._enough(len(rows))
        unit = unit_of(rows)
        runs = best_runs(rows / unit if unit != 1 else rows, [self.n_clusters], self._plan(unit),
                         positive)[0]  # fmt: skip
        self._keep(X, weights, runs, unit)
        return self

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Move the means by some more rows: each mean is the average of all rows it ever took.

        Rows go to the mean that is nearest when they come. The first rows also give the start, so
        there must be k of them. `labels_`, `inertia_` are those of the last rows.
        """
        first = not hasattr(self, "cluster_centers_")
        self.check_hyperparameters()
        X = validate_data(self, X, dtype=np.float64, order="C", reset=first)
        weights = self._weights(sample_weight, len(X))
        rows = X if weights is None else np.ascontiguousarray(X[weights > 0])
        positive = None if weights is None else weights[weights > 0]
        if first:
            self._enough(len(rows))
            start = KMeans(**{**self.get_params(), "max_iter": 1, "n_init": 1, "tol": 1e300})
            start._enough(len(rows))
            self.cluster_centers_ = self._start(rows, positive)
            self.counts_ = np.zeros(self.n_clusters)
            self.n_iter_ = 0
        labels, _ = nearest_mean(rows, self.cluster_centers_)
        sums, counts = cluster_sums(rows, labels, self.n_clusters, positive)
        total = self.counts_ + counts
        moved = (self.cluster_centers_ * self.counts_[:, None] + sums)[counts > 0]
        self.cluster_centers_[counts > 0] = moved / total[counts > 0, None]
        self.counts_ = total
        self.n_iter_ += 1
        self.labels_, D = nearest_mean(X, self.cluster_centers_)
        self.inertia_ = twofold_sum(D, weights)
        self.trace_ = {"stopped": "more rows may come", "losses": [self.inertia_], "half_steps": []}
        return self

    def predict(self, X: Any) -> NDArray[np.int32]:
        """The nearest mean of each row of X (m×d): a number from 0 to k − 1, the first of equals."""
        return self._nearest(self._queried(X))[0].astype(np.int32)

    def transform(self, X: Any) -> Array:
        """The distance of each row of X (m×d) from each mean: m×k."""
        X = self._queried(X)
        unit = unit_of(X, self.cluster_centers_)
        return np.sqrt(squared_distances(X / unit, self.cluster_centers_ / unit)) * unit

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> NDArray[np.int32]:
        """`labels_` after `fit`."""
        return self.fit(X, sample_weight=sample_weight).labels_

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """−L of the rows of X (m×d): minus the sum of squared distances to the nearest means."""
        X = self._queried(X)
        return -self._nearest_and_loss(X, self._weights(sample_weight, len(X)))[1]

    @property
    def _n_features_out(self) -> int:
        return len(self.cluster_centers_)

    def _queried(self, X: Any) -> Array:
        check_is_fitted(self)
        return np.asarray(validate_data(self, X, dtype=np.float64, order="C", reset=False))

    def _weights(self, sample_weight: Any, n: int) -> Array | None:
        return None if sample_weight is None else checked_weights(sample_weight, n)

    def _nearest(self, X: Array) -> tuple[Any, Array, float]:
        unit = unit_of(X, self.cluster_centers_)
        if unit == 1:
            return (*nearest_mean(X, self.cluster_centers_), 1.0)
        return (*nearest_mean(X / unit, self.cluster_centers_ / unit), unit)

    def _nearest_and_loss(self, X: Array, weights: Array | None) -> tuple[Any, float]:
        labels, D, unit = self._nearest(X)
        with np.errstate(over="ignore", under="ignore"):
            return labels.astype(np.int32), float(np.float64(twofold_sum(D, weights)) * unit * unit)

    def _enough(self, n: int) -> None:
        if n < self.n_clusters:
            raise TooFewRowsError(
                f"KMeans: n_samples={n} rows (of weight above 0) cannot make n_clusters="
                f"{self.n_clusters} clusters: each needs a row. Ask for at most {n}."
            )

    def _plan(self, unit: float = 1.0) -> Plan:
        named = isinstance(self.init, str)
        seed = self.random_state
        if seed is None or not isinstance(seed, int | np.integer):
            source = np.random.default_rng() if seed is None else seed
            draw = source.integers if isinstance(source, np.random.Generator) else source.randint
            seed = draw(2**31 - 1)
        many = callable(self.init) or self.init in ("random", "positions") if named else callable(
            self.init
        )  # fmt: skip
        automatic = RANDOM_TRIES if many else 1
        n_init = automatic if self.n_init == "auto" else self.n_init
        given = not named and not callable(self.init)
        init = np.asarray(self.init, dtype=np.float64) / unit if given else self.init
        return Plan(
            init, 1 if given else n_init, self.max_iter, self.tol, int(seed), self.stop,
            self.algorithm, self.record,
        )  # fmt: skip

    def _start(self, rows: Array, weights: Array | None) -> Array:
        from pellucid.clusters.fitting import start_of
        from pellucid.clusters.starts import row_order

        even = np.ones(len(rows)) if weights is None else weights
        return start_of(rows, self.n_clusters, self._plan(), 0, even, row_order(rows))

    def _keep(self, X: Array, weights: Array | None, runs: list[Run], unit: float) -> None:
        run = lowest(runs)
        self.cluster_centers_ = run.means * unit
        self.labels_, self.inertia_ = self._nearest_and_loss(X, weights)
        self.counts_ = np.bincount(self.labels_, weights, self.n_clusters).astype(np.float64)
        self.n_iter_ = run.cycles
        self.trace_ = {
            "stopped": REASONS[run.reason],
            "losses": [r.loss * unit * unit for r in runs],
            "half_steps": [
                {**step, "means": step["means"] * unit, "loss": step["loss"] * unit * unit}  # type: ignore[operator]
                for step in run.history
            ],
        }
        self.refilled_ = run.refilled
        if run.empty:
            self.warn(
                f"{run.empty} of {self.n_clusters} clusters are empty: there are only "
                f"{self.n_clusters - run.empty} distinct points. Ask for fewer clusters.",
                TooFewRowsWarning,
            )
        if run.reason == "cycles":
            self.warn(
                f"stopped after max_iter = {self.max_iter} cycles, before the means came to rest. "
                "Raise max_iter or tol.",
                ConvergenceWarning,
            )

    def _explanation(self) -> Explanation:
        losses = self.trace_["losses"]
        happened = [
            ("loss L", number(self.inertia_, 6)),
            ("cycles", f"{self.n_iter_:,}; {self.trace_['stopped']}"),
            ("points in each cluster", ", ".join(number(float(c)) for c in self.counts_[:20])),
        ]
        if len(losses) > 1:
            spread = f"{number(min(losses), 6)} to {number(max(losses), 6)}"
            happened.append((f"losses of {len(losses)} starts", spread))
        return Explanation(
            "KMeans",
            problem=(
                "Clustering: unlabelled points are put into k groups. Points near one another are "
                "taken to be alike, near meaning a small squared distance in the units of the "
                "columns."
            ),
            hypothesis=Formula(
                "y⁽ⁱ⁾ = argmin_j ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖²",
                r"y^{(i)} = \arg\min_j \|x^{(i)} - \mu^{(j)}\|^2",
                "x, μ: d×1",
                "Notation 229",
            ),
            objective=Formula(
                "L = Σⱼ Σᵢ 1(y⁽ⁱ⁾ = j) ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖²",
                r"\mathcal{L} = \sum_{j=1}^k \sum_{i=1}^n \mathbb{1}(y^{(i)} = j)"
                r" \|x^{(i)} - \mu^{(j)}\|^2",
                "a sum over all points",
                "KE 220",
            ),
            gradient=Formula(
                "∂L/∂μ⁽ʲ⁾ = −2 Σᵢ 1(y⁽ⁱ⁾ = j) (x⁽ⁱ⁾ − μ⁽ʲ⁾): zero where μ⁽ʲ⁾ is the average",
                r"\partial \mathcal{L}/\partial \mu^{(j)} = -2 \sum_{i=1}^n"
                r" \mathbb{1}(y^{(i)} = j)\,(x^{(i)} - \mu^{(j)})",
                "d×1",
                "Concept 227",
            ),
            algorithm=(
                "k-means: points go to the nearest mean, means move to the average of their points, "
                "until nothing changes. Each half-step lowers L or leaves it; the end is a local "
                "minimum, which depends on the start."
            ),
            happened=tuple(happened),
            warnings=tuple(self.warnings_),
            notes="KE 220, Def 225, Concept 226",
        )
