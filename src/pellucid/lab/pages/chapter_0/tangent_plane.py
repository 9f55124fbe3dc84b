"""A surface and the plane that touches it; a slope by a finite difference, and how far it is off.

Notes: §0.1, eq 1, Concept 95, Concept 109
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import box_of, grid_of, handle, line, plane, rule, segments, spot, surface
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

PRESETS = {
    "a bowl": "(x^2 + 2*y^2)/4",
    "a saddle": "(x^2 - y^2)/3",
    "waves": "sin(1.5*x)*cos(y)",
    "a hill": "exp(-x^2/2 - y^2/2)",
    "a plane": "x/2 - y/3",
}
OWN = "my own formula"
SIDE, REACH = 25, 2.0
DELTAS = np.logspace(-3, np.log10(2.0), 41)
CONTROLS = (
    setting("delta", 1.0, "Step of the difference", symbol="δ", term="delta",
            shown=(0.001, 2.0), scale="log"),
    setting("view", 1.0, "Half of the width that is seen", term="plane", shown=(0.02, 2.0),
            scale="log"),
    setting("x", 0.6, "The point, x", symbol="x", term="point", shown=(-2.0, 2.0)),
    setting("y", -0.4, "The point, y", symbol="y", term="point", shown=(-2.0, 2.0)),
    setting("shape", "waves", "Surface z", choices=(*PRESETS, OWN)),
    setting("formula", "x*y/2 + sin(x)", "Formula of x and y", when=(("shape", (OWN,)),)),
)  # fmt: skip


def _formula(state: State) -> str:
    """The surface as a function of one vector p: x is its first entry, y its second."""
    asked = state["formula"] if state["shape"] == OWN else PRESETS[state["shape"]]
    entries = {"x": "(u'*p)", "y": "(v'*p)"}
    return re.sub(r"\b[xy]\b", lambda found: entries[found.group()], asked)


@lru_cache(maxsize=32)
def _surface(formula: str) -> Any:
    from pellucid.calculus import compile_objective

    return compile_objective(formula, "p", {"u": np.eye(2)[0], "v": np.eye(2)[1]}, where="p: 2")


@lru_cache(maxsize=64)
def _seen(formula: str, x: float, y: float, view: float) -> tuple[Any, ...]:
    """The surface and its tangent plane over a square about the point."""
    from pellucid.descent import tangent_plane

    J, at = _surface(formula), np.array([x, y])
    box = (x - view, x + view, y - view, y + view)
    grid, *_ = grid_of(box, SIDE)
    flat = tangent_plane(J, at)
    heights, touching = (np.array([float(f(p)) for p in grid]) for f in (J.value, flat))
    return box, heights.reshape(SIDE, SIDE), touching.reshape(SIDE, SIDE)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Surface, plane and secant at the point."""
    from pellucid.descent.objective import forward_differences

    formula = _formula(state)
    J, at, delta = _surface(formula), np.array([state["x"], state["y"]]), state["delta"]
    value, slopes = float(J.value(at)), J.gradient_at(at)
    quotients = forward_differences(J.value, at, delta)
    gaps = np.array([np.abs(forward_differences(J.value, at, d) - slopes).max() for d in DELTAS])
    gap = float(np.abs(quotients - slopes).max())
    half = float(np.abs(forward_differences(J.value, at, delta / 2) - slopes).max())
    box, heights, touching = _seen(formula, state["x"], state["y"], state["view"])
    apart = float(np.abs(heights - touching).max())
    yield Scene(
        terms={
            "point": Now(at, "2×1"),
            "delta": Now(delta),
            "slope": Now(slopes, "2×1"),
            "quotient": Now(quotients, "2×1"),
            "gap": Now(gap),
            "plane": Now(apart, text="{0} at most"),
        },
        pictures={
            "surface": _picture(box, heights, touching, at, value),
            "slice": _slice(J, at, value, slopes, quotients, delta),
            "gaps": _gaps(gaps, delta, gap),
        },
        facts=(
            ("height z", number(value, 4)),
            ("slopes along x and y", ", ".join(number(s, 4) for s in slopes)),
            ("by differences with δ", ", ".join(number(s, 4) for s in quotients)),
            ("larger gap of the two", number(gap)),
            ("with half of δ", number(half)),
            ("surface and plane apart, as far as seen", number(apart)),
        ),
        numbers={"value": value, "slopes": slopes, "quotients": quotients, "half": half},
        summary=f"The slopes are {number(slopes[0])} and {number(slopes[1])}; differences are off "
        f"by {number(gap)}",
    )


def _picture(box: Any, heights: Any, touching: Any, at: Any, value: float) -> dict[str, Any]:
    low, high = float(heights.min()), float(heights.max())
    room = 0.25 * ((high - low) or 0.2)
    return surface(
        "A surface over x and y with the plane that touches it at {point}. Seen from near, the two "
        "are the same: here they are apart by {plane}.",
        heights,
        box,
        heights=(low - room, high + room),
        x="x",
        y="y",
        z="z",
        plane=touching,
        points=np.array([[at[0], at[1], value]]),
        term="plane",
        height=0.85,
    )


def _slice(
    J: Any, at: Any, value: float, slopes: Any, quotients: Any, delta: float
) -> dict[str, Any]:
    reach = max(1.3 * delta, 0.3)
    grid = np.linspace(at[0] - reach, at[0] + reach, 121)
    heights = np.array([float(J.value(np.array([x, at[1]]))) for x in grid])
    ends = np.array([at[0] - reach, at[0] + reach])
    tangent, secant = (value + s * (ends - at[0]) for s in (slopes[0], quotients[0]))
    left, right, low, high = box_of(grid, heights, 0.25)
    far = value + quotients[0] * delta
    return plane(
        "The surface cut along x: the curve, its tangent of slope {slope}, and the line through "
        "two points δ = {delta} apart, of slope {quotient}.",
        [
            line(grid, heights, colour="ink", width=2.6),
            line(ends, tangent, term="slope", width=2.2),
            line(ends, secant, term="quotient", width=2.2, dashed=True),
            segments([at[0] + delta], [value + slopes[0] * delta], [at[0] + delta], [far],
                     term="gap"),
            spot(at[0] + delta, far, "x + δ", shape="dot", term="delta"),
            handle(at[0], value, ("x", ""), "the point, along x", term="point"),
        ],
        box=(left, right, low, high),
        x="x",
        y="z",
        height=0.62,
    )  # fmt: skip


def _gaps(gaps: Any, delta: float, gap: float) -> dict[str, Any]:
    shown = np.clip(gaps, 1e-12, 1e6)
    here = float(np.clip(gap, 1e-12, 1e6))
    return plane(
        "The larger gap between a difference and its slope, over δ, both axes logarithmic; now "
        "{gap} at {delta}.",
        [
            line(DELTAS, shown, term="gap"),
            rule(x=delta, term="delta", label="δ"),
            spot(delta, here, shape="dot", term="gap"),
        ],
        box=(
            float(DELTAS[0]),
            2.0,
            10.0 ** np.floor(np.log10(min(float(shown.min()), here)) - 0.01),
            10.0 ** np.ceil(np.log10(max(float(shown.max()), here)) + 0.01),
        ),
        logs="xy",
        x="δ",
        y="gap",
        height=0.5,
    )


def code(state: State, data: Data) -> str:
    """The program that takes the same differences."""
    return f"""import numpy as np
from pellucid.calculus import compile_objective
from pellucid.descent import tangent_plane
from pellucid.descent.objective import forward_differences

# x and y are the entries of one vector p.
u, v = np.eye(2)
z = compile_objective({_formula(state)!r}, "p", {{"u": u, "v": v}}, where="p: 2")
at, delta = np.array([{state["x"]!r}, {state["y"]!r}]), {state["delta"]!r}
value, slopes = z.value(at), z.gradient_at(at)
quotients = forward_differences(z.value, at, delta)
half = np.abs(forward_differences(z.value, at, delta / 2) - slopes).max()

plane = tangent_plane(z, at)  # the tangent plane, a function of p
print(value, slopes, quotients, plane(at))"""


ANSWERS = ("It stays", "To about a half", "To about a quarter", "None of these")


def _halved(state: State, scene: Scene) -> tuple[str, str]:
    gap = float(np.abs(scene.numbers["quotients"] - scene.numbers["slopes"]).max())
    half = float(scene.numbers["half"])
    if gap < 1e-9:
        return "It stays", "There is no gap but rounding: along each axis z is a straight line."
    share = half / gap
    near = {1.0: ANSWERS[0], 0.5: ANSWERS[1], 0.25: ANSWERS[2]}
    right = next((words for at, words in near.items() if abs(share - at) < 0.1), ANSWERS[3])
    return right, (
        f"It goes from {number(gap)} to {number(half)}. For a small δ the gap is about δ times "
        "half of the second derivative, so it halves with δ where that is not 0."
    )


PAGE = Page(
    name="tangent-plane",
    lead="From near, a smooth surface looks like a plane, and a curve like its tangent. A finite "
    "difference goes a step of δ and divides; what it gives is the slope only as nearly as the "
    "curve is straight over δ. How small must δ be to show the slope?",
    notes="§0.1, Concept 95, Concept 109",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{slope}{\frac{\partial z}{\partial x}} \approx \term{quotient}{"
            r"\frac{\Delta z}{\Delta x}} = \frac{z(x+\term{delta}{\delta},\ y) - z(x, y)}"
            r"{\term{delta}{\delta}}",
            "the partial derivative is about delta z over delta x, which is z at x plus delta and "
            "y, minus z at x and y, over delta",
        ),
        Formula(
            r"z \approx z(\term{point}{p}) + (p' - p)\cdot\nabla z \quad "
            r"\term{plane}{\mathrm{(plane)}}",
            "near the point p, z is about z of p plus the move dot the gradient: a plane",
        ),
    ),
    terms=(
        Term("point", "p", "the point (x, y)", "green"),
        Term("delta", "δ", "step", "orange"),
        Term("slope", "∇z", "slopes along x, y", "blue"),
        Term("quotient", "Δz/δ", "by differences", "orange"),
        Term("gap", "gap", "the larger one", "rose"),
        Term("plane", "plane", "off in the view", "violet"),
    ),
    pictures=(
        Picture("surface", "The surface, and the plane that touches it", "main"),
        Picture("slice", "Cut along x"),
        Picture("gaps", "Gap over δ"),
    ),
    questions=(Question("Half of δ: what happens to the gap?", ANSWERS, _halved),),
    scenes=scenes,
    code=code,
)
