"""What a person may say about how a table is read: declared once, for every command and job.

Notes: §1.0.5
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from pellucid.setting_types import with_declared_types

KINDS = ("numeric", "binary", "category", "text", "date", "identifier", "drop")


@dataclass(frozen=True, kw_only=True)
class ReadingOptions:
    """How a table is read, where that is not left to the reader.

    Parameters
    ----------
    numeric
        Read this column as numbers; repeat for more.
    binary
        Read this column as two-valued; repeat for more.
    category
        Read this column as categories; repeat for more.
    text
        Read this column as text; repeat for more.
    date
        Read this column as dates; repeat for more.
    identifier
        This column names the rows: nothing is learned from it; repeat for more.
    drop
        Leave this column out; repeat for more.
    missing
        A further spelling of "missing", such as "?"; repeat for more.
    decimal
        What stands before decimals, "," or ".", where the cells leave it open: of all columns, or
        of one as "price=,"; repeat for more.
    thousands
        What stands between thousands (, . ' or a space): of all columns, or of one as "price=.";
        repeat for more.
    date_format
        How dates are written, such as "%d/%m/%Y": in all columns, or in one as "when=%d/%m/%Y";
        repeat for more.
    encoding
        Encoding of a text file (default utf-8), such as cp1252.
    """

    numeric: tuple[str, ...] = ()
    binary: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    identifier: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    decimal: tuple[str, ...] = ()
    thousands: tuple[str, ...] = ()
    date_format: tuple[str, ...] = ()
    encoding: str | None = None

    def __post_init__(self) -> None:
        with_declared_types(self)

    def given(self) -> dict[str, Any]:
        """Those that are not the default."""
        return {
            f.name: value
            for f in fields(ReadingOptions)
            if (value := getattr(self, f.name)) != f.default
        }

    def reading(self) -> dict[str, Any]:
        """What `read_table` takes.

        Raises
        ------
        FramingError
            When options contradict one another.
        """
        everything = {f.name: getattr(self, f.name) for f in fields(ReadingOptions)}
        return {name: value for name, value in everything.items() if value is not None}
