"""A finding: one named observation about a table or a fit, in plain words.

Notes: §1.0.5
"""

from __future__ import annotations

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
    return " ".join(f"--drop {name}" for name in names)
