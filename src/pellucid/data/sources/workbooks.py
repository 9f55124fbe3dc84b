"""A sheet of a workbook (.xlsx, .xls, .xlsb, .ods), its first row the names of the columns.

Notes: §2.1.3
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from pellucid.data.sources.csv_files import refuse_duplicates
from pellucid.data.sources.python_cells import as_text, column_of_cells
from pellucid.errors import TableError

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def from_workbook(path: Path, name: str, sheet_name: str) -> pa.Table:
    """The named sheet, or the first that holds something.

    Raises
    ------
    TableError
        When the file is damaged, has no such sheet, or a row is wider than the first.

    Notes: §2.1.3
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            sheets = list(book.sheet_names)
            if sheet_name and sheet_name not in sheets:
                raise TableError(
                    f"{name} has no sheet {sheet_name!r}; its sheets are {', '.join(sheets)}. Name "
                    f"one as {name}::SHEET."
                )
            rows: list[list[Any]] = []
            for sheet in [sheet_name] if sheet_name else sheets:
                rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
                if rows:
                    break
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(f"Cannot read {name} as a workbook: {error}.") from error
    filled = [row for row in rows if any(cell != "" for cell in row)]
    if not filled:
        raise TableError(f"{name} is empty: there is not even a row of column names.")
    return _table(filled)


def _table(rows: list[list[Any]]) -> pa.Table:
    width = max(len(row) for row in rows)
    names = [as_text(_whole(cell)).strip() for cell in rows[0]]
    names = [n or f"column {at}" for at, n in enumerate([*names, *[""] * (width - len(names))], 1)]
    refuse_duplicates(names)
    cells = [[*row, *[""] * (width - len(row))] for row in rows[1:]]
    columns = list(zip(*cells, strict=True)) if cells else [()] * width
    return pa.table(
        [column_of_cells([None if v == "" else _whole(v) for v in each]) for each in columns],
        names=names,
    )


def _whole(cell: Any) -> Any:
    """A workbook holds all numbers as floats; a whole one is spelled without a point."""
    return (
        int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53 else cell
    )
