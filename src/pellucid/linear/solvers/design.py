"""The data matrix as the classifiers see it: columns centred and scaled, never copied in full.

The offset's column of ones comes first. Coefficients of the standardised columns are written B;
`raw` translates them back exactly.

Notes: Concept 50, §5.3.3
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pellucid.errors import ColumnError
from pellucid.linear.kernels.row_pieces import over_pieces, tree_sum
from pellucid.linear.kernels.softmax_pass import hessian_pass, softmax_pass

Array = NDArray[np.float64]
BLOCK_NUMBERS = 1 << 18
# From here on a compiled pass pays for the import of its compiler.
COMPILED = 2_000_000
SHIFTED = 1e3
# Rows whose mean stands in for that of all while the moments are taken.
FEW = 256


class Design:
    """Products with Z = (X − m)/s, and with a first column of ones when there is an offset.

    Parameters
    ----------
    X : array or CSR array of shape (n, d)
    weights : array of shape (n,), sums to 1
    offset : bool
        Whether there is a column of ones. Only then are dense columns centred.
    """

    def __init__(self, X: Any, weights: Array, offset: bool) -> None:
        self.X, self.weights, self.offset = X, weights, offset
        self.sparse = bool(sp.issparse(X))
        self.n, self.d = X.shape
        self.width = self.d + offset
        self.compiled = not self.sparse and self.n * self.d >= COMPILED and X.flags.c_contiguous
        self.mean = np.zeros(self.d)
        with np.errstate(over="ignore", invalid="ignore"):
            variance = self._sparse_moments() if self.sparse else self._dense_moments()
        if not np.isfinite(variance).all():
            column = int(np.flatnonzero(~np.isfinite(variance))[0])
            raise ColumnError(
                f"Column {column} holds numbers so large that their squares overflow; "
                "divide it by a constant first."
            )
        # A column whose spread is mere rounding of its mean is constant.
        constant = variance <= (1e-15 * np.abs(self.mean)) ** 2
        self.scale = np.where(constant, 1.0, np.sqrt(variance))
        if not self.sparse and (np.abs(self.mean) > SHIFTED * self.scale).any():
            # Centring by subtraction of two large numbers would lose digits: centre the data.
            self.X, self.held = self.X - self.mean, np.zeros(self.d)
        else:
            self.held = self.mean

    @classmethod
    def with_statistics(
        cls,
        X: Any,
        weights: Array,
        offset: bool,
        mean: Array,
        scale: Array,
        *,
        compiled: bool = False,
    ) -> Design:
        """Further rows under the means and scales of earlier ones."""
        found = object.__new__(cls)
        found.X, found.weights, found.offset = X, weights, offset
        found.sparse, (found.n, found.d) = bool(sp.issparse(X)), X.shape
        found.width, found.compiled = found.d + offset, compiled
        found.mean, found.held, found.scale = mean, mean, scale
        if not found.sparse and (np.abs(mean) > SHIFTED * scale).any():
            found.X, found.held = X - mean, np.zeros(found.d)
        return found

    def weighed(self, weights: Array) -> Design:
        """The same rows under other weights."""
        part = object.__new__(Design)
        part.__dict__.update(self.__dict__)
        part.weights = weights
        return part

    def _sparse_moments(self) -> Array:
        first = np.asarray(self.weights @ self.X).ravel()
        second = np.asarray(self.weights @ self.X.multiply(self.X).tocsr()).ravel()
        return np.asarray(np.maximum(second - first**2, 1e-3 * second))

    def _dense_moments(self) -> Array:
        if self.compiled:
            return self._compiled_moments()
        if self.offset:
            self.mean = self.weights @ self.X
        variance = np.zeros(self.d)
        for rows in self.blocks():
            centred = self.X[rows] - self.mean
            variance += self.weights[rows] @ (centred * centred)
        return variance

    def _compiled_moments(self) -> Array:
        from pellucid.linear.kernels.logistic_pass import moment_pass

        about = self.X[:: max(1, self.n // FEW)].mean(axis=0) if self.offset else self.mean
        first, second = moment_pass(self.X, self.weights, about)
        if not self.offset:
            return second
        self.mean = about + first
        variance = second - first**2
        if (variance > 1e-6 * first**2).all():
            return variance
        # A few rows stood far from the rest: once more, about the mean itself.
        return moment_pass(self.X, self.weights, self.mean)[1]

    def blocks(self, numbers: int = BLOCK_NUMBERS) -> list[slice]:
        """Row blocks small enough for the cache."""
        size = max(256, numbers // max(self.d, 1))
        return [slice(at, min(at + size, self.n)) for at in range(0, self.n, size)]

    def rows(self, chosen: NDArray[np.intp] | slice, weights: Array) -> Design:
        """The same columns, centred and scaled as here, on other rows."""
        part = self.weighed(weights)
        rows = self.X[chosen]
        part.X = rows if self.sparse else np.ascontiguousarray(rows)
        part.n = part.X.shape[0]
        part.compiled = self.compiled and part.n * part.d >= COMPILED
        return part

    def scores(self, B: Array) -> Array:
        """u = Z B, of shape (n, k)."""
        theta, theta_0 = self._held(B)
        return np.asarray(self.X @ theta) + theta_0

    def passed(self, B: Array, Y: Array) -> tuple[float, Array, Array]:
        """Mean NLL or NLLM, its gradient (width, k) and the guesses (n, k), in one pass."""
        theta, theta_0 = self._held(B)
        if Y.shape[1] == 1:
            from pellucid.linear.kernels.logistic_pass import logistic_pass

            J, inner, total, g = logistic_pass(
                self.X, Y[:, 0], self.weights, theta[:, 0], float(theta_0[0])
            )
            return J, self._standard(inner[:, None], np.array([total])), g[:, None]
        J, gradient, g = softmax_pass(self.X, Y, self.weights, theta, theta_0)
        return J, self._standard(gradient[:-1], gradient[-1]), g

    def hessian(self, g: Array, V: Array, precise: bool) -> Array:
        """H V of the mean loss where the guesses are g: (width, k)."""
        if g.shape[1] == 1:
            bent = (g * (1 - g) * self.weights[:, None]) * self.scores(V)
            return self.transposed(bent)
        if self.sparse:
            moved = self.scores(V) * g
            moved -= g * moved.sum(axis=1, keepdims=True)
            return self.transposed(moved * self.weights[:, None])
        v, v_0 = self._held(V)
        product = hessian_pass(self.X, g, self.weights, v, v_0, precise)
        return self._standard(product[:-1], product[-1])

    def squares(self, weights: Array) -> Array:
        """The diagonal of `gram`."""
        if self.sparse:
            first = np.asarray(weights @ self.X).ravel()
            second = np.asarray(weights @ self.X.multiply(self.X).tocsr()).ravel()
            second += self.held * (self.held * weights.sum() - 2 * first)
        else:
            second = np.zeros(self.d)
            for rows in self.blocks():
                second += weights[rows] @ np.square(self.X[rows] - self.held)
        second = second / self.scale**2
        return np.concatenate([[weights.sum()], second]) if self.offset else second

    def _held(self, B: Array) -> tuple[Array, Array]:
        """θ and θ₀ that act on X as it is held."""
        theta = B[self.offset :] / self.scale[:, None]
        return theta, B[0] - self.held @ theta if self.offset else np.zeros(B.shape[1])

    def _standard(self, inner: Array, sums: Array) -> Array:
        """A gradient by (θ, θ₀) as a gradient by B."""
        slopes = (inner - np.outer(self.held, sums)) / self.scale[:, None]
        return np.vstack([sums, slopes]) if self.offset else slopes

    def transposed(self, R: Array) -> Array:
        """Zᵀ R, of shape (width, k)."""
        return self._standard(np.asarray(self.X.T @ R), R.sum(axis=0))

    def gram(self, weights: Array, precise: bool) -> Array:
        """Zᵀ diag(weights) Z, of shape (width, width); weights ≥ 0 unless `precise`."""
        if self.sparse:
            inner = np.asarray((self.X.T @ self.X.multiply(weights[:, None]).tocsr()).todense())
            first = np.asarray(weights @ self.X).ravel()
        else:
            inner, first = self._dense_gram(weights, precise)
        inner /= np.outer(self.scale, self.scale)
        if not self.offset:
            return np.asarray(inner)
        first = (first - self.held * weights.sum() * self.sparse) / self.scale
        edge = np.concatenate([[weights.sum()], first])
        return np.vstack([edge, np.hstack([first[:, None], inner])])

    def _dense_gram(self, weights: Array, precise: bool) -> tuple[Array, Array]:
        """Σ w z zᵀ and Σ w z of z = x − m; in 32 bits unless `precise`."""
        number = np.float64 if precise else np.float32
        w = weights.astype(number)[:, None]
        signed = bool((weights < 0).any())
        root = w if signed else np.sqrt(w)
        held = self.held

        def piece(start: int, stop: int) -> Array:
            size = min(stop - start, max(64, BLOCK_NUMBERS // self.d))
            kept, products = np.empty((size, self.d), number), np.zeros((self.d + 1, self.d))
            for first in range(start, stop, size):
                rows = slice(first, min(first + size, stop))
                Z = kept[: rows.stop - rows.start]
                np.subtract(self.X[rows], held, out=Z, casting="same_kind")
                products[-1] += w[rows, 0] @ Z
                if signed:
                    products[:-1] += Z.T @ (Z * w[rows])
                else:
                    Z *= root[rows]
                    products[:-1] += Z.T @ Z
            return products

        products = tree_sum(over_pieces(piece, self.n, self.d))
        return products[:-1], products[-1]

    def raw(self, B: Array) -> tuple[Array, Array]:
        """θ (d, k) and θ₀ (k,) of the columns as they came."""
        theta = B[self.offset :] / self.scale[:, None]
        if not self.offset:
            return theta, np.zeros(B.shape[1])
        return theta, B[0] - self.mean @ theta

    def standardized(self, theta: Array, theta_0: Array) -> Array:
        """The inverse of `raw`."""
        slopes = theta * self.scale[:, None]
        return np.vstack([theta_0 + self.mean @ theta, slopes]) if self.offset else slopes
