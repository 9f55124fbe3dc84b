"""The product that every layer with weights needs: ∂L/∂W = Σᵢ x⁽ⁱ⁾ (∂L/∂z⁽ⁱ⁾)ᵀ over the points.

Notes: Notation 304, Def 426
"""

from __future__ import annotations

from typing import Any

from pellucid.networks.engine.compiled import computed_once


def by_weights(x: Any, dz: Any) -> Any:
    """Xᵀ ∂L/∂Z, (m, n): each weight collects from all points.

    Parameters
    ----------
    x : array, N×m
    dz : array, N×n

    Examples
    --------
    >>> import numpy as np
    >>> by_weights(np.array([[1.0, 2.0]]), np.array([[3.0]])).tolist()
    [[3.0], [6.0]]

    Notes: Notation 304
    """
    points, m, n = len(x), x.shape[1], dz.shape[1]
    if points >= n and (m > 2 * n or m >= n >= 32):
        # The compiler turns the left factor first: turning the narrow one, and the answer back, is
        # quicker than turning the wide one.
        turned = dz.T if m > 2 * n else computed_once(dz.T)
        return computed_once(turned @ x).T
    return x.T @ dz
