"""How much each column matters to a fitted model: the loss when its values are shuffled.

Notes: KE 35, §1.0.5
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.table import Table

Array = NDArray[Any]
REPEATS = 5
SURE = 2.0  # spreads above zero from which a column certainly matters


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
    shuffled: Callable[[Any, str, NDArray[np.intp]], Any],
    *,
    rows: int,
    gain: float = float("nan"),
    repeats: int = REPEATS,
    seed: int = 0,
) -> list[Importance]:
    """Shuffle each column by itself, and see how far the loss rises.

    Parameters
    ----------
    losses_of : callable rows -> ndarray, shape (n,)
        Loss of each row, of the model that is asked.
    X : table or array, n rows
        Rows that the model was not fitted to.
    columns : sequence of str
        Which columns.
    shuffled : callable (X, column, order) -> rows
        The rows with one column in another order: `with_shuffled_column`, or
        `shuffled_blocks` of an encoded array.
    rows : int
        n.
    gain : float
        Loss of the baseline minus that of the model, for the shares.
    repeats, seed : int
        Shuffles a column, and their seed.

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
    base = float(losses_of(X).mean())
    found = []
    for name in columns:
        rises = [float(losses_of(shuffled(X, name, order)).mean()) - base for order in orders]
        mean = float(np.mean(rises))
        share = mean / gain if gain > 0 else float("nan")
        found.append(Importance(name, mean, float(np.std(rises, ddof=1)), share))
    return sorted(found, key=lambda each: -each.mean)


def with_shuffled_column(X: Table, name: str, order: NDArray[np.intp]) -> Table:
    """The table with one column in another order."""
    return with_values(X, name, X[name].values[order])


def with_values(X: Table, name: str, values: Array) -> Table:
    """The table with other values in one column."""
    columns = tuple(replace(c, values=values) if c.name == name else c for c in X.columns)
    return replace(X, columns=columns)


def shuffled_blocks(
    blocks: Mapping[str, Sequence[int]],
) -> Callable[[Array, str, NDArray[np.intp]], Array]:
    """Shuffling in an encoded array, where a column is a block of encoded ones.

    Encoding goes row by row, so this is the same as shuffling before encoding, and much faster.
    """

    def shuffled(X: Array, name: str, order: NDArray[np.intp]) -> Array:
        moved = X.copy()
        moved[:, blocks[name]] = X[order][:, blocks[name]]
        return moved

    return shuffled
