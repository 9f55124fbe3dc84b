"""The kind of each column of rows in blocks, by every cell: as `read_table` finds it in memory.

Where a column's different cells are all counted, its kind follows from these and their counts.
Where they are too many it is inferred from the sample and from every text that is no number, and
proved when all rows are read by it: a cell that does not go is an error that names the row.

Notes: §5.3, §2.1.3
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from pellucid.data.blocks.cell_counts import CellCounts
from pellucid.data.blocks.table_profile import Profile
from pellucid.data.columns.arrow_values import as_texts, plain_values
from pellucid.data.columns.inference import AMOUNTS
from pellucid.data.columns.notation import PLAIN_NOTATION
from pellucid.data.columns.number_doubts import (
    OPEN,
    ZEROS_BEFORE,
    ZEROS_BEHIND,
    number_doubts,
)
from pellucid.data.columns.row_numbers import COUNTED, counts_rows
from pellucid.data.columns.spellings import merge_spellings, normalized_spelling
from pellucid.data.columns.unparsed_cells import SHOWN
from pellucid.data.sources.any_source import SourceCells
from pellucid.data.table import CODED, Column, Kind, Table
from pellucid.data.table_reader import Notations, inferred_columns, read_by_schema
from pellucid.findings import Finding, option

MOST_CELLS = 300_000  # that stand for a column: beyond them counts are scaled down
OF_ALL_ROWS = ("odd cells", "spellings", OPEN, ZEROS_BEFORE, ZEROS_BEHIND)  # said by all cells


@dataclass(frozen=True)
class InferredColumns:
    """How all rows are read, and the sample read so.

    Parameters
    ----------
    sample : Table
        Its schema is that of all rows.
    from_sample : tuple of str
        Columns of more different texts than are counted, whose kind the sample shows.
    """

    sample: Table
    from_sample: tuple[str, ...]


def columns_needing_text(profile: Profile) -> list[str]:
    """Columns whose cells are wanted as written: of numbers and texts, few of each; and of numbers
    whose points may part thousands."""
    return [
        name
        for name, cells in profile.cells.items()
        if cells.spelled.point is not None
        or (cells.complete and cells.has_texts and cells.has_numbers)
    ]


def infer_columns(
    profile: Profile,
    name: str,
    typed: bool,
    requested_kinds: Mapping[str, Kind],
    missing: tuple[str, ...],
    notations: Notations,
) -> InferredColumns:
    """The kinds of all columns.

    Parameters
    ----------
    profile : Profile
    name : str
        Of the source.
    typed : bool
        Whether the source tells missing values itself.
    asked, missing, notations
        As `inferred_columns` takes them.

    Notes: §5.3
    """
    names = list(profile.cells)
    cells = {n: representative_cells(profile.cells[n], profile.sample[n]) for n in names}
    stand_in: Any = cells  # columns of unequal lengths, each looked at by itself
    columns, findings = inferred_columns(
        SourceCells(stand_in, name, typed), names, requested_kinds, missing, notations
    )
    columns = tuple(
        _is_row_counter(c, profile) if c.name not in requested_kinds else c for c in columns
    )
    told = [f for f in findings if f.name not in OF_ALL_ROWS]
    for column in columns:
        of_all = profile.cells[column.name]
        told += _counted_findings(column, of_all, requested_kinds)
        if column.name not in requested_kinds and column.kind in AMOUNTS:
            told += _doubts(column, of_all, notations)
    schema = Table(columns).schema
    read = read_by_schema(SourceCells(profile.sample, name, typed), schema, missing)
    sample = tuple(
        replace(mine, note=found.note, ordered=found.ordered)
        for mine, found in zip(read.columns, columns, strict=True)
    )
    open_ = tuple(n for n in names if profile.cells[n].texts is None)
    return InferredColumns(Table(sample, name, tuple(told)), open_)


def representative_cells(cells: CellCounts, sample: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cells from which the kind of a column is inferred, each as often as in all rows, or in scale.

    Parameters
    ----------
    cells : CellCounts
        Of all rows.
    sample : pa.ChunkedArray
        Those of the sampled rows.

    Notes: §5.3
    """
    if pa.types.is_dictionary(sample.type) and sample.type.ordered:
        return sample
    if cells.complete:
        return _repeat_cells(cells, sample.type)
    if not cells.texts:
        return sample
    there = as_texts(plain_values(sample).values)
    texts = [t for t in cells.texts if t not in set(there.unique().to_pylist())]
    counts = np.array([cells.texts[t] for t in texts], dtype=np.float64)
    times = np.maximum(np.round(counts * len(sample) / cells.rows), 1).astype(np.int64)
    more = np.repeat(np.array(texts, dtype=object), times)
    return pa.chunked_array([*there.chunks, pa.array(more, pa.string())])


def _repeat_cells(cells: CellCounts, kind: pa.DataType) -> pa.ChunkedArray:
    """Every different cell, as often as it occurs."""
    numbers, texts = cells.numbers or {}, cells.texts or {}
    counts = np.array([*numbers.values(), *texts.values(), cells.missing], dtype=np.float64)
    scale = min(MOST_CELLS / max(cells.rows, 1), 1.0)
    times = np.where(counts > 0, np.maximum(np.round(counts * scale), 1), 0).astype(np.int64)
    if texts:
        from pellucid.data.columns.spellings import number_spelling

        different = pa.array([*map(number_spelling, numbers), *texts, None], pa.string())
    else:
        different = _with_source_type([*numbers, None], kind)
    places = np.repeat(np.arange(len(different)), times)
    return pa.chunked_array([different.take(pa.array(places))])


def _with_source_type(numbers: list[Any], kind: pa.DataType) -> pa.Array:
    """Numbers as the source's own type has them."""
    if pa.types.is_timestamp(kind):
        return pa.array(numbers, pa.int64()).cast(pa.timestamp("us", kind.tz))
    if pa.types.is_date(kind):
        return pa.array(numbers, pa.int64()).cast(pa.timestamp("us"))
    if pa.types.is_duration(kind) or pa.types.is_time(kind):
        micro = [None if v is None else round(v * 1e6) for v in numbers]
        of_the_day = pa.types.is_time(kind)
        return pa.array(micro, pa.int64()).cast(
            pa.time64("us") if of_the_day else pa.duration("us")
        )
    if pa.types.is_integer(kind):
        return pa.array(numbers, kind)
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return pa.array(numbers, pa.string() if is_text and len(numbers) == 1 else pa.float64())


def _is_row_counter(column: Column, profile: Profile) -> Column:
    """Whole numbers from one to the next, one a row, count the rows: known by their ends."""
    cells = profile.cells[column.name]
    if column.kind is not Kind.NUMERIC or cells.complete or cells.missing or cells.has_texts:
        return column
    there = np.asarray(column.values)
    if not counts_rows(there, cells.low, cells.high, cells.rows):
        return column
    return replace(column, kind=Kind.IDENTIFIER, note=COUNTED)


def _counted_findings(
    column: Column, cells: CellCounts, requested_kinds: Mapping[str, Kind]
) -> list[Finding]:
    """What is said of odd cells and of spellings, with the counts of all rows."""
    texts = cells.texts or {}
    if column.notation.missing:
        odd = {t: texts[t] for t in column.notation.missing if t in texts}
        kind = "dates" if column.kind is Kind.DATE else "numbers"
        return [_unparsed_finding(column.name, odd, cells, kind)] if odd else []
    if column.kind in CODED and column.name not in requested_kinds and cells.complete:
        there = {t: n for t, n in texts.items() if normalized_spelling(t)}
        return list(merge_spellings(column.name, there).findings) if there else []
    return []


def _doubts(column: Column, cells: CellCounts, notations: Notations) -> Sequence[Finding]:
    """What is said of plain numbers that may be something else."""
    if column.notation != PLAIN_NOTATION:
        return ()
    return number_doubts(column.name, cells.spelled, cells.largest, notations.hints(column.name))


def _unparsed_finding(
    name: str, unparsed: Mapping[str, int], cells: CellCounts, kind: str
) -> Finding:
    listed = sorted(unparsed.items(), key=lambda pair: (-pair[1], pair[0]))
    shown: Sequence[str] = [f"{t!r} ({n:,} row{'s' if n > 1 else ''})" for t, n in listed[:SHOWN]]
    more = f" and {len(listed) - SHOWN} more spellings" if len(listed) > SHOWN else ""
    first = listed[0][0]
    return Finding(
        "odd cells",
        "caution",
        f"Column {name!r} holds {kind}, but for {sum(unparsed.values()):,} of "
        f"{cells.rows - cells.missing:,} cells, which count as missing: "
        f"{', '.join(shown)}{more}.",
        (name,),
        f"If they are missing, say {option('missing', first, cell=True)}; if they mean "
        f"something, say {option('category', name)}.",
    )
