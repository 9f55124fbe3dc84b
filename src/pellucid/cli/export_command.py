"""`pellucid export`: the whole machine, columns in and answers out, in the form of others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal

from pellucid.cli.options import Columns, Output


def export(
    model: Path,
    /,
    *,
    to: Literal["onnx", "sql", "python"],
    dialect: Literal["duckdb", "postgresql", "sqlite"] = "duckdb",
    table: str = "rows",
    keep: Columns = (),
    output: Output = None,
) -> None:
    """Write a model as ONNX, as one SELECT of SQL, or as one Python file that needs nothing else.

    The table's columns go in as they are, categories, dates and missing values too; out come
    prediction and one probability_CLASS a class. What cannot be
    written raises an error that names it.

    Parameters
    ----------
    model
        A model.pellucid of `pellucid fit`, `cluster` or `encode`.
    to
        onnx, sql or python.
    dialect
        Of SQL: duckdb (default), postgresql or sqlite.
    table
        Of SQL: the table that is answered (default rows), or schema.table.
    keep
        Of SQL: a further column to hand on beside the answers, such as a key; repeat for more.
    output
        The file; without it standard output.
    """
    from pellucid.errors import OutputError
    from pellucid.storage import load_model, write_whole

    machine: Any = load_model(model)
    if to == "sql":
        from pellucid.exchange import to_sql

        written = to_sql(machine, dialect, table=table, keep=keep).encode()
    elif to == "python":
        from pellucid.exchange import to_python

        written = to_python(machine).encode()
    else:
        from pellucid.exchange import machine_to_onnx

        written = machine_to_onnx(machine)
    if output is not None and str(output) != "-":
        write_whole(output, written)
        print(f"{to} written to {output}", file=sys.stderr)
        return
    if to == "onnx" and sys.stdout.isatty():
        raise OutputError("ONNX is no text for a terminal: say where to write it, -o model.onnx.")
    sys.stdout.buffer.write(written)
    sys.stdout.flush()
