"""Odd cells, spellings, totals, stand-ins for missing; and the further sources."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import TableEncoder, read_table
from pellucid.data import Kind
from pellucid.data.columns.spellings import merge_spellings
from pellucid.data.sources.python_cells import column_of_cells
from pellucid.errors import TableError

TEXT = "a,b\n1,x\n2,y\n3.5,z\n"


def written(folder: Path, text: str, name: str = "t.csv") -> Path:
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize("odd", ["n.a.", "?", "oops", "TOTAL"])
def test_one_odd_cell_is_missing_and_named(tmp_path: Path, odd: str) -> None:
    rows = [f"{odd if i == 199 else i * 0.5},{i}.25" for i in range(200)]
    table = read_table(written(tmp_path, "x,y\n" + "\n".join(rows) + "\n"))
    assert table["x"].kind is Kind.NUMERIC
    assert table["x"].missing.sum() == 1
    said = table.findings[0]
    assert f"{odd!r} (1 row, first row 200)" in said.message
    assert "--missing" in said.advice
    assert "--category x" in said.advice
    asked = read_table(tmp_path / "t.csv", category=["x"])
    assert odd in (asked["x"].levels or ())


def test_a_total_at_the_end_of_few_rows_is_no_word(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i}.5\n" for i in range(9))
    table = read_table(written(tmp_path, f"x,y\n{rows}Total,40.5\n"))
    assert table["x"].values.dtype.kind == "f"
    assert [f.name for f in table.findings] == ["odd cells", "total row"]


def test_sums_in_the_last_row_are_told(tmp_path: Path) -> None:
    rows = "".join(f"{'ab'[i % 2]},{i + 1},{i * i}.5\n" for i in range(6))
    table = read_table(written(tmp_path, f"g,x,y\n{rows}c,21,58\n"))
    assert "sums of 'x', 'y'" in table.findings[0].message


def test_spellings_of_one_word_are_one_category(tmp_path: Path) -> None:
    rows = "".join(f"{['Yes', 'yes', ' yes ', 'no'][i % 4]},{i}.5\n" for i in range(20))
    path = written(tmp_path, "a,y\n" + rows)
    table = read_table(path)
    assert table["a"].levels == ("no", "yes")
    assert "' yes ' (5), 'Yes' (5), 'yes' (5)" in table.findings[0].message
    assert set(read_table(path, category=["a"])["a"].levels or ()) == {"Yes", "yes", " yes ", "no"}
    new = written(tmp_path, "a,y\nYES,1\nNo ,2\n", "new.csv")
    assert read_table(new, schema=table.schema)["a"].texts().tolist() == ["yes", "no"]


def test_truths_are_one_pair_and_known_again_as_numbers(tmp_path: Path) -> None:
    rows = "".join(f"{['TRUE', 'true', '1', 'FALSE', '0'][i % 5]},{i}.5\n" for i in range(20))
    table = read_table(written(tmp_path, "a,y\n" + rows))
    assert table["a"].levels == ("false", "true")
    for frame in (
        pd.DataFrame({"a": [1, 0], "y": 1.0}),
        pd.DataFrame({"a": [True, False], "y": 1.0}),
    ):
        assert read_table(frame, schema=table.schema)["a"].values.tolist() == [1, 0]


def test_numbers_that_stand_for_missing_are_cautioned(tmp_path: Path) -> None:
    rows = "".join(
        f"{999 if i % 9 == 0 else i % 40},{-1 if i == 3 else i + 0.5}\n" for i in range(60)
    )
    path = written(tmp_path, "a,y\n" + rows)
    assert [f.name for f in read_table(path).findings] == ["stands for missing?"] * 2
    told = read_table(path, missing=["999", "-1"])
    assert (told["a"].missing.sum(), told["y"].missing.sum()) == (7, 1)
    assert not told.findings


def test_na_is_a_category_where_training_knew_it(tmp_path: Path) -> None:
    train = read_table(pd.DataFrame({"country": ["NA", "DE", "FR", None] * 4}))
    new = written(tmp_path, "country\nNA\nDE\n")
    assert read_table(new, schema=train.schema)["country"].texts().tolist() == ["NA", "DE"]


def test_a_file_of_only_a_header_has_no_rows_to_predict(tmp_path: Path) -> None:
    train = read_table(written(tmp_path, TEXT))
    none = read_table(written(tmp_path, "a,b\n", "none.csv"), schema=train.schema)
    assert TableEncoder().fit(train).transform(none).shape[0] == len(none) == 0


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz", "zst", "zip"])
def test_packed_files(tmp_path: Path, ending: str) -> None:
    raw, path = TEXT.encode(), tmp_path / f"t.csv.{ending}"
    if ending == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("t.csv", raw)
            archive.writestr("read me", "no table")
    else:
        pack = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
        held = pack[ending](raw) if ending in pack else pa.compress(raw, "zstd", asbytes=True)
        path.write_bytes(held)
    assert read_table(path)["a"].values.tolist() == [1, 2, 3.5]
    path.write_bytes(path.read_bytes()[:25])
    with pytest.raises(TableError, match="Cannot unpack"):
        read_table(path)


def test_an_archive_of_two_tables_and_a_place_on_the_network_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("a.csv", TEXT)
        archive.writestr("b.csv", TEXT)
    with pytest.raises(TableError, match=r"must hold one table; it holds a\.csv, b\.csv"):
        read_table(tmp_path / "t.zip")
    with pytest.raises(TableError, match="download the file"):
        read_table("https://example.org/t.csv")


def test_lines_of_comment(tmp_path: Path) -> None:
    text = "# made by hand\n# in 2026\na,b\n1,x\n# between\n2,y\n#3,z\n"
    table = read_table(written(tmp_path, text), category=["a"])
    assert table["a"].texts().tolist() == ["1", "2", "#3"]
    named = read_table(written(tmp_path, "#a\tb\n1\t2\n3\t4\n5\t7.5\n", "h.tsv"))
    assert named.names == ("a", "b")


def test_a_quote_that_is_never_closed_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="line 3 is never closed"):
        read_table(written(tmp_path, 'a,b\n1,x\n2,"y\n3,z\n'))


OPEN = "http://schemas.openxmlformats.org"
OFFICE = f"{OPEN}/officeDocument/2006/relationships"
PART = "application/vnd.openxmlformats"
BOOK = {
    "[Content_Types].xml": f'<Types xmlns="{OPEN}/package/2006/content-types">'
    f'<Default Extension="rels" ContentType="{PART}-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    f'ContentType="{PART}-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{OPEN}/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="{OPEN}/spreadsheetml/2006/main" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{OPEN}/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
}


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    """A workbook of one sheet, written by hand."""
    cells = "".join(
        "<row>"
        + "".join(
            f'<c t="inlineStr"><is><t>{v}</t></is></c>'
            if isinstance(v, str)
            else f"<c><v>{v}</v></c>"
            for v in row
        )
        + "</row>"
        for row in rows
    )
    sheet = f'<worksheet xmlns="{OPEN}/spreadsheetml/2006/main"><sheetData>{cells}</sheetData>'
    parts = BOOK | {"xl/worksheets/sheet1.xml": f"{sheet}</worksheet>"}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, '<?xml version="1.0"?>' + content)
    return path


def test_a_sheet_of_a_workbook(tmp_path: Path) -> None:
    rows = [["a", "b"], [1, "x"], [2.5, "y"], [3, "z"]]
    table = read_table(workbook(tmp_path / "t.xlsx", rows))
    assert table["a"].values.tolist() == [1, 2.5, 3]
    assert table["b"].levels == ("x", "y", "z")
    with pytest.raises(TableError, match="its sheets are Data"):
        read_table(f"{tmp_path / 't.xlsx'}::Other")
    with pytest.raises(TableError, match="has column names but no rows"):
        read_table(workbook(tmp_path / "names.xlsx", rows[:1]))
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(TableError, match="as a workbook"):
        read_table(tmp_path / "bad.xlsx")


def test_json_in_its_three_forms(tmp_path: Path) -> None:
    for text in (
        '[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": 3.5, "b": "z"}]',
        '{"a": [1, 2, 3.5], "b": ["x", "y", "z"]}',
        '{"a": {"0": 1, "1": 2, "2": 3.5}, "b": {"0": "x", "1": "y", "2": "z"}}',
    ):
        table = read_table(written(tmp_path, text, "t.json"))
        assert table["a"].values.tolist() == [1, 2, 3.5]
    late = '[{"a": 1.5}, {"a": 2}, {"a": 3, "b": "x"}, {"b": "y"}]'
    table = read_table(written(tmp_path, late, "late.json"))
    assert table["b"].texts().tolist() == [None, None, "x", "y"]
    assert table["a"].missing.tolist() == [False, False, False, True]
    with pytest.raises(TableError, match="line 2"):
        read_table(written(tmp_path, '{"a": 1}\n{"a":\n', "bad.jsonl"))
    with pytest.raises(TableError, match="is not a row"):
        read_table(written(tmp_path, "[1, 2]", "bad.json"))


@given(st.integers(), st.integers(0, 4_000), st.booleans())
def test_whole_numbers_of_any_length_are_read(first: int, zeros: int, beside: bool) -> None:
    """As they are, as digits, or beside decimals as the nearest float, which may be infinite."""
    large = first * 10**zeros
    (found, *_) = column_of_cells([large, 0.5] if beside else [large]).to_pylist()
    if beside:
        assert found == float(Decimal(large))
    else:
        assert int(found) == large


@pytest.mark.parametrize(("how_many", "more"), [(6, False), (7, True)])
def test_six_spellings_are_named_and_the_rest_is_hinted_at(how_many: int, more: bool) -> None:
    counts = {" " * i + "Yes": i + 1 for i in range(how_many)}
    (told,) = merge_spellings("c", counts).findings
    assert told.message.count("Yes' (") == 6
    assert (" …" in told.message) == more
