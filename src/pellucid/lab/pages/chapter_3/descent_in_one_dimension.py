"""Gradient descent along one parameter of a typed formula.

Notes: Concept 107, KE 110, §3.1
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import arrow, box_of, handle, line, path, plane, progress, rule, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene

PRESETS = {
    "a bowl": "(theta - 1)^2",
    "two valleys": "(theta^2 - 1)^2/4 + 0.2*theta",
    "waves in a bowl": "0.15*theta^2 + sin(3*theta)",
    "a kink": "abs(theta)",
    "no floor": "theta",
    "least only at infinity": "exp(-theta)",
}
OWN = "my own formula"
OWN_ONLY = (("shape", (OWN,)),)
LOW, HIGH = -4.0, 4.0
CONTROLS = (
    setting(
        "eta", 0.1, "How far one step goes", symbol="η", term="eta", low=0.0, open_low=True,
        shown=(0.001, 2.0), scale="log",
    ),
    setting("shape", "two valleys", "J", choices=(*PRESETS, OWN)),
    setting("formula", "theta^4/20 - cos(2*theta)", "Formula of theta", when=OWN_ONLY),
    setting("start", 2.0, "Start", symbol="θ⁽⁰⁾", term="theta", shown=(LOW, HIGH)),
    setting("epsilon", 1e-5, "Stop at a slope of", symbol="ε", shown=(1e-9, 0.1), scale="log"),
    setting("steps", 100, "Most steps", symbol="T", shown=(5, 500), scale="log"),
)  # fmt: skip


def _formula(state: State) -> str:
    own: str = state["formula"]
    return own if state["shape"] == OWN else PRESETS[state["shape"]]


@lru_cache(maxsize=32)
def _ground(formula: str) -> tuple[Any, ...]:
    """J, its curve, and its minima between the ends of the picture."""
    from pellucid.calculus import compile_objective
    from pellucid.descent import local_minima

    J = compile_objective(formula, "theta", {}, where="theta: 1")
    grid = np.linspace(LOW, HIGH, 401)
    heights = np.array([J.value(np.array([x])) for x in grid])
    found = local_minima(lambda x: J.value(np.array([x])), LOW, HIGH, 401)
    inside = [m for m in found if LOW < m.theta < HIGH]
    return J, grid, heights, inside


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The whole walk on the curve, and J along it."""
    from pellucid.descent import SmallGradient, Steps, minimize
    from pellucid.descent.verdict import VERDICTS

    J, grid, heights, valleys = _ground(_formula(state))
    found = minimize(
        J,
        np.array([state["start"]]),
        step_size=state["eta"],
        stop=Steps(state["steps"]) | SmallGradient(state["epsilon"]),
    )
    walk = np.array(found.path)[:, 0]
    slopes = np.array(found.gradients)[:, 0]
    yield Scene(
        terms={
            "theta": Now(Moving(walk), digits=4),
            "eta": Now(state["eta"]),
            "slope": Now(Moving(slopes)),
            "step": Now(Moving(-state["eta"] * slopes)),
            "J": Now(Moving(found.values), digits=4),
        },
        pictures={
            "curve": _curve(grid, heights, walk, slopes, found.values, valleys),
            "course": _course(found.values),
            "places": _places(walk, valleys),
        },
        facts=(
            ("where it ended", f"{found.verdict}: {VERDICTS[found.verdict]}"),
            ("what ended the run", found.reason),
            ("steps taken", f"{found.steps:,}"),
            ("θ at the end", number(walk[-1], 5)),
            ("J at the end", number(found.value, 5)),
            ("minima in the picture", _told(valleys)),
        ),
        numbers={
            "values": found.values,
            "verdict": found.verdict,
            "steps": found.steps,
            "theta": walk[-1],
        },
        steps=len(walk) - 1,
        summary=f"{found.verdict} after {found.steps} steps",
    )


def _told(valleys: Any) -> str:
    """Where the minima lie, the global one named."""
    words = [number(m.theta) + (" (lowest)" if m.is_global else "") for m in valleys]
    return ", ".join(words) if words else "none"


def _curve(
    grid: Any, heights: Any, walk: Any, slopes: Any, values: Any, valleys: Any
) -> dict[str, Any]:
    low, high = float(np.min(heights)), float(np.quantile(heights, 0.8))
    room = 0.1 * ((high - low) or 1.0)
    top = max(high, min(float(values[0]), 4.0 * high - 3.0 * low)) + room
    shown = np.clip(walk, -1e6, 1e6)
    tall = np.clip(values, -1e6, 1e6)
    reach = 0.7 / np.sqrt(1.0 + slopes**2)
    across = np.stack([shown - reach, shown + reach], axis=1)
    up = np.stack([tall - reach * slopes, tall + reach * slopes], axis=1)
    down = np.stack([shown - np.sign(slopes), tall], axis=1)
    here = np.stack([shown, tall], axis=1)
    return plane(
        "J as a curve over θ. Step {t} of {steps}: θ is {theta}, J is {J}, the slope {slope}; the "
        "next step goes by {step}.",
        [
            line(grid, heights, term="J"),
            *(spot(m.theta, m.value, "lowest" if m.is_global else "") for m in valleys),
            line(Moving(across), Moving(np.clip(up, -1e6, 1e6)), term="slope", width=2.0),
            arrow(Moving(here), Moving(down), term="eta", label="step", length=34),
            path(here, term="theta", next_term="eta"),
            handle(
                walk[0], values[0], ("start", ""), "start θ⁽⁰⁾", colour="ink", hollow=True
            ),
        ],
        box=(LOW, HIGH, low - room, top),
        x="θ",
        y="J(θ)",
        height=0.78,
    )  # fmt: skip


def _course(values: Any) -> dict[str, Any]:
    shown = np.clip(values, -1e6, 1e6)
    low, high = float(shown.min()), float(shown.max())
    room = 0.08 * ((high - low) or 1.0)
    return plane(
        f"J along the steps: {number(values[0])} at the start, {number(values[-1])} at the end.",
        [progress(shown, term="J")],
        box=(0, max(len(shown) - 1, 1), low - room, high + room),
        x="step t",
        y="J",
        height=0.5,
    )


def _places(walk: Any, valleys: Any) -> dict[str, Any]:
    shown = np.clip(walk, -1e6, 1e6)
    _, _, low, high = box_of([0.0], [*shown, *(m.theta for m in valleys)], 0.1)
    return plane(
        f"θ along the steps: {number(walk[0])} at the start, {number(walk[-1])} at the end.",
        [*(rule(y=m.theta, label="minimum") for m in valleys), progress(shown, term="theta")],
        box=(0, max(len(shown) - 1, 1), low, high),
        x="step t",
        y="θ",
        height=0.5,
    )


def code(state: State, data: Data) -> str:
    """The program that walks the same way."""
    return f"""import numpy as np

from pellucid.calculus import compile_objective
from pellucid.descent import SmallGradient, Steps, minimize

J = compile_objective({_formula(state)!r}, "theta", {{}}, where="theta: 1")
found = minimize(J, np.array([{state["start"]!r}]), step_size={state["eta"]!r},
                 stop=Steps({state["steps"]}) | SmallGradient({state["epsilon"]!r}))
values, verdict, steps = found.values, found.verdict, found.steps
theta = found.path[-1][0]
print(found.explain())"""


def _ends(state: State, scene: Scene) -> tuple[str, str]:
    verdict, steps = scene.numbers["verdict"], scene.numbers["steps"]
    words = {
        "converged": "It settles in a valley",
        "oscillating": "It jumps to and fro",
        "diverging": "It flies away",
        "unbounded below": "It falls without end",
    }
    return (
        words.get(verdict, "Neither, in these steps"),
        f"The library’s verdict: {verdict} after {steps} steps.",
    )


PAGE = Page(
    name="descent-in-one-dimension",
    lead="The slope tells which way is up; go the other way, η times as far. Too short a step "
    "crawls, too long a one leaps over the valley, and every walk ends in the valley where it "
    "began, if in any. Which η arrives?",
    notes="Concept 107, KE 110, §3.1",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{theta}{\theta^{(t)}} = \theta^{(t-1)} - "
            r"\term{eta}{\eta}\, \term{slope}{J'(\theta^{(t-1)})}",
            "theta at t is theta at t minus 1, minus eta times the derivative of J there",
        ),
        Formula(
            r"\term{step}{\Delta\theta} = -\eta\, J'(\theta), \qquad \Delta\term{J}{J} \approx "
            r"\Delta\theta\, J'(\theta) \le 0",
            "delta theta is minus eta times the derivative; J changes by about delta theta times "
            "the derivative, which is at most zero",
        ),
    ),
    terms=(
        Term("theta", "θ", "where we stand", "green"),
        Term("eta", "η", "step size", "orange"),
        Term("slope", "J′(θ)", "slope there", "blue"),
        Term("step", "Δθ", "the next step", "violet"),
        Term("J", "J(θ)", "height", "rose"),
    ),
    pictures=(
        Picture("curve", "The walk on the curve", "main"),
        Picture("course", "J along the steps"),
        Picture("places", "θ along the steps"),
    ),
    questions=(
        Question(
            "With this start and η, how does it end?",
            (
                "It settles in a valley",
                "It jumps to and fro",
                "Neither, in these steps",
                "It flies away",
                "It falls without end",
            ),
            _ends,
        ),
    ),
    scenes=scenes,
    code=code,
)
