"""Parts that every report has: figures, findings, the columns as read, who made it.

Notes: §1.0.7
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from matplotlib.figure import Figure

from pellucid.findings import Finding
from pellucid.jobs.column_summary import ColumnSummary
from pellucid.pictures.style import to_svg, with_unique_ids
from pellucid.processes import run_tasks
from pellucid.report.page import escape, grid, paragraph, picture, section


class Drawer:
    """Puts figures on the page, each with ids of its own.

    Parameters
    ----------
    processes : int
        Processes that draw, this one included.
    """

    def __init__(self, processes: int = 1) -> None:
        self._processes = processes
        self._waiting: list[partial[str]] = []

    def __call__(self, figure: Figure, caption: str, wide: bool = False) -> str:
        """What stands for the figure until `on` puts it there."""
        self._waiting.append(partial(_drawn, figure, caption, f"p{len(self._waiting) + 1}"))
        return picture(MARK.format(len(self._waiting)), caption, wide)

    def on(self, body: str) -> str:
        """The page with all its figures drawn."""
        drawn = run_tasks(self._waiting, self._processes)
        pieces = re.split(MARK.format(r"(\d+)"), body)
        pieces[1::2] = [drawn[int(at) - 1] for at in pieces[1::2]]
        return "".join(pieces)


MARK = "<!--figure {}-->"  # no text of a person's stands so on a page: "<" is escaped there


def _drawn(figure: Figure, caption: str, prefix: str) -> str:
    return with_unique_ids(to_svg(figure, caption), prefix)


def answer(title: str, sentences: Sequence[str], facts: Sequence[tuple[str, str]]) -> str:
    """The head of a report: its title, the answer first, and figures with what they are."""
    first, *others = sentences
    items = "".join(f"<li><b>{escape(v)}</b><span>{escape(t)}</span></li>" for v, t in facts)
    return (
        f"<h1>{escape(title)}</h1>{paragraph(first, 'answer')}{''.join(map(paragraph, others))}"
        f"<ul class='facts'>{items}</ul>"
    )


def how_to(
    title: str, commands: Sequence[str], python: Sequence[str], model: Path, *more: str
) -> str:
    """The commands to go on with, and the same in Python with the model file opened."""
    opened = ("from pellucid.storage import load_model", f"machine = load_model({str(model)!r})")
    lines = [*commands, "\n".join((*opened, *python))]
    return section(title, *(f"<pre>{escape(line)}</pre>" for line in lines if line), *more)


def finding(found: Finding) -> str:
    """One finding, with its advice."""
    return (
        f'<div class="finding {escape(found.severity)}"><p><b>{escape(found.severity)}</b>: '
        f"{escape(found.name)}</p><p>{escape(found.message)}</p>"
        f"{paragraph(found.advice, 'advice')}</div>"
    )


def columns_as_read(columns: Sequence[ColumnSummary]) -> str:
    """Every column with its kind, and why it is used or not; those with one reason together."""
    rows = [
        (_named(names), *told)
        for told, names in _grouped_names(
            ((c.kind, f"{c.missing:,}", "yes" if c.used else "no", c.note), c.name) for c in columns
        )
    ]
    heads = ("column", "kind", "missing", "used", "why")
    coded = [
        (_named(names), *told)
        for told, names in _grouped_names(
            ((c.code.replace(",", ", "), c.why_code), c.name) for c in columns if c.code
        )
    ]
    return section(
        "The columns, as read",
        grid("Columns of the table", heads, rows, (2,)),
        grid("How they became numbers", ("column", "code", "why that one"), coded) if coded else "",
    )


MOST_NAMED = 40  # columns named that share a reason


def _grouped_names(
    statements: Iterable[tuple[tuple[str, ...], str]],
) -> list[tuple[tuple[str, ...], list[str]]]:
    """Names by what is said of them, in the order of first mention."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for words, name in statements:
        groups.setdefault(words, []).append(name)
    return list(groups.items())


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def footer() -> str:
    """Who made the page, with what."""
    engines = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "scikit-learn"))
    return (
        f"<footer>Made by Pellucid {escape(version('pellucid'))} with Python "
        f"{platform.python_version()}, {escape(engines)}.</footer>"
    )
