"""How good a clustering is: measures that do not need to know the right groups, and one that does.

Labels are whole numbers from 0, one a row, and may carry any names: no measure depends on which
group has which number.

Notes: §6.3, Clar 230, Concept 237, Concept 238, Def 239
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from pellucid.clusters.kernels.k_means_loss import nearest_mean
from pellucid.errors import ShapeError, TooFewRowsError
from pellucid.former_names import renamed

Array = NDArray[np.float64]
BLOCK_BYTES = 32 * 2**20  # of distances held at once


def loss_per_point(X: ArrayLike, means: ArrayLike) -> float:
    """Mean squared distance of rows to their nearest mean; held-out loss when the rows are new.

    The k-means loss is a sum over the rows; divided by their number, samples of different sizes
    can be compared.

    Parameters
    ----------
    X : array, shape (n, d)
        Rows, best not those that the means were learned from.
    means : array, shape (k, d)

    Examples
    --------
    >>> loss_per_point([[0.0], [2.0], [10.0]], [[1.0], [10.0]])
    0.6666666666666666

    Notes: KE 220, Concept 237
    """
    rows = np.asarray(X, dtype=np.float64)
    return float(nearest_mean(rows, np.asarray(means, dtype=np.float64))[1].mean())


def contingency(one: ArrayLike, other: ArrayLike) -> NDArray[np.int64]:
    """How many rows carry each pair of labels: one row a label of `one`, a column one of `other`.

    Raises
    ------
    ShapeError
        When the two do not label the same rows.
    """
    a, b = np.asarray(one), np.asarray(other)
    if a.shape != b.shape or a.ndim != 1:
        raise ShapeError(f"Two labellings of the same rows are compared; got {a.shape}, {b.shape}.")
    names_a, codes_a = np.unique(a, return_inverse=True)
    names_b, codes_b = np.unique(b, return_inverse=True)
    cells = np.bincount(
        codes_a * len(names_b) + codes_b, minlength=len(names_a) * len(names_b)
    ).reshape(len(names_a), len(names_b))
    return np.asarray(cells, dtype=np.int64)


def consistency(one: ArrayLike, other: ArrayLike) -> float:
    """How far two clusterings of the same rows agree, whatever the groups are called.

    Of all pairs of rows, those that both clusterings keep together are counted and set against
    what chance would give groups of these sizes (the adjusted Rand index): 1 is the same
    clustering, 0 no better than chance.

    Parameters
    ----------
    one, other : array, shape (n,)
        Labels of the same rows by two fits, usually to two samples.

    Examples
    --------
    >>> consistency([0, 0, 1, 1], [7, 7, 3, 3])
    1.0
    >>> round(consistency([0, 0, 1, 1], [0, 1, 0, 1]), 3)
    -0.5

    Notes: Concept 238
    """
    cells = contingency(one, other)
    together = _pairs(cells)
    in_one, in_other = _pairs(cells.sum(axis=1)), _pairs(cells.sum(axis=0))
    possible = _pairs(cells.sum(keepdims=True))
    expected = in_one * in_other / possible if possible else 0.0
    most = (in_one + in_other) / 2
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def _pairs(counts: NDArray[np.int64]) -> float:
    wide = counts.astype(np.float64)
    return float((wide * (wide - 1)).sum() / 2)


def group_consistency(labels: ArrayLike, others: ArrayLike) -> Array:
    """How well each group of one clustering comes back in another: one number a group.

    It is compared with the group of the other clustering that is most like it: rows in both, as a
    share of rows in either (the Jaccard index). 1 is the same group.

    Parameters
    ----------
    labels, others : array, shape (n,)
        Labels of the same rows.

    Returns
    -------
    ndarray, shape (number of groups in `labels`,)
        In the order of the labels.

    Examples
    --------
    >>> group_consistency([0, 0, 1, 1], [5, 5, 5, 6]).round(2).tolist()
    [0.67, 0.5]

    Notes: Concept 238
    """
    cells = contingency(labels, others).astype(np.float64)
    either = cells.sum(axis=1, keepdims=True) + cells.sum(axis=0, keepdims=True) - cells
    return np.asarray((cells / either).max(axis=1))


@renamed(truths="labels")
@dataclass(frozen=True)
class Agreement:
    """A clustering against the few labels that are trusted.

    Parameters
    ----------
    index : float
        `consistency` with the trusted labels: 1 the same, 0 chance.
    matched : float
        Share of the trusted rows that are right when each group is given the name it fits best,
        every name used once.
    rows : int
        How many rows had a trusted label.
    names : dict of int to str
        The name given to each group that got one.
    table : ndarray, shape (groups, names)
        Rows by group and by name; `groups` and `labels` say which.
    groups, labels : tuple

    Notes: Def 239
    """

    index: float
    matched: float
    rows: int
    names: dict[int, str]
    table: NDArray[np.int64]
    groups: tuple[int, ...]
    labels: tuple[str, ...]


def agreement(labels: ArrayLike, trusted: Sequence[Any]) -> Agreement:
    """Compare a clustering with trusted labels, known for a few rows only.

    Parameters
    ----------
    labels : array, shape (n,)
    trusted : sequence, length n
        The true label of a row; None or NaN where nobody knows it.

    Raises
    ------
    TooFewRowsError
        When fewer than two rows have a trusted label.

    Examples
    --------
    >>> found = agreement([0, 0, 1, 1, 1], ["cat", None, "dog", "dog", "cat"])
    >>> found.rows, found.matched, found.names
    (4, 0.75, {0: 'cat', 1: 'dog'})

    Notes: Def 239
    """
    codes, truths = np.asarray(labels), np.asarray(trusted, dtype=object)
    if len(codes) != len(truths):
        raise ShapeError(f"There are {len(codes)} labels and {len(truths)} trusted ones.")
    known = np.array([t is not None and t == t for t in truths], dtype=bool)
    if known.sum() < 2:
        raise TooFewRowsError(
            f"{int(known.sum())} row(s) have a trusted label; a comparison needs at least two."
        )
    named = truths[known].astype(str)
    table = contingency(codes[known], named)
    groups, names = np.unique(codes[known]), np.unique(named)
    at, fits = linear_sum_assignment(-table)
    return Agreement(
        index=consistency(codes[known], named),
        matched=float(table[at, fits].sum() / known.sum()),
        rows=int(known.sum()),
        names={int(groups[g]): str(names[t]) for g, t in zip(at, fits, strict=True)},
        table=table,
        groups=tuple(int(g) for g in groups),
        labels=tuple(str(t) for t in names),
    )


def silhouettes(X: ArrayLike, labels: ArrayLike, block_bytes: int = BLOCK_BYTES) -> Array:
    """(b − a) / max(a, b) of each row: a its mean distance within its group, b to the next one.

    Near 1: well inside its group; 0: between two; below 0: nearer to another. A row that is alone
    in its group has 0. The n×n distances are never held at once.

    Parameters
    ----------
    X : array, shape (n, d)
    labels : array, shape (n,)
        At least two groups.
    block_bytes : int
        Memory for distances. Unit: bytes.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ShapeError
        When there is one group only.

    Examples
    --------
    >>> silhouettes([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1]).round(3)
    array([0.905, 0.895, 0.895, 0.905])

    Notes: §6.3.9, Def 212
    """
    rows = np.asarray(X, dtype=np.float64)
    _, codes = np.unique(np.asarray(labels), return_inverse=True)
    counts = np.bincount(codes)
    if len(counts) < 2:
        raise ShapeError("A silhouette compares a group with the next one; there is one group.")
    member = np.eye(len(counts))[codes]
    a, b = np.zeros(len(rows)), np.zeros(len(rows))
    for block in _blocks(len(rows), len(rows), block_bytes):
        away = cdist(rows[block], rows)
        to_group = away @ member
        mine = codes[block]
        at = np.arange(len(mine))
        a[block] = to_group[at, mine] / np.maximum(counts[mine] - 1, 1)
        mean = to_group / counts
        mean[at, mine] = np.inf
        b[block] = mean.min(axis=1)
    wide = np.maximum(a, b)
    found = np.divide(b - a, wide, out=np.zeros(len(rows)), where=wide > 0)
    return np.where(counts[codes] > 1, found, 0.0)


def _blocks(n: int, width: int, block_bytes: int = BLOCK_BYTES) -> list[slice]:
    step = max(1, block_bytes // (8 * max(width, 1)))
    return [slice(start, start + step) for start in range(0, n, step)]
