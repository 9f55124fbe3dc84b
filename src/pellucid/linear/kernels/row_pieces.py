"""The rows cut into pieces, each worked on by one thread.

Where the cuts are depends on the table alone and results come in order, so that sums, to the last
bit, do not depend on how many threads there are. BLAS works single-threaded meanwhile: its own
threads would wait busily for one another on the same cores.

Notes: §2.5.6
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from pellucid.threads import WIDEST as WIDEST
from pellucid.threads import is_single_threaded
from pellucid.threads import one_blas_thread as one_blas_thread
from pellucid.threads import threads as threads

Result = TypeVar("Result")
Method = TypeVar("Method", bound=Callable[..., Any])
PIECES = 16
PIECE_NUMBERS = 1 << 17  # a piece holds at least so many numbers


def independent_of_threads(method: Method) -> Method:
    """A method `f(self, X, …)` whose sums do not depend on how many threads BLAS has.

    Examples
    --------
    >>> class Sum:
    ...     @independent_of_threads
    ...     def of(self, X):
    ...         return np.ones(2) @ X
    >>> Sum().of(np.eye(2)).tolist()
    [1.0, 1.0]

    Notes: §2.5.6
    """

    @wraps(method)
    def steady(self: Any, X: Any, *given: Any, **named: Any) -> Any:
        shape = X.shape if hasattr(X, "shape") else np.asarray(X).shape
        with one_blas_thread(shape[1] if len(shape) > 1 else 1):
            return method(self, X, *given, **named)

    return cast(Method, steady)


def over_pieces(job: Callable[[int, int], Result], n: int, d: int) -> list[Result]:
    """`job(start, stop)` on each piece of n rows of d numbers; results in order of the rows.

    Parameters
    ----------
    job : callable
        Takes the first row and the row after the last. Releases the interpreter's lock for speed.
    n, d : int
        Rows and columns.

    Returns
    -------
    list

    Examples
    --------
    >>> over_pieces(lambda start, stop: stop - start, 1_000, 3)
    [1000]

    Notes: §2.5.6
    """
    count = int(np.clip(n * d // PIECE_NUMBERS, 1, PIECES))
    if count == 1 or d > WIDEST:
        return [job(0, n)]
    edges = np.linspace(0, n, count + 1).astype(int).tolist()
    if is_single_threaded():
        return list(map(job, edges[:-1], edges[1:]))
    with one_blas_thread(d), ThreadPoolExecutor(threads()) as workers:
        return list(workers.map(job, edges[:-1], edges[1:]))


def over_blocks(job: Callable[[int, int], Result], n: int, rows: int) -> list[Result]:
    """`job(start, stop)` on blocks of so many rows, by threads; results in order of the rows.

    Parameters
    ----------
    job : callable
        Takes the first row and the row after the last. Releases the interpreter's lock for speed.
    n, rows : int
        Rows in all and rows a block.

    Returns
    -------
    list

    Examples
    --------
    >>> over_blocks(lambda start, stop: stop - start, 10, 4)
    [4, 4, 2]

    Notes: §2.5.6
    """
    edges = [*range(0, n, rows), n]
    if len(edges) <= 2:
        return [job(0, n)]
    if is_single_threaded():
        return list(map(job, edges[:-1], edges[1:]))
    with ThreadPoolExecutor(threads()) as workers:
        return list(workers.map(job, edges[:-1], edges[1:]))


def tree_sum(parts: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Sum along a fixed binary tree: rounding grows with the tree's height, not its width.

    Examples
    --------
    >>> tree_sum([np.ones(2), np.ones(2), np.ones(2)]).tolist()
    [3.0, 3.0]

    Notes: §2.5.6
    """
    level = list(parts)
    while len(level) > 1:
        level = [sum(level[i : i + 2], start=np.zeros(())) for i in range(0, len(level), 2)]
    return level[0]
