"""Whether features fit in memory, asked before they are made.

Notes: Concept 185, §5.2.1
"""

from __future__ import annotations

from pellucid.errors import TooLargeError
from pellucid.memory import total_memory


def check_memory(n: int, m: int, owner: str, advice: str) -> None:
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
    if needed > total_memory():
        raise TooLargeError(
            f"{owner}: {n:,} rows of {m:,} features take {needed / 2**30:,.0f} GiB; this machine "
            f"has {total_memory() / 2**30:,.0f} GiB. {advice}"
        )
