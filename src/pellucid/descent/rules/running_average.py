"""The running average: each step keeps a share γ of the past and takes 1 − γ of the new.

Notes: Concept 319, Def 320, Concept 322, Concept 331
"""

from __future__ import annotations

from typing import Any

from pellucid.descent.pytree import mapped

Tree = Any


def nothing(theta: Tree) -> Tree:
    """A₀ = 0, shaped as θ."""
    return mapped(lambda t: 0.0 * t, theta)


def averaged(average: Tree, new: Tree, gamma: float) -> Tree:
    """γ A + (1 − γ) a.

    Examples
    --------
    >>> A = 0.0
    >>> for _ in range(3):
    ...     A = averaged(A, 1.0, 0.1)
    >>> round(A, 12)
    0.999

    Notes: Def 320
    """
    return mapped(lambda a, b: gamma * a + (1 - gamma) * b, average, new)


def corrected(average: Tree, gamma: Any, t: Any) -> Tree:
    """A / (1 − γᵗ): without the share of the zero that the average began with.

    Parameters
    ----------
    average : tree
        Aₜ, begun at 0.
    gamma : float
        The constant γ.
    t : int
        Steps taken, at least 1.

    Examples
    --------
    >>> corrected(0.9, 0.1, 1), corrected(0.99, 0.1, 2)
    (1.0, 1.0)

    Notes: Concept 331
    """
    return mapped(lambda a: a / (1 - gamma**t), average)
