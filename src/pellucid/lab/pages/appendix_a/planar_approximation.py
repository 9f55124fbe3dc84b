"""The change that the gradient promises beside the change there is, as a step grows.

Notes: Concept 459, Concept 460, Def 462, §A.2.2
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import grid_of, handle, line, plane, rule, segments, spot, surface
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

ORDERS = ("1: a plane", "2: with its curvature")
REACH = 3.0
SHARES = tuple(float(s) for s in np.logspace(0, -3, 16))
CONTROLS = (
    setting("length", 1.2, "Length of the step", symbol="‖Δx‖", term="step", shown=(0.02, 3.0)),
    setting("angle", 20.0, "Its direction, degrees", symbol="φ", term="step", shown=(0.0, 360.0)),
    setting("order", ORDERS[0], "Approximated by", choices=ORDERS),
    setting("formula", "exp(-x'*x/4)", "J, a formula of x (2×1)"),
    setting("x_1", -1.0, "Where, x₁", term="x", shown=(-2.0, 2.0)),
    setting("x_2", 0.5, "Where, x₂", term="x", shown=(-2.0, 2.0)),
)


@lru_cache(maxsize=32)
def _ground(formula: str) -> tuple[Any, Any]:
    """J and its heights on a grid."""
    from pellucid.calculus import compile_objective

    J = compile_objective(formula, "x", {}, where="x: 2×1")
    grid, *_ = grid_of((-REACH, REACH, -REACH, REACH), 41)
    return J, np.array([J.value(p) for p in grid]).reshape(41, 41)


def _promise(J: Any, x: Any, move: Any, order: str) -> float:
    """ΔJ by the plane, or by the plane and the curvature."""
    from pellucid.descent import first_order_change

    linear = float(first_order_change(J, x, move))
    if order == ORDERS[0]:
        return linear
    return linear + float(0.5 * np.vdot(move, J.hessian_vector(x, move)))


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Both changes, along the step and on the surface."""
    J, heights = _ground(state["formula"])
    x, move = _step(state)
    slope = np.asarray(J.gradient_at(x))
    here, there = float(J.value(x)), float(J.value(x + move))
    promised = _promise(J, x, move, state["order"])
    gaps = np.array(
        [
            abs(J.value(x + s * move) - here - _promise(J, x, s * move, state["order"]))
            for s in SHARES
        ]
    )
    half = abs(J.value(x + move / 2) - here - _promise(J, x, move / 2, state["order"]))
    gap = abs(there - here - promised)
    yield Scene(
        terms={
            "x": Now(x, "2×1"),
            "step": Now(move, "2×1"),
            "slope": Now(slope, "2×1"),
            "true": Now(there - here, digits=4),
            "linear": Now(promised, digits=4),
            "gap": Now(gap, digits=3),
        },
        pictures={
            "surface": _surface(J, heights, x, move, state),
            "slice": _slice(J, x, move, here, state),
            "gaps": _gaps(gaps, state),
        },
        facts=(
            ("true ΔJ", number(there - here, 4)),
            (f"ΔJ of order {state['order'][0]}", number(promised, 4)),
            ("gap", number(gap)),
            ("gap at half the step", number(half)),
        ),
        numbers={"true": there - here, "promised": promised, "gap": gap, "half": half},
        summary=f"true change {number(there - here)}, approximated {number(promised)}",
    )


def _step(state: State) -> tuple[Any, Any]:
    turn = np.radians(state["angle"])
    x = np.array([state["x_1"], state["x_2"]])
    return x, state["length"] * np.array([np.cos(turn), np.sin(turn)])


def _surface(J: Any, heights: Any, x: Any, move: Any, state: State) -> dict[str, Any]:
    grid, *_ = grid_of((-REACH, REACH, -REACH, REACH), 41)
    here = float(J.value(x))
    flat = np.array([here + _promise(J, x, p - x, state["order"]) for p in grid]).reshape(41, 41)
    low, high = float(np.quantile(heights, 0.0)), float(np.quantile(heights, 0.98))
    room = 0.3 * ((high - low) or 1.0)
    end = x + move
    ends = np.array(
        [
            [*x, here],
            [*end, float(J.value(end))],
            [*end, here + _promise(J, x, move, state["order"])],
        ]
    )
    return surface(
        "J as a surface and what approximates it about {x}; the step is {step}: J changes by "
        "{true}, the approximation says {linear}.",
        heights,
        (-REACH, REACH, -REACH, REACH),
        heights=(low - room, high + room),
        x="x₁",
        y="x₂",
        z="J",
        plane=flat,
        term="linear",
        points=ends,
        group=np.array([0, 1, 2]),
        height=0.8,
    )


def _slice(J: Any, x: Any, move: Any, here: float, state: State) -> dict[str, Any]:
    """J along the direction of the step, over the distance gone."""
    size = state["length"]
    unit = move / size
    s = np.linspace(-1.0, 3.2, 85)
    curve = np.array([J.value(x + a * unit) for a in s])
    flat = np.array([here + _promise(J, x, a * unit, state["order"]) for a in s])
    end, promised = float(J.value(x + move)), here + _promise(J, x, move, state["order"])
    low, high = min(curve.min(), end, promised), max(curve.max(), end, promised)
    room = 0.12 * ((high - low) or 1.0)
    return plane(
        "J along the step and its approximation: the gap at the end of the step is {gap}.",
        [
            line(s, curve, term="true", label="J"),
            line(s, flat, term="linear", dashed=True),
            segments([size], [end], [size], [promised], term="gap"),
            spot(0.0, here, "x", shape="dot", term="x"),
            spot(size, promised, shape="ring", term="linear"),
            handle(size, end, ("length", ""), "length of the step", term="step"),
        ],
        box=(-1.0, 3.2, low - room, high + room),
        x="distance along the step",
        y="J",
        height=0.62,
    )


def _gaps(gaps: Any, state: State) -> dict[str, Any]:
    lengths = state["length"] * np.array(SHARES)
    shown = np.clip(gaps, 1e-13, None)
    return plane(
        "The gap over the length of the step, both on logarithmic axes: a straight line whose "
        "slope is the order of the gap.",
        [
            line(lengths, shown, term="gap", width=2.2),
            rule(x=state["length"], term="step", label="your step"),
        ],
        box=(
            float(lengths[-1]),
            4.0,
            10.0 ** np.floor(np.log10(shown.min())),
            10.0 ** np.ceil(np.log10(shown.max()) + 0.1),
        ),
        logs="xy",
        x="length of the step",
        y="gap",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that compares the same changes."""
    x, move = _step(state)
    curved = state["order"] != ORDERS[0]
    more = " + 0.5 * np.vdot(step, J.hessian_vector(x, step))" if curved else ""
    return f"""import numpy as np

from pellucid.calculus import compile_objective
from pellucid.descent import first_order_change

J = compile_objective({state["formula"]!r}, "x", {{}}, where="x: 2×1")
x, move = np.array({x.tolist()!r}), np.array({move.tolist()!r})


def approximated(step):
    return first_order_change(J, x, step){more}


true, promised = J.value(x + move) - J.value(x), approximated(move)
gap = abs(true - promised)
half = abs(J.value(x + move / 2) - J.value(x) - approximated(move / 2))
print(f"true {{true:.4f}}, approximated {{promised:.4f}}, gap {{gap:.2g}}, at half {{half:.2g}}")"""


ANSWERS = ("About half", "About a quarter", "An eighth or less", "Another share", "There is no gap")


def _halved(state: State, scene: Scene) -> tuple[str, str]:
    gap, half = scene.numbers["gap"], scene.numbers["half"]
    if gap < 1e-12:
        return ANSWERS[4], "On this formula the approximation is exact."
    share = half / gap
    told = f"The gap goes from {number(gap)} to {number(half)}: {number(share)} of it."
    if share <= 0.14:
        right = ANSWERS[2]
    elif share < 0.19 or 0.33 < share < 0.42 or share > 0.6:
        right = ANSWERS[3]
    else:
        right = ANSWERS[1] if share <= 0.33 else ANSWERS[0]
    power = 2 if state["order"] == ORDERS[0] else 3
    return right, f"{told} For a small step it falls with the power {power} of the length."


PAGE = Page(
    name="planar-approximation",
    lead="Near a place a smooth J is nearly a plane, and ΔJ nearly the gradient times the step. "
    "Lengthen the step and watch the two part. How far may one step before the plane misleads?",
    notes="Concept 459, Concept 460, Def 462, §A.2.2",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{true}{\Delta J} = J(\term{x}{x} + \term{step}{\Delta x}) - J(x)",
            "the true change is J at x plus delta x, minus J at x",
        ),
        Formula(
            r"\term{linear}{\Delta J} \approx \term{slope}{\nabla J(x)}^{\top} "
            r"\term{step}{\Delta x} \; \left( + \frac{1}{2} \Delta x^{\top} H \Delta x \right)",
            "delta J is nearly the gradient transposed times delta x, in second order with half "
            "of delta x transposed, the second derivatives, delta x",
        ),
    ),
    terms=(
        Term("x", "x", "where", "green"),
        Term("step", "Δx", "step", "orange"),
        Term("slope", "∇J", "gradient", "blue"),
        Term("true", "ΔJ", "true change", "grey"),
        Term("linear", "≈ΔJ", "approximated", "violet"),
        Term("gap", "gap", "what is missed", "rose"),
    ),
    pictures=(
        Picture("surface", "J and what approximates it: drag to turn", "main"),
        Picture("slice", "Along the step: drag its end"),
        Picture("gaps", "The gap falls faster than the step"),
    ),
    questions=(Question("Halve the step. What is left of the gap?", ANSWERS, _halved),),
    scenes=scenes,
    code=code,
)
