"""Names of encoded columns: each means one column, whatever the names it is made of.

Notes: §5.3.1
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def distinct_names(names: Iterable[Any]) -> NDArray[np.object_]:
    """The names in order; one that is taken already gets a number.

    Column "a" with the category "b=c" and column "a=b" with the category "c" both give "a=b=c".

    Examples
    --------
    >>> distinct_names(["a=b=c", "a=d", "a=b=c"]).tolist()
    ['a=b=c', 'a=d', 'a=b=c (2)']

    Notes: §5.3.1
    """
    listed = [str(name) for name in names]
    taken, found = set(listed), []
    met: set[str] = set()
    for name in listed:
        unique, count = name, 1
        while unique in met or (count > 1 and unique in taken):
            count += 1
            unique = f"{name} ({count})"
        met.add(unique)
        found.append(unique)
    return np.array(found, dtype=object)
