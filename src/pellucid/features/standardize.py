"""`Standardize` and `Center`: every column at mean 0, and at standard deviation 1.

Notes: Def 207, Def 208, Def 209, §5.3.3.1, Concept 206
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from pellucid.data.sample_weights import checked_weights
from pellucid.data.scaling import Spread, center, merge_spreads, scale_columns, spread
from pellucid.errors import CodeWarning
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter

Floats = NDArray[np.float64]
MISSING = Hyperparameter(
    "missing",
    "keep",
    "str",
    "A missing value (NaN), left out of the statistics: kept as NaN, set to the mean, or refused.",
    choices=("keep", "mean", "error"),
)


class Center(OneToOneFeatureMixin, TransformerMixin, GlassBox):  # type: ignore[misc]
    """Shift every column to mean 0: above the average is positive, below it negative.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    mean_ : ndarray, shape (d,)
        x̄ of each column of the training rows.
    weight_ : ndarray, shape (d,)
        How many rows (what total weight) each mean stands on.
    deviation_ : ndarray, shape (d,)
        Standard deviation of each column, with divisor n.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> Center().fit_transform([[1.0], [2.0], [6.0]]).ravel()
    array([-2., -1.,  3.])

    Notes: eq 5.30, §5.3.3.1
    """

    block_route = "pellucid.features.on_blocks:fit_spread"
    hyperparameters: ClassVar = (MISSING,)
    mean_: Floats
    weight_: Floats
    deviation_: Floats
    n_features_in_: int

    def __init__(self, *, missing: str = MISSING.default) -> None:
        self.missing = missing

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.missing != "error"
        return tags

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn the statistics of each column.

        Parameters
        ----------
        X : array, shape (n, d)
        y : ignored
        sample_weight : array, shape (n,), or None
            A weight counts like repetitions of its row.

        Returns
        -------
        Center
            Itself.
        """
        self.check_hyperparameters()
        return self.keep_spread(self._spread(X, sample_weight, fitting=True))

    def keep_spread(self, spread: Spread) -> Self:
        """Set the fitted attributes, and warn of columns that tell nothing."""
        self._keep(spread)
        self._tell()
        return self

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Add rows to the statistics: as one `fit` on all rows so far, but for rounding.

        Parameters
        ----------
        X : array, shape (n, d)
        y : ignored
        sample_weight : array, shape (n,), or None
        """
        first = not hasattr(self, "mean_")
        self.check_hyperparameters()
        new = self._spread(X, sample_weight, fitting=first)
        so_far = None if first else Spread(self.weight_, self.mean_, self.deviation_)
        self._keep(new if so_far is None else merge_spreads(so_far, new))
        return self

    def _spread(self, X: Any, sample_weight: Any, *, fitting: bool) -> Spread:
        X = self._checked(X, fitting=fitting)
        n = len(X)
        weights = np.ones(n) if sample_weight is None else checked_weights(sample_weight, n)
        return spread(X, weights)

    def _keep(self, spread: Spread) -> None:
        self.weight_, self.mean_, self.deviation_ = spread.weight, spread.mean, spread.deviation

    def _checked(self, X: Any, *, fitting: bool, copy: bool = False) -> Floats:
        finite: Any = True if self.missing == "error" else "allow-nan"
        checked = validate_data(
            self, X, reset=fitting, dtype=np.float64, ensure_all_finite=finite, copy=copy
        )
        return np.asarray(checked)

    def _tell(self) -> None:
        names = _check_feature_names_in(self, None)
        empty = [str(n) for n, w in zip(names, self.weight_, strict=True) if w == 0]
        if empty:
            self.warn(
                f"{_listed_names(empty)} has no value in any row: its mean is taken as 0.",
                CodeWarning,
            )
        still = (self.deviation_ == 0) & (self.weight_ > 0)
        constant = [
            f"{name} (always {mean:g})"
            for name, mean, there in zip(names, self.mean_, still, strict=True)
            if there
        ]
        if constant:
            self.warn(
                f"{_listed_names(constant)} does not vary: it becomes zeros, and tells no rows "
                "apart.",
                CodeWarning,
            )

    def transform(self, X: Any) -> Floats:
        """x − x̄ by the training statistics: n×d.

        Parameters
        ----------
        X : array, shape (n, d)
        """
        check_is_fitted(self)
        return self._filled(center(self._checked(X, fitting=False), self.mean_))

    def _filled(self, Z: Floats) -> Floats:
        return np.nan_to_num(Z, nan=0.0) if self.missing == "mean" else Z

    def inverse_transform(self, X: Any) -> Floats:
        """The columns as they were: n×d.

        Parameters
        ----------
        X : array, shape (n, d)
        """
        check_is_fitted(self)
        return self._checked(X, fitting=False) + self.mean_

    def _happened(self) -> tuple[tuple[str, str], ...]:
        names = [str(name) for name in _check_feature_names_in(self, None)]
        rows = list(zip(names, self.mean_, self.deviation_, strict=True))[:20]
        facts = [(name, f"mean {mean:.6g}, standard deviation {sd:.6g}") for name, mean, sd in rows]
        if len(names) > len(facts):
            facts.append(("…", f"{len(names) - len(facts)} more columns"))
        still = int(((self.deviation_ == 0) & (self.weight_ > 0)).sum())
        return (*facts, ("columns that do not vary", f"{still}"))

    def _explanation(self) -> Explanation:
        return Explanation(
            name="Center",
            problem="Shift columns so that the sign tells above from below the average.",
            hypothesis=Formula("φ(x) = x − x̄", r"\varphi(x) = x - \bar{x}", "x, x̄: d×1", "eq 5.30"),
            algorithm="Means of the training rows; new rows are shifted by these.",
            happened=self._happened(),
            warnings=tuple(self.warnings_),
            notes="Def 207, eq 5.30, §5.3.3.1",
        )


class Standardize(Center):
    """Shift and scale every column to mean 0 and standard deviation 1 (divisor n).

    A column that does not vary becomes zeros, and a warning says so. Any scale that a float holds
    is safe: nothing is squared before it is scaled.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    mean_ : ndarray, shape (d,)
        x̄ of each column of the training rows.
    scale_ : ndarray, shape (d,)
        σ of each column; 1 where it does not vary.
    deviation_ : ndarray, shape (d,)
        Standard deviation of each column, with divisor n.
    weight_ : ndarray, shape (d,)
        How many rows (what total weight) the statistics of each column stand on.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> Standardize().fit_transform([[1], [2], [3], [4], [5], [6]]).ravel().round(4)
    array([-1.4639, -0.8783, -0.2928,  0.2928,  0.8783,  1.4639])

    Notes: Def 207, Def 209, eq 5.31
    """

    hyperparameters: ClassVar = (MISSING,)
    scale_: Floats

    def _keep(self, spread: Spread) -> None:
        super()._keep(spread)
        self.scale_ = np.where(self.deviation_ > 0, self.deviation_, 1.0)

    def transform(self, X: Any) -> Floats:
        """(x − x̄)/σ by the training statistics: n×d.

        Parameters
        ----------
        X : array, shape (n, d)
        """
        check_is_fitted(self)
        return self._filled(scale_columns(self._checked(X, fitting=False), self.mean_, self.scale_))

    def inverse_transform(self, X: Any) -> Floats:
        """The columns as they were: n×d.

        Parameters
        ----------
        X : array, shape (n, d)
        """
        check_is_fitted(self)
        return self._checked(X, fitting=False) * self.scale_ + self.mean_

    def _explanation(self) -> Explanation:
        return Explanation(
            name="Standardize",
            problem="Bring columns to one scale, so that none counts for more by its units alone.",
            hypothesis=Formula(
                "φ(xᵢ) = (xᵢ − x̄ᵢ)/σᵢ",
                r"\varphi(x_i) = \frac{x_i - \bar{x}_i}{\sigma_i}",
                "x, x̄, σ: d×1",
                "Def 207",
            ),
            algorithm="Mean and standard deviation (divisor n) of the training rows, each column "
            "by itself; new rows are scaled by these.",
            happened=self._happened(),
            warnings=tuple(self.warnings_),
            notes="Def 207, Def 208, Def 209, §5.3.3.1, Concept 206",
        )


def _listed_names(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
