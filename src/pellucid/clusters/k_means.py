"""`KMeans`: groups of points, each around its mean.

Notes: Def 213, KE 220, Def 225
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.clusters.k_means_explanation import explain_k_means, stop_reason
from pellucid.clusters.kernels.compensated_sums import cluster_sums, compensated_sum
from pellucid.clusters.kernels.nearest import gaps_of_rows, nearest_of_rows
from pellucid.clusters.settings import (
    ALGORITHM,
    COPY_X,
    INIT,
    MAX_ITER,
    N_CLUSTERS,
    N_INIT,
    RANDOM_STATE,
    RECORD,
    STEP_SIZE,
    STOP,
    TOL,
    VERBOSE,
)
from pellucid.clusters.solvers.lloyd import Run
from pellucid.clusters.solvers.restarts import (
    Plan,
    all_runs,
    initial_means,
    lowest_loss_run,
    safe_unit,
)
from pellucid.data.sample_weights import checked_weights
from pellucid.errors import ConvergenceWarning, FramingError, TooFewRowsError, TooFewRowsWarning
from pellucid.explanation import Explanation
from pellucid.former_names import renamed
from pellucid.glass_box import GlassBox
from pellucid.linear.descent_settings import RULE

Array = NDArray[np.float64]
RANDOM_TRIES = 10
log = logging.getLogger(__name__)


@renamed(enough="check_enough_rows")
class KMeans(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, GlassBox):  # type: ignore[misc]
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
        y: the nearest mean of each row, the first of equals. Not kept where rows came in blocks.
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

    block_route = "pellucid.clusters.on_blocks.k_means:fit_k_means"
    hyperparameters: ClassVar = (
        N_CLUSTERS, INIT, N_INIT, MAX_ITER, TOL, VERBOSE, RANDOM_STATE, COPY_X, ALGORITHM, STOP,
        RULE, STEP_SIZE, RECORD,
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
        rule: str = RULE.default,
        step_size: Any = STEP_SIZE.default,
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
        self.rule = rule
        self.step_size = step_size
        self.record = record

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the means of the rows of X (n×d); y is ignored, weights (n) count repetitions."""
        self._fit_each([self], X, sample_weight)
        return self

    def path(self, X: Any, ks: Sequence[int], sample_weight: Any = None) -> list[Self]:
        """The fitted clustering for each k, all from one preparation of the rows.

        Each is what `fit` with that `n_clusters` gives, to the last bit. Runs go side by side, and
        starts of k-means++ for fewer clusters are the first ones of those for more.

        Parameters
        ----------
        X, sample_weight
            As in `fit`.
        ks : sequence of int
            Numbers of clusters.

        Returns
        -------
        list of KMeans
            One a number, in the order given.

        Notes: Concept 232
        """
        for k in ks:
            N_CLUSTERS.check(k, owner="KMeans.path")
        models = [self._at(int(k)) for k in ks]
        self._fit_each(models, X, sample_weight)
        return models

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Move the means by some more rows: each mean is the average of all rows it ever took.

        Rows go to the mean that is nearest when they come. The first rows also give the start, so
        there must be k of them. `labels_` and `inertia_` are those of the last rows.
        """
        first = not hasattr(self, "cluster_centers_")
        self.check_hyperparameters()
        X = validate_data(self, X, dtype=np.float64, order="C", reset=first)
        weights = None if sample_weight is None else checked_weights(sample_weight, len(X))
        rows, positive = _counted(X, weights)
        if first:
            self.check_enough_rows(len(rows), self.n_clusters)
            plan = replace(self.plan(1.0), n_init=1)
            self.cluster_centers_ = initial_means(rows, [self.n_clusters], plan, positive)[0][0]
            self.counts_, self.n_iter_ = np.zeros(self.n_clusters), 0
        y_, _ = nearest_of_rows(rows, self.cluster_centers_)
        sums, counts = cluster_sums(rows, y_, len(self.counts_), positive)
        met = counts > 0
        total = self.counts_ + counts
        moved = self.cluster_centers_ * self.counts_[:, None] + sums
        self.cluster_centers_ = np.where(met[:, None], moved, self.cluster_centers_)
        self.cluster_centers_[met] /= total[met, None]
        self.counts_, self.n_iter_ = total, self.n_iter_ + 1
        self.labels_, self.inertia_ = self._labels_and_loss(X, weights)
        self.trace_ = {"stopped": "more rows may come", "losses": [self.inertia_], "half_steps": []}
        return self

    def predict(self, X: Any) -> NDArray[np.int32]:
        """The nearest mean of each row of X (m×d), from 0 to k − 1; the first of equals."""
        return self._labels_and_loss(self._queried(X), None)[0]

    def transform(self, X: Any) -> Array:
        """The distance of each row of X (m×d) from each mean: m×k."""
        X = self._queried(X)
        unit = safe_unit(X, self.cluster_centers_)
        return np.sqrt(gaps_of_rows(X / unit, self.cluster_centers_ / unit)) * unit

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> NDArray[np.int32]:
        """`labels_` after `fit`."""
        fitted = self.fit(X, sample_weight=sample_weight)
        if not hasattr(fitted, "labels_"):
            raise FramingError(
                "Labels of rows in blocks are not kept in memory: after fit, predict gives them "
                "block by block."
            )
        return fitted.labels_

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """−L of the rows of X (m×d): minus the sum of squared distances to the nearest means."""
        X = self._queried(X)
        weights = None if sample_weight is None else checked_weights(sample_weight, len(X))
        return -self._labels_and_loss(X, weights)[1]

    @property
    def _n_features_out(self) -> int:
        return len(self.cluster_centers_)

    def _queried(self, X: Any) -> Array:
        check_is_fitted(self)
        return np.asarray(validate_data(self, X, dtype=np.float64, order="C", reset=False))

    def _labels_and_loss(self, X: Array, weights: Array | None) -> tuple[NDArray[np.int32], float]:
        unit = safe_unit(X, self.cluster_centers_)
        means = self.cluster_centers_
        y, D = nearest_of_rows(X, means) if unit == 1 else nearest_of_rows(X / unit, means / unit)
        return y.astype(np.int32), _scaled(compensated_sum(D, weights), unit)

    def check_enough_rows(self, n: int, k: int) -> None:
        """Refuse fewer rows than clusters.

        Raises
        ------
        TooFewRowsError
        """
        if n < k:
            raise TooFewRowsError(
                f"KMeans: n_samples={n} rows (of weight above 0) cannot make n_clusters={k} "
                f"clusters: each needs a row. Ask for at most {n}."
            )

    def _fit_each(self, models: list[Self], X: Any, sample_weight: Any) -> None:
        """Fit models that differ in the number of clusters alone, side by side."""
        self.check_hyperparameters()
        X = validate_data(self, X, dtype=np.float64, order="C")
        weights = None if sample_weight is None else checked_weights(sample_weight, len(X))
        rows, positive = _counted(X, weights)
        ks = [model.n_clusters for model in models]
        for k in ks:
            self.check_enough_rows(len(rows), k)
        unit = safe_unit(rows)
        found = all_runs(rows if unit == 1 else rows / unit, ks, self.plan(unit), positive)
        for model, runs in zip(models, found, strict=True):
            model.n_features_in_ = X.shape[1]
            if hasattr(self, "feature_names_in_"):
                model.feature_names_in_ = self.feature_names_in_
            model._keep(X, rows, weights, runs, unit)

    def _at(self, k: int) -> Self:
        model = copy.copy(self)
        model.n_clusters, model.warnings_ = k, []
        return model

    def plan(self, unit: float) -> Plan:
        """The settings, for rows that are divided by `unit`."""
        given = not isinstance(self.init, str)
        fixed = given and not callable(self.init)
        spread = self.init in ("k-means++", "k-means||") if not given else fixed
        n_init = (1 if spread else RANDOM_TRIES) if self.n_init == "auto" else self.n_init
        return Plan(
            np.asarray(self.init, dtype=np.float64) / unit if fixed else self.init,
            1 if fixed else n_init,
            self.max_iter,
            self.tol,
            _seed(self.random_state),
            self.stop,
            self.algorithm,
            self.record,
            self.rule,
            self.step_size,
        )

    def _keep(
        self, X: Array, rows: Array, weights: Array | None, runs: list[Run], unit: float
    ) -> None:
        run = lowest_loss_run(runs)
        self._describe(runs, unit)
        if len(rows) == len(X):
            self.labels_, self.inertia_ = run.labels.astype(np.int32), _scaled(run.loss, unit)
        else:  # rows of weight 0 have labels too
            self.labels_, self.inertia_ = self._labels_and_loss(X, weights)
        self.counts_ = np.bincount(self.labels_, weights, len(run.means)).astype(np.float64)
        self._complain(run)

    def keep_runs(self, runs: list[Run], counts: list[Array], unit: float) -> None:
        """Keep the run of lowest loss without labels: those of rows in blocks."""
        at = min(range(len(runs)), key=lambda r: runs[r].loss)
        run = runs[at]
        self._describe(runs, unit)
        self.inertia_, self.counts_ = _scaled(run.loss, unit), counts[at]
        self.__dict__.pop("labels_", None)
        self._complain(run)

    def _describe(self, runs: list[Run], unit: float) -> None:
        run = lowest_loss_run(runs)
        self.cluster_centers_, self.n_iter_ = run.means * unit, run.cycles
        self.trace_ = {
            "stopped": stop_reason(self.algorithm, run.reason),
            "losses": [_scaled(r.loss, unit) for r in runs],
            "half_steps": [
                {**h, "means": h["means"] * unit, "loss": _scaled(h["loss"], unit)}
                for h in run.history
            ],
        }
        if self.verbose:
            log.info("KMeans, k = %d: %s", len(run.means), self.trace_["losses"])

    def _complain(self, run: Run) -> None:
        k = len(run.means)
        if run.empty and self.algorithm == "descent":
            self.warn(
                f"{run.empty} of {k} clusters are empty: no point is nearest to their mean, so its "
                "gradient is zero and it stays. Start elsewhere, or take algorithm='lloyd'.",
                ConvergenceWarning,
            )
        elif run.empty:
            self.warn(
                f"{run.empty} of {k} clusters are empty: there are only {k - run.empty} distinct "
                "points. Ask for fewer clusters.",
                TooFewRowsWarning,
            )
        if run.reason == "cycles":
            what = "steps" if self.algorithm == "descent" else "cycles"
            self.warn(
                f"stopped after max_iter = {self.max_iter} {what}, before the means came to rest. "
                "Raise max_iter or tol.",
                ConvergenceWarning,
            )

    def _explanation(self) -> Explanation:
        return explain_k_means(self)


def _counted(X: Array, weights: Array | None) -> tuple[Array, Array | None]:
    """The rows of weight above 0, with their weights."""
    if weights is None or (weights > 0).all():
        return X, weights
    return np.ascontiguousarray(X[weights > 0]), weights[weights > 0]


def _scaled(loss: float, unit: float) -> float:
    """A loss in squared units; infinite where that is too large a number."""
    with np.errstate(over="ignore", under="ignore"):
        return float(np.float64(loss) * unit * unit)


def _seed(random_state: Any) -> int:
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31 - 1))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    return int(
        np.random.default_rng().integers(2**31 - 1) if random_state is None else random_state
    )
