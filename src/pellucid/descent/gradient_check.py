"""Is this the gradient? Differences against it, entry by entry, with an eye for kinks.

Notes: KE 119, Concept 117, Concept 118
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.descent.pytree import Tree, arrays, leaves
from pellucid.errors import ShapeError


@dataclass(frozen=True)
class GradientCheck:
    """What the check found.

    Parameters
    ----------
    agrees : bool
        Whether every entry agrees (at a kink: lies between the two one-sided slopes).
    worst : str
        The place of the worst entry, such as "['w'][2, 0]".
    given, measured : float
        The gradient's entry there, and the difference quotient.
    error : float
        Their distance, relative to the larger of 1 and their sizes.
    kinks : tuple of str
        Places where the slope jumps.
    """

    agrees: bool
    worst: str
    given: float
    measured: float
    error: float
    kinks: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.agrees:
            said = f"The gradient agrees with differences (worst error {self.error:.1e})."
        else:
            said = (
                f"The gradient is wrong: at θ{self.worst} it says {self.given:.6g}, differences "
                f"say {self.measured:.6g} (error {self.error:.1e})."
            )
        if self.kinks:
            said += (
                f" The slope jumps at θ{', θ'.join(self.kinks[:3])}: any slope between is right."
            )
        return said


def check_gradient(
    f: Callable[[Any], float],
    grad: Callable[[Any], Any],
    at: Tree,
    *,
    tolerance: float = 1e-6,
) -> GradientCheck:
    """Compare a gradient with difference quotients at a point.

    Parameters
    ----------
    f : callable θ -> float
        What was differentiated.
    grad : callable θ -> shaped as θ
        The gradient to be checked.
    at : number, array of any shape, or nested dicts, lists and tuples of these
        θ.
    tolerance : float
        Largest relative error that is borne.

    Returns
    -------
    GradientCheck
        Prints as a sentence that names the worst entry.

    Raises
    ------
    ShapeError
        When the gradient is not shaped as θ.

    Examples
    --------
    >>> import numpy as np
    >>> print(check_gradient(lambda t: float(t @ t), lambda t: t, np.array([1.0, 0.1])))
    The gradient is wrong: at θ[0] it says 1, differences say 2 (error 5.0e-01).
    >>> check_gradient(lambda t: abs(float(t)), np.sign, 0.0).kinks
    ('',)

    Notes: KE 119, Concept 117
    """
    theta = arrays(at)
    answer = dict(leaves(grad(theta)))
    worst = GradientCheck(True, "", 0.0, 0.0, -1.0)
    kinks: list[str] = []
    for place, leaf in leaves(theta):
        given = np.asarray(answer.get(place, np.nan), dtype=np.float64)
        if given.shape != leaf.shape:
            raise ShapeError(
                f"The gradient at θ{place} has shape {given.shape}; θ{place} has {leaf.shape}, and "
                "a gradient is shaped as what it differentiates by."
            )
        for k in np.ndindex(leaf.shape):
            found = _entry(f, theta, leaf, k, float(given[k]), tolerance)
            name = f"{place}[{', '.join(map(str, k))}]" if k else place
            measured, error, kink = found
            if kink:
                kinks.append(name)
            if error > worst.error:
                worst = GradientCheck(error <= tolerance, name, float(given[k]), measured, error)
    return replace(worst, kinks=tuple(kinks))


def _entry(
    f: Callable[[Any], float], theta: Tree, leaf: Any, k: Any, given: float, tolerance: float
) -> tuple[float, float, bool]:
    """The difference quotient, the error of the given slope, and whether there is a kink."""
    here = float(leaf[k])
    base = float(f(theta))

    def sides(step: float) -> tuple[float, float]:
        leaf[k] = here + step
        right = (float(f(theta)) - base) / (float(leaf[k]) - here)
        leaf[k] = here - step
        left = (float(f(theta)) - base) / (float(leaf[k]) - here)
        leaf[k] = here
        return left, right

    scale = max(1.0, abs(here))
    (far_left, far_right), (left, right) = sides(1e-4 * scale), sides(1e-5 * scale)
    jump, far_jump = abs(right - left), abs(far_right - far_left)
    size = max(1.0, abs(left), abs(right))
    # Between smooth sides the jump shrinks with the step; at a kink it stays.
    if jump > 1e-3 * size and jump > 0.5 * far_jump:
        low, high = sorted((left, right))
        off = max(low - given, given - high, 0.0)
        return (left + right) / 2, off / size, True
    # Two central quotients, their leading error taken out (Richardson).
    near, far = (left + right) / 2, (far_left + far_right) / 2
    measured = near + (near - far) / 99
    return measured, abs(given - measured) / max(1.0, abs(given), abs(measured)), False
