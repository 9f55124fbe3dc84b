"""Columns of a table as the text of a CSV file: quotes only where a cell needs them.

Notes: §1.0.3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 1 << 16  # written in one go: offsets of texts have 32 bits


def csv_bytes(table: pa.Table, *, header: bool = True) -> bytes:
    """A table as CSV: a missing value is nothing, an empty text a pair of quotes.

    Examples
    --------
    >>> import pyarrow as pa
    >>> csv_bytes(pa.table({"a": [1, None], "b": ["x,y", ""]}))
    b'a,b\\n1,"x,y"\\n,""\\n'

    Notes: §1.0.3
    """
    import pyarrow as pa

    names = ",".join(csv_cells(pa.array(table.column_names, pa.string())).to_pylist())
    parts: list[Any] = [f"{names}\n".encode()] if header else []
    for at in range(0, len(table), ROWS):
        some = table.slice(at, ROWS)
        parts.append(rows_of([csv_cells(_whole(column)) for column in some.columns]))
    return b"".join(parts)


def rows_of(cells: Sequence[Any]) -> pa.Buffer:
    """Texts side by side, with commas between and a line a row."""
    import pyarrow.compute as pc

    rows = pc.binary_join_element_wise(*cells, ",")
    return bytes_of(pc.binary_join_element_wise(rows, "", "\n"))


def _whole(column: pa.ChunkedArray) -> Any:
    found = column.combine_chunks()
    return found.combine_chunks() if hasattr(found, "chunks") else found


def csv_cells(column: Any) -> Any:
    """Cells of a column as they stand in a CSV file.

    Examples
    --------
    >>> import pyarrow as pa
    >>> csv_cells(pa.array(["a,b", "", None, "c"])).to_pylist()
    ['"a,b"', '""', '', 'c']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
    if pa.types.is_primitive(column.type):  # numbers, truths and times hold nothing to quote
        return pc.fill_null(texts, "")
    need = pc.or_(
        pc.match_substring_regex(texts, '[",\\r\\n]'), pc.equal(pc.binary_length(texts), 0)
    )
    if pc.any(need).as_py():
        inside = pc.replace_substring(texts, '"', '""')
        texts = pc.if_else(need, pc.binary_join_element_wise('"', inside, '"', ""), texts)
    return pc.fill_null(texts, "")


def bytes_of(lines: Any) -> pa.Buffer:
    """The texts of an array one behind the other, not copied."""
    import pyarrow as pa

    _, offsets, data = lines.buffers()
    if data is None:
        return pa.py_buffer(b"")
    ends = np.frombuffer(offsets, np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return data.slice(int(ends[0]), int(ends[-1] - ends[0]))
