"""`TableEncoder`: a table of any kinds to a matrix of numbers, learned from training rows only.

Notes: §5.3.3, §5.3.1.3
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.data.codes import CODES, recoded
from pellucid.data.reading import read_table
from pellucid.data.table import CODED, UNSEEN, Column, Kind, Table
from pellucid.data.weights import checked_weights
from pellucid.errors import ColumnError, TableError, UnseenCategoryWarning
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter

MOST_LEVELS = Hyperparameter(
    "most_levels",
    5_000,
    "int",
    "A category with more levels than this is refused, not turned into that many columns.",
    low=2,
)


class TableEncoder(TransformerMixin, GlassBox):  # type: ignore[misc]
    """Encode the columns of a table as numbers, by statistics of the training rows.

    Numbers are standardised (mean 0, standard deviation 1, divisor n); two-valued columns become
    0 and 1; categories become one-hot columns, first category first; dates become parts. A value
    missing in training earns an indicator column, and stands at the mean. An unseen category is
    all zeros (the mean in a two-valued column), with a warning.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    codes_ : list of dict
        What was learned, one entry a column used.
    dropped_ : list of str
        Columns that carry nothing to encode.
    n_features_in_ : int
        Number of columns met in `fit`.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> TableEncoder().fit_transform(np.array([[1.0], [3.0], [np.nan]]))
    array([[-1.,  0.],
           [ 1.,  0.],
           [ 0.,  1.]])

    Notes: §5.3.3, §5.3.1.3, Def 197
    """

    hyperparameters = (MOST_LEVELS,)

    codes_: list[dict[str, Any]]
    dropped_: list[str]
    n_features_in_: int

    def __init__(self, most_levels: int = MOST_LEVELS.default) -> None:
        self.most_levels = most_levels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn means, deviations and categories.

        Parameters
        ----------
        X : Table, data frame or array, n rows
            Training rows.
        y : ignored
        sample_weight : array, shape (n,), or None
            A weight counts like repetitions of its row.

        Returns
        -------
        TableEncoder
            Itself.

        Raises
        ------
        TableError
            When a column cannot be encoded; names it.
        """
        self.check_hyperparameters()
        table = self._table(X, fitting=True)
        n = len(table)
        weights = np.ones(n) if sample_weight is None else checked_weights(sample_weight, n)
        self.codes_, self.dropped_ = [], []
        for column in table.columns:
            if column.kind not in CODES:
                self.dropped_.append(column.name)
                continue
            self._refuse_levels(column)
            learned = CODES[column.kind].learn(column, weights)
            self.codes_.append({"column": column.name, "kind": str(column.kind)} | learned)
        if not self.codes_:
            raise TableError("No column is left to encode: all are constant, text or identifiers.")
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Encode rows.

        Parameters
        ----------
        X : Table, data frame or array, n rows
            The columns of training; others are ignored in a Table.

        Returns
        -------
        ndarray, shape (n, D)

        Raises
        ------
        ColumnError
            When a column of training is absent.
        """
        check_is_fitted(self)
        table = self._table(X, fitting=False)
        blocks = []
        for code in self.codes_:
            column = table[code["column"]]
            self._warn_unseen(column, code)
            blocks.append(CODES[Kind(code["kind"])].encode(code, column))
        return np.concatenate(blocks, axis=1)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names of the encoded columns, such as "island=Biscoe" or "mass is missing"."""
        check_is_fitted(self)
        return np.array([name for code in self.codes_ for name in code["names"]], dtype=object)

    def inverse_transform(self, X: Any) -> NDArray[Any]:
        """Decode rows: numbers where all columns are numeric, else objects, column by column.

        Parameters
        ----------
        X : array, shape (n, D)

        Returns
        -------
        ndarray, shape (n, number of columns used)
        """
        check_is_fitted(self)
        encoded = check_array(X, dtype=np.float64)
        width = len(self.get_feature_names_out())
        if encoded.shape[1] != width:
            raise TableError(
                f"There are {width} encoded columns; the array has {encoded.shape[1]}."
            )
        decoded, at = [], 0
        for code in self.codes_:
            block = encoded[:, at : at + len(code["names"])]
            at += len(code["names"])
            decoded.append(CODES[Kind(code["kind"])].decode(code, block))
        if all(values.dtype.kind == "f" for values in decoded):
            return np.column_stack(decoded)
        return np.column_stack([values.astype(object) for values in decoded])

    def _table(self, X: Any, *, fitting: bool) -> Table:
        if isinstance(X, Table):
            if fitting:
                self.n_features_in_ = len(X.columns)
                self.feature_names_in_ = np.array(X.names, dtype=object)
                return X
            return read_table(X, schema=self._schema())
        if hasattr(X, "columns") and hasattr(X, "shape"):
            return self._from_frame(X, fitting)
        array = validate_data(
            self, X, reset=fitting, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        return Table(
            tuple(Column(f"x{i}", Kind.NUMERIC, array[:, i]) for i in range(array.shape[1]))
        )

    def _from_frame(self, X: Any, fitting: bool) -> Table:
        if fitting:
            table = read_table(X)
            self.n_features_in_ = len(table.columns)
            self.feature_names_in_ = np.array(table.names, dtype=object)
            return table
        if list(map(str, X.columns)) != list(self.feature_names_in_):
            absent = [c for c in self.feature_names_in_ if c not in set(map(str, X.columns))]
            if absent:
                raise ColumnError(f"The frame lacks {', '.join(map(repr, absent))}.")
        return read_table(X, schema=self._schema())

    def _schema(self) -> list[dict[str, Any]]:
        return [
            {"name": c["column"], "kind": c["kind"], "levels": c.get("levels")} for c in self.codes_
        ]

    def _refuse_levels(self, column: Column) -> None:
        levels = len(column.levels or ())
        if levels > self.most_levels:
            raise TableError(
                f"Column {column.name!r} has {levels:,} categories; at most {self.most_levels:,} "
                "become columns. Leave it out (--drop), or merge rare categories."
            )

    def _warn_unseen(self, column: Column, code: dict[str, Any]) -> None:
        if column.kind not in CODED:
            return
        codes = recoded(column, code["levels"])
        unseen = codes == UNSEEN
        if not unseen.any():
            return
        known = set(code["levels"])
        met = (*(column.levels or ()), *column.unseen)
        names = sorted({v for v in met if v not in known})
        shown = ", ".join(map(repr, names[:5])) + (" …" if len(names) > 5 else "")
        mean = Kind(code["kind"]) is Kind.BINARY and len(code["levels"]) == 2
        where = "stand at the training mean" if mean else "are encoded as all zeros"
        self.warn(
            f"{int(unseen.sum())} row(s) of {column.name!r} hold categories not met in "
            f"training: {shown}; they {where}.",
            UnseenCategoryWarning,
        )

    def _explanation(self) -> Explanation:
        learned = tuple((code["column"], _described(code)) for code in self.codes_)
        dropped = (("not encoded", ", ".join(self.dropped_)),) if self.dropped_ else ()
        return Explanation(
            name="TableEncoder",
            problem="Turn columns of any kind into numbers without losing what they say.",
            hypothesis=Formula(
                "φ(x) = (x − mean) / sd for numbers; one-hot for categories",
                r"\varphi(x) = \frac{x - \bar{x}}{s}",
                "x: d×1, φ(x): D×1",
                "§5.3.3, §5.3.1.3",
            ),
            algorithm="Means and deviations (divisor n) and categories of the training rows.",
            happened=learned + dropped,
            warnings=tuple(self.warnings_),
            notes="§5.3.3, §5.3.1.3, Def 197",
        )


def _described(code: dict[str, Any]) -> str:
    if "levels" in code:
        return f"{len(code['levels'])} categories → {len(code['names'])} column(s)"
    return (
        f"mean {code['mean'][0]:.6g}, standard deviation {code['scale'][0]:.6g} → "
        f"{len(code['names'])} column(s)"
    )
