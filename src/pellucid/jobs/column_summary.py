"""A table's columns as a result tells of them: what each is, and whether it is used.

Notes: §1.0.5
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.data.table import Table
from pellucid.data.unsupervised_framing import WithoutTarget


@dataclass(frozen=True)
class ColumnSummary:
    """One column: kind, missing values, why, whether it is used; its code, and why that one."""

    name: str
    kind: str
    missing: int
    used: bool
    note: str = ""
    code: str = ""
    why_code: str = ""


def column_summaries(table: Table, framed: WithoutTarget) -> tuple[ColumnSummary, ...]:
    """Every column, with the reason why it is used or not."""
    why = dict(framed.dropped)
    return tuple(
        ColumnSummary(
            c.name,
            str(c.kind),
            int(c.missing.sum()),
            c.name in framed.features,
            why.get(c.name, c.note),
        )
        for c in table.columns
    )
