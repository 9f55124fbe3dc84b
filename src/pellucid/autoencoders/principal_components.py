"""Principal axes: the directions along which rows spread most, at right angles to one another.

X − μ = USVᵀ. Along axis r the sum of squares is S_r²; rows written by their first k coordinates
lose Σ_{r>k} S_r², and no other k numbers a row, decoded linearly, lose less.

Notes: Concept 367, Concept 368, §8.4
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from pellucid.errors import ShapeError
from pellucid.linear.solvers.moments import Moments

Array = NDArray[np.float64]
MORE = 10  # directions tried beyond those asked for
ROUNDS = 7  # of a random sketch: each sharpens the gap between axes that differ


@dataclass(frozen=True)
class PrincipalAxes:
    """The first k axes of a cloud of rows.

    Parameters
    ----------
    mean : ndarray, shape (d,)
        μ, in the units of the columns.
    axes : ndarray, shape (d, k)
        One unit column an axis, its entry of largest size positive.
    squares : ndarray, shape (k,)
        S_r²: the sum of squares along each axis, largest first.
    total : float
        Sum of squares about μ, of all axes together.
    solver : str
        What ran.

    Notes: §8.4
    """

    mean: Array
    axes: Array
    squares: Array
    total: float
    solver: str

    @property
    def lost(self) -> float:
        """Σ ‖x − x̃‖² of the rows they were found from."""
        return max(0.0, self.total - float(self.squares.sum()))


@dataclass(frozen=True)
class AxisProjection:
    """Rows written by one number each: where they fall on an axis that somebody chose.

    Parameters
    ----------
    axis : ndarray, shape (d,)
        u, of length 1.
    codes : ndarray, shape (n,)
        a = uᵀ(x − μ).
    decoded : ndarray, shape (n, d)
        x̃ = μ + u a, the foot of each row on the axis.
    kept, lost : float
        Σ a² and Σ ‖x − x̃‖²: together the sum of squares about μ, whatever the axis.

    Notes: Concept 367, Concept 368
    """

    axis: Array
    codes: Array
    decoded: Array
    kept: float
    lost: float

    @property
    def share(self) -> float:
        """Of the sum of squares, how much is kept; 1 where there is none to lose."""
        total = self.kept + self.lost
        return self.kept / total if total > 0 else 1.0


def axis_projection(rows: Array, axis: Array) -> AxisProjection:
    """Encode rows along a chosen axis through their mean, and decode them.

    Parameters
    ----------
    rows : ndarray, shape (n, d)
    axis : ndarray, shape (d,)
        A direction; its length does not matter.

    Returns
    -------
    AxisProjection

    Raises
    ------
    ShapeError
        When the axis has no direction, or another length than the rows.

    Examples
    --------
    >>> rows = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]])
    >>> found = axis_projection(rows, np.array([1.0, 0.0]))
    >>> found.codes.tolist(), found.kept, found.lost, found.share
    ([-1.0, 0.0, 1.0], 2.0, 8.0, 0.2)

    Notes: Concept 367, Concept 368
    """
    rows, axis = np.asarray(rows, np.float64), np.asarray(axis, np.float64)
    size = float(np.linalg.norm(axis))
    if axis.shape != rows.shape[1:] or not size > 0:
        raise ShapeError(
            f"An axis for rows of shape {rows.shape} has {rows.shape[-1]} entries, not all 0; "
            f"got shape {axis.shape}."
        )
    u, mean = axis / size, rows.mean(axis=0)
    Z = rows - mean
    codes = Z @ u
    residuals = Z - np.outer(codes, u)
    return AxisProjection(
        u,
        codes,
        mean + np.outer(codes, u),
        float(codes @ codes),
        float(np.vdot(residuals, residuals)),
    )


def principal_axes(m: Moments, k: int) -> PrincipalAxes:
    """The first k axes from the moments of the rows alone: eigenvectors of Σ (x − μ)(x − μ)ᵀ.

    Parameters
    ----------
    m : Moments
        Of the rows, merged from as many blocks as there were.
    k : int
        1 ≤ k ≤ d.

    Returns
    -------
    PrincipalAxes

    Examples
    --------
    >>> from pellucid.linear.solvers.moments import partial
    >>> rows = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]])
    >>> found = principal_axes(partial(rows, np.zeros((3, 0))), 1)
    >>> found.axes.round(4).tolist(), found.squares.round(9).tolist(), round(found.lost, 9)
    ([[0.4472], [0.8944]], [10.0], 0.0)

    Notes: Concept 368
    """
    d = len(m.x_mean)
    squares, axes = scipy.linalg.eigh(m.xx, subset_by_index=[d - k, d - 1])
    return _principal_axes(m.x_mean, axes[:, ::-1], squares[::-1], float(np.trace(m.xx)), "moments")


def axes_from_gram_matrix(rows: Array, weights: Array | None, k: int) -> PrincipalAxes:
    """The same where there are fewer rows than columns: n×n products serve instead of d×d.

    Notes: Concept 368
    """
    Z, mean, total = _centred(rows, weights)
    squares, of_rows = scipy.linalg.eigh(Z @ Z.T, subset_by_index=[len(Z) - k, len(Z) - 1])
    axes, _ = np.linalg.qr(Z.T @ of_rows[:, ::-1])
    return _principal_axes(mean, axes, squares[::-1], total, "products of rows")


def axes_by_svd(rows: Array, weights: Array | None, k: int) -> PrincipalAxes:
    """The same by the decomposition of the rows themselves: no product squares small axes away.

    Notes: §8.4
    """
    Z, mean, total = _centred(rows, weights)
    _, S, axes = np.linalg.svd(Z, full_matrices=False)
    return _principal_axes(mean, axes[:k].T, S[:k] ** 2, total, "svd")


def axes_from_triangular_factor(R: Array, mean: Array, k: int) -> PrincipalAxes:
    """The same from R of a QR decomposition of the centred rows: as exact as from these.

    Notes: §8.4
    """
    _, S, axes = np.linalg.svd(R, full_matrices=False)
    return _principal_axes(mean, axes[:k].T, S[:k] ** 2, float(np.vdot(R, R)), "svd of blocks")


def axes_by_randomized_svd(
    rows: Array, weights: Array | None, k: int, random: np.random.Generator
) -> PrincipalAxes:
    """The same for large n and d, in passes over the rows: a random sketch, sharpened by powers.

    The span of Z Zᵀ… Zᵀ Z times random directions leans to the first axes; within it the
    decomposition is exact. Axes that hardly differ in their squares are told apart least well.

    Notes: Concept 368
    """
    Z, mean, total = _centred(rows, weights)
    width = min(k + MORE, *Z.shape)
    basis, _ = np.linalg.qr(Z.T @ (Z @ random.normal(size=(Z.shape[1], width))))
    for _ in range(ROUNDS):
        basis, _ = np.linalg.qr(Z.T @ (Z @ basis))
    _, S, within = np.linalg.svd(Z @ basis, full_matrices=False)
    return _principal_axes(mean, (basis @ within.T)[:, :k], S[:k] ** 2, total, "random sketch")


SOLVERS: dict[str, Callable[[Array, Array | None, int], PrincipalAxes]] = {
    "svd": axes_by_svd,
    "products of rows": axes_from_gram_matrix,
}


def _centred(rows: Array, weights: Array | None) -> tuple[Array, Array, float]:
    """√w (x − μ) of each row, μ, and the sum of squares."""
    mean = np.average(rows, axis=0, weights=weights)
    Z = rows - mean
    if weights is not None:
        Z *= np.sqrt(weights)[:, None]
    return Z, mean, float(np.vdot(Z, Z))


def _principal_axes(
    mean: Array, axes: Array, squares: Array, total: float, solver: str
) -> PrincipalAxes:
    k = axes.shape[1]
    sign = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(k)])
    turned = np.ascontiguousarray(axes * np.where(sign == 0, 1.0, sign))
    return PrincipalAxes(mean, turned, np.maximum(squares, 0.0), total, solver)
