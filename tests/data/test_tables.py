"""Reading, framing, splitting and encoding: sources, kinds, and every bad input by its message."""

from __future__ import annotations

import io
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.estimator_checks import parametrize_with_checks

from pellucid import TableEncoder, load_model, save_model
from pellucid.data import Kind, Table, folds, frame, read_table, split_rows
from pellucid.errors import (
    ColumnError,
    FramingError,
    PellucidError,
    TableError,
    TooFewRowsError,
    UnseenCategoryWarning,
)

SAMPLE = "mass,site,ok,when,id\n" + "".join(
    f"{10 + i % 7}.5,{'abc'[i % 3]},{'yes' if i % 4 else 'no'},2024-01-{i + 1:02d},r{i}\n"
    for i in range(20)
)


def written(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_kinds_are_inferred_with_reasons(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, SAMPLE))
    kinds = {c.name: c.kind for c in table.columns}
    assert kinds == {
        "mass": Kind.NUMERIC,
        "site": Kind.CATEGORY,
        "ok": Kind.BINARY,
        "when": Kind.DATE,
        "id": Kind.IDENTIFIER,
    }
    assert all(c.note for c in table.columns)


def test_every_source_reads_to_the_same_values(tmp_path: Path, monkeypatch: Any) -> None:
    path = written(tmp_path, SAMPLE)
    expected = read_table(path)
    frame_ = pd.read_csv(path)
    frame_.to_parquet(tmp_path / "t.parquet")
    frame_.to_json(tmp_path / "t.jsonl", orient="records", lines=True)
    frame_.to_csv(tmp_path / "t.tsv", sep="\t", index=False)
    written(tmp_path, SAMPLE.replace(",", ";"), "semi.csv")
    with closing(sqlite3.connect(tmp_path / "t.db")) as base, base:
        frame_.to_sql("rows", base, index=False)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SAMPLE.encode())))
    sources = [
        tmp_path / "t.parquet",
        tmp_path / "t.jsonl",
        tmp_path / "t.tsv",
        tmp_path / "semi.csv",
        f"{tmp_path / 't.db'}::rows",
        "-",
        frame_,
        pl.read_csv(path),
        pa.Table.from_pandas(frame_),
    ]
    for source in sources:
        table = read_table(source)
        assert table.names == expected.names
        for name in ("mass", "site", "ok"):
            assert table[name].kind == expected[name].kind, (name, source)
            np.testing.assert_array_equal(table[name].values, expected[name].values)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("a,b\n", "no rows"),
        ("a,a\n1,2\n", "more than once: 'a'"),
        ("a,b\n1,2\n3,4,5\n", "at line 3 has 3 cells"),
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n", "at line 3 has 2 cells"),
        (b"a,b\n\xff\xfe\x00\x01\n", "binary"),
        ("a,b\ncaf\xe9,1\n".encode("latin-1"), "cp1252"),
        ("a,b\n1,inf\n2,3\n3,4\n", "row 1: the value is infinite"),
    ],
)
def test_bad_files_are_refused_by_name(tmp_path: Path, content: Any, says: str) -> None:
    with pytest.raises(TableError, match=says):
        read_table(written(tmp_path, content))


def test_bad_places_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, SAMPLE, "rows.csv")
    with pytest.raises(TableError, match=r"Did you mean rows\.csv"):
        read_table(tmp_path / "row.csv")
    (tmp_path / "more.parquet").write_bytes(b"")
    with pytest.raises(TableError, match=r"several kinds \(\.csv, \.parquet\)"):
        read_table(tmp_path)
    with pytest.raises(TableError, match="ending that is not known"):
        read_table(written(tmp_path, "x", "t.xyz"))

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(TableError, match="Permission denied"):
        read_table(path)


def test_overrides_missing_spellings_and_constants(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c,d\n1,?,x,\n2,5,x,\n3,7,x,\n")
    plain = read_table(path)
    assert plain["b"].kind is Kind.CATEGORY
    assert plain["c"].kind is plain["d"].kind is Kind.CONSTANT
    told = read_table(path, missing=["?"], category=["a"], drop=["c"])
    assert told["b"].missing.tolist() == [True, False, False]
    assert told["a"].kind is Kind.CATEGORY
    assert "c" not in told
    with pytest.raises(ColumnError, match=r"row 1 holds '\?'.*--missing"):
        read_table(path, numeric=["b"])
    with pytest.raises(ColumnError, match="There is no column 'z'"):
        read_table(path, drop=["z"])


def test_a_number_that_turns_to_words_late_is_read_whole(tmp_path: Path) -> None:
    lines = [f"{i},1" for i in range(30_000)] + ["oops,1"]
    table = read_table(written(tmp_path, "a,b\n" + "\n".join(lines) + "\n"))
    assert len(table) == 30_001
    assert table["a"].kind is Kind.NUMERIC
    assert table["a"].missing.sum() == 1
    assert "'oops' (1 row, first row 30,001)" in table.findings[0].message


def test_ten_thousand_categories_are_not_made_columns(tmp_path: Path) -> None:
    rows = "".join(f"c{i % 10_000},{i}\n" for i in range(20_000))
    path = written(tmp_path, "a,b\n" + rows)
    column = read_table(path)["a"]
    assert column.kind is Kind.TEXT
    assert "10,000 categories" in column.note
    with pytest.raises(TableError, match="10,000 categories; at most 5,000"):
        TableEncoder().fit(read_table(path, category=["a"]))


@given(st.binary(max_size=200) | st.text(alphabet='ab1,;"\n\r.-eNA ', max_size=80))
def test_any_file_gives_a_table_or_our_error(content: str | bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        try:
            table = read_table(written(Path(folder), content))
        except PellucidError:
            return
        assert isinstance(table, Table)
        assert len(table) >= 1


def test_framing_finds_the_problem_class() -> None:
    data = pd.DataFrame(
        {
            "x": np.arange(30) * 1.5,
            "real": np.linspace(0, 1, 30) ** 2,
            "two": ["n", "y"] * 15,
            "three": ["a", "b", "c"] * 10,
            "tags": ["a;b", "b", "a"] * 10,
            "few": [1, 2, 3] * 10,
            "same": 1,
        }
    )
    table = read_table(data)
    problems = {name: frame(table, name).problem for name in ("real", "two", "three", "tags")}
    assert list(problems.values()) == [
        "regression",
        "two classes",
        "several classes",
        "overlapping classes",
    ]
    few = frame(table, "few")
    assert few.problem == "regression"
    assert "--category few" in few.reasons[0]
    assert frame(table, "tags").answers(table)[0].tolist() == [1, 1]
    with pytest.raises(FramingError, match="is always 1"):
        frame(table, "same")
    with pytest.raises(ColumnError, match="Did you mean 'three'"):
        frame(table, "thre")
    with pytest.raises(FramingError, match="does not fit"):
        frame(table, "real", loss="nll")


@given(st.integers(10, 200), st.integers(2, 6), st.integers(0, 99))
def test_folds_hold_each_row_out_once_and_keep_shares(n: int, k: int, seed: int) -> None:
    """Def 85"""
    labels = np.random.default_rng(seed).choice(["a", "b", "c"], n)
    pairs = folds(n, k, seed=seed, labels=labels)
    held = np.concatenate([h for _, h in pairs])
    assert sorted(held) == list(range(n))
    for train, h in pairs:
        assert len(np.intersect1d(train, h)) == 0
        assert abs(len(h) - n / k) < 1
        for c in "abc":
            assert abs((labels[h] == c).sum() - (labels == c).sum() / k) <= 2
    again = folds(n, k, seed=seed, labels=labels)
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(pairs, again, strict=True))


@given(st.integers(6, 60), st.integers(0, 99))
def test_groups_stay_whole_and_the_past_trains(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.arange(n) % 5
    split = split_rows(n, test=0.3, seed=seed, groups=groups)
    assert set(groups[split.train]).isdisjoint(groups[split.test])
    when = rng.permutation(n)
    split = split_rows(n, test=0.3, order=when)
    assert when[split.train].max() < when[split.test].min()
    for train, held in folds(n, 3, order=when):
        assert when[train].max() < when[held].min()


def test_too_few_rows_says_how_many_are_needed() -> None:
    with pytest.raises(TooFewRowsError, match="at least 3"):
        split_rows(2, test=0.2)
    with pytest.raises(TooFewRowsError, match="at least 5 rows; there are 3"):
        folds(3, 5)


@pytest.mark.filterwarnings("default")
@parametrize_with_checks([TableEncoder()])
def test_the_encoder_passes_every_check(estimator: Any, check: Any) -> None:
    check(estimator)


def test_the_encoder_uses_training_statistics_with_divisor_n() -> None:
    """§5.3.3"""
    encoder = TableEncoder().fit(np.array([[1.0], [3.0], [np.nan]]))
    assert encoder.transform(np.array([[5.0]])).tolist() == [[3.0, 0.0]]
    assert encoder.get_feature_names_out().tolist() == ["x0", "x0 is missing"]


def test_one_hot_puts_the_first_category_first_and_unseen_is_all_zeros(tmp_path: Path) -> None:
    """§5.3.1.3"""
    train = read_table(pd.DataFrame({"f": ["table", "bed", "couch", "chair"] * 3}))
    encoder = TableEncoder().fit(train)
    assert encoder.get_feature_names_out()[0] == "f=bed"
    assert encoder.transform(train.take(np.array([1]))).tolist() == [[1, 0, 0, 0]]
    new = read_table(pd.DataFrame({"f": ["stool", "bed"]}), schema=train.schema)
    with pytest.warns(UnseenCategoryWarning, match="'f'"):
        assert encoder.transform(new).tolist() == [[0, 0, 0, 0], [1, 0, 0, 0]]
    save_model(encoder, tmp_path / "e.pellucid")
    np.testing.assert_array_equal(
        load_model(tmp_path / "e.pellucid").transform(train), encoder.transform(train)
    )


@given(st.integers(0, 500))
@settings(deadline=None, max_examples=25)
def test_a_weight_equals_a_repetition_and_decoding_comes_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = np.where(rng.uniform(size=(12, 3)) < 0.2, np.nan, rng.normal(size=(12, 3)))
    times = rng.integers(0, 3, 12)
    times[0] = 1
    weighted = TableEncoder().fit(X, sample_weight=times)
    repeated = TableEncoder().fit(np.repeat(X, times, axis=0))
    np.testing.assert_allclose(weighted.transform(X), repeated.transform(X), rtol=1e-9, atol=1e-9)
    encoder = TableEncoder().fit(X)
    np.testing.assert_allclose(encoder.inverse_transform(encoder.transform(X)), X, atol=1e-12)


def test_numbers_too_large_to_square_are_refused_by_name() -> None:
    with pytest.raises(TableError, match=r"'x0', row 2 holds .* numbers beyond 1e150"):
        TableEncoder().fit(np.array([[1.0], [1e308]]))


def test_a_name_with_stars_is_one_file_and_doubled_arrow_columns_are_refused(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, SAMPLE, "a[1]*.csv")
    assert len(read_table(path)) == 20
    with pytest.raises(ColumnError, match="more than once"):
        read_table(pa.table([[1], [2]], names=["a", "a"]))


def test_one_row_is_encoded_by_the_kinds_of_training() -> None:
    data = pd.DataFrame({"u": np.arange(6) * 0.5, "f": list("abcabc")})
    table = read_table(data)
    encoder = TableEncoder().fit(table)
    alone = encoder.transform(read_table(data.iloc[[4]]))
    np.testing.assert_allclose(alone, encoder.transform(table)[[4]])


def test_yes_and_no_stay_as_written_and_are_known_again(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "a,b\nyes,1\nno,2\nyes,3\n"))
    assert table["a"].levels == ("no", "yes")
    new = written(tmp_path, "a,b\nyes,1\nmaybe,2\nno,3\n", "new.csv")
    assert read_table(new, schema=table.schema)["a"].values.tolist() == [1, -2, 0]


def test_one_to_six_standardised() -> None:
    """5.3.3.1-one-to-six: mean 3.5, σ = 1.7078 with divisor n (eq 5.32–5.33)."""
    encoded = TableEncoder().fit_transform(np.arange(1.0, 7)[:, None])[:, 0]
    half = [0.2928, 0.8783, 1.4639]
    np.testing.assert_allclose(encoded, [-half[2], -half[1], -half[0], *half], atol=5e-5)


def test_a_column_that_does_not_vary_is_left_out_and_said() -> None:
    """5.3.3.2-zero-variance: no division by σ = 0, in a table or an array."""
    table = read_table(pd.DataFrame({"a": np.arange(6.0), "b": np.full(6, 2.5)}))
    assert table["b"].kind is Kind.CONSTANT
    assert TableEncoder().fit(table).get_feature_names_out().tolist() == ["a"]
    with pytest.raises(TableError, match="all are constant"):
        TableEncoder().fit(table.select(["b"]))
    X = np.column_stack([np.arange(6.0), np.full(6, 2.5)])
    assert (TableEncoder().fit_transform(X)[:, 1] == 0).all()
