"""Tables without groups, made to resemble a given one: what a real grouping must stand out from.

Numbers are spread evenly (uniformly) along the same principal axes with the same variances: of all
single lumps an even one is the easiest to cut into compact pieces, so that a table which can be cut
better than this is no single lump. Categories are shuffled: their shares stay, their company goes.

Notes: §6.3.2, Concept 238
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Columns = Sequence[Sequence[int]]


def null_reference(
    X: Array, categories: Columns, generators: Iterable[np.random.Generator]
) -> Iterator[Array]:
    """Tables of the same shape and spread with no groups in them.

    Parameters
    ----------
    X : ndarray, shape (n, d)
    categories : sequence of sequences of int
        Columns that code one category each, such as the one-hot columns of a species.
    generators : iterable of Generator
        One a table.

    Yields
    ------
    ndarray, shape (n, d)

    Examples
    --------
    >>> X = np.array([[1.0, 0.0], [2.0, 0.0], [9.0, 1.0]])
    >>> (Z,) = null_reference(X, [[1]], [np.random.default_rng(0)])
    >>> sorted(Z[:, 1].tolist())
    [0.0, 0.0, 1.0]

    Notes: Concept 238
    """
    n, d = X.shape
    coded = {column for block in categories for column in block}
    numbers = [column for column in range(d) if column not in coded]
    centre = X[:, numbers].mean(axis=0)
    _, sizes, axes = np.linalg.svd(X[:, numbers] - centre, full_matrices=False)
    half_widths = sizes * np.sqrt(3 / n)  # a uniform of half-width w has variance w²/3
    for random in generators:
        made = np.empty_like(X)
        made[:, numbers] = centre + random.uniform(-1, 1, (n, len(sizes))) * half_widths @ axes
        for block in categories:
            coding = np.array(block, dtype=np.intp)
            made[:, coding] = X[:, coding][random.permutation(n)]
        yield made


def spread_within_steps(X: Array, grain: Array, random: np.random.Generator) -> Array:
    """The table with each value spread evenly over the step in which it was recorded.

    Whole millimetres, or answers from 1 to 5, leave gaps between them that are no gaps between
    groups.

    Parameters
    ----------
    X : ndarray, shape (n, d)
    grain : ndarray, shape (d,)
        Step of each column, 0 where there is none.
    random : Generator

    Notes: §6.3.2
    """
    return np.asarray(X + random.uniform(-0.5, 0.5, X.shape) * grain)
