"""The local view: near a point a smooth J is a line, a plane or a hyperplane.

Notes: Concept 95, Concept 108, Concept 109, Concept 114, Concept 116
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.descent.objective import Objective, as_objective
from pellucid.descent.pytree import Tree, arrays, dot, leaves, norm, tree_map
from pellucid.errors import HyperparameterError, ShapeError
from pellucid.former_names import renamed

Array = NDArray[np.float64]


def tangent_plane(objective: Any, at: Tree) -> Callable[[Tree], float]:
    """The line, plane or hyperplane that touches J at a point.

    Parameters
    ----------
    objective : Objective or callable θ -> float
    at : tree
        Where it touches.

    Returns
    -------
    callable θ -> float
        J(at) + (θ − at) · ∇J(at).

    Examples
    --------
    >>> plane = tangent_plane(lambda t: float(t**2), 3.0)
    >>> round(plane(3.0), 6), round(plane(4.0), 6)
    (9.0, 15.0)

    Notes: Concept 95, Concept 109
    """
    J, here = as_objective(objective), arrays(at)
    height, slope = float(J.value(here)), J.gradient_at(here)
    return lambda theta: height + dot(_place_of(arrays(theta), here), slope)


def first_order_change(objective: Any, at: Tree, move: Tree) -> float:
    """ΔJ ≈ Σᵢ Δθᵢ ∂J/∂θᵢ = Δθ · ∇J(θ): exact on a plane, else off by the square of the step.

    Parameters
    ----------
    objective : Objective or callable θ -> float
    at, move : trees of one shape
        θ and Δθ.

    Raises
    ------
    ShapeError
        When Δθ is not shaped as θ.

    Examples
    --------
    >>> round(first_order_change(lambda t: float(t[0] * t[1]), [2.0, 5.0], [0.1, -0.2]), 6)
    0.1

    Notes: Concept 114, Def 462, eq 3.21
    """
    J, theta, step = as_objective(objective), arrays(at), arrays(move)
    _same_shape(step, theta)
    return dot(step, J.gradient_at(theta))


@renamed(aside="across")
@dataclass(frozen=True)
class SplitStep:
    """A step as the sum of two at right angles.

    Parameters
    ----------
    along : ndarray, shaped as θ
        Its projection on ∇J: this part alone changes J, to first order.
    across : ndarray, shaped as θ
        The rest, perpendicular to ∇J.
    """

    along: Array
    across: Array


def split_step(move: Any, gradient: Any) -> SplitStep:
    """A step split into its part along ∇J and the part that changes nothing.

    Parameters
    ----------
    move, gradient : arrays of one shape
        Δθ and ∇J.

    Returns
    -------
    SplitStep
        Where ∇J is zero every step lies across.

    Examples
    --------
    >>> split_step([3.0, 4.0], [2.0, 0.0])
    SplitStep(along=array([3., 0.]), across=array([0., 4.]))

    Notes: Concept 116, eq 3.20
    """
    step, g = np.asarray(move, dtype=np.float64), np.asarray(gradient, dtype=np.float64)
    _same_shape(step, g)
    squared = float(np.vdot(g, g))
    along = g * (np.vdot(step, g) / squared) if squared else np.zeros_like(step)
    return SplitStep(along, step - along)


def along_one_parameter(objective: Any, at: Sequence[float] | Array, k: int) -> Objective:
    """J with all parameters held still but one: a one-dimensional problem.

    Parameters
    ----------
    objective : Objective or callable θ -> float
    at : array, shape (d,)
        Where the others are held.
    k : int
        The one that moves, from 0.

    Returns
    -------
    Objective
        Of a number; its derivative is ∂J/∂θₖ.

    Raises
    ------
    HyperparameterError
        When there is no parameter k.

    Examples
    --------
    >>> bowl = along_one_parameter(lambda t: float(t[0] ** 2 + 3 * t[1] ** 2), [1.0, 2.0], 1)
    >>> bowl.value(0.0), round(float(bowl.gradient_at(np.array(2.0))), 6)
    (1.0, 12.0)

    Notes: Concept 108
    """
    J, held = as_objective(objective), np.array(at, dtype=np.float64)
    if held.ndim != 1 or not 0 <= k < len(held):
        raise HyperparameterError(
            f"along_one_parameter: θ has shape {held.shape}; there is no parameter {k} to move."
        )

    def moved(t: Any) -> Array:
        theta = held.copy()
        theta[k] = float(t)
        return theta

    return Objective(
        lambda t: float(J.value(moved(t))),
        lambda t: np.asarray(J.gradient_at(moved(t))[k]),
        text=f"{J.text or 'J'} along θ[{k}]",
    )


def _place_of(theta: Tree, start: Tree) -> Tree:
    _same_shape(theta, start)
    return tree_map(lambda a, b: a - b, theta, start)


def _same_shape(one: Tree, other: Tree) -> None:
    shapes = [[(place, np.shape(leaf)) for place, leaf in leaves(tree)] for tree in (one, other)]
    if shapes[0] != shapes[1]:
        found, wanted = (dict(each) for each in shapes)
        raise ShapeError(
            f"A step is shaped as θ: it has shape {_shapes(found)}, θ has {_shapes(wanted)}."
        )


def _shapes(shapes: dict[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{place} {shape}".strip() for place, shape in shapes.items())


def distance(one: Tree, other: Tree) -> float:
    """How far apart two settings of the parameters are: ‖θ − θ′‖ in parameter space.

    Parameters
    ----------
    one, other : trees of one shape

    Examples
    --------
    >>> distance(1.0, 2.0), distance(1.0, 10.0)
    (1.0, 9.0)

    Notes: Def 93
    """
    return norm(_place_of(arrays(one), arrays(other)))
