"""`TableEncoder`: a table of any kinds to a matrix of numbers, learned from training rows only.

Notes: §5.3, §5.3.1, §5.3.3
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.data.category_codes import unseen_categories
from pellucid.data.class_codes import cost_of_binary
from pellucid.data.code_suggestions import Suggestion, kind_for, suggest_codes
from pellucid.data.column_code import MANY, code_of, parse_code
from pellucid.data.column_codes.target_encoding import (
    Targets,
    encode_training_rows,
    learn_target_mean,
)
from pellucid.data.encoded_names import distinct_names
from pellucid.data.number_codes import (
    encode_many_numbers,
    encode_numbers,
    learn_many_standardized,
)
from pellucid.data.sample_weights import checked_weights
from pellucid.data.table import Column, Kind, Table, absent_column
from pellucid.data.table_reader import as_another_kind, read_table
from pellucid.errors import CodeWarning, ColumnError, TableError, UnseenCategoryWarning
from pellucid.explanation import Explanation, Formula
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter

MOST_LEVELS = Hyperparameter(
    "most_levels",
    5_000,
    "int",
    "A category with more levels than this raises an error instead of becoming that many columns.",
    low=2,
)


def _are_codes(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(each, str) for pair in value.items() for each in pair
    )


CODES = Hyperparameter(
    "codes",
    None,
    "any",
    "Codes that you choose yourself, by column, such as {'size': 'thermometer:low,mid,high'}; the "
    "others are suggested by `suggest_codes`.",
    optional=True,
    accepts=_are_codes,
    described="a dict of column to code, or None",
)


class TableEncoder(TransformerMixin, GlassBox):  # type: ignore[misc]
    """Encode the columns of a table as numbers, by statistics of the training rows.

    Each column gets the code that suits it, and the reason is kept. Numbers are standardised (mean
    0, standard deviation 1, divisor n); two-valued columns become 0 and 1; categories become
    one-hot columns, first category first, or thermometers where their names show an order; dates
    become parts. A value missing in training earns an indicator column, and stands at the mean. An
    unseen category is all zeros, or the mean in a two-valued or thermometer column, with a warning.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    codes_ : list of dict
        What was learned, one entry a column used: its code, the reason, and what the code needs.
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

    Notes: Concept 192, Clar 193, Def 197, §5.3.1.3, §5.3.3
    """

    hyperparameters = (MOST_LEVELS, CODES)

    codes_: list[dict[str, Any]]
    dropped_: list[str]
    n_features_in_: int

    def __init__(
        self,
        most_levels: int = MOST_LEVELS.default,
        codes: Mapping[str, str] | None = CODES.default,
    ) -> None:
        self.most_levels = most_levels
        self.codes = codes

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
        y : array, shape (n,) or (n, k), or None
            The target, for codes that take its means; without it such columns are left out.
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
        HyperparameterError
            When `codes` names no code, or the column cannot take it.
        """
        self._fit(X, y, sample_weight)
        return self

    def fit_transform(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Learn, and encode the training rows: by means of *other* rows where means are taken.

        Parameters
        ----------
        X : Table, data frame or array, n rows
        y : array, shape (n,) or (n, k), or None
        sample_weight : array, shape (n,), or None

        Returns
        -------
        ndarray, shape (n, D)
            As `transform`, but for target means, which are cross-fitted: `fit(X, y).transform(X)`
            would let a row see its own target.

        Notes: Clar 86
        """
        table, weights, targets = self._fit(X, y, sample_weight)

        def encode(code: dict[str, Any], column: Column) -> NDArray[np.float64]:
            if code_of(code).of_target and targets is not None:
                return encode_training_rows(code, column, weights, targets)
            return code_of(code).encode(code, column)

        return self._encoded(table, encode)

    def _fit(
        self, X: Any, y: Any, sample_weight: Any
    ) -> tuple[Table, NDArray[np.float64], Targets | None]:
        self.check_hyperparameters()
        table = self._as_coded(self._table(X, fitting=True))
        n = len(table)
        weights = np.ones(n) if sample_weight is None else checked_weights(sample_weight, n)
        targets = Targets.of(y)
        self.codes_, self.dropped_ = [], []
        suggested = suggest_codes(table, self.codes, for_target=targets is not None)
        plain = [c for c, s in zip(table.columns, suggested, strict=True) if s.code == PLAIN]
        many = learn_many_standardized(plain, weights) if plain else []
        learned = {column.name: each for column, each in zip(plain, many, strict=True)}
        for column, suggestion in zip(table.columns, suggested, strict=True):
            if not suggestion.code:
                self.dropped_.append(column.name)
                continue
            known = learned.get(column.name)
            self.codes_.append(self._code(column, suggestion, weights, targets, known))
        if not self.codes_:
            raise TableError("No column is left to encode: all are constant, text or identifiers.")
        return table, weights, targets

    def _code(
        self,
        column: Column,
        suggestion: Suggestion,
        weights: NDArray[np.float64],
        targets: Targets | None,
        learned: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """What is learned of a column; `learned` where that is learned already."""
        name, given = parse_code(suggestion.code)
        levels = len(column.levels or ())
        if name not in MANY:
            self._refuse_levels(column)
        chosen = {
            "column": column.name,
            "kind": str(column.kind),
            "code": name,
            "spelled": suggestion.code,
            "reason": suggestion.reason,
        }
        if learned is not None:
            return chosen | learned
        if name == "binary" and levels > 2:
            self.warn(cost_of_binary(column.name, levels), CodeWarning)
        if code_of(chosen).of_target:
            return chosen | learn_target_mean(column, weights, given, targets)
        return chosen | code_of(chosen).learn(column, weights, given)

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

        def encode(code: dict[str, Any], column: Column) -> NDArray[np.float64]:
            self._warn_unseen(column, code)
            return code_of(code).encode(code, column)

        return self._encoded(table, encode)

    def _encoded(self, table: Table, encode: Encode) -> NDArray[np.float64]:
        """Blocks of all columns in order; neighbours that are numbers are encoded in one pass."""
        blocks = []
        for numbers, codes in groupby(self.codes_, key=_is_number):
            run = list(codes)
            columns = [table[code["column"]] for code in run]
            if numbers:
                blocks.append(encode_many_numbers(run, columns))
            else:
                blocks += [encode(code, column) for code, column in zip(run, columns, strict=True)]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names of the encoded columns, such as "island=Biscoe" or "mass is missing"."""
        check_is_fitted(self)
        return distinct_names(name for code in self.codes_ for name in code["names"])

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
            decoded.append(code_of(code).decode(code, block))
        if all(values.dtype.kind == "f" for values in decoded):
            return np.column_stack(decoded)
        return np.column_stack([values.astype(object) for values in decoded])

    def _table(self, X: Any, *, fitting: bool) -> Table:
        if isinstance(X, Table):
            if fitting:
                self.n_features_in_ = len(X.columns)
                self.feature_names_in_ = np.array(X.names, dtype=object)
                return X
            return self._of_training_kinds(X)
        if hasattr(X, "columns") and hasattr(X, "shape"):
            return self._from_frame(X, fitting)
        array = validate_data(
            self, X, reset=fitting, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        return Table(
            tuple(Column(f"x{i}", Kind.NUMERIC, array[:, i]) for i in range(array.shape[1]))
        )

    def _as_coded(self, table: Table) -> Table:
        """The table with each column of the kind that the code chosen for it needs."""
        asked = dict(self.codes or {})
        for name in asked:
            if name not in table:
                raise ColumnError(f"codes: {absent_column(name, table.names)}")
        columns = (
            as_another_kind(c, kind_for(asked[c.name])) if c.name in asked else c
            for c in table.columns
        )
        return replace(table, columns=tuple(columns)) if asked else table

    def _of_training_kinds(self, table: Table) -> Table:
        """Read as in training where a column is of another kind; levels may differ in order."""
        wanted = {code["column"]: Kind(code["kind"]) for code in self.codes_}
        if all(name in table and table[name].kind is kind for name, kind in wanted.items()):
            return table
        return read_table(table, schema=self._schema())

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
                "become columns. Choose the code target-mean or rare for it (--code), or leave it "
                "out (--drop)."
            )

    def _warn_unseen(self, column: Column, code: dict[str, Any]) -> None:
        if "levels" not in code:
            return
        rows, names = unseen_categories(code, column)
        if not rows:
            return
        shown = ", ".join(map(repr, names[:5])) + (" …" if len(names) > 5 else "")
        self.warn(
            f"{rows} row(s) of {column.name!r} hold categories not met in training: {shown}; they "
            f"{code_of(code).unknown}.",
            UnseenCategoryWarning,
        )

    def _explanation(self) -> Explanation:
        learned = tuple((code["column"], _code_description(code)) for code in self.codes_)
        dropped = (("not encoded", ", ".join(self.dropped_)),) if self.dropped_ else ()
        return Explanation(
            name="TableEncoder",
            problem="Turn columns of any kind into numbers without losing what they say.",
            hypothesis=Formula(
                "φ(x) = (x − mean) / sd for numbers; a code of its own for each other column",
                r"\varphi(x) = \frac{x - \bar{x}}{s}",
                "x: d×1, φ(x): D×1",
                "§5.3.3, §5.3.1",
            ),
            algorithm="Means and deviations (divisor n) and categories of the training rows.",
            happened=learned + dropped,
            warnings=tuple(self.warnings_),
            notes="Concept 192, §5.3.1, §5.3.3",
        )


Encode = Callable[[dict[str, Any], Column], NDArray[np.float64]]
PLAIN = "standardize"  # the code of an amount, learned of all such columns in one pass


def _is_number(code: dict[str, Any]) -> bool:
    return code_of(code).encode is encode_numbers


def _code_description(code: dict[str, Any]) -> str:
    name = f"{code['code']}: " if "code" in code else ""
    reason = f". {code['reason']}" if "reason" in code else ""
    width = f"{len(code['names'])} column(s)"
    if "statement" in code:
        return f"{name}{code['statement']} → {width}{reason}"
    if "levels" in code:
        return f"{name}{len(code['levels'])} categories → {width}{reason}"
    if "edges" in code:
        return f"{name}{len(code['edges']) + 1} bins → {width}{reason}"
    return (
        f"{name}mean {code['mean'][0]:.6g}, standard deviation {code['scale'][0]:.6g} → "
        f"{width}{reason}"
    )
