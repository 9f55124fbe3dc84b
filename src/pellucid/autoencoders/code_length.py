"""How long a code should be: the reconstruction loss of rows never used, against k.

Notes: Concept 359, §8.3.1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_array

from pellucid.autoencoders.linear_autoencoder import LinearAutoencoder
from pellucid.data.splits import split_rows
from pellucid.errors import HyperparameterError
from pellucid.wording import number

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CodeLength:
    """A choice of k with its evidence.

    Parameters
    ----------
    k : int
        The choice.
    lengths : ndarray of int, shape (m,)
        The k tried, from 0 (every row decoded as the mean).
    losses : ndarray, shape (m,)
        Mean ‖x − x̃‖² of held-out rows at each.
    why : str
        The reason, in a sentence.

    Notes: Concept 359
    """

    k: int
    lengths: NDArray[np.intp]
    losses: Array
    why: str

    @property
    def kept(self) -> Array:
        """Share of the held-out rows' variance that each k keeps, (m,)."""
        return np.asarray(1 - self.losses / self.losses[0])


def choose_code_length(
    X: Any, *, keep: float = 0.9, longest: int | None = None, test: float = 0.2, seed: int = 0
) -> CodeLength:
    """The shortest linear code that keeps a share of the variance of rows it was not fitted to.

    One decomposition serves every k: the loss at k is that at k − 1 less the squares along axis k.

    Parameters
    ----------
    X : array, shape (n, d)
        Standardise columns of different units first.
    keep : float
        Share of the held-out variance to keep, in (0, 1).
    longest : int, optional
        Longest code to try, at most d − 1.
    test : float
        Share of the rows held out.
    seed : int
        Seed of the split.

    Returns
    -------
    CodeLength

    Raises
    ------
    HyperparameterError
        For a share outside (0, 1), or rows of fewer than two columns.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> plane = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 6))
    >>> choose_code_length(plane + 0.01 * rng.normal(size=(200, 6)), keep=0.99).k
    2

    Notes: Concept 359
    """
    if not 0 < keep < 1:
        raise HyperparameterError(f"choose_code_length: keep lies between 0 and 1; got {keep!r}.")
    X = check_array(X, dtype=np.float64, ensure_min_samples=4, ensure_min_features=2)
    split = split_rows(len(X), test=test, seed=seed)
    most = min(X.shape[1] - 1, len(split.train))
    most = most if longest is None else min(most, max(1, longest))
    model = LinearAutoencoder(most).fit(X[split.train])
    codes = model.encode(X[split.test])
    whole = float(((X[split.test] - model.mean_) ** 2).sum(axis=1).mean())
    losses = np.maximum(whole - np.cumsum(np.append(0.0, (codes**2).mean(axis=0))), 0.0)
    if not whole > 0:
        return CodeLength(1, np.arange(most + 1), losses, "All held-out rows are equal.")
    enough = np.flatnonzero(1 - losses / whole >= keep)
    k = max(1, int(enough[0])) if len(enough) else most
    share = 1 - losses[k] / whole
    ending = "" if len(enough) else f"; {keep:.0%} is not reached, and this is the longest tried"
    why = (
        f"A code of {k} keeps {share:.1%} of the variance of {len(split.test):,} rows held out "
        f"(mean ‖x − x̃‖² {number(losses[k])} of {number(whole)}){ending}."
    )
    return CodeLength(k, np.arange(most + 1), losses, why)
