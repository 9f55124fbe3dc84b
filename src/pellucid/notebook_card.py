"""How a result shows itself in a notebook: a title, a sentence or two, a small table. Never long.

Notes: §1.0.7
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

MOST_ROWS = 12
MOST_TEXT = 400  # characters of a sentence, 60 of a cell


def card(
    title: str,
    sentences: Iterable[str] = (),
    heads: Sequence[str] = (),
    rows: Sequence[Sequence[object]] = (),
) -> str:
    """A self-contained HTML fragment, a few kilobytes at the most.

    Parameters
    ----------
    title : str
        What it is.
    sentences : iterable of str
        What there is to say.
    heads, rows
        A table; beyond 12 rows it tells how many more there are.

    Examples
    --------
    >>> card("A table", ["2 rows."], ("x",), [(1,), (2,)])[:33]
    '<div class="pellucid"><b>A table<'
    """
    told = "".join(f"<div>{html.escape(_shortened(s, MOST_TEXT))}</div>" for s in sentences if s)
    named = html.escape(_shortened(title, 120))
    return f'<div class="pellucid"><b>{named}</b>{told}{_table(heads, rows)}</div>'


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{html.escape(h)}</th>" for h in heads)
    shown = "".join(
        f"<tr>{''.join(f'<td>{html.escape(_shortened(str(cell), 60))}</td>' for cell in row)}</tr>"
        for row in rows[:MOST_ROWS]
    )
    more = len(rows) - MOST_ROWS
    rest = f"<div>… and {more:,} more</div>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{shown}</tbody></table>{rest}"


def _shortened(text: str, max_length: int) -> str:
    return text if len(text) <= max_length else f"{text[: max_length - 1]}…"
