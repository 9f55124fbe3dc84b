"""Text files: digits that are names, encodings, blank lines, and cells kept as written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pellucid import TableEncoder, read_table
from pellucid.data import Kind
from pellucid.data.table_reader import read_as_written
from pellucid.errors import TableError, UnseenCategoryWarning


def written(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def column(values: list[str], head: str = "c") -> str:
    return "\n".join([f"{head},y", *(f"{v},{i}.5" for i, v in enumerate(values))]) + "\n"


def test_leading_zeros_are_names_and_stay(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, column(["02134", "10001", "02134", "94103"])))
    assert table["c"].levels == ("02134", "10001", "94103")
    assert "leading zeros" in table["c"].note


def test_a_leading_zero_far_down_is_found(tmp_path: Path) -> None:
    values = [str(10_000 + i % 7) for i in range(30_000)] + ["00007"]
    assert "00007" in (read_table(written(tmp_path, column(values)))["c"].levels or ())


def test_zero_and_fractions_are_numbers(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, column(["0", "0.5", "-0.25", "12", "7"])))
    assert table["c"].kind is Kind.NUMERIC
    whole = read_table(written(tmp_path, column(["0", "1", "-3", "12", "7"])))
    assert whole["c"].kind is Kind.NUMERIC


@pytest.mark.parametrize("base", [2**53, 10**17, 10**19, 10**24])
def test_whole_numbers_that_floats_would_merge_stay_apart(tmp_path: Path, base: int) -> None:
    values = [str(base + i % 4) for i in range(12)]
    table = read_table(written(tmp_path, column(values)))
    assert table["c"].levels == tuple(str(base + i) for i in range(4))


def test_the_same_holds_for_frames() -> None:
    frame = pd.DataFrame(
        {"c": np.array([2**53 + i % 3 for i in range(9)]), "z": ["01", "02", "01"] * 3}
    )
    table = read_table(frame)
    assert table["c"].levels == tuple(str(2**53 + i) for i in range(3))
    assert table["z"].levels == ("01", "02")


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16", "utf-8-sig", "shift_jis"])
def test_any_encoding_that_python_knows(tmp_path: Path, encoding: str) -> None:
    word = "日本" if encoding == "shift_jis" else "café"
    path = written(tmp_path, f"{word},y\n{word},1\nb,2\n".encode(encoding))
    table = read_table(path, encoding=encoding)
    assert table.names == (word, "y")
    assert table[word].levels == ("b", word)


def test_utf_16_unannounced_is_read_and_bytes_that_do_not_fit_are_said(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, "a,b\n1,2\n3,4\n".encode("utf-16"))).names == ("a", "b")
    with pytest.raises(TableError, match="--encoding utf-16-le"):
        read_table(written(tmp_path, "a,b\n1,2\n".encode("utf-16-le")))
    with pytest.raises(TableError, match=r"is not ascii|not UTF-8.*line 2"):
        read_table(written(tmp_path, "a,b\né,2\n".encode("latin-1")), encoding="ascii")
    with pytest.raises(TableError, match="is not shift_jis: line"):
        read_table(written(tmp_path, b"a,b\n\xff\xff,2\n"), encoding="shift_jis")
    with pytest.raises(TableError, match="no encoding 'klingon'"):
        read_table(written(tmp_path, "a,b\n1,2\n"), encoding="klingon")


@pytest.mark.parametrize(
    "text",
    ["\n\na,b\n1,x\n2,y\n", "a,b\r\n1,x\r\n2,y\r\n", "\ufeffa,b\n1,x\n2,y\n", "a,b\n1,x\n2,y"],
    ids=["blank first", "crlf", "mark", "no last newline"],
)
def test_spellings_of_the_same_file(tmp_path: Path, text: str) -> None:
    table = read_table(written(tmp_path, text), numeric=["a"])
    assert table.names == ("a", "b")
    assert table["a"].values.tolist() == [1, 2]
    assert table["b"].texts().tolist() == ["x", "y"]


def test_a_newline_and_a_quote_inside_a_cell(tmp_path: Path) -> None:
    text = 'a,b\n"one\nline",1\n"say ""hi""",2\n'
    assert read_table(written(tmp_path, text))["a"].texts().tolist() == ["one\nline", 'say "hi"']


@pytest.mark.parametrize("spelling", ["2026-11-24", "2026-11-24 10:30:00", "2026-11-24T10:30:00Z"])
def test_iso_dates_are_dates(tmp_path: Path, spelling: str) -> None:
    other = spelling.replace("24", "25")
    table = read_table(written(tmp_path, column([spelling, other, spelling])))
    assert table["c"].kind is Kind.DATE


def test_an_open_order_of_day_and_month_is_said(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, column(["03/04/2026", "05/06/2026", "07/08/2026"])))
    assert table["c"].kind is Kind.DATE
    (told,) = table.findings
    assert told.severity == "caution"
    assert "'03/04/2026' is 2026-04-03" in told.message
    assert "--date-format" in told.advice


def test_a_column_that_shows_the_order_of_dates_decides_for_one_that_does_not(
    tmp_path: Path,
) -> None:
    text = "a,b\n" + "".join(f"{d:02}/01/2026,0{d % 9 + 1}/02/2026\n" for d in range(9, 25))
    table = read_table(written(tmp_path, text))
    assert {str(day)[5:7] for day in table["a"].values} == {"01"}
    assert {str(day)[5:7] for day in table["b"].values} == {"02"}


def test_odd_cells_are_counted_among_those_that_are_there(tmp_path: Path) -> None:
    cells = [f"{i}.5" for i in range(39)] + ["n/k"] + [""] * 5
    table = read_table(written(tmp_path, column(cells)))
    (told,) = [f for f in table.findings if f.name == "odd cells"]
    assert "but for 1 of 40 cells" in told.message


def test_cells_are_kept_as_written(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c\n007,1.50,NA\n1e3,,x\n")
    assert read_as_written(path).to_pylist() == [
        {"a": "007", "b": "1.50", "c": "NA"},
        {"a": "1e3", "b": None, "c": "x"},
    ]


def test_an_unseen_value_is_named_on_every_route(tmp_path: Path) -> None:
    train = pd.DataFrame({"c": ["a", "b", "c"] * 4, "t": ["yes", "no"] * 6})
    encoder = TableEncoder().fit(train)
    new = pd.DataFrame({"c": ["a", "z"], "t": ["perhaps", "no"]})
    path = written(tmp_path, new.to_csv(index=False))
    by_schema = read_table(path, schema=read_table(train).schema)
    for rows in (new, pa.Table.from_pandas(new), by_schema, read_table(by_schema)):
        table = (
            rows
            if isinstance(rows, type(by_schema))
            else read_table(rows, schema=read_table(train).schema)
        )
        with pytest.warns(UnseenCategoryWarning) as told:
            encoded = encoder.transform(table)
        words = " ".join(str(w.message) for w in told)
        assert "'z'" in words
        assert "'perhaps'" in words
        assert encoded.tolist() == [[1, 0, 0, 0.5], [0, 0, 0, 0]]
        assert table["t"].texts().tolist() == ["perhaps", "no"]
        assert not table["t"].missing.any()


def test_a_missing_two_valued_cell_stands_at_the_mean() -> None:
    train = pd.DataFrame({"t": ["yes", "no", "no", "no"], "x": [1.0, 2, 3, 4]})
    encoder = TableEncoder().fit(train)
    row = encoder.transform(pd.DataFrame({"t": [None], "x": [1.0]}))
    assert row[0, 0] == 0.25


def test_a_number_spelled_with_more_zeros_is_the_same_category(tmp_path: Path) -> None:
    """A column of numbers as categories, met again in a file where one cell is a word."""
    train = read_table(written(tmp_path, column(["1.5", "2.0", "3.0"] * 4)), category=["c"])
    assert train["c"].levels == ("1.5", "2", "3")
    again = read_table(
        written(tmp_path, column(["1.50", "2", "word"]), "new.csv"), schema=train.schema
    )
    assert again["c"].texts().tolist() == ["1.5", "2", "word"]
    assert again["c"].unseen == ("word",)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("above", ["", "\ufeff"])
def test_a_line_that_names_the_separator_is_no_row(
    tmp_path: Path, mark: str, quote: str, end: str, above: str
) -> None:
    """§2.1.3: spreadsheets write `sep=;` above the names; it holds no cells."""
    lines = [mark.join(cells) for cells in (["a", "b"], ["1", "x"], ["2", "y"], ["3", "x"])]
    plain, said = tmp_path / "plain.csv", tmp_path / "said.csv"
    plain.write_bytes(end.join([*lines, ""]).encode())
    said.write_bytes((above + end.join([f"{quote}sep={mark}{quote}", *lines, ""])).encode())
    read, wanted = read_table(said), read_table(plain)
    assert read.schema == wanted.schema
    assert [list(c.texts()) for c in read.columns] == [list(c.texts()) for c in wanted.columns]
    said.write_bytes(said.read_bytes() + mark.join("123").encode())
    with pytest.raises(TableError, match="3 cells"):
        read_table(said)
