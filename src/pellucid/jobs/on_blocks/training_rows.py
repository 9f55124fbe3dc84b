"""The rows of a job, a tile at a time: read by the schema, with answers, for learning or for test.

Notes: §2.1.6, KE 35
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pellucid.data.blocks.hashed_splits import Places, is_test_row
from pellucid.data.blocks.tiles import Tile
from pellucid.data.framing import Framing
from pellucid.data.sources.any_source import SourceCells
from pellucid.data.table import Table
from pellucid.data.table_reader import read_by_schema

Array = NDArray[Any]


def read_tile(
    tile: Tile, schema: list[dict[str, Any]], typed: bool, missing: tuple[str, ...]
) -> Table:
    """The rows of a tile, read by the entries of a schema.

    Raises
    ------
    ColumnError
        When a cell cannot be read as the schema says; names the row.

    Notes: §2.1.3
    """
    assert isinstance(tile.rows, pa.Table)
    return read_by_schema(SourceCells(tile.rows, "", typed), schema, missing, first=tile.first)


@dataclass(frozen=True)
class JobRows:
    """Rows that have a target.

    Parameters
    ----------
    table : Table, n rows
        Features and target.
    targets : ndarray, shape (n,) or (n, k)
    test : ndarray of bool, shape (n,)
        Which of them are for the test.
    places : ndarray, shape (n,)
        Their places in the source.
    """

    table: Table
    targets: Array
    test: NDArray[np.bool_]
    places: Places


@dataclass(frozen=True)
class RowReader:
    """From a tile of a source to rows of a job.

    Parameters
    ----------
    framing : Framing
    schema : list of dict
        Of all columns.
    typed : bool
        Whether the source tells missing values itself.
    missing : tuple of str
        Further spellings of "missing".
    test : float
        Share of rows for the test: those whose places' hashes are small.
    seed : int

    Notes: §2.1.6
    """

    framing: Framing
    schema: list[dict[str, Any]]
    typed: bool
    missing: tuple[str, ...]
    test: float
    seed: int

    @property
    def columns(self) -> list[str]:
        """What is read: features and target."""
        return [*self.framing.features, self.framing.target]

    def rows(self, tile: Tile) -> JobRows:
        """The rows of a tile.

        Raises
        ------
        ColumnError
            When a cell cannot be read as the schema says; names the row.
        """
        wanted = [entry for entry in self.schema if entry["name"] in self.columns]
        table = read_tile(tile, wanted, self.typed, self.missing)
        return self.of_table(table, tile.places)

    def of_table(self, table: Table, places: Places) -> JobRows:
        """Those of a table that have a target."""
        known = ~table[self.framing.target].missing
        if not known.all():
            table, places = table.take(np.flatnonzero(known)), places[known]
        answers = self.framing.answers(table)
        return JobRows(table, answers, is_test_row(places, self.test, self.seed), places)

    @property
    def how(self) -> str:
        """How test rows are chosen, in a sentence."""
        return (
            f"Each row's place, hashed with seed {self.seed}, decides: {self.test:.0%} of the rows "
            "are for the test."
        )
