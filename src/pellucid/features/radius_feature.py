"""`RadiusFeature`: the distance to one centre.

Notes: Concept 236, §6.3.12
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _check_feature_names_in,
    check_array,
    check_is_fitted,
    validate_data,
)

from pellucid.data.encoded_names import distinct_names
from pellucid.errors import HyperparameterError, ShapeError
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter

Array = NDArray[np.float64]


def _point(value: Any) -> bool:
    if isinstance(value, str):
        return value in ("origin", "mean")
    try:
        point = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return point.ndim == 1 and bool(np.isfinite(point).all())


CENTRE = Hyperparameter(
    "centre",
    "origin",
    "any",
    "The point that distances start from: the origin, the mean of the rows, or d numbers.",
    accepts=_point,
    described="'origin', 'mean' or an array of d numbers",
)
SQUARED = Hyperparameter("squared", False, "bool", "Whether the feature is ‖x‖² instead of ‖x‖.")
KEEP_INPUTS = Hyperparameter(
    "keep_inputs", False, "bool", "Whether the inputs stand before the radius."
)


class RadiusFeature(TransformerMixin, GlassBox):  # type: ignore[misc]
    """The distance ‖x − c‖ of each row to a centre: it tells a ring from the disc within it.

    Only about its own centre is a ring one radius: with the centre elsewhere, or with two rings
    about two centres, radii mix.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    centre_ : ndarray, shape (d,)
        c.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> RadiusFeature().fit_transform([[3.0, 4.0], [0.0, 1.0]]).ravel().tolist()
    [5.0, 1.0]

    Notes: Concept 236, §6.3.12
    """

    hyperparameters: ClassVar = (CENTRE, SQUARED, KEEP_INPUTS)

    def __init__(
        self,
        centre: Any = CENTRE.default,
        *,
        squared: bool = SQUARED.default,
        keep_inputs: bool = KEEP_INPUTS.default,
    ) -> None:
        self.centre = centre
        self.squared = squared
        self.keep_inputs = keep_inputs

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the centre.

        Parameters
        ----------
        X : array, shape (n, d)
        y : ignored

        Returns
        -------
        RadiusFeature
            Itself.

        Raises
        ------
        ShapeError
            When a centre is given that has not d entries.
        """
        self.check_hyperparameters()
        X = validate_data(self, X, dtype=np.float64)
        d = X.shape[1]
        if isinstance(self.centre, str):
            self.centre_ = X.mean(axis=0) if self.centre == "mean" else np.zeros(d)
        else:
            self.centre_ = np.asarray(self.centre, dtype=np.float64)
        if len(self.centre_) != d:
            raise ShapeError(
                f"RadiusFeature: centre has {len(self.centre_)} entries; X has {d} columns."
            )
        return self

    def transform(self, X: Any) -> Array:
        """The radius of each row, n×1, or the inputs and the radius, n×(d + 1).

        Parameters
        ----------
        X : array, shape (n, d)

        Raises
        ------
        HyperparameterError
            When a squared radius is beyond the largest number there is.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        gaps = X - self.centre_
        # Divided by its largest entry no row's square overflows or vanishes.
        largest = np.abs(gaps).max(axis=1, keepdims=True)
        unit = np.where(largest > 0, largest, 1.0)
        radius = largest * np.sqrt(((gaps / unit) ** 2).sum(axis=1, keepdims=True))
        with np.errstate(over="ignore"):
            radius = radius**2 if self.squared else radius
        if not np.isfinite(radius).all():
            row = int(np.flatnonzero(~np.isfinite(radius[:, 0]))[0])
            raise HyperparameterError(
                f"RadiusFeature: the radius of row {row} is beyond the largest number there is. "
                "Measure the inputs in a larger unit, or use squared=False."
            )
        return np.hstack([X, radius]) if self.keep_inputs else radius

    @available_if(lambda self: self.keep_inputs)  # type: ignore[untyped-decorator]
    def inverse_transform(self, X: Any) -> Array:
        """The inputs: all columns but the last. There is this only with keep_inputs=True.

        Parameters
        ----------
        X : array, shape (n, d + 1)
        """
        check_is_fitted(self)
        found: Array = check_array(X, dtype=np.float64)
        if found.shape[1] != len(self.centre_) + 1:
            raise ShapeError(
                f"There are {len(self.centre_) + 1} features; X has {found.shape[1]} columns."
            )
        return found[:, :-1]

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """ "radius" or "radius²", after the inputs where they are kept."""
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        own = "radius²" if self.squared else "radius"
        return distinct_names([*names, own]) if self.keep_inputs else distinct_names([own])

    def _explanation(self) -> Explanation:
        power = "²" if self.squared else ""
        latex = r"\varphi(x) = \|x - c\|" + ("^2" if self.squared else "")
        given = self.centre if isinstance(self.centre, str) else "as given"
        return Explanation(
            name="RadiusFeature",
            problem="Tell apart what lies at different distances from one centre.",
            hypothesis=Formula(
                f"φ(x) = ‖x − c‖{power}", latex, f"x, c: {len(self.centre_)}×1", "Concept 236"
            ),
            algorithm="The length of each row less the centre.",
            happened=(
                ("centre", f"{given}: [{', '.join(f'{c:.4g}' for c in self.centre_[:8])}]"),
                ("inputs", "kept before the radius" if self.keep_inputs else "left out"),
            ),
            warnings=tuple(self.warnings_),
            notes="Concept 236, §6.3.12",
        )
