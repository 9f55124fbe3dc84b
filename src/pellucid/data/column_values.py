"""`ColumnValues`: each column as one: an amount stays an amount, a category stays a category.

Trees and curves treat a column as a whole and know missing values; they need no code in between.

Notes: Concept 192, §5.3
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.data.code_suggestions import suggest_codes
from pellucid.data.column_code import parse_code
from pellucid.data.table import Column, Kind, Table
from pellucid.data.table_encoder import CODES, TableEncoder
from pellucid.data.table_reader import read_table
from pellucid.errors import CodeWarning
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox

Array = NDArray[np.float64]
KEPT = {
    Kind.NUMERIC: ("amount", "An amount, taken as it stands; a missing one is known as missing."),
    Kind.BINARY: ("category", "Its categories are told apart as they stand."),
    Kind.CATEGORY: ("category", "Its categories are told apart as they stand."),
}
MOST_LEVELS = 1_000  # a category with more is left to the code that TableEncoder has for it


@dataclass(frozen=True)
class Values:
    """Rows as numbers, one column each: `X` (n, d) with NaN where missing.

    `levels[j]` are the categories of column j, whose numbers are places among them (−1 and below:
    not met in training); None for an amount.
    """

    X: Array
    names: tuple[str, ...]
    levels: tuple[tuple[str, ...] | None, ...]


def values_of(estimator: Any, X: Any, *, fitting: bool) -> Values:
    """Rows for an estimator that knows amounts and categories: of a table, a frame or an array.

    Parameters
    ----------
    estimator : estimator
        Gets `n_features_in_` (and names) when fitting, and `left_out_`, the columns of a frame that
        it does not use, where there are any; is asked for them otherwise.
    X : Table, data frame or array, n rows

    Notes: Notation 7
    """
    if fitting:
        vars(estimator).pop("left_out_", None)
    if isinstance(X, Table) or (hasattr(X, "columns") and hasattr(X, "shape")):
        table = _known(estimator, X, fitting)
        if table is not None:
            return _of_table(table)
    array = validate_data(
        estimator, X, reset=fitting, dtype=np.float64, ensure_all_finite="allow-nan"
    )
    d = array.shape[1]
    if fitting:
        estimator.levels_ = [None] * d
    return Values(array, tuple(f"x{j}" for j in range(d)), tuple(estimator.levels_))


def _known(estimator: Any, X: Any, fitting: bool) -> Table | None:
    """The columns of training, read as then; None for a frame to be taken as plain numbers."""
    if fitting:
        table = X if isinstance(X, Table) else read_table(X)
        if not isinstance(X, Table) and all(c.kind is Kind.NUMERIC for c in table.columns):
            return None
        others = [column for column in table.columns if column.kind not in KEPT]
        if others and not isinstance(X, Table):  # a frame to predict for holds them too
            estimator.left_out_ = [column.name for column in others]
        _warn_of_left_out(estimator, [c for c in others if c.kind is not Kind.CONSTANT])
        table = Table(tuple(c for c in table.columns if c.kind in KEPT), table.source)
        estimator.n_features_in_ = len(table.columns)
        estimator.feature_names_in_ = np.array(table.names, dtype=object)
        estimator.levels_ = [None if c.levels is None else list(c.levels) for c in table.columns]
        return table
    check_is_fitted(estimator)
    if not hasattr(estimator, "feature_names_in_"):
        return None
    names = list(estimator.feature_names_in_)
    of_numbers = all(levels is None for levels in estimator.levels_)
    if not isinstance(X, Table) and of_numbers and not hasattr(estimator, "left_out_"):
        return None
    if isinstance(X, Table) and all(name in X for name in names):
        there = X if X.names == tuple(names) else X.select(names)
        if [
            None if c.levels is None else list(c.levels) for c in there.columns
        ] == estimator.levels_:
            return there
    schema = [
        {"name": name, "kind": "numeric" if levels is None else "category", "levels": levels}
        for name, levels in zip(names, estimator.levels_, strict=True)
    ]
    return read_table(X, schema=schema)


def _warn_of_left_out(estimator: Any, columns: Sequence[Column]) -> None:
    if columns:
        told = " and ".join(f"{column.name!r} ({column.kind})" for column in columns)
        estimator.warn(
            f"left out {told}: only amounts and categories are known here. Dates and texts get a "
            "code from ColumnValues in front: make_pipeline(ColumnValues(), ...).",
            CodeWarning,
        )


def _of_table(table: Table) -> Values:
    levels = tuple(c.levels for c in table.columns)
    if (X := table.matrix()) is not None:
        return Values(X, table.names, levels)
    X = np.empty((len(table), len(table.columns)))
    for j, column in enumerate(table.columns):
        values = column.values
        amount = values.dtype == np.float64  # NaN where missing already
        X[:, j] = values if amount else np.where(column.missing, np.nan, values)
    return Values(X, table.names, levels)


class ColumnValues(TransformerMixin, GlassBox):  # type: ignore[misc]
    """A table to a table of amounts and categories, one column each, for trees and curves.

    Amounts and categories stay; categories in an order become their places in it; dates and
    whatever else needs a code become the columns of that code, as `TableEncoder` makes them.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    codes_ : list of dict
        One entry a column used: its code and the reason.
    schema_ : list of dict
        How the columns that stay were read.
    coded_ : TableEncoder or None
        What encodes the columns that need a code.
    n_features_in_ : int
        Number of columns met in `fit`.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"size": ["S", "M", "L"] * 2, "colour": ["red", "blue", "tan"] * 2})
    >>> table = ColumnValues().fit_transform(frame)
    >>> table["size"].values[:3].tolist(), table["colour"].levels
    ([0.0, 1.0, 2.0], ('blue', 'red', 'tan'))

    Notes: Concept 192, §5.3
    """

    hyperparameters = (CODES,)

    codes_: list[dict[str, Any]]
    schema_: list[dict[str, Any]]
    coded_: TableEncoder | None
    n_features_in_: int

    def __init__(self, codes: Mapping[str, str] | None = CODES.default) -> None:
        self.codes = codes

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:
        """Decide for each column whether it stays as it is.

        Parameters
        ----------
        X : Table, data frame or array, n rows
        y : array, shape (n,), or None
            Handed to the codes that need it.

        Returns
        -------
        ColumnValues
            Itself.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn, and hand on the training rows; means of the target are those of other rows.

        Parameters
        ----------
        X : Table, data frame or array, n rows
        y : array, shape (n,), or None

        Returns
        -------
        Table

        Notes: Clar 86
        """
        return self._handed_on(*self._fit(X, y))

    def _fit(self, X: Any, y: Any) -> tuple[Table, Array | None]:
        """The rows read, and those columns of theirs that are encoded."""
        self.check_hyperparameters()
        table = self._table(X, fitting=True)
        self.n_features_in_ = len(table.columns)
        self.feature_names_in_ = np.array(table.names, dtype=object)
        asked = dict(self.codes or {})
        kept = table.drop([name for name in asked if name in table])
        few = [c for c in kept.columns if c.kind in KEPT and len(c.levels or ()) <= MOST_LEVELS]
        with_levels = Table(tuple(c for c in few if c.levels is not None))
        codes = {suggestion.column: suggestion.code for suggestion in suggest_codes(with_levels)}
        self.codes_ = [_kept(column, codes.get(column.name, "")) for column in few]
        stay = {code["column"] for code in self.codes_}
        rest = [c.name for c in table.columns if c.name not in stay]
        self.schema_ = table.select(sorted(stay)).schema
        self.coded_, encoded = None, None
        for_target = y is not None
        suggested = suggest_codes(table.select(rest), asked, for_target=for_target) if rest else ()
        coded = [suggestion for suggestion in suggested if suggestion.code]
        if coded or not self.codes_:
            self.coded_ = TableEncoder(codes=asked or None)
            encoded = self.coded_.fit_transform(table.select(rest), y)
            self.codes_ = [*self.codes_, *self.coded_.codes_]
        return table, encoded

    def transform(self, X: Any) -> Table:
        """The columns of training as amounts and categories.

        Parameters
        ----------
        X : Table, data frame or array, n rows

        Returns
        -------
        Table
        """
        check_is_fitted(self)
        table = self._table(X, fitting=False)
        encoded = None if self.coded_ is None else self.coded_.transform(table)
        return self._handed_on(table, encoded)

    def _handed_on(self, table: Table, encoded: Array | None) -> Table:
        columns = [_value(code, table[code["column"]]) for code in self.codes_ if "levels_" in code]
        if encoded is None and [*map(id, columns)] == [*map(id, table.columns)]:
            return table
        if self.coded_ is not None and encoded is not None:
            names = self.coded_.get_feature_names_out()
            columns += [
                Column(str(name), Kind.NUMERIC, np.ascontiguousarray(encoded[:, j]))
                for j, name in enumerate(names)
            ]
        return Table(tuple(columns), table.source)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names of the columns made: those of the columns that stay, then of the codes."""
        check_is_fitted(self)
        return np.array([name for code in self.codes_ for name in code["names"]], dtype=object)

    def _table(self, X: Any, *, fitting: bool) -> Table:
        """The rows as a table; after the fit, columns that stay are read as in training."""
        if isinstance(X, Table) or (hasattr(X, "columns") and hasattr(X, "shape")):
            if fitting:
                return X if isinstance(X, Table) else read_table(X)
            table = X if isinstance(X, Table) else read_table(X)
            kinds = {entry["name"]: entry["kind"] for entry in self.schema_}
            if kinds.items() <= {c.name: c.kind for c in table.columns}.items():
                return table
            again = read_table(X, schema=self.schema_)
            rest = [c for c in table.columns if c.name not in kinds]
            return Table((*again.columns, *rest), table.source)
        array = validate_data(
            self, X, reset=fitting, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        return Table(
            tuple(Column(f"x{i}", Kind.NUMERIC, array[:, i]) for i in range(array.shape[1]))
        )

    def _explanation(self) -> Explanation:
        return Explanation(
            name="ColumnValues",
            problem="Hand each column as a whole to a model that knows amounts and categories.",
            hypothesis=Formula(
                "φ(x)ⱼ = xⱼ: an amount, or a category",
                r"\varphi(x)_j = x_j",
                "x: d×1",
                "Concept 192",
            ),
            algorithm="Columns stay; only what is neither amount nor category is coded.",
            happened=tuple((c["column"], f"{c['code']}. {c['reason']}") for c in self.codes_),
            warnings=tuple(self.warnings_),
            notes="Concept 192, §5.3",
        )


def _kept(column: Column, suggested: str) -> dict[str, Any]:
    name, reason = KEPT[column.kind]
    found = {"column": column.name, "kind": str(column.kind), "names": [column.name]}
    if suggested:
        code, given = parse_code(suggested)
        if code == "thermometer" and given:
            reason = "Its categories have an order, so each is its place in it."
            return found | {
                "code": "place",
                "spelled": "place",
                "reason": reason,
                "levels_": list(given),
            }
    levels = None if column.levels is None else list(column.levels)
    return found | {"code": name, "spelled": name, "reason": reason, "levels_": levels}


def _value(code: dict[str, Any], column: Column) -> Column:
    """The column as it is handed on: levels as in training, an order as places in it."""
    if code["levels_"] is None:
        if column.values.dtype == np.float64 and column.written is None:
            return column
        return Column(column.name, Kind.NUMERIC, np.asarray(column.values, dtype=np.float64))
    wanted = tuple(code["levels_"])
    places = {level: place for place, level in enumerate(wanted)}
    there = [places.get(level, -2) for level in column.levels or ()]
    named = np.array([*there, *([-2] * len(column.unseen)), -1], dtype=np.int32)
    places_of = named[column.values]
    if code["code"] == "place":
        amounts = np.where(places_of >= 0, places_of, np.nan).astype(np.float64)
        return Column(column.name, Kind.NUMERIC, amounts)
    return Column(column.name, Kind.CATEGORY, places_of, wanted, unseen=("another category",))
