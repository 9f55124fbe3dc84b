"""Whether features fit in memory, asked before they are made.

Notes: Concept 185, §5.2.1
"""

from __future__ import annotations

import os

from pellucid.errors import TooLargeError


def memory() -> int:
    """Bytes of this machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def check_room(n: int, m: int, owner: str, advice: str) -> None:
    """Raise `TooLargeError` when n rows of m numbers are more than this machine can hold.

    Parameters
    ----------
    n, m : int
        Rows and features.
    owner : str
        Who asks.
    advice : str
        What to do, as a sentence.

    Raises
    ------
    TooLargeError
        Tells how much it would be.

    Notes: Concept 185, §5.2.1
    """
    needed = 8 * n * m
    if needed > memory():
        raise TooLargeError(
            f"{owner}: {n:,} rows of {m:,} features take {needed / 2**30:,.0f} GiB; this machine "
            f"has {memory() / 2**30:,.0f} GiB. {advice}"
        )
