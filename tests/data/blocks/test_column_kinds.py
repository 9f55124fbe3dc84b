"""Kinds, notation and doubts of columns in blocks are those of the same rows in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pellucid.data import Kind
from pellucid.data.blocks import cell_counts, tiles
from pellucid.data.blocks.column_kinds import columns_needing_text, infer_columns
from pellucid.data.blocks.passes import LocalPasses
from pellucid.data.blocks.row_blocks import MemoryBlocks
from pellucid.data.blocks.table_profile import profile_table
from pellucid.data.columns.inference import AMOUNTS
from pellucid.data.columns.number_doubts import spelling_of_numbers
from pellucid.data.sources.any_source import SourceCells
from pellucid.data.table_reader import Notations, inferred_columns

FIGURES = [
    st.builds("{}.{:03d}".format, st.integers(1, 999), st.integers(0, 999)),  # thousands, or not
    st.integers(0, 5_000).map(str),
    st.builds("{}.{}".format, st.integers(1, 3), st.integers(1, 12)),  # versions
    st.builds("0{}.{}".format, st.integers(1, 9), st.integers(0, 9)),
    st.builds("{},{}".format, st.integers(1, 99), st.integers(0, 9)),  # a decimal comma
    st.sampled_from(["1.234.567", "-2.500", " 7.000 ", "1.5e3"]),
]
NOTATIONS = Notations.of((), (), ())


@st.composite
def columns(draw: st.DrawFn) -> dict[str, list[str | None]]:
    """Two columns, each of one or two ways of writing, with cells left out."""
    n = draw(st.integers(12, 40))
    found = {}
    for name in "ab":
        ways = draw(st.lists(st.sampled_from(range(len(FIGURES))), min_size=1, max_size=2))
        cell: Any = st.one_of(*(FIGURES[way] for way in ways))
        often = st.one_of(*[cell] * 9, st.none())
        found[name] = draw(st.lists(often, min_size=n, max_size=n))
    return found


def in_blocks(table: pa.Table, cut: int) -> Any:
    source = MemoryBlocks(table, cut, typed=False)

    def look(as_texts: list[str]) -> Any:
        return profile_table(
            source, LocalPasses(), table.column_names, rows=len(table), about=len(table), seed=0,
            as_texts=as_texts,
        )  # fmt: skip

    profile = look([])
    if again := columns_needing_text(profile):
        profile = look(again).with_ends(profile)
    return infer_columns(profile, "", False, {}, (), NOTATIONS).sample


@given(columns(), st.integers(1, 40))
@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_columns_in_blocks_are_read_and_doubted_as_in_memory(
    cells: dict[str, list[str | None]], cut: int
) -> None:
    table = pa.table({name: pa.array(held, pa.string()) for name, held in cells.items()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "FEWEST", 8)
        patch.setattr(tiles, "MOST", 8)
        blocks = in_blocks(table, cut)
    source = SourceCells(table, "", False)
    memory, findings = inferred_columns(source, list(cells), {}, (), NOTATIONS)
    for column in memory:
        there = blocks[column.name]
        assert there.kind is column.kind
        if column.kind in AMOUNTS:
            assert there.notation == column.notation
            assert there.texts().tolist() == column.texts().tolist()
    doubts = ("points before three digits", "zeros before", "zeros at the end", "notation")
    told = [(f.name, f.message) for f in blocks.findings if f.name in doubts]
    assert sorted(told) == sorted((f.name, f.message) for f in findings if f.name in doubts)


TYPES = (
    pa.duration("ms"), pa.time64("us"), pa.time32("s"), pa.timestamp("us"),
    pa.timestamp("ms", "UTC"), pa.date32(), pa.int64(), pa.float64(), pa.bool_(), pa.string(),
)  # fmt: skip


@pytest.mark.parametrize("kind", TYPES, ids=str)
@pytest.mark.parametrize("absent", [False, True])
def test_columns_of_every_type_are_in_blocks_what_they_are_in_memory(
    kind: pa.DataType, absent: bool
) -> None:
    cells = pa.array([7 * i * i % 5 for i in range(24)], pa.int32())
    if absent:
        cells = pa.array([None if i % 6 == 5 else value.as_py() for i, value in enumerate(cells)])
    wide = pa.int64() if pa.types.is_duration(kind) or pa.types.is_time64(kind) else pa.int32()
    if pa.types.is_timestamp(kind):
        wide = pa.int64()
    table = pa.table({"a": cells.cast(wide).cast(kind)})
    (memory,), _ = inferred_columns(SourceCells(table, "", True), ["a"], {}, (), NOTATIONS)
    found = in_blocks(table, 7)["a"]
    assert (found.kind, found.note, found.notation) == (memory.kind, memory.note, memory.notation)
    assert found.texts().tolist() == memory.texts().tolist()


@pytest.mark.parametrize(("first", "kind"), [(1, Kind.IDENTIFIER), (0.5, Kind.NUMERIC)])
def test_numbers_that_count_the_rows_of_all_blocks_are_no_amounts(first: float, kind: Kind) -> None:
    """Known by their ends, where they are too many to be counted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell_counts, "MOST_NUMBERS", 4)
        found = in_blocks(pa.table({"a": first + np.arange(30.0)}), 7)["a"]
    assert found.kind is kind


@given(st.lists(st.one_of(*FIGURES, st.none()), min_size=1, max_size=30), st.integers(0, 30))
def test_the_spelling_of_two_runs_of_rows_is_that_of_both(cells: Any, at: int) -> None:
    parts = [pa.chunked_array([each], pa.string()) for each in (cells[:at], cells[at:])]
    first = spelling_of_numbers(parts[0])
    later = spelling_of_numbers(parts[1], len(parts[0]), ungrouped=first.ungrouped)
    assert first.merged(later) == spelling_of_numbers(pa.chunked_array([cells], pa.string()))
