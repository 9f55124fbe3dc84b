"""Rows of a table as pages about inputs and classes use them, and the program that reads the same.

Notes: Def 207, Def 129
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.lab.data import Data


@lru_cache(maxsize=32)
def standardised(data: Data, names: tuple[str, ...]) -> Any:
    """The complete rows of some columns, each with mean 0 and deviation 1: (n, d)."""
    return scaled(data.table.known(*dict.fromkeys(names)).numbers(*names))


@lru_cache(maxsize=32)
def two_classes(data: Data, names: tuple[str, ...], label: str) -> tuple[Any, Any, str]:
    """Standardised inputs, signs +1 and −1, and the label that is positive: the last one."""
    known = data.table.known(*dict.fromkeys(names), label)
    positive = (known[label].levels or ("",))[-1]
    signs = np.where(known[label].texts() == positive, 1.0, -1.0)
    return scaled(known.numbers(*names)), signs, positive


def some_rows(known: Any, most: int) -> Any:
    """At most so many rows of a table, evenly taken: a file may be sorted."""
    return known.take(np.linspace(0, len(known) - 1, min(len(known), most)).astype(int))


def some_rows_code(most: int) -> str:
    """The line of Python that takes the same rows."""
    return (
        f"known = known.take(np.linspace(0, len(known) - 1, min(len(known), {most})).astype(int))"
    )


def scaled(X: Any) -> Any:
    """Columns with mean 0 and deviation 1; a constant one becomes 0."""
    return (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)


def reading_code(data: Data, names: tuple[str, ...], label: str = "") -> str:
    """Lines of Python that make X of some columns and, with a label, signs y."""
    also = ", label" if label else ""
    lines = [
        f"import numpy as np\n{data.program}\n",
        f"names{also} = {names!r}" + (f", {label!r}" if label else ""),
        f"known = table.known(*dict.fromkeys(names){also})",
        "X = known.numbers(*names)",
        "X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)",
    ]
    if label:
        lines += [
            'positive = (known[label].levels or ("",))[-1]',
            "y = np.where(known[label].texts() == positive, 1.0, -1.0)",
        ]
    return "\n".join(lines)


def matrix_literal(values: Any) -> str:
    """A matrix as a program writes it: a row a line, whole numbers without a point."""
    rows = [[int(v) if v == int(v) else float(v) for v in row] for row in np.atleast_2d(values)]
    return "[\n" + "".join(f"    {row},\n" for row in rows) + "]"
