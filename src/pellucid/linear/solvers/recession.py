"""Does the likelihood have a finite minimiser? Not if a move helps some row and hurts none.

Such a direction of parameters separates the classes, wholly or in part; linear programming over few
rows at a time finds it, or proves that there is none.

Notes: Def 146, §4.4
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linprog

Array = NDArray[np.float64]
ROUNDS = 60
MOST_PARAMETERS = 5_000
VIOLATED, RISING = 1e-7, 1e-4


def recession(X: Any, codes: NDArray[np.intp], margins: Array, *, offset: bool) -> Array | None:
    """A direction along which no own score falls behind another and some get further ahead.

    Parameters
    ----------
    X : array or sparse array of shape (n, d)
    codes : int array of shape (n,)
        Class of each row, 0 to k − 1.
    margins : array of shape (n,)
        Lead of each row's own score at the end of a fit: rows of small lead are looked at first.
    offset : bool
        Whether the scores have an offset.

    Returns
    -------
    array of shape (1, d) for two classes, (k, d) for more, or None
        Of length 1; None when there is none (or more than 5,000 parameters: not decided).

    Examples
    --------
    >>> X, codes = np.array([[0.0], [1.0], [1.0], [2.0]]), np.array([0, 0, 1, 1])
    >>> recession(X, codes, np.zeros(4), offset=True)
    array([[1.]])

    Notes: Def 146
    """
    sparse = bool(sp.issparse(X))
    top: Any = abs(X).max(axis=0)
    largest: Array = np.ravel(top.toarray() if sparse else top).astype(float)
    gaps = Gaps(X, codes, offset, int(codes.max()) + 1, largest)
    if gaps.size > MOST_PARAMETERS:
        return None
    total = gaps.total()
    first = np.argsort(margins, kind="stable")[: 2 * gaps.size]
    chosen = np.zeros(gaps.shape, dtype=bool)
    chosen[first] = True
    for _ in range(ROUNDS):
        D = steepest(total, gaps.rows(chosen))
        lead = gaps.along(D)
        if lead.max() < RISING:
            return None
        worst = -lead
        new = (worst > VIOLATED * max(1.0, float(lead.max()))) & ~chosen
        if not new.any():
            return gaps.direction(D)
        most = np.argsort(np.where(new, -worst, np.inf), axis=None)[: 2 * gaps.size]
        chosen.flat[most[new.flat[most]]] = True
    return None


def steepest(total: Array, constraints: Any) -> Array:
    """The move within a box that makes the sum of all gaps grow most, and hurts no chosen one.

    Notes: Def 146
    """
    found = linprog(
        -total,
        A_ub=-constraints,
        b_ub=np.zeros(constraints.shape[0]),
        bounds=(-1.0, 1.0),
        method="highs",
    )
    return np.zeros(len(total)) if found.x is None else np.asarray(found.x)


class Gaps:
    """Each row's own score less each other class's, linear in the parameters D, k×(d + 1).

    Parameters
    ----------
    X : array or CSR array of shape (n, d)
    codes : int array of shape (n,)
    offset : bool
    k : int
        Classes.
    largest : array of shape (d,)
        The largest size in each column, by which it is divided.

    Notes: Def 146
    """

    def __init__(
        self, X: Any, codes: NDArray[np.intp], offset: bool, k: int, largest: Array
    ) -> None:
        sparse = bool(sp.issparse(X))
        self.scale = np.where(largest > 0, largest, 1.0)
        self.Z: Any = sp.csr_array(X.multiply(1 / self.scale)) if sparse else X / self.scale
        if offset:
            ones = np.ones((X.shape[0], 1))
            stack: Any = sp.hstack if sparse else np.hstack
            self.Z = stack([self.Z, ones])
        self.Z = self.Z.tocsr() if sparse else self.Z
        self.d, self.k = X.shape[1], 1 if k == 2 else k
        self.size = self.Z.shape[1] * self.k
        self.own = codes
        self.others = np.array([[j for j in range(k) if j != c] for c in range(k)])[codes]
        self.shape = self.others.shape

    def along(self, D: Array) -> Array:
        """The gaps, (n, k − 1), that a move by D makes."""
        u = np.asarray(self.Z @ D.reshape(self.k, -1).T)
        if self.k == 1:
            return np.asarray((2.0 * self.own - 1)[:, None] * u)
        own = np.take_along_axis(u, self.own[:, None], axis=1)
        return np.asarray(own - np.take_along_axis(u, self.others, axis=1))

    def total(self) -> Array:
        """The sum of all gaps, as a vector over the parameters."""
        if self.k == 1:
            W = (2.0 * self.own - 1)[:, None]
        else:
            W = -np.ones((len(self.own), self.k))
            np.put_along_axis(W, self.own[:, None], self.k - 1.0, axis=1)
        return np.asarray(self.Z.T @ W).T.ravel()

    def rows(self, chosen: NDArray[np.bool_]) -> Any:
        """The chosen gaps as rows of a sparse matrix over the parameters."""
        row, other = np.nonzero(chosen)
        Z: Any = sp.csr_array(self.Z[row])
        if self.k == 1:
            return sp.csr_array(Z.multiply((2.0 * self.own[row] - 1)[:, None]))
        signs = np.zeros((len(row), self.k))
        at = np.arange(len(row))
        signs[at, self.own[row]], signs[at, self.others[row, other]] = 1.0, -1.0
        return sp.hstack([sp.csr_array(Z.multiply(s[:, None])) for s in signs.T], format="csr")

    def direction(self, D: Array) -> Array:
        """θ of a move, of length 1, in the units of the columns."""
        theta = D.reshape(self.k, -1)[:, : self.d] / self.scale
        if self.k > 1:  # one vector added to all classes changes no gap
            theta = theta - theta.mean(axis=0)
        return np.asarray(theta / max(float(np.linalg.norm(theta)), np.finfo(float).tiny))
