"""`ClusterThenModel`: one model a cluster, each learned from the rows of its own.

Notes: §6.3.10, Def 241, Concept 242
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.clusters.k_means import KMeans
from pellucid.data.label_encoding import encode_labels
from pellucid.data.sample_weights import checked_weights
from pellucid.errors import HyperparameterError, TooFewRowsWarning
from pellucid.explanation import Explanation, Formula
from pellucid.formatting import number
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.least_squares import LeastSquares
from pellucid.linear.majority_baseline import MajorityBaseline

Array = NDArray[np.float64]


def _fits(value: Any) -> bool:
    return isinstance(value, BaseEstimator) and hasattr(value, "fit")


MODEL = Hyperparameter(
    "model",
    None,
    "any",
    "The regressor or classifier that each cluster gets a copy of; least squares when None.",
    accepts=_fits,
    optional=True,
    described="an estimator, or None",
)
CLUSTERS = Hyperparameter(
    "clusters",
    None,
    "any",
    "What makes the clusters, and finds the one of a new row by `predict`; k-means when None.",
    accepts=_fits,
    optional=True,
    described="a clustering estimator with predict, or None",
)
N_CLUSTERS = Hyperparameter(
    "n_clusters", 3, "int", "Number of clusters, when `clusters` is None.", symbol="k", low=1
)
LEAST_ROWS = Hyperparameter(
    "least_rows",
    10,
    "int",
    "A cluster with fewer rows is answered by the model of all rows.",
    low=1,
)
RANDOM_STATE = Hyperparameter(
    "random_state", 0, "int", "Seed of the clustering, when `clusters` is None.", low=0
)


def _fitted(estimator: Any, weights: Array | None, *data: Any) -> Any:
    """The estimator fitted, with weights when there are any."""
    return estimator.fit(*data) if weights is None else estimator.fit(*data, sample_weight=weights)


def _has_probabilities(self: ClusterThenModel) -> bool:
    return self.model is not None and hasattr(self.model, "predict_proba")


class ClusterThenModel(GlassBox):
    """Sort the rows into clusters and give each cluster a model of its own.

    A trend that holds within every group can be hidden, or turned round, when all rows are taken
    together; a model a cluster finds it. With one cluster it is the model itself.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    clusters_ : estimator
        The fitted clustering.
    models_ : list
        One fitted model a cluster; that of all rows where a cluster is too small.
    whole_ : estimator
        The model of all rows.
    counts_ : ndarray, shape (k,)
        Rows, or their weights, in each cluster.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]])
    >>> y = np.array([2.0, 1.0, 0.0, 12.0, 11.0, 10.0])
    >>> h = ClusterThenModel(n_clusters=2, least_rows=2).fit(X, y)
    >>> h.predict([[1.5], [10.5]]).round(3)
    array([ 0.5, 11.5])

    Notes: Def 241, Concept 242
    """

    hyperparameters: ClassVar = (MODEL, CLUSTERS, N_CLUSTERS, LEAST_ROWS, RANDOM_STATE)

    def __init__(
        self,
        model: Any = MODEL.default,
        clusters: Any = CLUSTERS.default,
        *,
        n_clusters: int = N_CLUSTERS.default,
        least_rows: int = LEAST_ROWS.default,
        random_state: int = RANDOM_STATE.default,
    ) -> None:
        self.model = model
        self.clusters = clusters
        self.n_clusters = n_clusters
        self.least_rows = least_rows
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self._model())
        tags.estimator_type = inner.estimator_type
        tags.regressor_tags, tags.classifier_tags = inner.regressor_tags, inner.classifier_tags
        tags.target_tags = inner.target_tags
        return tags

    def _model(self) -> Any:
        return LeastSquares() if self.model is None else self.model

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Cluster the rows X (n×d) without looking at y, then learn y (n, or n×t) in each.

        Weights (n) count repetitions; clustering and models must take them.

        Raises
        ------
        HyperparameterError
            When `clusters` has no `predict`: new rows must find their cluster.
        """
        self.check_hyperparameters()
        classify = is_classifier(self._model())
        X, y = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=not classify
        )
        if classify:
            self.classes_, _ = encode_labels(y)
        weights = None
        if sample_weight is not None:
            weights = checked_weights(sample_weight, len(X))
            X, y, weights = X[weights > 0], y[weights > 0], weights[weights > 0]
        self.clusters_ = _fitted(self._clusters(len(X)), weights, X)
        labels = np.asarray(self.clusters_.predict(X))
        self.counts_ = np.bincount(labels, weights)
        self.whole_ = _fitted(clone(self._model()), weights, X, y)
        members = [labels == j for j in range(len(self.counts_))]
        self.models_ = [
            self._own(X[own], y[own], None if weights is None else weights[own]) for own in members
        ]
        small = [j for j, count in enumerate(self.counts_) if count < self.least_rows]
        if small:
            self.warn(
                f"{len(small)} of {len(self.counts_)} clusters have fewer than {self.least_rows} "
                f"rows ({', '.join(f'cluster {j}: {self.counts_[j]:g}' for j in small[:5])}); the "
                "model of all rows answers there. Ask for fewer clusters, or lower least_rows.",
                TooFewRowsWarning,
            )
        return self

    def _clusters(self, n: int) -> Any:
        if self.clusters is None:
            k = min(self.n_clusters, n)
            return KMeans(n_clusters=k, n_init=10, random_state=self.random_state)
        if not hasattr(self.clusters, "predict"):
            raise HyperparameterError(
                f"ClusterThenModel: clusters must have predict, so that a new row finds its "
                f"cluster; {type(self.clusters).__name__} has none."
            )
        return clone(self.clusters)

    def _own(self, X: Array, y: NDArray[Any], weights: Array | None) -> Any:
        count = len(X) if weights is None else float(weights.sum())
        if count < self.least_rows:
            return self.whole_
        if is_classifier(self.whole_) and y.ndim == 1 and len(np.unique(y)) == 1:
            return MajorityBaseline().fit(X, y, weights)  # nothing to tell apart in this cluster
        return _fitted(clone(self._model()), weights, X, y)

    def predict(self, X: Any) -> NDArray[Any]:
        """The prediction of each row's own cluster, for the rows of X (m×d)."""
        rows, labels = self._sorted(X)
        return self._gather(labels, lambda model, at: model.predict(rows[at]))

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Array:
        """Probabilities by each row's own cluster: m×c, columns as `classes_`."""
        rows, labels = self._sorted(X)

        def shares(model: Any, at: NDArray[np.intp]) -> Array:
            found = np.zeros((len(at), len(self.classes_)))
            found[:, np.searchsorted(self.classes_, model.classes_)] = model.predict_proba(rows[at])
            return found

        return self._gather(labels, shares)

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]
    def predict_log_proba(self, X: Any) -> Array:
        """Logarithm of `predict_proba`; −∞ for a class that the row's cluster did not hold."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Share of the rows of X answered as in y; R² for a regressor."""
        from sklearn.metrics import accuracy_score, r2_score

        measure = accuracy_score if is_classifier(self) else r2_score
        return float(measure(y, self.predict(X), sample_weight=sample_weight))

    def labels(self, X: Any) -> NDArray[np.intp]:
        """The cluster that answers each row of X (m×d)."""
        return self._sorted(X)[1]

    def _sorted(self, X: Any) -> tuple[Array, NDArray[np.intp]]:
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        return rows, np.asarray(self.clusters_.predict(rows), dtype=np.intp)

    def _gather(self, labels: NDArray[np.intp], predict: Any) -> NDArray[Any]:
        parts = [(np.flatnonzero(labels == j), model) for j, model in enumerate(self.models_)]
        found = [(at, np.asarray(predict(model, at))) for at, model in parts if len(at)]
        together = np.concatenate([answer for _, answer in found])
        order = np.argsort(np.concatenate([at for at, _ in found]), kind="stable")
        return np.asarray(together[order])

    def _explanation(self) -> Explanation:
        own = [self.whole_ is not model for model in self.models_]
        rows = ", ".join(number(float(c)) for c in self.counts_)
        return Explanation(
            name="ClusterThenModel",
            problem="Rows of different groups may follow different rules: one model a group.",
            hypothesis=Formula(
                "h(x) = h⁽ʲ⁾(x), with j the cluster of x",
                r"h(x) = h^{(j)}(x), \quad j = \arg\min_j \|x - \mu^{(j)}\|^2",
                "x: d×1",
                "Def 241",
            ),
            algorithm=(
                f"{type(self.clusters_).__name__} sorts the rows, without looking at the targets; "
                f"{type(self.whole_).__name__} is then fitted to each cluster."
            ),
            happened=(
                ("rows in each cluster", rows),
                ("clusters with a model of their own", f"{sum(own)} of {len(own)}"),
            ),
            warnings=tuple(self.warnings_),
            notes="Def 241, Concept 242",
            parts=(self._explained_whole(),) if hasattr(self.whole_, "explain") else (),
        )

    def _explained_whole(self) -> Explanation:
        told: Explanation = self.whole_.explain()
        name = f"{told.name} of all rows, for clusters without a model of their own"
        return replace(told, name=name)
