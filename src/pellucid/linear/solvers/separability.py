"""Is there a linear classifier without a single error? Answered exactly, by linear programming.

Notes: Def 146, KE 141
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linprog

from pellucid.errors import FramingError, ShapeError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Separation:
    """The answer, and the separator that proves it.

    Parameters
    ----------
    verdict : {"separable", "quasi-separable", "not separable"}
        Quasi-separable: a boundary leaves no point on its wrong side, but some lie on it.
    direction : array of shape (d,) or None
        θ, of length 1, pointing to the positive side.
    offset : float
        θ₀.
    margin : float
        Distance from the boundary to the nearest point, in the units of X.

    Notes: Def 146, Def 130
    """

    verdict: str
    direction: Array | None
    offset: float
    margin: float


def separate(X: Any, y: Any) -> Separation:
    """Find a linear classifier with zero errors, or prove that there is none.

    Parameters
    ----------
    X : array or sparse array of shape (n, d)
    y : array of shape (n,)
        Two labels; the greater one is the positive class.

    Returns
    -------
    Separation

    Raises
    ------
    FramingError
        Unless there are two labels.
    ShapeError
        When X and y differ in their number of rows.

    Examples
    --------
    >>> separate([[-3.0], [3.0]], [0, 1]).verdict
    'separable'
    >>> separate([[0.0], [1.0], [2.0]], [1, 0, 1]).verdict
    'not separable'

    Notes: Def 146
    """
    labels, codes = np.unique(np.asarray(y), return_inverse=True)
    if len(labels) != 2:
        raise FramingError(f"A separator parts two classes; y holds {len(labels)}.")
    sparse = bool(sp.issparse(X))
    X = X.tocsr().astype(float) if sparse else np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[0] != len(codes):
        raise ShapeError(f"X has shape {X.shape} but y has {len(codes)} labels, one a row.")
    signs = 2.0 * codes - 1
    top = abs(X).max(axis=0)
    scale: Array = np.asarray(top.todense() if sparse else top, dtype=float).ravel()
    scale[scale == 0] = 1.0
    for quasi in (False, True):
        theta, theta_0 = _best(X / scale, signs, quasi)
        theta = theta / scale
        length = float(np.linalg.norm(theta))
        if length == 0 or not np.isfinite(length):
            continue
        u = signs * (np.asarray(X @ theta) + theta_0)
        # The program answers to a tolerance; the separator itself is the proof.
        if not quasi and u.min() > 0:
            margin = float(u.min()) / length
            return Separation("separable", theta / length, theta_0 / length, margin)
        if quasi and u.min() >= -1e-9 * np.abs(u).max() and u.max() > 1e-7:
            return Separation("quasi-separable", theta / length, theta_0 / length, 0.0)
    return Separation("not separable", None, 0.0, 0.0)


def _best(Z: Any, signs: Any, quasi: bool) -> tuple[Array, float]:
    """The widest smallest score (or, quasi, the largest sum of scores ≥ 0) over a box of θ."""
    n, d = Z.shape
    sparse = bool(sp.issparse(Z))
    stack: Any = sp.hstack if sparse else np.hstack
    signed = Z.multiply(signs[:, None]) if sparse else Z * signs[:, None]
    A = stack([signed, signs[:, None]])
    bounds: list[tuple[float | None, float | None]] = [(-1.0, 1.0)] * d
    if quasi:
        cost, rows = -np.asarray(A.sum(axis=0)).ravel(), -A
        bounds += [(-float(d), float(d))]
    else:
        cost, rows = np.append(np.zeros(d + 1), -1.0), stack([-A, np.ones((n, 1))])
        bounds += [(None, None), (None, 1.0)]
    found = linprog(cost, A_ub=rows, b_ub=np.zeros(n), bounds=bounds, method="highs")
    if found.x is None:
        return np.zeros(d), 0.0
    return np.asarray(found.x[:d]), float(found.x[d])
