"""J = mean NLL + λ‖θ‖² as a function of the standardised coefficients, with its two derivatives.

One column of scores is the logistic case (KE 160), k columns the softmax case (KE 171).

Notes: KE 160, KE 162, KE 163, KE 171, eq 4.56, eq 4.57
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray
from scipy.linalg import cho_solve, lapack

from pellucid.linear.solvers.design import Design
from pellucid.linear.solvers.recession import recession
from pellucid.linear.solvers.truncated_newton import (
    class_covariance,
    conjugate_gradients,
    kronecker_guess,
)
from pellucid.losses import nll_from_score, nllm_from_scores, sigmoid, softmax

Array = NDArray[np.float64]
Map = Callable[[Array], Array]
FULL_HESSIAN = 600
WIDE = 4_000
SAMPLE = 6000


@dataclass(frozen=True)
class Solve:
    """G ↦ H⁻¹G, and the condition number of √H (NaN where H was never formed)."""

    apply: Map
    condition: float = float("nan")

    def __call__(self, G: Array) -> Array:
        return self.apply(G)


def logistic_objective(
    theta: Array, theta_0: float, X: Array, y: Array, lam: float
) -> tuple[float, Array, float]:
    """J_lr and its gradient by the notes' formulas, plainly; what the fast path is tested against.

    Parameters
    ----------
    theta : array of shape (d, 1)
    theta_0 : float
    X : array of shape (d, n)
        Points are columns.
    y : array of shape (1, n)
        0 or 1.
    lam : float
        Weight of ‖θ‖².

    Returns
    -------
    J : float
    gradient : array of shape (d, 1)
    gradient_0 : float

    Examples
    --------
    >>> X, y = np.array([[-3.0, 3.0]]), np.array([[0.0, 1.0]])
    >>> J, gradient, gradient_0 = logistic_objective(np.zeros((1, 1)), 0.0, X, y, 0.0)
    >>> round(J, 4), gradient.item(), gradient_0
    (0.6931, -1.5, 0.0)

    Notes: KE 160, eq 4.56, eq 4.57
    """
    u = theta.T @ X + theta_0
    J = float(nll_from_score(u, y).mean() + lam * (theta**2).sum())
    error = sigmoid(u) - y
    return J, X @ error.T / X.shape[1] + 2 * lam * theta, float(error.mean())


def softmax_objective(
    theta: Array, theta_0: Array, X: Array, Y: Array, lam: float
) -> tuple[float, Array, Array]:
    """Mean NLLM plus λ‖θ‖² and its gradient, plainly.

    Parameters
    ----------
    theta : array of shape (d, k)
    theta_0 : array of shape (k, 1)
    X : array of shape (d, n)
        Points are columns.
    Y : array of shape (k, n)
        One-hot columns.
    lam : float
        Weight of ‖θ‖².

    Returns
    -------
    J : float
    gradient : array of shape (d, k)
    gradient_0 : array of shape (k, 1)

    Examples
    --------
    >>> X, Y = np.array([[1.0, -1.0]]), np.eye(2)
    >>> J, gradient, _ = softmax_objective(np.zeros((1, 2)), np.zeros((2, 1)), X, Y, 0.0)
    >>> round(J, 4), gradient.tolist()
    (0.6931, [[-0.5, 0.5]])

    Notes: KE 171, §4.5
    """
    U = (theta.T @ X + theta_0).T
    J = float(nllm_from_scores(U, Y.T).mean() + lam * (theta**2).sum())
    error = (softmax(U) - Y.T) / X.shape[1]
    return J, X @ error + 2 * lam * theta, error.sum(axis=0)[:, None]


class MeanLoss:
    """The objective on a `Design`: value, gradient, and a solver with its Hessian."""

    def __init__(self, design: Design, Y: Array, lam: float) -> None:
        self.design, self.Y, self.lam = design, Y, lam
        self.k = Y.shape[1]
        self.ridge = np.zeros((design.width, 1))
        # λ‖θ‖² in raw units: θ = B/s, so each B has its own weight λ/s².
        self.ridge[design.offset :, 0] = lam / design.scale**2

    def at(self, B: Array) -> tuple[float, Array, Array]:
        """J, its gradient (shaped as B), and the guesses g of shape (n, k)."""
        J, G, g = self.design.passed(B, self.Y) if self.design.compiled else self._plain(B)
        return J + float((self.ridge * B * B).sum()), G + 2 * self.ridge * B, g

    def _plain(self, B: Array) -> tuple[float, Array, Array]:
        u = self.design.scores(B)
        losses = nll_from_score(u[:, 0], self.Y[:, 0]) if self.k == 1 else None
        losses = nllm_from_scores(u, self.Y) if losses is None else losses
        g = sigmoid(u) if self.k == 1 else softmax(u)
        weights = self.design.weights
        return (
            float(weights @ losses),
            self.design.transposed((g - self.Y) * weights[:, None]),
            g,
        )

    def margins(self, B: Array) -> Array:
        """By how much each point's own class leads the next: positive means right."""
        u = self.design.scores(B)
        if self.k == 1:
            return np.asarray((2 * self.Y[:, 0] - 1) * u[:, 0])
        own = (u * self.Y).sum(axis=1)
        return np.asarray(own - np.where(self.Y > 0, -np.inf, u).max(axis=1))

    @property
    def curvature_cost(self) -> float:
        """Cost of one Hessian in units of one gradient."""
        return float(self.design.width * (self.k + (self.k > 1)) / 8)

    @property
    def truncated(self) -> bool:
        """Whether Newton's steps come by conjugate gradients, for want of room for H."""
        return bool(
            self.design.width > WIDE or (self.k > 1 and self.design.width * self.k > FULL_HESSIAN)
        )

    @property
    def hessian_every_step(self) -> bool:
        """Whether each step has a Hessian of its own."""
        return self.truncated

    @property
    def hessian_schedule(self) -> tuple[bool, int]:
        """Whether Hessians are taken in 64 bits, and how many steps one serves at least."""
        precise = self.design.n * self.design.d**2 < 2e8
        if self.truncated:
            return False, 1  # each step has its own Hessian: it is never formed
        if self.k > 1:
            return precise, int(np.clip(self.curvature_cost, 1, 40))
        # A Hessian of many rows costs as much as some passes over them.
        return precise, 1 if precise else 4

    def recession(self, margins: Array) -> Array | None:
        """A direction along which the likelihood never falls, if there is one."""
        codes = self.Y[:, 0].astype(int) if self.k == 1 else self.Y.argmax(axis=1)
        return recession(self.design.X, codes, margins, offset=self.design.offset)

    def newton(self, g: Array, precise: bool) -> Solve:
        """G ↦ H⁻¹G, with H the Hessian at the guesses g."""
        if self.truncated:
            return self._truncated_newton(g, precise)
        return self.solve(self.curvature(g, precise), precise)

    def curvature(self, g: Array, precise: bool) -> Array:
        """The Hessian of the mean loss at the guesses g: (k, width, k, width).

        Sums over rows of what this gives are that of all of them.
        """
        if self.k == 1:
            w = self.design.weights * (g * (1 - g))[:, 0]
            return self.design.gram(w, precise)[None, :, None, :]
        width, k = self.design.width, self.k
        H = np.empty((k, width, k, width))
        for i in range(k):
            for j in range(i + 1):
                w = self.design.weights * g[:, i] * ((i == j) - g[:, j])
                H[i, :, j] = self.design.gram(w, precise)
                H[j, :, i] = H[i, :, j].T
        return H

    def solve(self, H: Array, precise: bool) -> Solve:
        """G ↦ H⁻¹G, with the regularizer's part added to the Hessian of the mean loss."""
        k, width = H.shape[:2]
        if k > 1:
            # Adding one vector to all classes changes no guess; give that direction a curvature.
            size = np.einsum("iaia->", H) / (k * width)
            for a in range(width):
                H[:, a, :, a] += size / k
        factor = self._factor(H.reshape(k * width, -1), np.tile(self.ridge, (k, 1)), precise)

        def apply(G: Array) -> Array:
            found = cho_solve(factor, G.T.reshape(-1), check_finite=False)
            return np.asarray(found.reshape(k, width).T)

        return Solve(apply, _condition(factor[0]))

    def _factor(self, H: Array, ridge: Array, precise: bool) -> tuple[Array, bool]:
        size = np.trace(H) / len(H) + np.finfo(float).tiny
        diagonal = np.diag_indices_from(H)
        H[diagonal] += 2 * ridge[:, 0]
        # Dependent columns leave H singular; a little of the identity picks the short step.
        jitter = size * (1e-13 if precise else 1e-7)
        for _ in range(12):
            H[diagonal] += jitter
            try:
                return np.asarray(np.linalg.cholesky(H), dtype=np.float64), True
            except LinAlgError:
                jitter *= 100
        raise LinAlgError(
            "the Hessian holds NaN or infinity; divide very large columns by a constant"
        )

    def _truncated_newton(self, g: Array, precise: bool) -> Solve:
        guess = self.approximate_solve(g)

        def product(V: Array) -> Array:
            return self.design.hessian(g, V, precise) + 2 * self.ridge * V

        return Solve(lambda G: conjugate_gradients(product, G, guess))

    def approximate_solve(self, g: Array) -> Map:
        """About G ↦ H⁻¹G, linear and positive definite, without the Hessian of all scores."""
        chances = np.hstack([g, 1 - g]) if self.k == 1 else g
        v = self.design.weights * (1 - (chances * chances).sum(axis=1)) / (2 if self.k == 1 else 1)
        if self.design.width > WIDE:
            return self._diagonal_guess(v)
        stride = max(1, self.design.n // SAMPLE)
        part = self.design.rows(slice(None, None, stride), self.design.weights[::stride])
        S = part.gram(v[::stride] * (v.sum() / v[::stride].sum()), False)
        C = class_covariance(g, self.design.weights) / v.sum()
        return kronecker_guess(C, S, lambda H: self._factor(H, self.ridge, False))

    def _diagonal_guess(self, v: Array) -> Map:
        diagonal = self.design.squares(v)[:, None] / self.k + 2 * self.ridge
        diagonal += 1e-7 * diagonal.mean()
        return lambda V: np.asarray(V / diagonal)


def _condition(factor: Array) -> float:
    """Of the matrix of which LLᵀ is the square: an estimate from its Cholesky factor."""
    norm = float(np.abs(factor @ factor.T).sum(axis=0).max())
    reciprocal, _ = lapack.dpocon(factor.T, norm, uplo="U")
    return float(np.sqrt(1.0 / reciprocal)) if reciprocal > 0 else float("inf")
