"""How low a curve is, and where: its height, derivative and curvature at a place that is moved.

Notes: Def 105, §2.3
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import handle, line, plane, rule, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

LOW, HIGH, POINTS = -4.0, 4.0, 801
CONTROLS = (
    setting("theta", -2.0, "Where you look", symbol="θ", term="theta", shown=(LOW, HIGH)),
    setting("formula", "(theta - 1)^2 + 2", "J, a formula of theta"),
    setting("c", 0.0, "Added to J", symbol="c", shown=(-5.0, 5.0)),
)


@lru_cache(maxsize=32)
def _ground(formula: str) -> tuple[Any, ...]:
    """J, its curves at a grid, and its minima there."""
    from pellucid.calculus import compile_objective
    from pellucid.descent import local_minima

    J = compile_objective(formula, "theta", {}, where="theta: 1")
    grid = np.linspace(LOW, HIGH, POINTS)
    heights = np.array([J.value(np.array([v])) for v in grid])
    slopes = np.array([J.gradient_at(np.array([v]))[0] for v in grid])
    found = local_minima(lambda v: J.value(np.array([v])), LOW, HIGH, POINTS)
    return J, grid, heights, slopes, [m for m in found if m.is_global]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The place that is looked at, beside the lowest ones."""
    J, grid, heights, slopes, lowest = _ground(state["formula"])
    at = np.array([state["theta"]])
    value = float(J.value(at)) + state["c"]
    slope = float(J.gradient_at(at)[0])
    bend = float(J.hessian_vector(at, np.ones(1))[0])
    least = float(heights.min()) + state["c"]
    places = np.array([m.theta for m in lowest])
    where = ", ".join(number(v, 4) for v in places) or "everywhere"
    yield Scene(
        terms={
            "J": Now(value, digits=4),
            "theta": Now(state["theta"], digits=4),
            "slope": Now(slope, digits=4),
            "bend": Now(bend, digits=4),
            "least": Now(least, digits=4),
            "place": Now(where),
        },
        pictures={
            "curve": _curve(grid, heights + state["c"], state, value, slope, least, places),
            "derivative": _derivative(grid, slopes, state["theta"], slope, places),
        },
        facts=(
            ("min J, how low", number(least, 5)),
            ("argmin J, where", where),
            ("your height above min", number(value - least, 4)),
            ("J′ at your place", number(slope, 4)),
            ("J″ at your place", number(bend, 4)),
        ),
        numbers={"J": value, "slope": slope, "bend": bend, "least": least, "places": places},
        summary=f"J is {number(value)} here; its minimum is {number(least)} at {where}",
    )


def _curve(
    grid: Any, heights: Any, state: State, value: float, slope: float, least: float, places: Any
) -> dict[str, Any]:
    top = max(float(np.quantile(heights, 0.85)), value)
    room = 0.12 * ((top - least) or 1.0)
    reach = np.array([-0.8, 0.8])
    return plane(
        "J as a curve over θ with the height at {theta}, which is {J}; its minimum is {least}, at "
        "{place}.",
        [
            rule(y=least, term="least", label="min J"),
            line(grid, heights, term="J"),
            *(spot(v, least, "argmin", shape="diamond", term="place") for v in places),
            line(state["theta"] + reach, value + slope * reach, term="slope", width=2.2),
            spot(state["theta"], value, shape="dot", term="J"),
            handle(state["theta"], least - 0.6 * room, ("theta", ""), "place θ", term="theta"),
        ],
        box=(LOW, HIGH, least - room, top + room),
        x="θ",
        y="J(θ)",
        height=0.78,
    )


def _derivative(grid: Any, slopes: Any, at: float, slope: float, places: Any) -> dict[str, Any]:
    low, high = float(np.quantile(slopes, 0.05)), float(np.quantile(slopes, 0.95))
    low, high = min(low, slope, -0.5), max(high, slope, 0.5)
    room = 0.1 * (high - low)
    return plane(
        "The derivative of J over θ: it is {slope} at {theta}, and 0 where J is least inside.",
        [
            rule(y=0.0),
            *(rule(x=v, term="place", label="argmin") for v in places),
            line(grid, slopes, term="slope"),
            spot(at, slope, shape="dot", term="theta"),
        ],
        box=(LOW, HIGH, low - room, high + room),
        x="θ",
        y="J′(θ)",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that looks at the same place."""
    return f"""import numpy as np

from pellucid.calculus import compile_objective
from pellucid.descent import local_minima

objective = compile_objective({state["formula"]!r}, "theta", {{}}, where="theta: 1")
at, c = np.array([{state["theta"]!r}]), {state["c"]!r}
J = objective.value(at) + c
slope = objective.gradient_at(at)[0]
bend = objective.hessian_vector(at, np.ones(1))[0]

grid = np.linspace({LOW}, {HIGH}, {POINTS})
least = min(objective.value(np.array([v])) for v in grid) + c
found = local_minima(lambda v: objective.value(np.array([v])), {LOW}, {HIGH}, {POINTS})
places = [m.theta for m in found if m.is_global]
print(f"min J = {{least}}, argmin J = {{places}}")"""


def _side(state: State, scene: Scene) -> tuple[str, str]:
    slope = scene.numbers["slope"]
    flat = abs(slope) < 1e-6
    right = "It is flat here" if flat else ("To smaller θ" if slope > 0 else "To larger θ")
    return right, f"J′ is {number(slope)} at θ = {number(state['theta'])}."


PAGE = Page(
    name="min-and-argmin",
    lead="Two questions about one curve have two answers: min J is a height, argmin J the place "
    "where it is reached. Adding c to J moves one of them and leaves the other. How low, and "
    "where?",
    notes="Def 105, §2.3",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{least}{\min_{\theta} J(\theta)} = J(\theta^{*}), \qquad "
            r"\term{place}{\mathrm{argmin}_{\theta}\, J(\theta)} = \theta^{*}",
            "the minimum over theta of J is J at theta star; the argmin is theta star",
        ),
        Formula(
            r"\term{slope}{J'(\theta^{*})} = 0, \qquad \term{bend}{J''(\theta^{*})} > 0",
            "the derivative at theta star is zero, and the second derivative above zero",
        ),
    ),
    terms=(
        Term("J", "J(θ)", "height here", "rose"),
        Term("theta", "θ", "where you look", "green"),
        Term("slope", "J′(θ)", "slope here", "blue"),
        Term("bend", "J″(θ)", "how it bends here", "violet"),
        Term("least", "min J", "how low", "rose"),
        Term("place", "argmin J", "where", "orange"),
    ),
    pictures=(
        Picture("curve", "How low, and where", "main"),
        Picture("derivative", "The derivative"),
    ),
    questions=(
        Question(
            "From your place, which way is down?",
            ("To smaller θ", "To larger θ", "It is flat here"),
            _side,
        ),
    ),
    scenes=scenes,
    code=code,
)
