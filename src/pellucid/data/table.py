"""A table: named columns, each of a kind.

Notes: Notation 7, Def 32, §2.1.3
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.columns.notation import PLAIN_NOTATION, Notation
from pellucid.errors import ColumnError
from pellucid.findings import Finding

# Codes of a category that is absent; and, from there down, of those not met in training.
MISSING, UNSEEN = -1, -2
MANY_COLUMNS = 100


class Kind(StrEnum):
    """What the values of a column are."""

    NUMERIC = "numeric"
    BINARY = "binary"
    CATEGORY = "category"
    TEXT = "text"
    DATE = "date"
    IDENTIFIER = "identifier"
    CONSTANT = "constant"


CODED = (Kind.BINARY, Kind.CATEGORY)


@dataclass(frozen=True)
class Column:
    """One column.

    Parameters
    ----------
    name : str
        Its name.
    kind : Kind
        What its values are.
    values : ndarray, shape (n,)
        numeric: float64, NaN where missing. binary, category: int32 codes into `levels`, −1
        missing, −2 − i for `unseen[i]`. date: datetime64[us], NaT missing. Others: object, None
        missing.
    levels : tuple of str or None
        Categories in order, for the coded kinds.
    note : str
        Why it has this kind.
    unseen : tuple of str
        Categories that are not among the levels of training.
    ordered : bool
        Whether its source states that the levels rise, as an ordered categorical does.
    notation : Notation
        How its cells are written.
    written : ndarray of object or None, shape (n,)
        The cells as written, where the values do not tell it (1.10, 03/04/2026): whoever reads the
        column as another kind, or in another notation, starts from these.
    """

    name: str
    kind: Kind
    values: NDArray[Any]
    levels: tuple[str, ...] | None = None
    note: str = ""
    unseen: tuple[str, ...] = ()
    ordered: bool = False
    notation: Notation = PLAIN_NOTATION
    written: NDArray[Any] | None = None

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where the value is missing (unseen categories count as present)."""
        values = self.values
        if values.dtype.kind == "f":
            return np.asarray(np.isnan(values))
        if values.dtype.kind == "M":
            return np.asarray(np.isnat(values))
        if self.kind in CODED:
            return np.asarray(values == MISSING)
        return np.array([v is None for v in values], dtype=bool)

    def _repr_html_(self) -> str:
        """A few values, how many are missing, and why it is of its kind."""
        from pellucid.notebook_card import card

        n = len(self.values)
        few = replace(self, values=self.values[:8]).texts()
        shown = ", ".join("(missing)" if v is None else str(v) for v in few)
        levels = f", {len(self.levels)} categories" if self.levels is not None else ""
        told = f"{n:,} values, {int(self.missing.sum()):,} missing{levels}: {shown}"
        return card(f"{self.name}: {self.kind}", (told + (", …" if n > 8 else ""), self.note))

    def take(self, rows: NDArray[np.intp]) -> Column:
        """The given rows, in the given order."""
        taken = self._with_values(self.values[rows])
        if self.written is not None:
            taken.__dict__["written"] = self.written[rows]
        return taken

    def _with_values(self, values: NDArray[Any]) -> Column:
        """The same column with other values of the same kind; its cells as written stay."""
        found = object.__new__(Column)  # `replace` sets each field anew: most of a fold's time
        found.__dict__.update(self.__dict__, values=values)
        return found

    def texts(self) -> NDArray[Any]:
        """Values as text, None where missing."""
        if self.levels is not None:
            named = np.array([*self.levels, *reversed(self.unseen), None], dtype=object)
            return np.asarray(named[self.values])
        return np.array(
            [None if m else str(v) for v, m in zip(self.values, self.missing, strict=True)],
            dtype=object,
        )


@dataclass(frozen=True)
class Table:
    """Columns of equal length.

    Parameters
    ----------
    columns : tuple of Column
        In order.
    source : str
        Where it came from, for messages.
    findings : tuple of Finding
        What was noticed while reading.

    Examples
    --------
    >>> import numpy as np
    >>> table = Table((Column("x", Kind.NUMERIC, np.array([1.0, 2.0, 3.0])),))
    >>> len(table), table.names, table.take(np.array([0, 2]))["x"].values
    (3, ('x',), array([1., 3.]))

    Notes: Notation 7, §2.1.4
    """

    columns: tuple[Column, ...]
    source: str = ""
    findings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.columns[0].values) if self.columns else 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), len(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(c.name for c in self.columns)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {c.name: i for i, c in enumerate(self.columns)}

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __getitem__(self, name: str) -> Column:
        if name not in self._places:
            raise ColumnError(absent_column(name, self.names))
        return self.columns[self._places[name]]

    def _repr_html_(self) -> str:
        """Its columns, with the first value of each."""
        from pellucid.notebook_card import card

        first = [replace(c, values=c.values[:1]).texts() for c in self.columns[:13]]
        rows: list[tuple[object, ...]] = [
            (c.name, c.kind, f"{int(c.missing.sum()):,}", "" if not len(v) else v[0])
            for c, v in zip(self.columns, first, strict=False)
        ]
        rows += [(c.name,) for c in self.columns[13:]]
        told = f"{len(self):,} rows, {len(self.columns):,} columns"
        return card(
            self.source or "A table", (told, *map(str, self.findings[:3])),
            ("column", "kind", "missing", "first value"), rows,
        )  # fmt: skip

    @cached_property
    def _side_by_side(self) -> tuple[list[int], NDArray[np.float64]] | None:
        """Places of the columns of plain numbers and these, (places, n), where they outnumber rows.

        Taking some rows of thousands of short columns takes longer for each column than for all.
        """
        places = [
            i
            for i, c in enumerate(self.columns)
            if c.written is None and c.values.dtype == np.float64
        ]
        if len(places) <= max(len(self), MANY_COLUMNS):
            return None
        return places, np.stack([self.columns[i].values for i in places])

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def take(self, rows: NDArray[np.intp]) -> Table:
        """The given rows, in the given order."""
        if self._side_by_side is None:
            return replace(self, columns=tuple(c.take(rows) for c in self.columns))
        places, values = self._side_by_side
        values = values[:, rows]
        at = dict(zip(places, values, strict=True))
        columns = tuple(
            c.take(rows) if (mine := at.get(i)) is None else c._with_values(mine)
            for i, c in enumerate(self.columns)
        )
        taken = replace(self, columns=columns)
        taken.__dict__["_side_by_side"] = places, values
        return taken

    @property
    def nbytes(self) -> int:
        """Bytes of the values of all columns."""
        return sum(column.values.nbytes for column in self.columns)

    def matrix(self) -> NDArray[np.float64] | None:
        """All columns side by side, (n, d), where they are plain numbers and outnumber the rows."""
        if self._side_by_side is None or len(self._side_by_side[0]) < len(self.columns):
            return None
        return self._side_by_side[1].T.copy(order="C")

    def without_cells(self, keep: Collection[str] = ()) -> Table:
        """The table without its cells as written, but for columns that are still read anew."""
        plain = (
            c if c.written is None or c.name in keep else replace(c, written=None)
            for c in self.columns
        )
        return replace(self, columns=tuple(plain))

    def select(self, names: Iterable[str]) -> Table:
        """The named columns, in the order named."""
        return replace(self, columns=tuple(self[name] for name in names))

    def drop(self, names: Collection[str]) -> Table:
        """All columns but the named ones."""
        for name in names:
            self[name]
        return replace(self, columns=tuple(c for c in self.columns if c.name not in set(names)))

    def known(self, *names: str) -> Table:
        """The rows in which none of the named columns is missing; all columns are kept.

        Examples
        --------
        >>> import numpy as np
        >>> table = Table((Column("x", Kind.NUMERIC, np.array([1.0, np.nan, 3.0])),))
        >>> len(table.known("x"))
        2

        Notes: §2.1.4
        """
        missing = np.zeros(len(self), dtype=bool)
        for name in names:
            missing |= self[name].missing
        return self.take(np.flatnonzero(~missing))

    def numbers(self, *names: str) -> NDArray[np.float64]:
        """The named columns side by side as numbers, NaN where missing: shape (n, d).

        A two-valued column is 0 and 1.

        Raises
        ------
        ColumnError
            When one of them holds no numbers.

        Examples
        --------
        >>> import numpy as np
        >>> table = Table((Column("x", Kind.NUMERIC, np.array([1.0, 2.0])),))
        >>> table.numbers("x").ravel().tolist()
        [1.0, 2.0]

        Notes: Notation 7, §2.1.3
        """
        columns = [_as_numbers(self[name]) for name in names]
        return np.column_stack(columns) if columns else np.zeros((len(self), 0))

    @property
    def schema(self) -> list[dict[str, Any]]:
        """Names, kinds, levels and notations: what a new table is read by. Plain values."""
        return [
            {
                "name": c.name,
                "kind": str(c.kind),
                "levels": None if c.levels is None else list(c.levels),
                **({"notation": told} if (told := c.notation.as_dict()) else {}),
            }
            for c in self.columns
        ]


def _as_numbers(column: Column) -> NDArray[np.float64]:
    if column.kind is Kind.BINARY:
        return np.where(column.missing, np.nan, column.values.astype(np.float64))
    if column.values.dtype.kind != "f":
        raise ColumnError(f"Column {column.name!r} is {column.kind}: it holds no numbers.")
    return np.asarray(column.values, dtype=np.float64)


def absent_column(name: str, names: Iterable[str]) -> str:
    """The message for a column that is not there, with the nearest name."""
    there = list(names)
    lowered = {n.lower(): n for n in reversed(there)}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.5)
    hint = f" Did you mean {lowered[near[0]]!r}?" if near else ""
    shown = ", ".join(map(repr, there[:12])) + (" …" if len(there) > 12 else "")
    return f"There is no column {name!r}.{hint} The columns are {shown}."
