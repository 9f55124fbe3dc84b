"""`RadialBasis`: how close each row is to each of some reference points.

Notes: Def 190, Def 191, §5.2.2
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.data.magnitude_checks import refuse_extremes
from pellucid.errors import (
    FramingError,
    HyperparameterError,
    ScaleWarning,
    TooFewRowsError,
    TooFewRowsWarning,
)
from pellucid.explanation import Explanation, Formula
from pellucid.features.memory_limit import check_memory
from pellucid.features.radial_kernel import SQUARED, distances, median_beta, radial_features
from pellucid.features.radial_settings import BETA, CENTERS, METRIC, N_CENTERS, RANDOM_STATE
from pellucid.formatting import number
from pellucid.glass_box import GlassBox
from pellucid.linear.kernels.row_pieces import one_blas_thread

Array = NDArray[np.float64]
LOOKED_AT = 1_000  # rows between which distances are taken for the median rule
TUNED_ON = 400  # rows, and centres, on which β is tuned
TUNING_LAMS = tuple(10.0**power for power in range(-8, 1))
FACTORS = tuple(4.0**power for power in range(-4, 5))  # of the median rule's β
BY_PRODUCT = (
    "Distances by one matrix product a block of rows; those that cancel are taken again as sums of "
    "squared differences."
)
DOMINANT = 0.99  # share of the squared distances from which one column is said to decide alone


class RadialBasis(ClassNamePrefixFeaturesOutMixin, TransformerMixin, GlassBox):  # type: ignore[misc]
    """Radial basis features: exp(−β ‖p − x‖²) for each reference point p.

    Each feature is 1 at its point and vanishes far from it. The units of the columns decide what is
    close: standardize first where they differ.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    centers_ : ndarray, shape (m, d)
        The reference points p.
    beta_ : float
        β in use.
    tried_ : dict of float to float
        With beta="tuned", the left-out mean square loss under each β; else empty.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [3.0]])
    >>> RadialBasis(beta=1.0).fit_transform(X).round(3)
    array([[1.   , 0.368, 0.   ],
           [0.368, 1.   , 0.018],
           [0.   , 0.018, 1.   ]])

    Notes: Def 190, Def 191
    """

    hyperparameters: ClassVar = (N_CENTERS, CENTERS, BETA, METRIC, RANDOM_STATE)

    def __init__(
        self,
        n_centers: int | None = N_CENTERS.default,
        *,
        centers: str = CENTERS.default,
        beta: Any = BETA.default,
        metric: Any = METRIC.default,
        random_state: int = RANDOM_STATE.default,
    ) -> None:
        self.n_centers = n_centers
        self.centers = centers
        self.beta = beta
        self.metric = metric
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = self.beta == "tuned"
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:
        """Choose the centres and β.

        Parameters
        ----------
        X : array, shape (n, d)
        y : array, shape (n,) or (n, t), or None
            Answers or labels; used, and needed, by beta="tuned" alone.

        Returns
        -------
        RadialBasis
            Itself.

        Raises
        ------
        FramingError
            When β is to be tuned without targets.
        TooFewRowsError
            When β is to be tuned on one row.

        Warns
        -----
        ScaleWarning
            When one column makes nearly all of the squared distances.
        TooFewRowsWarning
            When there are fewer rows than centres asked for.
        """
        self.check_hyperparameters()
        if y is None and self.beta == "tuned":
            raise FramingError(
                "RadialBasis: beta='tuned' needs answers: requires y to be passed, but the target "
                "y is None. Give y to fit, or use beta='median'."
            )
        X = validate_data(self, X, dtype=np.float64)
        random = np.random.default_rng(self.random_state)
        self._warn_of_scale(X)
        self.centers_ = self._choose(X, random)
        self.tried_: dict[float, float] = {}
        if isinstance(self.beta, str):
            self.beta_ = self._by_median(X, random)
        else:
            self.beta_ = float(self.beta)
        if self.beta == "tuned":
            refuse_extremes(X)
            self._tune(X, y, random)
        return self

    def _warn_of_scale(self, X: Array) -> None:
        # In units of the largest number, so that no square overflows or vanishes.
        variance = (X / max(float(np.abs(X).max()), np.finfo(float).tiny)).var(axis=0)
        varied = int((variance > 0).sum())
        if varied < 2 or self.metric != SQUARED:
            return
        widest = int(np.argmax(variance))
        share = variance[widest] / variance.sum()
        if not share <= DOMINANT:
            names = getattr(self, "feature_names_in_", np.arange(X.shape[1]))
            self.warn(
                f"column {names[widest]} makes {100 * share:.4g} % of the squared distances, so it "
                "alone decides what is close. Standardize the columns first.",
                ScaleWarning,
            )

    def _choose(self, X: Array, random: np.random.Generator) -> Array:
        if self.n_centers is None:
            return X.copy()
        if self.n_centers >= len(X):
            if self.n_centers > len(X):
                self.warn(
                    f"there are {len(X)} rows for {self.n_centers} centres; every row is one.",
                    TooFewRowsWarning,
                )
            return X.copy()
        if self.centers == "random":
            return X[np.sort(random.choice(len(X), self.n_centers, replace=False))]
        from pellucid.clusters import KMeans

        means = KMeans(self.n_centers, random_state=self.random_state).fit(X).cluster_centers_
        return np.asarray(means, dtype=np.float64)

    def _by_median(self, X: Array, random: np.random.Generator) -> float:
        if len(X) > LOOKED_AT:
            X = X[random.choice(len(X), LOOKED_AT, replace=False)]
        with np.errstate(over="ignore", invalid="ignore"):
            return median_beta(distances(X, X, self.metric))

    def _tune(self, X: Array, y: Any, random: np.random.Generator) -> None:
        """The β, of multiples of the median rule's, with the least left-out loss of a ridge fit."""
        from pellucid.linear.ridge_cv import RidgeCV

        if len(X) < 2:
            raise TooFewRowsError(
                "RadialBasis: beta='tuned' leaves rows out, so it needs two; there is 1 sample."
            )
        answers = _numbers(y, len(X))
        if len(X) > TUNED_ON:
            chosen = random.choice(len(X), TUNED_ON, replace=False)
            X, answers = X[chosen], answers[chosen]
        centres = self.centers_
        if len(centres) > TUNED_ON:
            centres = centres[random.choice(len(centres), TUNED_ON, replace=False)]
        with one_blas_thread(len(centres)):  # many small decompositions: threads would only wait
            for beta in (self.beta_ * factor for factor in FACTORS):
                features = radial_features(X, centres, beta, self.metric)
                h = RidgeCV(TUNING_LAMS, cv="loo").fit(features, answers)
                self.tried_[beta] = float(h.scores_.mean(axis=1).min())
        self.beta_ = min(self.tried_, key=lambda beta: self.tried_[beta])

    def transform(self, X: Any) -> Array:
        """φ(x) = [f_p(x)] of each row: n×m, in (0, 1]; distances are made block by block.

        Parameters
        ----------
        X : array, shape (n, d)

        Raises
        ------
        TooLargeError
            When the features would not fit in memory.
        HyperparameterError
            When the metric gives no number, or a negative one.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        advice = "Choose fewer centres (n_centers), or transform fewer rows at a time."
        check_memory(len(X), len(self.centers_), "RadialBasis", advice)
        with np.errstate(over="ignore", invalid="ignore"):
            features = radial_features(X, self.centers_, self.beta_, self.metric)
        if not (features.max(initial=0.0) <= 1.0):  # NaN too
            raise HyperparameterError(
                f"RadialBasis: the distance {self.metric!r} gives a negative number or none for "
                "some of these rows; a distance is a number ≥ 0."
            )
        return features

    @property
    def _n_features_out(self) -> int:
        return len(self.centers_)

    def _explanation(self) -> Explanation:
        squared = self.metric == SQUARED
        how = {"median": "1/median distance", "tuned": "least left-out loss"}
        chosen = "every training row" if self.n_centers is None else f"by {self.centers}"
        return Explanation(
            name="RadialBasis",
            problem="Let a linear machine bend: each feature tells how close a row is to a point.",
            hypothesis=Formula(
                "f_p(x) = exp(−β ‖p − x‖²)" if squared else "f_p(x) = exp(−β D(p, x))",
                r"f_p(x) = e^{-\beta \|p - x\|^2}" if squared else r"f_p(x) = e^{-\beta D(p, x)}",
                f"x, p: {self.n_features_in_}×1, φ(x): {len(self.centers_)}×1",
                "Def 190",
            ),
            algorithm=BY_PRODUCT if squared else f"Distances {self.metric!r} by SciPy, in blocks.",
            happened=(
                ("centres", f"{len(self.centers_):,}, {chosen}"),
                ("β", f"{number(self.beta_)} ({how.get(self.beta, 'as given')})"),
                *((f"left-out loss, β = {number(b)}", number(s)) for b, s in self.tried_.items()),
            ),
            warnings=tuple(self.warnings_),
            notes="Def 190, Def 191, §5.2.2",
        )


def _numbers(y: Any, n: int) -> Array:
    """Answers as they are, labels as one column of 0 and 1 each."""
    answers = np.asarray(y)
    if len(answers) != n:
        raise FramingError(f"RadialBasis: X has {n} rows and y has {len(answers)}.")
    if answers.dtype.kind in "OUSTb":
        labels, codes = np.unique(answers.astype(str), return_inverse=True)
        return np.asarray(np.eye(len(labels))[codes.ravel()])
    return answers.astype(np.float64)
