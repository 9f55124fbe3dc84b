"""One row and the table of that row, where columns are texts, many values or go round.

Notes: §5.3
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import Column, Kind, Table, TableEncoder
from pellucid.serve.column_effects import example_of
from pellucid.serve.json_cells import table_of_rows
from pellucid.serve.row_encoder import RowEncoder

N = 300
RNG = np.random.default_rng(0)
WORDS = np.array(["good", "fine", "bad", "old", "new"])
COLUMNS = Table(
    (
        Column("shop", Kind.TEXT, np.array([f"s{i}" for i in RNG.integers(60, size=N)], object)),
        Column(
            "review",
            Kind.TEXT,
            np.array([None, *(f"{' '.join(RNG.choice(WORDS, 4))} {i}" for i in range(N - 1))]),
        ),
        Column("hour", Kind.NUMERIC, np.r_[np.nan, np.arange(N - 1.0) % 24]),
        Column("rare", Kind.CATEGORY, (np.arange(N) % 7 % 5).astype(np.int32), tuple("abcde")),
        Column("mean", Kind.CATEGORY, (np.arange(N) % 5).astype(np.int32), tuple("abcde")),
    )
)
ENCODER = TableEncoder(codes={"rare": "rare:2", "mean": "target-mean"}).fit(
    COLUMNS, RNG.normal(size=N) + np.arange(N) % 5
)
CELLS: dict[str, Any] = {
    "shop": st.sampled_from([None, "s1", "s2", "never", "", "NA", " s1 "]),
    "review": st.one_of(st.none(), st.sampled_from(["good old", "BAD", "?"]), st.text(max_size=9)),
    "hour": st.one_of(st.none(), st.integers(-30, 60), st.floats(0, 24)),
    "rare": st.sampled_from([None, *"abcdez"]),
    "mean": st.sampled_from([None, *"abcdez"]),
}


@given(st.fixed_dictionaries(CELLS))
def test_a_row_is_encoded_as_its_table(row: dict[str, Any]) -> None:
    import warnings

    from pellucid.errors import UnseenCategoryWarning

    assert [c["code"] for c in ENCODER.codes_] == [
        *("target-mean", "text", "circle", "rare", "target-mean"),
    ]
    wanted = COLUMNS.schema
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnseenCategoryWarning)
        by_table = ENCODER.transform(table_of_rows([row, row], wanted))
    one = RowEncoder(wanted, ENCODER.codes_).encode(row)
    np.testing.assert_array_equal(one[0], by_table[0])


def test_examples_are_values_that_a_row_may_hold() -> None:
    example = {
        entry["name"]: example_of(entry, code)
        for entry, code in zip(COLUMNS.schema, ENCODER.codes_, strict=True)
    }
    assert np.isfinite(RowEncoder(COLUMNS.schema, ENCODER.codes_).encode(example)).all()
    assert example["hour"] == 0
    assert example["shop"] in ENCODER.codes_[0]["known"]
