"""Ridge with a penalty of its own for each term, found from the rows themselves.

Each term's weights are taken as draws from a normal distribution, and its spread is the most
likely one given all rows (restricted maximum likelihood, by its fixed point). A column that says
nothing gets a penalty so large that its curve vanishes; no grid and no held-out rows are needed.

    λ_t ← φ · (effective number of weights of term t) / ‖θ_t‖²

Notes: KE 70, KE 71, Concept 64
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

Array = NDArray[np.float64]
Owners = NDArray[np.intp]
Rest = Callable[[Array], bool]  # whether changes of effective numbers of weights are at rest
MAX_ITER = 40
TOLERANCE = 1e-2  # rows' worth of weights: below such a change of their effective number it stops
LARGEST = 1e6  # times the rows: the largest penalty there is
GONE = 1e2  # times the rows: a term whose penalty grows beyond is nothing
REACH = 3.0


@dataclass(frozen=True)
class TermFit:
    """Weights, offsets and penalties: `theta` (p, k), `offset` (k,), `lams` (terms, k)."""

    theta: Array
    offset: Array
    lams: Array
    effective_dimension: Array
    n_iter: int
    converged: bool


class _Penalties:
    """The penalties of all terms on their way to the fixed point.

    A term whose penalty has grown beyond `GONE` is left out, so that its features cost nothing
    any more; at the end one round with all of them tells whether it was right to. Moves on the
    logarithmic scale shrink by a factor from round to round: where two have shown that factor, the
    third goes on to where they lead, at most `reach` times as far.
    """

    def __init__(
        self, terms: int, start: float, low: float, total: float, reach: float, rest: Rest
    ) -> None:
        self.lams = np.full(terms, start)
        self.kept = np.ones(terms, dtype=bool)
        self.effective = np.full(terms, np.inf)
        self.settled = False
        self._low, self._high, self._gone = low, LARGEST * total, GONE * total
        self._reach, self._rest = reach, rest
        self._moved = np.zeros(terms)
        self._checking: NDArray[np.bool_] | None = None

    def move(self, effective: Array, proposed: Array) -> None:
        """One round: effective numbers of weights, and the penalties these ask for."""
        kept = self.kept
        at_rest = self._rest((effective - self.effective)[kept])
        proposed = np.where(kept, np.clip(proposed, self._low, self._high), self.lams)
        moves = np.log(proposed / self.lams)
        shrink = np.divide(moves, self._moved, out=np.zeros_like(moves), where=self._moved != 0)
        further = np.where(shrink < 1, 1 / (1 - np.minimum(shrink, 1 - 1e-9)), np.inf)
        moved = self.lams * np.exp(moves * np.clip(further, 1.0, self._reach))
        now = kept & (moved <= self._gone)
        if self._checking is None:
            self.settled = bool(at_rest and (self.settled or now.all()))
            check = bool(at_rest and not self.settled)
        else:
            check, self.settled = False, not (now & ~self._checking).any()
        self.lams = np.where(now, np.clip(moved, self._low, self._high), self._gone)
        self.effective = np.where(now, effective, 0.0)
        self._moved = np.where(now, moves, 0.0)
        self._checking = now if check else None
        self.kept = np.ones_like(now) if check else now

    def end(self) -> None:
        """No more rounds: what was left out stays out."""
        if self._checking is not None:
            self.kept, self._checking = self._checking, None

    def found(self) -> Array:
        """The penalties: of a term that is left out, the largest there is."""
        return np.where(self.kept, self.lams, self._high)


def _few_weights(change: Array) -> bool:
    return bool(np.abs(change).sum() < TOLERANCE)


def _few_each(change: Array) -> bool:
    return bool(np.abs(change).max(initial=0.0) < 5 * TOLERANCE)


def _solution(A: Array, b: Array) -> tuple[Array, Array]:
    """A⁻¹b and the diagonal of A⁻¹, for a positive definite A; of the pseudo-inverse else."""
    if not len(A):
        return b, b
    factor, failed = lapack.dpotrf(A.T, lower=1)
    if failed:
        inverse = np.asarray(np.linalg.pinv(A, hermitian=True))
        return inverse @ b, np.diag(inverse)
    solved, _ = lapack.dpotrs(factor, b, lower=1)
    root, _ = lapack.dtrtri(factor, lower=1, overwrite_c=1)
    root = np.tril(root)
    return solved, np.einsum("ij,ij->j", root, root)


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
    start = max(total / max(len(b), 1), 1.0)
    path = _Penalties(terms, start, 1e-7 * total, total, REACH, _few_weights)
    least = max(rr * 1e-6, 1e-300)  # a fit without any noise would have no penalty at all
    step = 0
    while not path.settled and step < MAX_ITER:
        step += 1
        use, theta, variances = _of_kept(A, b, path, owners, 1.0)
        mine = owners[use]
        effective = np.bincount(mine, 1 - path.lams[mine] * variances, terms).clip(min=1e-12)
        left = max(float(weights @ (r - B[:, use] @ theta) ** 2), least)
        phi = left / max(total - 1 - effective.sum(), 0.05 * total)
        squares = np.bincount(mine, theta**2, terms).clip(min=1e-300)
        path.move(effective, phi * effective / squares)
    path.end()
    use, solved, _ = _of_kept(A, b, path, owners, times)
    theta = np.zeros(len(b))
    theta[use] = solved
    return TermFit(
        theta[:, None],
        np.array([offset]),
        path.found()[:, None],
        path.effective[:, None],
        step,
        path.settled,
    )


def _of_kept(
    A: Array, b: Array, path: _Penalties, owners: Owners, times: float
) -> tuple[Owners, Array, Array]:
    """The features in use, their weights, and these weights' variances over φ."""
    use = np.flatnonzero(path.kept[owners])
    some = A[np.ix_(use, use)]
    some[np.diag_indices(len(use))] += times * path.lams[owners[use]]
    return use, *_solution(some, b[use])


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
    total = weights.sum()
    start = max(total / max(p, 1) / 4, 1.0)
    # Classes that can be told apart have no finite end: small steps and an early stop keep them in
    # bounds.
    paths = [_Penalties(terms, start, 0.02, total, 1.0, _few_each) for _ in range(scores)]
    one = np.hstack([B, np.ones((n, 1))])
    for step in range(MAX_ITER):
        # The last steps only bring the weights to rest.
        fixed = all(path.settled for path in paths) or step >= MAX_ITER - 4
        moved = 0.0
        for c, path in enumerate(paths):
            if fixed:
                path.end()
            use = np.append(np.flatnonzero(path.kept[owners]), p)
            mine = owners[use[:-1]]
            theta[~path.kept[owners], c] = 0.0
            u = B @ theta + offset
            g = class_probabilities(u)[:, c]
            curvature = np.maximum(g * (1 - g), 1e-5) * weights
            part = one[:, use]
            A = part.T @ (part * curvature[:, None])
            lam = np.append(path.lams[mine] * times, 1e-9)
            A[np.diag_indices(len(use))] += lam
            now = np.append(theta[use[:-1], c], offset[c])
            change, variances = _solution(A, part.T @ ((truths[:, c] - g) * weights) - lam * now)
            reach = np.abs(part @ change).max()
            change *= min(1.0, 4.0 / max(reach, 1e-300))
            theta[use[:-1], c] += change[:-1]
            offset[c] += change[-1]
            moved = max(moved, float(reach))
            if not fixed:
                free = 1 - lam[:-1] * variances[:-1]
                effective = np.bincount(mine, free, terms).clip(min=1e-12)
                squares = np.bincount(mine, theta[use[:-1], c] ** 2, terms).clip(min=1e-300)
                path.move(effective, effective / squares)
        if fixed and moved < 1e-3:
            break
    return TermFit(
        theta,
        offset,
        np.stack([path.found() for path in paths], axis=1),
        np.stack([path.effective for path in paths], axis=1),
        step + 1,
        all(path.settled for path in paths),
    )


def class_probabilities(u: Array) -> Array:
    """Probabilities of scores: of the second class where there is one score, else of each."""
    if u.shape[1] == 1:
        return np.asarray(1 / (1 + np.exp(-np.clip(u, -500, 500))))
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))
