"""How much each column matters to a fitted model: the loss when its values are shuffled.

Notes: KE 35, §1.0.5
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.table import CODED, Column, Kind, Table

Array = NDArray[Any]
Moves = Sequence[tuple[str, NDArray[np.intp]]]  # columns, and the order of each
REPEATS = 5
TINY = np.finfo(np.float64).tiny
SURE = 2.0  # spreads above zero from which a column certainly matters
ROUNDING = 1e-9  # of what the model gains


@dataclass(frozen=True)
class Importance:
    """What shuffling one column costs, in units of the loss.

    Parameters
    ----------
    column : str
        The column, as it stands in the table.
    mean, spread : float
        Mean increase of the loss over the shuffles, and its standard deviation.
    share : float
        The increase as a share of what the model gains over the baseline; NaN where it gains
        nothing. Columns that stand in for each other can have small shares both; shares need not
        add up to 1.
    """

    column: str
    mean: float
    spread: float
    share: float = float("nan")

    @property
    def sure(self) -> bool:
        """Whether the increase stands clear of its spread."""
        return self.mean > SURE * self.spread and self.mean > 0


def permutation_importance(
    losses_of: Callable[[Any], Array],
    X: Any,
    columns: Sequence[str],
    shuffled: Callable[[Any, Moves], Any],
    *,
    rows: int,
    gain: float = float("nan"),
    repeats: int = REPEATS,
    seed: int = 0,
    at_once: int = 1,
) -> list[Importance]:
    """Shuffle each column by itself, and see how far the loss rises.

    Parameters
    ----------
    losses_of : callable rows -> ndarray, shape (n·m,)
        Loss of each row, of the model that is asked about m copies of X, one below another.
    X : table or array, n rows
        Rows that the model was not fitted to.
    columns : sequence of str
        Which columns.
    shuffled : callable (X, m times column and order) -> rows
        Copies of the rows, each with one column in another order: `with_shuffled_columns`, or
        `shuffled_blocks` of an encoded array.
    rows : int
        n.
    gain : float
        Loss of the baseline minus that of the model, for the shares. A rise below a billionth of it
        is rounding, and counts as none.
    repeats, seed : int
        Shuffles a column, and their seed.
    at_once : int
        m, how many shuffles the model is asked about together.

    Returns
    -------
    list of Importance
        The most important first.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> y = 3 * X[:, 0]
    >>> found = permutation_importance(
    ...     lambda Z: (3 * Z[:, 0] - y) ** 2, X, ["x0", "x1"],
    ...     shuffled_blocks({"x0": [0], "x1": [1]}), rows=200)
    >>> [each.column for each in found], found[1].mean
    (['x0', 'x1'], 0.0)

    Notes: KE 35
    """
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(rows) for _ in range(repeats)]
    moves = [(name, order) for name in columns for order in orders]
    base = float(losses_of(X).mean())
    rises: list[float] = []
    for first in range(0, len(moves), at_once):
        some = moves[first : first + at_once]
        losses = losses_of(shuffled(X, some)).reshape(len(some), rows)
        rises.extend(losses.mean(axis=1) - base)
    found = []
    for name, of in zip(columns, np.reshape(rises, (len(columns), repeats)), strict=True):
        if np.abs(of).max() < ROUNDING * gain:
            of = np.zeros(repeats)
        mean = float(of.mean())
        share = mean / gain if gain > 0 else float("nan")
        found.append(Importance(name, mean, float(of.std(ddof=1)), share))
    return sorted(found, key=lambda each: -each.mean)


def with_shuffled_columns(X: Table, moves: Moves) -> Table:
    """Copies of the table, one below another, each with one column in another order."""
    n = len(X)
    copies = X.take(np.tile(np.arange(n), len(moves)))  # values of their own, to be written over
    for at, (name, order) in enumerate(moves):
        copies[name].values[at * n : (at + 1) * n] = X[name].values[order]
    return copies


def shuffled_blocks(blocks: Mapping[str, Sequence[int]]) -> Callable[[Array, Moves], Array]:
    """Shuffling in an encoded array, where a column is a block of encoded ones.

    Encoding goes row by row, so this is the same as shuffling before encoding, and much faster.
    """

    def shuffled(X: Array, moves: Moves) -> Array:
        n, copies = len(X), np.tile(X, (len(moves), 1))
        for at, (name, order) in enumerate(moves):
            copies[at * n : (at + 1) * n, blocks[name]] = X[order][:, blocks[name]]
        return copies

    return shuffled


def relation_to_scores(column: Column, scores: Array) -> float:
    """How far a column goes with a model's scores: |correlation|, or what its categories explain.

    Parameters
    ----------
    column : Column
    scores : ndarray, shape (n, k)

    Returns
    -------
    float
        From 0 to 1: of the score that it goes with best. For categories, the root of the share of
        the spread that lies between them, adjusted for how many there are.

    Examples
    --------
    >>> from pellucid.data.table import Kind
    >>> x = np.arange(4.0)
    >>> relation_to_scores(Column("x", Kind.NUMERIC, x), -x[:, None])
    1.0

    Notes: KE 35
    """
    b = scores - scores.mean(axis=0)
    spread = (b**2).sum(axis=0)
    if column.kind in (Kind.NUMERIC, Kind.DATE):
        missing = column.missing
        a = np.where(missing, np.nan, column.values.astype(np.float64))
        a = np.where(missing, 0.0, a - np.nanmean(a) if not missing.all() else 0.0)
        shared = (a @ b) ** 2 / ((a @ a) * spread + TINY)
    else:
        keys = column.values if column.kind in CODED else column.texts().astype(str)
        _, group = np.unique(keys, return_inverse=True)
        counts = np.bincount(group)
        sums = np.array([np.bincount(group, each) for each in b.T])
        between = (sums**2 / counts).sum(axis=1) / (spread + TINY)
        free = max(len(b) - len(counts), 1)
        shared = 1 - (1 - between) * (len(b) - 1) / free if len(counts) < len(b) else 0 * between
    return float(np.sqrt(max(shared.max(), 0.0)))
