"""A finding: one named observation about a table or a fit, in plain words.

Notes: §1.0.5
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One named observation about a table, or about the assumptions behind a fit.

    `severity` is "note", "caution" or "alarm"; `advice` says what to do.
    """

    name: str
    severity: str
    message: str
    columns: tuple[str, ...] = ()
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


def drop_options(names: Iterable[str]) -> str:
    """The options that leave columns out.

    Examples
    --------
    >>> drop_options(["id", "late"])
    '--drop id --drop late'
    """
    return " ".join(option("drop", name) for name in names)


def option(name: str, value: str, *, cell: bool = False) -> str:
    """An option with what a person's table calls its value, as a shell takes it.

    A cell stands in quotes in any case, since a reader could take it for a word of the sentence.

    Examples
    --------
    >>> option("category", "town"), option("category", "home town"), option("missing", "?")
    ('--category town', "--category 'home town'", "--missing '?'")
    >>> option("missing", "none", cell=True), option("drop", "-x")
    ("--missing 'none'", '--drop=-x')
    """
    said = shlex.quote(value)
    if cell and said == value:
        said = f"'{value}'"
    return f"--{name}{'=' if value.startswith('-') else ' '}{said}"
