"""Names of the columns that a transformer puts out: no two alike.

Notes: §5.3
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def distinct_names(names: Iterable[Any]) -> NDArray[Any]:
    """The names as an array; the second of two that are alike is followed by (2), and so on.

    Two columns may well give one name: the category "b=c" of `a` and the category "c" of `a=b`.
    Data frames hold no two columns of one name.

    Examples
    --------
    >>> distinct_names(["a", "b", "a", "a (2)"]).tolist()
    ['a', 'b', 'a (3)', 'a (2)']

    Notes: §5.3
    """
    listed = [str(name) for name in names]
    taken, seen = set(listed), set[str]()
    found = []
    for name in listed:
        own, count = name, 2
        while own in seen or (own != name and own in taken):
            own, count = f"{name} ({count})", count + 1
        seen.add(own)
        found.append(own)
    return np.array(found, dtype=object)
