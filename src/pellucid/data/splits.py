"""Splits: training rows, test rows, chunks; seeded, stratified, by time, or with groups whole.

Notes: §2.1.6, Def 85, Concept 87
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import FramingError, TooFewRowsError

Rows = NDArray[np.intp]
Array = NDArray[Any]


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to test on, how they were chosen, and what was kept by it.

    `kept` is "order" where the test rows are the last, "groups" where groups stay whole.
    """

    train: Rows
    test: Rows
    how: str
    kept: str = ""


def split_rows(
    n: int,
    *,
    test: float = 0.2,
    seed: int = 0,
    labels: Array | None = None,
    order: Array | None = None,
    groups: Array | None = None,
) -> Split:
    """Keep a share of the rows away for the test error.

    Parameters
    ----------
    n : int
        Number of rows.
    test : float
        Share to keep away, between 0 and 1.
    seed : int
        Seed of the shuffle.
    labels : ndarray, shape (n,), or None
        Classes whose shares are kept alike on both sides.
    order : ndarray, shape (n,), or None
        Time: the last rows are the test.
    groups : ndarray, shape (n,), or None
        Groups that stay whole.

    Returns
    -------
    Split
        Sorted row indices, and a sentence.

    Raises
    ------
    TooFewRowsError
        When a side would be empty; says how many rows are needed.
    FramingError
        When both an order and groups are given.

    Examples
    --------
    >>> split = split_rows(10, test=0.3)
    >>> len(split.train), len(split.test)
    (7, 3)

    Notes: §2.1.6, KE 35
    """
    _refuse_both(order, groups)
    if not 0 < test < 1:
        raise TooFewRowsError(f"The share of test rows lies between 0 and 1; got {test}.")
    wanted = max(1, round(n * test))
    if wanted < 1 or n - wanted < 2:
        need = max(int(np.ceil(2 / (1 - test))), 3)
        raise TooFewRowsError(
            f"{n} row(s) cannot be split with {test:.5g} of them for testing: at least {need} are "
            "needed."
        )
    if order is not None:
        held = np.argsort(order, kind="stable")[n - wanted :]
        return _split(n, held, f"The last {test:.0%} by time are the test.", "order")
    rng = np.random.default_rng(seed)
    if groups is not None:
        held = _whole_groups(groups, wanted, rng)
        how = f"Groups are kept whole; about {test:.0%} of rows are the test."
        return _split(n, held, how, "groups")
    if labels is not None:
        held = _stratified(labels, [wanted], rng)[0]
        return _split(n, held, f"Drawn at random (seed {seed}), each class in its share.")
    return _split(n, rng.permutation(n)[:wanted], f"Drawn at random (seed {seed}).")


def folds(
    n: int,
    k: int,
    *,
    seed: int = 0,
    labels: Array | None = None,
    order: Array | None = None,
    groups: Array | None = None,
) -> list[tuple[Rows, Rows]]:
    """Cut the rows into k near-equal chunks; each is held out once.

    Parameters
    ----------
    n, seed, labels, groups
        As in `split_rows`.
    k : int
        Number of chunks, from 2 to n.
    order : ndarray, shape (n,), or None
        Time: chunk j + 1 is held out from a fit on chunks 1 … j, so the past predicts the future.

    Returns
    -------
    list of (train rows, held-out rows)
        k pairs of sorted indices.

    Raises
    ------
    TooFewRowsError
        When there are fewer rows, or groups, than chunks need.
    FramingError
        When both an order and groups are given.

    Examples
    --------
    >>> [len(held) for _, held in folds(11, 3)]
    [4, 4, 3]

    Notes: Def 85
    """
    _refuse_both(order, groups)
    need = k + 1 if order is not None else k
    if k < 2 or n < need:
        raise TooFewRowsError(
            f"{k} chunks need at least {max(need, 2)} rows; there are {n} (n_samples={n})."
        )
    rng = np.random.default_rng(seed)
    if order is not None:
        parts = np.array_split(np.argsort(order, kind="stable"), k + 1)
        return [(np.sort(np.concatenate(parts[: j + 1])), np.sort(parts[j + 1])) for j in range(k)]
    if groups is not None:
        chunks = _group_chunks(groups, k, rng)
    elif labels is not None:
        sizes = [len(part) for part in np.array_split(np.arange(n), k)]
        chunks = _stratified(labels, sizes, rng)
    else:
        chunks = list(np.array_split(rng.permutation(n), k))
    return [_complement(n, held) for held in chunks]


def without_singles(labels: Array, pairs: list[tuple[Rows, Rows]]) -> list[tuple[Rows, Rows]]:
    """The same (train, held-out) rows, but the only row of a class is always learned from.

    A chunk that held out nothing else is left out.

    Examples
    --------
    >>> import numpy as np
    >>> without_singles(np.array(["a", "b", "a"]), [(np.array([0]), np.array([1, 2]))])
    [(array([0, 1]), array([2]))]

    Notes: Def 85
    """
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    single = counts[codes] == 1
    if not single.any():
        return pairs
    return [
        (np.sort(np.concatenate([train, held[single[held]]])), held[~single[held]])
        for train, held in pairs
        if not single[held].all()
    ]


def _split(n: int, held_out: Rows, how: str, kept: str = "") -> Split:
    train, test = _complement(n, held_out)
    return Split(train, test, how, kept)


def _refuse_both(order: Array | None, groups: Array | None) -> None:
    if order is not None and groups is not None:
        raise FramingError(
            "Rows are held out by their order or by their groups, not by both: give one of "
            "--order-by and --group."
        )


def _complement(n: int, held_out: Rows) -> tuple[Rows, Rows]:
    kept = np.ones(n, dtype=bool)
    kept[held_out] = False
    return np.flatnonzero(kept), np.sort(held_out)


def _stratified(labels: Array, sizes: list[int], rng: np.random.Generator) -> list[Rows]:
    """Deal shuffled rows, class by class, so that each chunk has each class's share.

    Rows are laid in one line, class after class, and dealt to the chunk that lags furthest behind
    its due; sizes come out exactly as asked.
    """
    n = len(labels)
    shuffled = rng.permutation(n)
    _, codes = np.unique(labels[shuffled].astype(str), return_inverse=True)
    line = shuffled[np.argsort(codes, kind="stable")]
    # Positions spread evenly for each chunk: chunk j's i-th row is due at (i + ½)/size of the line.
    dues = np.concatenate([(np.arange(size) + 0.5) / size for size in sizes if size])
    owners = np.concatenate([np.full(size, j) for j, size in enumerate(sizes) if size])
    rest = n - sum(sizes)
    if rest:
        dues = np.concatenate([dues, (np.arange(rest) + 0.5) / rest])
        owners = np.concatenate([owners, np.full(rest, len(sizes))])
    dealt = owners[np.argsort(dues, kind="stable")]
    return [line[dealt == j] for j in range(len(sizes))]


def _whole_groups(groups: Array, n_rows: int, rng: np.random.Generator) -> Rows:
    names, codes = np.unique(groups.astype(str), return_inverse=True)
    if len(names) < 2:
        raise TooFewRowsError("Groups stay whole, and there is only one: at least 2 are needed.")
    counts = np.bincount(codes)
    held = np.zeros(len(names), dtype=bool)
    taken = 0
    for group in rng.permutation(len(names))[:-1]:
        if taken == 0 or taken + counts[group] <= n_rows:
            held[group] = True
            taken += counts[group]
    return np.flatnonzero(held[codes])


def _group_chunks(groups: Array, k: int, rng: np.random.Generator) -> list[Rows]:
    names, codes = np.unique(groups.astype(str), return_inverse=True)
    if len(names) < k:
        raise TooFewRowsError(
            f"{k} chunks with groups whole need at least {k} groups; there are {len(names)}."
        )
    counts = np.bincount(codes)
    shuffled = rng.permutation(len(names))
    largest_first = shuffled[np.argsort(-counts[shuffled], kind="stable")]
    loads, owner = np.zeros(k), np.empty(len(names), dtype=np.intp)
    for group in largest_first:
        owner[group] = int(np.argmin(loads))
        loads[owner[group]] += counts[group]
    return [np.flatnonzero(owner[codes] == j) for j in range(k)]
