"""The tables that the lab's pages can be shown over: the one named at the start, dropped ones,
samples.

Notes: §1.0.3, Notation 7
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from os import PathLike
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from pellucid.data import Table, read_table
from pellucid.errors import FramingError, PellucidError, TableError
from pellucid.lab.data import MOST_ROWS, Data
from pellucid.lab.page_contract import Page
from pellucid.lab.rendering import NO_TABLE
from pellucid.lab.sample_tables import sample

MOST_DROPPED = 8
SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl", ".ndjson")


class Tables:
    """Tables by the name under which a page's state asks for them.

    Parameters
    ----------
    source : path, data frame, array, Table or None
        The user's own table, as for `read_table`.
    target : str
        Its column to predict.
    reading : mapping
        Options of `read_table`, as a run read it.
    """

    def __init__(
        self,
        source: Any = None,
        target: str = "",
        reading: Mapping[str, Any] | None = None,
    ) -> None:
        self._own: Data | None = None
        self._dropped: OrderedDict[str, Data] = OrderedDict()
        if source is not None:
            options = dict(reading or {})
            table = read_table(source, **options)
            if target:
                table[target]  # an absent target is an error at the start
            name, written = _name_and_source(source)
            self._own = _data(name, table, ", ".join([written, *_keywords(options)]), target)

    def offered(self) -> list[dict[str, str]]:
        """The own table and those dropped so far, for the menu of a page."""
        own = [{"id": "own", "name": self._own.name}] if self._own is not None else []
        return own + [{"id": k, "name": d.name} for k, d in self._dropped.items()]

    def of(self, page: Page, given: Mapping[str, Any]) -> Data:
        """The table that a page's settings ask for; without a word, the first that serves it.

        Raises
        ------
        FramingError
            When it is not there (any more).
        """
        if not page.samples:
            return NO_TABLE
        name = given.get("data", "")
        if name == "own" and self._own is not None:
            return self._own
        if name in page.samples:
            return sample(name)
        if isinstance(name, str) and name in self._dropped:
            return self._dropped[name]
        if name:
            raise FramingError("This table is not here any more: open its file again.")
        return (
            self._own
            if self._own is not None and _serves(page, self._own)
            else sample(page.samples[0])
        )

    def dropped(self, name: str, content: bytes) -> dict[str, str]:
        """Take in a file that was dropped on a page.

        Raises
        ------
        TableError
            When it is no table that can be read.
        """
        short = PurePath(name.replace("\\", "/")).name[:80] or "table.csv"
        suffix = PurePath(short).suffix.lower()
        if suffix not in SUFFIXES:
            raise TableError(f"{short}: the lab opens {', '.join(SUFFIXES)}.")
        key = "file-" + hashlib.sha256(short.encode() + b"\0" + content).hexdigest()[:16]
        if key not in self._dropped:
            with tempfile.TemporaryDirectory(prefix="pellucid-lab-") as folder:
                path = Path(folder) / f"table{suffix}"
                path.write_bytes(content)
                try:
                    table = read_table(str(path))
                except PellucidError as trouble:
                    # Told by its own name: where it lay for a moment is nobody's business.
                    raise TableError(str(trouble).replace(str(path), short)) from trouble
            self._dropped[key] = _data(short, table, repr(short))
            while len(self._dropped) > MOST_DROPPED:
                self._dropped.popitem(last=False)
        return {"id": key, "name": short}


def _serves(page: Page, data: Data) -> bool:
    """Whether the table has columns for all that the page asks for."""
    from pellucid.errors import ColumnError

    try:
        page.checked_state({}, data)
    except ColumnError:
        return False
    return True


def _name_and_source(source: Any) -> tuple[str, str]:
    """What a page calls its table, and how its program writes it."""
    if isinstance(source, str | PathLike):
        path = PurePath(source)
        return path.name, repr(str(source))
    return "data", "data"  # the variable of the notebook


def _keywords(options: Mapping[str, Any]) -> list[str]:
    return [f"{name}={value!r}" for name, value in options.items()]


def _data(name: str, table: Table, source: str, target: str = "") -> Data:
    """The table with its program; of a long one every so many rows, since pages answer at once."""
    program = f"from pellucid import read_table\n\ntable = read_table({source})"
    if len(table) > MOST_ROWS:
        every = -(-len(table) // MOST_ROWS)
        table = table.take(np.arange(0, len(table), every))
        program = (
            f"import numpy as np\n{program}\n"
            f"table = table.take(np.arange(0, len(table), {every}))  # every {every}th row"
        )
    return Data(name, table, program, target)
