"""Checking a derivative against central differences, and against JAX, at random points.

Notes: KE 119, C 118
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from pellucid.calculus.algebra.expression import Expression, walk
from pellucid.calculus.algebra.shapes import axes_of, is_scalar
from pellucid.calculus.checking.sample_points import Point, random_points
from pellucid.calculus.codegen.emit import identifier
from pellucid.calculus.codegen.modules import callable_for, parameters_of
from pellucid.calculus.derivation.derivative import Derivative
from pellucid.calculus.derivation.layout import LAYOUTS

Array = NDArray[np.float64]
MOST_TRIES = 60
MOST_FOR_JAX = 150  # parts of a formula
STEP = 6e-6
WORST_CONDITION = 1e5


@dataclass(frozen=True)
class Check:
    """The outcome of a numeric check.

    Parameters
    ----------
    agrees : bool
        Whether every entry agreed at every point.
    worst : float
        Largest difference, relative to the largest entry.
    where : str
        The worst entry, counted from 1.
    points : int
        Random points compared.
    against : str
        What it was compared with.
    passed_over : int
        Random points at which the formula has no value, or none that can be relied on: a matrix
        without a sound inverse, a kink within the step.
    """

    agrees: bool
    worst: float
    where: str
    points: int
    against: str
    passed_over: int = 0

    def as_dict(self) -> dict[str, object]:
        """Plain values, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        if self.points == 0:
            if "takes long" in self.against:
                return f"not compared with {self.against}"
            return (
                f"no point was found at which the formula has a value; not checked ({self.against})"
            )
        verdict = "agrees" if self.agrees else f"DIFFERS, most at {self.where}"
        others = ""
        if self.passed_over:
            others = (
                f"; {self.passed_over} other point(s), where the formula has no value or no "
                "dependable one, were passed over"
            )
        return (
            f"{verdict} with {self.against} at {self.points} random points "
            f"(largest relative difference {self.worst:.1e}){others}"
        )


def central_differences(
    value: Callable[..., object], point: Point, by: str, step: float = STEP
) -> Array:
    """Entries ∂value[j…]/∂by[i…], input axes first: (J(θ+δ) − J(θ−δ))/2δ in each direction."""
    base = np.asarray(point[by], dtype=float)
    flat = base.reshape(-1)
    rows = []
    for k in range(flat.size):
        width = step * max(1.0, abs(flat[k]))
        up, down = flat.copy(), flat.copy()
        up[k] += width
        down[k] -= width
        high = np.asarray(value(**(point | {by: _like(up, base)})))
        low = np.asarray(value(**(point | {by: _like(down, base)})))
        rows.append((high - low) / (2 * width))
    return np.stack(rows).reshape(base.shape + np.shape(rows[0]))


def _like(flat: Array, base: Array) -> object:
    return float(flat[0]) if base.ndim == 0 else flat.reshape(base.shape)


def differences_in_layout(full: Array, of: Expression, by: Expression, layout: str) -> Array:
    """Differences in the layout of the answer."""
    inputs, outputs = len(axes_of(by.shape)), len(axes_of(of.shape))
    sizes = list(full.shape)
    rank_by = 0 if is_scalar(by.shape) else len(by.shape)
    shape_by = by.shape if rank_by else ()
    in_sizes = [k for k, s in zip(sizes[:rank_by], shape_by, strict=True) if s != 1]
    out_sizes = [
        k
        for k, s in zip(sizes[rank_by:], () if is_scalar(of.shape) else of.shape, strict=True)
        if s != 1
    ]
    full = full.reshape(in_sizes + out_sizes)
    if inputs + outputs > 2:
        if layout == LAYOUTS[1]:
            full = np.moveaxis(full, range(inputs), range(outputs, inputs + outputs))
        return full
    if outputs == 2:
        full = full.T
    elif outputs == 0 and inputs < 2:
        full = full.reshape([_count(s, in_sizes) for s in by.shape])
    elif inputs == 0:
        full = full.reshape([_count(s, out_sizes) for s in (of.shape[1], of.shape[0])])
    return full if layout == LAYOUTS[0] else full.T


def _count(of: object, sizes: list[int]) -> int:
    return 1 if of == 1 else sizes[0]


def check_derivative(
    derivative: Derivative, answer: Expression | None = None, *, seed: int = 0, trials: int = 3
) -> Check:
    """Compare a derivative with central differences.

    Parameters
    ----------
    derivative : Derivative
        Says what is differentiated by what, and in which layout.
    answer : Expression, optional
        Another expression for it, such as a learner's; the derivative's own by default.
    seed : int
    trials : int
        Random points.

    Returns
    -------
    Check

    Notes: KE 119
    """
    claimed = derivative.expression if answer is None else answer
    compare = _against_differences(derivative, claimed)
    return _checked(derivative, claimed, compare, seed, trials, 2e-5, "central differences")


Comparison = Callable[[Point], tuple[float, str] | None]


def _checked(
    derivative: Derivative,
    claimed: Expression,
    compare: Comparison,
    seed: int,
    trials: int,
    tolerance: float,
    against: str,
) -> Check:
    """Random points in turn, until enough of them have a dependable value."""
    worst, where, done, tries = 0.0, "", 0, 0
    expressions = [derivative.of, claimed, derivative.by]
    sound = inverses_are_sound(expressions)
    with np.errstate(all="ignore"):
        for tries, point in enumerate(random_points(expressions, np.random.default_rng(seed))):
            if done == trials or tries == MOST_TRIES:
                break
            found = compare(point) if sound(point) else None
            if found is None:
                continue
            done += 1
            if found[0] >= worst:
                worst, where = found
    return Check(done > 0 and worst < tolerance, worst, where, done, against, tries - done)


def inverses_are_sound(expressions: list[Expression]) -> Callable[[Point], bool]:
    """Whether every matrix that is inverted has a sound inverse at a point.

    Numbers at an all but singular matrix prove nothing: rounding decides them.
    """
    inverted = dict.fromkeys(
        node.arguments[0]
        for e in expressions
        for node in walk(e)
        if node.operation in {"inv", "logdet"}
    )
    if not inverted:
        return lambda point: True
    given = parameters_of(expressions)
    matrices = callable_for(list(inverted), given=given)

    def sound(point: Point) -> bool:
        try:
            found = matrices(**accepted_arguments(matrices, point))
            found = found if isinstance(found, tuple) else (found,)
            return all(float(np.linalg.cond(m)) < WORST_CONDITION for m in found)
        except (np.linalg.LinAlgError, ArithmeticError):
            return False

    return sound


def _against_differences(derivative: Derivative, claimed: Expression) -> Comparison:
    of, by = derivative.of, derivative.by
    given = parameters_of([of, claimed, by])
    value = callable_for([of], given=given)
    gradient = callable_for([claimed], given=given, guarded=derivative.guarded)
    name = identifier(by.detail)

    def compare(point: Point) -> tuple[float, str] | None:
        found = _difference(value, gradient, point, name, derivative, STEP)
        if found is None or found[0] < 1e-5:
            return found
        finer = _difference(value, gradient, point, name, derivative, STEP / 8)
        if finer is None or not finer[0] < 0.5 * found[0]:
            return found if finer is not None else None
        return None if finer[0] > 1e-5 else finer  # the differences had not settled

    return compare


def _difference(
    value: Callable[..., object],
    gradient: Callable[..., object],
    point: Point,
    name: str,
    derivative: Derivative,
    step: float,
) -> tuple[float, str] | None:
    arguments_value = accepted_arguments(value, point)
    try:
        full = central_differences(value, arguments_value, name, step)
        claimed = np.asarray(gradient(**accepted_arguments(gradient, point)), dtype=float)
    except (np.linalg.LinAlgError, ArithmeticError):
        return None
    if not (np.isfinite(full).all() and np.isfinite(claimed).all()):
        return None
    expected = differences_in_layout(full, derivative.of, derivative.by, derivative.layout)
    if "diagonal" in derivative.by.marks:
        expected = expected * np.eye(expected.shape[0])
    if expected.shape != claimed.shape:
        if expected.size != claimed.size:
            return float("inf"), "its shape"
        claimed = claimed.reshape(expected.shape)
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    gap = np.abs(expected - claimed) / scale
    if gap.size == 0:
        return 0.0, ""
    at = np.unravel_index(int(np.argmax(gap)), gap.shape)
    entry = "[" + ", ".join(str(int(i) + 1) for i in at) + "]" if gap.ndim else "its value"
    return float(gap.max()), entry


def accepted_arguments(function: Callable[..., object], point: Point) -> Point:
    """The part of a point that a function takes."""
    import inspect

    wanted = inspect.signature(function).parameters
    return {name: value for name, value in point.items() if name in wanted}


def check_with_jax(derivative: Derivative, *, seed: int = 0, trials: int = 2) -> Check:
    """Compare with `jax.jacobian` in double precision.

    Notes: KE 119
    """
    import jax

    of, by = derivative.of, derivative.by
    if sum(1 for _ in walk(of)) > MOST_FOR_JAX:
        return Check(False, 0.0, "", 0, "jax.grad, which takes long for a formula of this size")
    given = parameters_of([of, derivative.expression, by])
    gradient = callable_for([derivative.expression], given=given, guarded=derivative.guarded)
    name = identifier(by.detail)
    by_differences = _against_differences(derivative, derivative.expression)

    def compare(point: Point) -> tuple[float, str] | None:
        try:
            exact = _jax_jacobian(value, point, name)
            found = None if exact is None else _against(exact, gradient, point, derivative)
        except (np.linalg.LinAlgError, ArithmeticError):
            return None
        if found is None or found[0] < 1e-8:
            return found
        # JAX splits ties where the notes take the first: differences tell who is right.
        second = by_differences(point)
        return None if second is None or second[0] < 1e-5 else found

    with jax.enable_x64(True):
        value = callable_for([of], "jax", given=given)
        return _checked(derivative, derivative.expression, compare, seed, trials, 1e-8, "jax.grad")


def _jax_jacobian(value: Callable[..., object], point: Point, name: str) -> Array | None:
    import jax
    import jax.numpy as jnp

    fixed = {k: v for k, v in accepted_arguments(value, point).items() if k != name}
    by = np.asarray(point[name], dtype=float)
    full = np.asarray(jax.jacobian(lambda x: jnp.asarray(value(**(fixed | {name: x})), float))(by))
    outputs = full.ndim - by.ndim
    return np.moveaxis(full, range(outputs), range(by.ndim, full.ndim))


def _against(
    full: Array, gradient: Callable[..., object], point: Point, derivative: Derivative
) -> tuple[float, str] | None:
    claimed = np.asarray(gradient(**accepted_arguments(gradient, point)), dtype=float)
    if not (np.isfinite(full).all() and np.isfinite(claimed).all()):
        return None
    expected = differences_in_layout(full, derivative.of, derivative.by, derivative.layout)
    if "diagonal" in derivative.by.marks:
        expected = expected * np.eye(expected.shape[0])
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    gap = np.abs(expected - claimed.reshape(expected.shape)) / scale
    at = np.unravel_index(int(np.argmax(gap)), gap.shape) if gap.size else ()
    return float(gap.max(initial=0.0)), str([int(i) + 1 for i in at])
