"""Factors: one compound category taken apart into several simpler ones.

Notes: Def 201, §5.3.1.5
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

DELIMITERS = (" | ", " / ", " - ", "|", "/", ";", ",", ":", "_", "-", " ")
FEWEST_COMPOUNDS = 6
FULLNESS = 0.6  # of the combinations of parts, how many are met in a compound column


def guess_delimiter(levels: Sequence[str]) -> str | None:
    """The first delimiter that divides every category, or None.

    Examples
    --------
    >>> guess_delimiter(["Nissan Altima", "Ford Focus"])
    ' '

    Notes: Def 201
    """
    for delimiter in DELIMITERS:
        if all(
            delimiter in level and all(part.strip() for part in level.split(delimiter))
            for level in levels
        ):
            return delimiter
    return None


def split_levels(
    levels: Sequence[str], delimiter: str, parts: int | None = None
) -> list[tuple[str, ...]]:
    """The parts of each category: as many as the one with fewest has, the rest in the last part.

    Parameters
    ----------
    levels : sequence of str
    delimiter : str
    parts : int or None
        How many; None counts them.

    Returns
    -------
    list of tuple of str
        A category with fewer parts than asked for gives a shorter tuple.

    Examples
    --------
    >>> split_levels(["Nissan Altima", "Ford Focus Wagon"], " ")
    [('Nissan', 'Altima'), ('Ford', 'Focus Wagon')]

    Notes: Def 201
    """
    if parts is None:
        parts = min((level.count(delimiter) + 1 for level in levels), default=1)
    return [
        tuple(part.strip() for part in level.split(delimiter, max(parts - 1, 0)))
        if parts > 1
        else (level,)
        for level in levels
    ]


def detect_compound(levels: Sequence[str]) -> tuple[str, list[tuple[str, ...]]] | None:
    """Delimiter and parts, where the categories are combinations of a few parts beyond doubt.

    Every category is divided into the same number of parts, each part comes back in several
    categories, and most of the combinations are there.

    Examples
    --------
    >>> sides, times = ("north", "south", "east"), ("day", "night")
    >>> detect_compound([f"{a}-{b}" for a in sides for b in times])[0]
    '-'
    >>> detect_compound(["New York", "New Jersey", "New Mexico", "North Dakota", "Ohio", "Utah"])

    Notes: Def 201
    """
    delimiter = guess_delimiter(levels) if len(levels) >= FEWEST_COMPOUNDS else None
    if delimiter is None or len({level.count(delimiter) for level in levels}) > 1:
        return None
    found = split_levels(levels, delimiter)
    each = [sorted(set(part)) for part in zip(*found, strict=True)]
    sizes = [len(part) for part in each]
    if min(sizes) < 2 or sum(sizes) >= len(levels) or len(levels) < FULLNESS * prod(sizes):
        return None
    return delimiter, found
