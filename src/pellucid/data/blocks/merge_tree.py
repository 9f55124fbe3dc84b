"""Merging along a fixed binary tree over tile numbers: the order of arrival changes no bit.

Notes: §2.5.6
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

S = TypeVar("S")
Node = tuple[int, int]  # level, and number on that level: tiles number·2^level and on


class MergeTree(Generic[S]):
    """Parts that come in any order, merged as soon as two neighbours are there.

    Parameters
    ----------
    merge : callable (S, S) -> S
        The left one stands first.

    Examples
    --------
    >>> tree = MergeTree(lambda a, b: f"({a}{b})")
    >>> for number in (2, 0, 1):
    ...     tree.add(0, number, "abc"[number])
    >>> tree.whole()
    '((ab)c)'

    Notes: §2.5.6
    """

    def __init__(self, merge: Callable[[S, S], S]) -> None:
        self.merge = merge
        self.parts: dict[Node, S] = {}

    def add(self, level: int, number: int, part: S) -> None:
        """Take in a part."""
        while (beside := (level, number ^ 1)) in self.parts:
            other = self.parts.pop(beside)
            part = self.merge(part, other) if number % 2 == 0 else self.merge(other, part)
            level, number = level + 1, number // 2
        self.parts[level, number] = part

    def nodes(self) -> list[tuple[Node, S]]:
        """What is merged so far, in the order of the rows."""
        return sorted(self.parts.items(), key=lambda item: item[0][1] << item[0][0])

    def whole(self) -> S | None:
        """All parts together; None where there was none.

        What has no neighbour goes up as it is, so parts are merged from the last one on.
        """
        found: S | None = None
        for _, part in reversed(self.nodes()):
            found = part if found is None else self.merge(part, found)
        return found
