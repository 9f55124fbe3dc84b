"""Ridge with a penalty of its own for each term, found from the rows themselves.

Each term's weights are taken as draws from a normal distribution, and its spread is the most
likely one given all rows (restricted maximum likelihood, by its fixed point). A column that says
nothing gets a penalty so large that its curve vanishes; no grid and no held-out rows are needed.

    λ_t ← φ · (effective number of weights of term t) / ‖θ_t‖²

Notes: KE 70, KE 71, Concept 64
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

Array = NDArray[np.float64]
Owners = NDArray[np.intp]
MAX_ITER = 40
TOLERANCE = 1e-2  # rows' worth of weights: below such a change of their effective number it stops
LARGEST = 1e6  # times the rows: beyond such a penalty a term is nothing


@dataclass(frozen=True)
class TermFit:
    """Weights, offsets and penalties: `theta` (p, k), `offset` (k,), `lams` (terms, k)."""

    theta: Array
    offset: Array
    lams: Array
    effective_dimension: Array
    n_iter: int
    converged: bool


def _inverse(A: Array) -> Array:
    """Inverse of a positive definite matrix."""
    if not len(A):
        return A
    factor, failed = lapack.dpotrf(A, lower=1)
    if failed:
        return np.asarray(np.linalg.pinv(A, hermitian=True))
    inverse, _ = lapack.dpotri(factor, lower=1)
    return np.asarray(np.tril(inverse) + np.tril(inverse, -1).T)


def fit_normal_terms(
    B: Array, y: Array, weights: Array, owners: Owners, times: float = 1.0
) -> TermFit:
    """Least squares with a penalty for each term.

    Parameters
    ----------
    B : ndarray, shape (n, p)
        Features, of mean 0 under the weights.
    y, weights : ndarray, shape (n,)
    owners : ndarray of int, shape (p,)
        The term of each feature, from 0.
    times : float
        The penalties found are taken so many times.

    Notes: KE 71
    """
    total = weights.sum()
    offset = float(y @ weights / total)
    r = y - offset
    weighted = B * weights[:, None]
    A, b, rr = B.T @ weighted, weighted.T @ r, float(r @ (r * weights))
    terms = int(owners.max()) + 1 if len(owners) else 0
    low, high = 1e-7 * total, LARGEST * total
    lams = np.full(terms, max(total / max(len(b), 1), 1.0))
    before = np.full(terms, np.inf)
    least = max(rr * 1e-6, 1e-300)  # a fit without any noise would have no penalty at all
    settled, step = False, 0
    while not settled and step < MAX_ITER:
        step += 1
        lam = lams[owners]
        V = _inverse(A + np.diag(lam))
        theta = V @ b
        effective = np.bincount(owners, 1 - lam * np.diag(V), terms).clip(min=1e-12)
        left = max(float(weights @ (r - B @ theta) ** 2), least)
        phi = left / max(total - 1 - effective.sum(), 0.05 * total)
        squares = np.bincount(owners, theta**2, terms).clip(min=1e-300)
        lams = np.clip(phi * effective / squares, low, high)
        settled = bool(np.abs(effective - before).sum() < TOLERANCE)
        before = effective
    theta = _inverse(A + np.diag(times * lams[owners])) @ b if terms else np.zeros(0)
    return TermFit(
        theta[:, None],
        np.array([offset]),
        lams[:, None],
        effective[:, None] if terms else np.zeros((0, 1)),
        step,
        settled,
    )


def fit_likelihood_terms(
    B: Array, codes: NDArray[np.intp], k: int, weights: Array, owners: Owners, times: float = 1.0
) -> TermFit:
    """Negative log likelihood with a penalty for each term; Newton's steps, class by class.

    Parameters
    ----------
    B : ndarray, shape (n, p)
        Features.
    codes : ndarray of int, shape (n,)
        Class of each row.
    k : int
        Number of classes; two classes have one score, that of the second.
    weights, owners, times
        As in `fit_normal_terms`.

    Notes: KE 160, KE 171
    """
    n, p = B.shape
    scores = 1 if k == 2 else k
    truths = codes[:, None] == (np.array([1]) if k == 2 else np.arange(k))
    shares = np.clip((truths * weights[:, None]).sum(axis=0) / weights.sum(), 1e-6, 1 - 1e-6)
    offset = np.log(shares / (1 - shares)) if k == 2 else np.log(shares)
    terms = int(owners.max()) + 1 if p else 0
    theta = np.zeros((p, scores))
    lams = np.full((terms, scores), max(weights.sum() / max(p, 1) / 4, 1.0))
    effective = np.zeros((terms, scores))
    before, settled = np.full((terms, scores), np.inf), False
    one = np.hstack([B, np.ones((n, 1))])
    for step in range(MAX_ITER):
        fixed = settled or step >= MAX_ITER - 4  # the last steps only bring the weights to rest
        moved = 0.0
        for c in range(scores):
            u = B @ theta + offset
            g = class_probabilities(u)[:, c]
            curvature = np.maximum(g * (1 - g), 1e-5) * weights
            A = one.T @ (one * curvature[:, None])
            lam = np.append(lams[owners, c] * times, 1e-9)
            V = _inverse(A + np.diag(lam))
            now = np.append(theta[:, c], offset[c])
            change = V @ (one.T @ ((truths[:, c] - g) * weights) - lam * now)
            reach = np.abs(one @ change).max()
            change *= min(1.0, 4.0 / max(reach, 1e-300))
            theta[:, c] += change[:-1]
            offset[c] += change[-1]
            moved = max(moved, float(reach))
            effective[:, c] = np.bincount(owners, 1 - lam[:-1] * np.diag(V)[:-1], terms).clip(
                min=1e-12
            )
            if not fixed:
                squares = np.bincount(owners, theta[:, c] ** 2, terms).clip(min=1e-300)
                lams[:, c] = np.clip(effective[:, c] / squares, 0.02, LARGEST * weights.sum())
        if settled and moved < 1e-3:
            break
        settled = settled or bool(np.abs(effective - before).max(initial=0.0) < 5 * TOLERANCE)
        before = effective.copy()
    return TermFit(theta, offset, lams, effective, step + 1, settled)


def class_probabilities(u: Array) -> Array:
    """Probabilities of scores: of the second class where there is one score, else of each."""
    if u.shape[1] == 1:
        return np.asarray(1 / (1 + np.exp(-np.clip(u, -500, 500))))
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))
