"""`Dates`: a date as numbers that a linear model can weigh.

Notes: §5.3, Concept 192, Def 201
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from pellucid.data.date_parts import PARTS, UNITS, date_parts
from pellucid.data.encoded_names import distinct_names
from pellucid.data.number_codes import from_days
from pellucid.errors import ColumnError, TableError
from pellucid.explanation import Explanation, Formula
from pellucid.features.columns import columns_of
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter

Floats = NDArray[np.float64]
FURTHEST = 3.6e6  # days since 1970: the years −7900 to 11800
MISSING = Hyperparameter(
    "missing",
    "error",
    "str",
    "A missing date: refused, or NaN in all its parts.",
    choices=("error", "nan"),
)


class Dates(TransformerMixin, GlassBox):  # type: ignore[misc]
    """A date factored: its day as a number, month and weekday as points on a circle, its hour.

    December lies beside January, Sunday beside Monday. Dates are datetimes, text as 2026-11-24
    (with a time after a space or T), or numbers: days since 1970.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    first_, last_ : list of str
        Earliest and latest date of each column in training.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> Dates().fit_transform([["1970-01-02 12:00"]])[0, [0, 5]]
    array([ 1.5, 12. ])

    Notes: Concept 192, §5.3
    """

    hyperparameters: ClassVar = (MISSING,)
    first_: list[str]
    last_: list[str]
    n_features_in_: int

    def __init__(self, *, missing: str = MISSING.default) -> None:
        self.missing = missing

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.missing != "error"
        tags.input_tags.string = True
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check that the columns are dates; note the first and the last.

        Parameters
        ----------
        X : array or data frame, shape (n, d)
        y : ignored

        Returns
        -------
        Dates
            Itself.

        Raises
        ------
        ColumnError
            When a value is no date; names the column and the row.
        """
        self.check_hyperparameters()
        found = self._dates(X, fitting=True)
        there = [dates[~np.isnat(dates)] for dates in found]
        self.first_ = [str(d.min().astype("datetime64[s]")) if len(d) else "" for d in there]
        self.last_ = [str(d.max().astype("datetime64[s]")) if len(d) else "" for d in there]
        return self

    def transform(self, X: Any) -> Floats:
        """The six parts of each date: n×6d.

        Parameters
        ----------
        X : array or data frame, shape (n, d)
        """
        check_is_fitted(self)
        return np.concatenate([date_parts(d) for d in self._dates(X, fitting=False)], axis=1)

    def _dates(self, X: Any, *, fitting: bool) -> list[NDArray[Any]]:
        columns = columns_of(self, X, fitting=fitting)
        found = [_as_dates(name, values) for name, values in columns]
        for (name, _), dates in zip(columns, found, strict=True):
            if self.missing == "error" and np.isnat(dates).any():
                row = int(np.argmax(np.isnat(dates))) + 1
                raise ColumnError(
                    f"Column {name!r}, row {row}: the date is missing (None, NaN or NaT). Leave "
                    "such rows out, or say missing='nan'."
                )
        return found

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names such as "sold: days" and "sold: month, sine"."""
        from sklearn.utils.validation import _check_feature_names_in

        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        return distinct_names(f"{name}: {part}" for name in names for part in PARTS)

    def inverse_transform(self, X: Any) -> NDArray[Any]:
        """The dates, to the microsecond, from the number of days; NaT for NaN.

        Parameters
        ----------
        X : array, shape (n, 6d)

        Returns
        -------
        ndarray of datetime64[us], shape (n, d)
        """
        check_is_fitted(self)
        rows = check_array(X, dtype=np.float64, ensure_all_finite="allow-nan")
        width = len(PARTS) * self.n_features_in_
        if rows.shape[1] != width:
            raise TableError(f"Dates have {width} parts here; the array has {rows.shape[1]}.")
        return np.column_stack([from_days(days) for days in rows[:, :: len(PARTS)].T])

    def _explanation(self) -> Explanation:
        names = [str(name) for name in self.get_feature_names_out()[:: len(PARTS)]]
        units = [
            f"{part} ({unit})" if unit else part for part, unit in zip(PARTS, UNITS, strict=True)
        ]
        return Explanation(
            name="Dates",
            problem="Turn a date into numbers that a linear model can weigh.",
            hypothesis=Formula(
                "φ(x) = [days, sin and cos of the month, of the weekday, hour]",
                r"\sin\frac{2\pi m}{12}, \quad \cos\frac{2\pi m}{12}",
                "φ(x): 6×1 for a date",
                "§5.3",
            ),
            algorithm=f"Parts: {'; '.join(units)}.",
            happened=tuple(
                (name.removesuffix(": days"), f"{first} to {last}")
                for name, first, last in list(zip(names, self.first_, self.last_, strict=True))[:20]
            ),
            warnings=tuple(self.warnings_),
            notes="Concept 192, Def 201, §5.3",
        )


def _as_dates(name: str, values: Any) -> NDArray[Any]:
    """A column as datetime64[us]; NaT where missing."""
    if hasattr(values, "to_arrow"):
        values = values.to_arrow()
    try:
        array: Any = pa.array(values, from_pandas=True)
        if pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
            return _from_numbers(name, array.to_numpy(zero_copy_only=False).astype(np.float64))
        if not pa.types.is_temporal(array.type):
            array = _from_text(array)
        elif pa.types.is_date32(array.type):
            array = array.cast(pa.timestamp("s"))
        stamped = array.cast(pa.timestamp("us", getattr(array.type, "tz", None)))
        found = stamped.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
        return np.asarray(found).astype("datetime64[us]")
    except (pa.ArrowException, TypeError, OverflowError) as error:
        raise ColumnError(
            f"Column {name!r} cannot be read as dates ({str(error)[:120]}): write them as "
            "2026-11-24, with the time after a space if there is one."
        ) from error


def _from_text(array: Any) -> Any:
    """ISO 8601, as `read_table` reads it; with a zone, taken to UTC."""
    try:
        return array.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return array.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))


def _from_numbers(name: str, days: Floats) -> NDArray[Any]:
    wrong = np.abs(np.nan_to_num(days, nan=0.0, posinf=np.inf)) > FURTHEST
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ColumnError(
            f"Column {name!r}, row {row + 1} holds {days[row]:g} (inf or too far): as a date, a "
            "number counts days since 1970."
        )
    return from_days(days)
