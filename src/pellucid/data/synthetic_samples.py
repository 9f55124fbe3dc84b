"""Samples with a known truth: lines, a wave, and labels that no straight line parts.

Each draws from one seed. Samples of groups (rings, blobs, …) stand in `group_samples`.

Notes: Def 9, Def 10, Def 11, Def 12, §5.2.1
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import HyperparameterError

Array = NDArray[np.float64]


def linear_sample(
    n: int,
    weights: Sequence[float] = (2.0,),
    *,
    offset: float = 1.0,
    noise: float = 1.0,
    shift: float = 0.0,
    dependence: float = 0.0,
    seed: int = 0,
) -> tuple[Array, Array]:
    """Rows x with targets y = θᵀx + θ₀ + noise, drawn from normal distributions.

    Parameters
    ----------
    n : int
        Number of rows.
    weights : sequence of float, length d
        The true θ.
    offset : float
        The true θ₀.
    noise : float
        Standard deviation of the noise, in units of y.
    shift : float
        Mean of every x: another shift is another distribution.
    dependence : float
        Correlation of each row, x and noise alike, with the row before; 0 is independence. The
        distribution of a single row does not depend on it.
    seed : int
        Seed of all draws.

    Returns
    -------
    X : ndarray, shape (n, d)
    y : ndarray, shape (n,)

    Raises
    ------
    HyperparameterError
        Unless −1 < dependence < 1.

    Examples
    --------
    >>> X, y = linear_sample(3, (2.0,), noise=0.0)
    >>> bool((y == 2 * X[:, 0] + 1).all())
    True

    Notes: Def 10, Def 11, Def 12
    """
    from scipy.signal import lfilter  # takes longer to import than all the rest of a page

    if not -1 < dependence < 1:
        raise HyperparameterError(f"dependence must lie between −1 and 1; got {dependence}.")
    theta = np.asarray(weights, dtype=np.float64)
    fresh = np.random.default_rng(seed).normal(size=(n, len(theta) + 1))
    # Scaled so that each row keeps variance 1 whatever it remembers of the last one.
    fresh[1:] *= np.sqrt(1 - dependence**2)
    drawn = lfilter([1.0], [1.0, -dependence], fresh, axis=0)
    X = drawn[:, :-1] + shift
    return X, X @ theta + offset + noise * drawn[:, -1]


def noisy_line(n: int = 21, *, noise: float = 0.3, seed: int = 0) -> tuple[Array, Array]:
    """Answers y = 2x + 1 + noise at n evenly spaced x in [−1, 1]: what high orders overfit.

    Parameters
    ----------
    n : int
        Number of rows; order n − 1 passes through all of them.
    noise : float
        Standard deviation of the normal noise, in units of y.
    seed : int
        Seed of all draws.

    Returns
    -------
    X : ndarray, shape (n, 1)
    y : ndarray, shape (n,)

    Examples
    --------
    >>> X, y = noisy_line(3, noise=0.0)
    >>> X.ravel().tolist(), y.tolist()
    ([-1.0, 0.0, 1.0], [-1.0, 1.0, 3.0])

    Notes: Concept 186, §5.2.1
    """
    x = np.linspace(-1, 1, n)
    return x[:, None], 2 * x + 1 + noise * np.random.default_rng(seed).normal(size=n)


def waveform(
    n: int = 200,
    d: int = 1,
    *,
    frequency: float = 6.0,
    phase: float = 1.0,
    noise: float = 0.1,
    seed: int = 0,
) -> tuple[Array, Array]:
    """A vibration, y = sin(ω x̄ + φ) + noise, with x uniform on [−1, 1]ᵈ and x̄ its mean entry.

    No plane follows it. Of one input, ω = 6 and φ = 1, order 8 does: the best polynomial of that
    order is nowhere further from the sine than 0.05.

    Parameters
    ----------
    n, d : int
        Rows and inputs.
    frequency : float
        ω, in radians per unit of x.
    phase : float
        φ, in radians.
    noise : float
        Standard deviation of the normal noise, in units of y.
    seed : int
        Seed of all draws.

    Returns
    -------
    X : ndarray, shape (n, d)
    y : ndarray, shape (n,)

    Examples
    --------
    >>> X, y = waveform(100, 2, noise=0.0)
    >>> bool(np.allclose(y, np.sin(6 * X.mean(axis=1) + 1)))
    True

    Notes: Concept 176, Concept 189, §5.2.1
    """
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, size=(n, d))
    return X, np.sin(frequency * X.mean(axis=1) + phase) + noise * random.normal(size=n)


def xor(n: int = 4, *, spread: float = 0.0, seed: int = 0) -> tuple[Array, Array]:
    """The corners (±½, ±½) in turn, labelled by the sign of x₁x₂: no line parts them.

    The boundary 4x₁x₂ = 0 does, and at the corners themselves 4x₁x₂ is the label.

    Parameters
    ----------
    n : int
        Number of rows.
    spread : float
        Half of the width of the square, in [0, ½), that a point is drawn from about its corner.
    seed : int
        Seed of all draws.

    Returns
    -------
    X : ndarray, shape (n, 2)
    y : ndarray, shape (n,)
        +1 or −1.

    Raises
    ------
    HyperparameterError
        Unless 0 ≤ spread < ½, so that no point leaves its quarter.

    Examples
    --------
    >>> X, y = xor()
    >>> X.tolist(), y.tolist()
    ([[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]], [1.0, -1.0, -1.0, 1.0])

    Notes: Concept 189, §5.2.1
    """
    if not 0 <= spread < 0.5:
        raise HyperparameterError(f"spread must lie in [0, ½); got {spread}.")
    corners = np.array([[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]])
    X = corners[np.arange(n) % 4]
    X = X + spread * np.random.default_rng(seed).uniform(-1, 1, size=X.shape)
    return X, np.sign(X[:, 0] * X[:, 1])


def petals(n: int = 300, order: int = 5, *, seed: int = 0) -> tuple[Array, Array]:
    """Points of a disc in 2k sectors of alternating label: order k parts them, and none below.

    The label is the sign of r^k cos(kα) = Re (x₁ + i x₂)^k, a polynomial of order k. The first 2k
    points lie on the unit circle, one a sector; a polynomial of order q is a sum of waves up to
    frequency q there and changes sign at most 2q times, so q < k gets one of them wrong.

    Parameters
    ----------
    n : int
        Number of rows, at least 2k.
    order : int
        k, at least 1.
    seed : int
        Seed of all draws.

    Returns
    -------
    X : ndarray, shape (n, 2)
        Each at least a seventh of a sector's width away from the borders of its sector.
    y : ndarray, shape (n,)
        +1 or −1.

    Raises
    ------
    HyperparameterError
        When n < 2k or k < 1.

    Examples
    --------
    >>> X, y = petals(100)
    >>> y[:10].tolist()
    [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0]
    >>> bool((np.sign(((X @ [1, 1j]) ** 5).real) == y).all())
    True

    Notes: Concept 189, §5.2.1
    """
    if order < 1 or n < 2 * order:
        raise HyperparameterError(
            f"petals: {n} points do not show order {order}; it takes at least {2 * max(order, 1)}."
        )
    random = np.random.default_rng(seed)
    sector = np.arange(n) % (2 * order)
    within = random.uniform(-0.5, 0.5, size=n) * 5 / 7
    radius = np.sqrt(random.uniform(0.3**2, 1, size=n))
    within[: 2 * order], radius[: 2 * order] = 0.0, 1.0
    angle = (sector + within) * np.pi / order
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X, np.where(sector % 2 == 0, 1.0, -1.0)
