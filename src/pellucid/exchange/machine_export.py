"""`to_sql`, `to_python`: a whole machine as one `SELECT`, or as one file of plain Python.

Notes: §1.0.5, §1.0.7
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.exchange.formulas.machine_program import program_of
from pellucid.exchange.printed.python_file import python_of
from pellucid.exchange.printed.sql import sql_of


def to_sql(
    machine: Any, dialect: str = "duckdb", *, table: str = "rows", keep: Sequence[str] = ()
) -> str:
    """One `SELECT` that answers each row of a table as the machine does.

    Columns of the table go in as they are; beside them come out `prediction` and one
    `probability_CLASS` a class, for groups `distance`, for codes `a1`, `a2`, … and
    `reconstruction_loss`. NULL and empty text are missing.

    Parameters
    ----------
    machine : Machine, ClusterMachine or EncodingMachine
        What `pellucid fit`, `cluster` or `encode` made: `load_model("model.pellucid")`.
    dialect : {"duckdb", "postgresql", "sqlite"}
        Whose SQL.
    table : str
        The table's name, or schema.table.
    keep : sequence of str
        Further columns to hand on, such as a key.

    Returns
    -------
    str
        A statement that ends in a semicolon.

    Raises
    ------
    FramingError
        When the model, a code or a name of a column cannot be said in SQL: by name, with the
        reason.
    HyperparameterError
        For another dialect.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from pellucid.data.framing import frame
    >>> from pellucid.data import TableEncoder, read_table
    >>> from pellucid import LeastSquares
    >>> from pellucid.jobs.fit.machine import Machine
    >>> table = read_table(pa.table({"x": [1.0, 2.0, 4.0], "y": [0.5, 2.5, 1.0]}))
    >>> encoder = TableEncoder().fit(table.select(["x"]))
    >>> model = LeastSquares().fit(encoder.transform(table), table["y"].values)
    >>> machine = Machine(frame(table, "y"), table.schema, (encoder,), model, None, {})
    >>> to_sql(machine, "sqlite", table="orders").splitlines()[-1]
    'FROM read;'

    Notes: §1.0.7
    """
    return sql_of(program_of(machine), dialect, table, keep)


def to_python(machine: Any) -> str:
    """One file of plain Python that answers rows as the machine does; it needs nothing else.

    `predict(row)` takes a dictionary of cells and returns one of answers; run as a program, the
    file answers CSV on standard input: `python model.py < rows.csv > answers.csv`.

    Parameters
    ----------
    machine : Machine, ClusterMachine or EncodingMachine
        What `pellucid fit`, `cluster` or `encode` made: `load_model("model.pellucid")`.

    Returns
    -------
    str
        The file's text, for Python 3.11 and later.

    Raises
    ------
    FramingError
        When the model or a code cannot be said in plain formulas: by name, with the reason.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from pellucid.data.framing import frame
    >>> from pellucid.data import TableEncoder, read_table
    >>> from pellucid import LeastSquares
    >>> from pellucid.jobs.fit.machine import Machine
    >>> table = read_table(pa.table({"x": [1.0, 2.0, 4.0], "y": [0.0, 2.0, 6.0]}))
    >>> encoder = TableEncoder().fit(table.select(["x"]))
    >>> model = LeastSquares().fit(encoder.transform(table), table["y"].values)
    >>> machine = Machine(frame(table, "y"), table.schema, (encoder,), model, None, {})
    >>> names = {}
    >>> exec(to_python(machine), names)
    >>> round(names["predict"]({"x": "3"})["prediction"], 9)
    4.0

    Notes: §1.0.7
    """
    return python_of(program_of(machine))
