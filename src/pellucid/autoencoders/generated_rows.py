"""Rows that were made and not observed, always labelled so.

Notes: Def 369
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import HyperparameterError
from pellucid.hyperparameters import is_whole

Array = NDArray[np.float64]


@dataclass(frozen=True)
class GeneratedRows:
    """Rows decoded from codes that no observed row has.

    Parameters
    ----------
    rows : ndarray, shape (n, d)
    codes : ndarray, shape (n, k)
    sources : ndarray of int, shape (n,), or None
        Observed row near whose code each was made.
    how : str
        Where the codes came from.

    Notes: Def 369
    """

    rows: Array
    codes: Array
    sources: NDArray[np.intp] | None
    how: str

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        n, d = self.rows.shape
        return f"{n} rows of {d} columns, GENERATED ({self.how}): not observed data"

    def table(self, names: Any = None) -> dict[str, Any]:
        """Columns by name, with one more, `generated`, that is true throughout.

        Parameters
        ----------
        names : sequence of str, optional
            Of the columns; x0, x1, … when not given.

        Notes: Def 369
        """
        d = self.rows.shape[1]
        spelled = [f"x{j}" for j in range(d)] if names is None else [str(name) for name in names]
        columns: dict[str, Any] = dict(zip(spelled, self.rows.T, strict=True))
        if self.sources is not None:
            columns["near_row"] = self.sources
        return columns | {"generated": np.ones(len(self), dtype=bool)}


def check_count(n: Any) -> None:
    """A number of rows to make that is none.

    Raises
    ------
    HyperparameterError

    Notes: Def 369
    """
    if not is_whole(n):
        raise HyperparameterError(f"generate: n is a whole number ≥ 1; got {n!r}.")


def generate_near(
    model: Any, X: Any, n: int = 10, nudge: float = 0.2, seed: int = 0
) -> GeneratedRows:
    """New rows: codes of observed rows, moved a little, and decoded.

    They are like the observed rows only where nearby codes decode alike, which a
    `VariationalAutoencoder` is trained for and a plain one is not.

    Parameters
    ----------
    model : fitted autoencoder
    X : array, shape (m, d)
        Observed rows.
    n : int
        Rows to make.
    nudge : float
        Standard deviation of the move, in standard deviations of each number of the code.
    seed : int

    Returns
    -------
    GeneratedRows

    Raises
    ------
    HyperparameterError
        For n < 1 or a nudge that is not > 0: decoding a code unmoved makes nothing new.

    Examples
    --------
    >>> from pellucid.autoencoders import LinearAutoencoder
    >>> X = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]])
    >>> made = generate_near(LinearAutoencoder(1).fit(X), X, n=2)
    >>> bool(np.allclose(made.rows[:, 1], 2 * made.rows[:, 0])), list(made.table())
    (True, ['x0', 'x1', 'near_row', 'generated'])

    Notes: Def 369
    """
    if not is_whole(n) or not 0 < nudge < float("inf"):
        raise HyperparameterError(
            f"generate_near: n is a whole number ≥ 1 and nudge a number > 0; got {n!r}, {nudge!r}."
        )
    random = np.random.default_rng(seed)
    codes = np.asarray(model.encode(X))
    sources = random.integers(len(codes), size=n)
    moved = codes[sources] + nudge * codes.std(axis=0) * random.normal(size=(n, codes.shape[1]))
    how = f"decoded near observed codes, moved by {nudge:g} standard deviations"
    return GeneratedRows(model.decode(moved), moved, sources, how)
