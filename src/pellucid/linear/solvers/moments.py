"""Moments: all that least squares needs to know of the rows, in one pass, and mergeable.

`partial(block) → S`, `merge(S, S) → S`; solutions are finished from S alone.

Notes: KE 53, KE 54, KE 62, §2.5
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pellucid.linear.kernels.row_pieces import WIDEST, over_pieces, tree_sum

Array = NDArray[np.float64]
BLOCK_NUMBERS = 1 << 17  # numbers of a row block: 1 MB, held by the cache of one core
MANY = 1 << 22  # of a wide row block, for BLAS's own threads
CANCELLED = 1e-4  # a column's spread beside its size, below which its mean eats too many digits
FEW = 256  # rows whose mean is subtracted before rows are multiplied


@dataclass(frozen=True)
class Moments:
    """Weight, means and centred products of rows x (d) and targets y (t).

    Parameters
    ----------
    weight : float
        Sum of weights; the number of rows when none is given.
    x_mean, y_mean : ndarray, shape (d,), (t,)
        Weighted means.
    xx, xy, yy : ndarray, shape (d, d), (d, t), (t,)
        Σ w (x − x̄)(x − x̄)ᵀ, Σ w (x − x̄)(y − ȳ)ᵀ, Σ w (y − ȳ)².

    Notes: §2.5.6
    """

    weight: float
    x_mean: Array
    y_mean: Array
    xx: Array
    xy: Array
    yy: Array


def partial(X: Any, Y: Array, weights: Array | None = None) -> Moments:
    """Moments of a block of rows, X n×d and Y n×t.

    Rows are shifted by the mean of a few of them before they are multiplied, so that centring
    afterwards cancels nothing.

    Notes: §2.5.6, KE 53
    """
    found = _partial_sparse(X, Y, weights) if sp.issparse(X) else None
    return found or partials(X, Y, weights, None, 1)[0]


def partials(
    X: Any,
    Y: Array,
    weights: Array | None,
    chunk: NDArray[np.intp] | None,
    count: int,
    *,
    threaded: bool = True,
) -> list[Moments]:
    """Moments of each chunk of the rows, in one pass.

    Parameters
    ----------
    X : ndarray or CSR array, shape (n, d)
        Sparse rows are made dense a block at a time.
    Y : ndarray, shape (n, t)
    weights : ndarray, shape (n,), or None
    chunk : ndarray, shape (n,), or None
        The number of each row's chunk; None when there is one chunk.
    count : int
        How many chunks there are.
    threaded : bool
        Whether the rows are cut among threads; not where each thread has rows of its own.

    Returns
    -------
    list of Moments

    Notes: §2.5.6, Def 85
    """
    n, d = X.shape
    few = max(1, n // FEW)
    shift = np.concatenate([np.ravel(X[::few].mean(axis=0)), Y[::few].mean(axis=0)])
    width = len(shift)

    def piece(start: int, stop: int) -> Array:
        """A chunk: Σ w z zᵀ of z = (x, y) − shift; below it Σ w zᵀ, and last Σ w."""
        size = min(stop - start, max(1, (BLOCK_NUMBERS if width <= WIDEST else MANY) // width))
        held, products = np.empty((size, width)), np.zeros((count, width + 2, width))
        runs: list[Any] = (
            [slice(start, stop)] if chunk is None else rows_of_chunks(chunk, start, stop, count)
        )
        for j, run in enumerate(runs):
            for rows in _blocks(run, size):
                block = X[rows].toarray() if hasattr(X, "toarray") else X[rows]
                Z = held[: len(block)]
                np.subtract(block, shift[:d], out=Z[:, :d])
                np.subtract(Y[rows], shift[d:], out=Z[:, d:])
                add_products(products[j], Z, None if weights is None else weights[rows])
        return products

    pieces = over_pieces(piece, n, width) if threaded else [piece(0, n)]
    return [centred(products, shift, d) for products in tree_sum(pieces)]


def rows_of_chunks(
    chunk: NDArray[np.intp], start: int, stop: int, count: int
) -> list[NDArray[np.intp]]:
    """The rows of each chunk among those from `start` up to `stop`, in order.

    Examples
    --------
    >>> [rows.tolist() for rows in rows_of_chunks(np.array([1, 0, 1]), 0, 3, 2)]
    [[1], [0, 2]]

    Notes: Def 85
    """
    here = chunk[start:stop].astype(np.min_scalar_type(count))  # small numbers sort in one pass
    order = np.argsort(here, kind="stable") + start
    return np.split(order, np.cumsum(np.bincount(here, minlength=count))[:-1])


def _blocks(run: slice | NDArray[np.intp], size: int) -> Iterator[Any]:
    """A run of rows, so many at a time."""
    if isinstance(run, slice):
        yield from (slice(at, min(at + size, run.stop)) for at in range(run.start, run.stop, size))
        return
    yield from (run[at : at + size] for at in range(0, len(run), size))


def add_products(products: Array, Z: Array, weights: Array | None) -> None:
    """Add Σ w z zᵀ, Σ w zᵀ and Σ w of a block of rows; Z may be overwritten.

    Parameters
    ----------
    products : ndarray, shape (d + 2, d)
    Z : ndarray, shape (n, d)
        Rows from which a shift is subtracted.
    weights : ndarray, shape (n,), or None

    Notes: §2.5.6
    """
    if weights is None:
        products[-2] += np.ones(len(Z)) @ Z
        products[-1] += len(Z)
    else:
        products[-2] += weights @ Z
        products[-1] += weights.sum()
        Z *= np.sqrt(weights)[:, None]
    products[:-2] += Z.T @ Z


def centred(products: Array, shift: Array, d: int) -> Moments:
    """Moments from what `add_products` summed: of the first d columns, the others as targets.

    Notes: §2.5.6
    """
    gram, sums, total = products[:-2], products[-2], float(products[-1, 0])
    mean = sums / total
    gram = gram - np.multiply.outer(mean, sums)
    return Moments(
        total,
        shift[:d] + mean[:d],
        shift[d:] + mean[d:],
        gram[:d, :d],
        gram[:d, d:],
        np.diag(gram)[d:].copy(),
    )


def _partial_sparse(X: Any, Y: Array, weights: Array | None) -> Moments | None:
    """Without a shift, which would fill the zeros; None where that would lose digits."""
    w = np.ones(X.shape[0]) if weights is None else weights
    total = float(w.sum())
    x_mean = np.asarray(w @ X).ravel() / total
    y_mean = (w @ Y) / total
    weighted = sp.diags_array(w) @ X
    raw = (X.T @ weighted).toarray()
    xx = raw - total * np.multiply.outer(x_mean, x_mean)
    if (np.diag(xx) < CANCELLED * np.diag(raw)).any():
        return None
    centred = Y - y_mean
    return Moments(
        total,
        x_mean,
        y_mean,
        xx,
        np.asarray(weighted.T @ centred),
        (w[:, None] * centred**2).sum(0),
    )


def merge(a: Moments, b: Moments) -> Moments:
    """Moments of two sets of rows together; the order of the two does not matter.

    Notes: §2.5.6
    """
    weight = a.weight + b.weight
    dx, dy = b.x_mean - a.x_mean, b.y_mean - a.y_mean
    share = b.weight / weight
    cross = a.weight * share
    return Moments(
        weight,
        a.x_mean + share * dx,
        a.y_mean + share * dy,
        a.xx + b.xx + cross * np.multiply.outer(dx, dx),
        a.xy + b.xy + cross * np.multiply.outer(dx, dy),
        a.yy + b.yy + cross * dy**2,
    )


def merge_all(parts: Sequence[Moments]) -> Moments:
    """Merge along a fixed binary tree over the parts, so the answer depends on nothing else."""
    level = list(parts)
    while len(level) > 1:
        pairs = [merge(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def uncentred(m: Moments) -> Moments:
    """The same about the origin: for a model without an offset."""
    return Moments(
        m.weight,
        np.zeros_like(m.x_mean),
        np.zeros_like(m.y_mean),
        m.xx + m.weight * np.multiply.outer(m.x_mean, m.x_mean),
        m.xy + m.weight * np.multiply.outer(m.x_mean, m.y_mean),
        m.yy + m.weight * m.y_mean**2,
    )


def with_constant(m: Moments) -> Moments:
    """The same about the origin with a constant 1 as the first entry of x.

    Notes: Concept 50
    """
    raw = uncentred(m)
    xx = np.block(
        [
            [np.array([[m.weight]]), m.weight * m.x_mean[None, :]],
            [m.weight * m.x_mean[:, None], raw.xx],
        ]
    )
    xy = np.concatenate([m.weight * m.y_mean[None, :], raw.xy])
    zeros = np.zeros(len(m.x_mean) + 1)
    return Moments(m.weight, zeros, raw.y_mean, xx, xy, raw.yy)


def squared_errors(m: Moments, thetas: Array, offsets: Array) -> Array:
    """Σ w (θᵀx + θ₀ − y)² of many hypotheses, from the moments of the rows alone.

    Parameters
    ----------
    m : Moments
        Of the rows that judge.
    thetas : ndarray, shape (a, d, t)
        One θ for each of a hypotheses.
    offsets : ndarray, shape (a, t)
        Their θ₀.

    Returns
    -------
    ndarray, shape (a, t)

    Notes: KE 55, eq 2.64
    """
    off = m.x_mean @ thetas + offsets - m.y_mean
    quadratic = ((m.xx @ thetas) * thetas).sum(axis=1)
    linear = (thetas * m.xy).sum(axis=1)
    return np.asarray(m.weight * off**2 + m.yy - 2 * linear + quadratic)
