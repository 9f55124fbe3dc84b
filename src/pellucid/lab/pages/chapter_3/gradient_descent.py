"""Gradient descent on a line's slope and offset, over a column of the table.

Notes: KE 113, §3.1.8, §3.2, Clar 94
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import (
    arrow,
    field,
    grid_of,
    handle,
    line,
    path,
    plane,
    points,
    progress,
    segments,
    spot,
)
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene

RULES = ("gradient descent", "momentum", "adagrad", "adam")
SCALES = ("0 to 1", "standardised")
CONTROLS = (
    setting(
        "eta",
        0.75,
        "How far one step goes",
        symbol="η",
        term="eta",
        low=0.0,
        open_low=True,
        shown=(0.001, 2.0),
        scale="log",
    ),
    column("x", "Input x"),
    column("y", "Answer y", answer=True),
    setting("rule", "gradient descent", "Update rule", choices=RULES),
    setting("axis_wise", False, "One axis at a time"),
    setting("columns", "0 to 1", "How x is scaled", choices=SCALES),
    setting("steps", 200, "Most steps", symbol="T", shown=(10, 1000), scale="log"),
    setting("start_1", -2.0, "Start, slope", symbol="θ⁽⁰⁾", term="theta", shown=(-8.0, 8.0)),
    setting("start_0", 2.0, "Start, offset", symbol="θ₀⁽⁰⁾", term="theta", shown=(-8.0, 8.0)),
)


@lru_cache(maxsize=8)
def _ground(data: Data, x_name: str, y_name: str, columns: str) -> tuple[Any, ...]:
    """What changes with the data alone: rows, J, its least value, its heights on a grid."""
    from pellucid.descent import model_objective
    from pellucid.linear import LeastSquares

    x, y = data.table.known(x_name, y_name).numbers(x_name, y_name).T
    x = _scaled(x, columns)
    y = _scaled(y, "standardised")
    J = model_objective("square", "linear", x[:, None], y)
    line = LeastSquares().fit(x[:, None], y)
    least = (float(line.coef_[0]), float(line.intercept_))
    reach = 6.4 if columns == "0 to 1" else 4.0
    box = (least[0] - reach, least[0] + reach, least[1] - reach, least[1] + reach)
    grid, *_ = grid_of(box, 60)
    heights = np.array([J.value({"theta": p[:1], "theta_0": p[1]}) for p in grid]).reshape(60, 60)
    return x, y, J, least, box, heights


def _scaled(x: Any, columns: str) -> Any:
    if columns == "0 to 1":
        return (x - x.min()) / (np.ptp(x) or 1.0)
    return (x - x.mean()) / (x.std() or 1.0)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The whole run: its path in both spaces, and J along it."""
    from pellucid.descent import SmallGradient, Steps, minimize
    from pellucid.descent.verdict import VERDICTS

    x, y, J, least, box, heights = _ground(data, state["x"], state["y"], state["columns"])
    start = {"theta": np.array([state["start_1"]]), "theta_0": np.array(state["start_0"])}
    found = minimize(
        J,
        start,
        rule=state["rule"],
        step_size=state["eta"],
        along="one axis" if state["axis_wise"] else "all",
        stop=Steps(state["steps"]) | SmallGradient(1e-6),
    )
    walk = np.array([[p["theta"][0], p["theta_0"]] for p in found.path])
    slopes = np.array([[g["theta"][0], g["theta_0"]] for g in found.gradients])
    floor = J.value({"theta": np.array(least[:1]), "theta_0": least[1]})
    n = len(x)
    yield Scene(
        terms={
            "theta": Now(Moving(walk), "2×1"),
            "eta": Now(state["eta"]),
            "slope": Now(Moving(slopes), "2×1"),
            "J": Now(Moving(found.values), digits=4),
            "fit": Now(Moving(walk), f"1×{n}", "{0}·x {+1}"),
            "data": Now(state["y"], f"1×{n}"),
        },
        pictures={
            "parameters": _parameters(walk, slopes, heights, floor, least, box),
            "inputs": _inputs(x, y, walk, state),
            "course": _course(found.values - floor),
        },
        facts=(
            ("where it ended", f"{found.verdict}: {VERDICTS[found.verdict]}"),
            ("what ended the run", found.reason),
            ("steps taken", f"{found.steps:,}"),
            ("J at the end", number(found.value, 4)),
            ("‖∇J‖ at the end", number(found.gradient_norm)),
            ("least J there is", number(floor, 4)),
        ),
        numbers={"values": found.values, "verdict": found.verdict, "steps": found.steps},
        steps=len(walk) - 1,
        summary=f"{found.verdict} after {found.steps} steps",
    )


def _parameters(
    walk: Any, slopes: Any, heights: Any, floor: float, least: Any, box: Any
) -> dict[str, Any]:
    return plane(
        "Level lines of J over slope and offset. Step {t} of {steps}: θ is {theta}, the gradient "
        f"{{slope}}; J is least at {number(least[0])}, {number(least[1])}.",
        [
            field(heights, lowest=floor, term="J"),
            spot(least[0], least[1], "least J"),
            arrow(Moving(walk), Moving(walk + slopes), term="slope", label="∇J", length=46),
            path(walk, term="theta", next_term="eta"),
            handle(
                walk[0, 0],
                walk[0, 1],
                ("start_1", "start_0"),
                "start θ⁽⁰⁾",
                colour="ink",
                hollow=True,
            ),
        ],
        box=box,
        x="θ, slope",
        y="θ₀, offset",
        height=0.86,
    )


def _inputs(x: Any, y: Any, walk: Any, state: State) -> dict[str, Any]:
    ends = np.array([x.min(), x.max()])
    fitted = walk[:, :1] * ends + walk[:, 1:]
    guesses = walk[:, :1] * x + walk[:, 1:] if walk.shape[0] * len(x) < 60_000 else None
    missed = [] if guesses is None else [segments(x, y, x, Moving(guesses), term="J", only=("J",))]
    room = 0.04 * float(np.ptp(x) or 1.0)
    return plane(
        f"{len(x)} rows, {state['y']} over {state['x']}, with the line of step {{t}}: {{fit}}.",
        [
            *missed,
            points(x, y, term="data"),
            line(ends, Moving(fitted), term="fit", width=3.0),
        ],
        box=(ends[0] - room, ends[1] + room, min(y.min(), -2.4) - 0.2, max(y.max(), 2.4) + 0.2),
        x=f"x: {state['x']}, {state['columns']}",
        y=f"y: {state['y']}",
        height=0.56,
    )


def _course(above: Any) -> dict[str, Any]:
    shown = np.clip(above, 1e-14, 1e9)
    return plane(
        f"J above its least value: {number(shown[0])} at the start, {number(shown[-1])} at the "
        f"end.",
        [progress(shown, term="J")],
        box=(
            0,
            max(len(shown) - 1, 1),
            10.0 ** np.floor(np.log10(shown.min())),
            10.0 ** np.ceil(np.log10(shown.max()) + 1e-9),
        ),
        logs="y",
        x="step t",
        y="J − least J",
        height=0.5,
    )


def code(state: State, data: Data) -> str:
    """The program that walks the same way."""
    scaled = {
        "0 to 1": "x = (x - x.min()) / (np.ptp(x) or 1.0)",
        "standardised": "x = (x - x.mean()) / (x.std() or 1.0)",
    }
    along = ', along="one axis"' if state["axis_wise"] else ""
    return f"""import numpy as np
{data.program}

from pellucid.descent import SmallGradient, Steps, minimize, model_objective

names = ({state["x"]!r}, {state["y"]!r})
x, y = table.known(*names).numbers(*names).T
{scaled[state["columns"]]}
y = (y - y.mean()) / (y.std() or 1.0)

J = model_objective("square", "linear", x[:, None], y)
start = {{"theta": np.array([{state["start_1"]!r}]), "theta_0": np.array({state["start_0"]!r})}}
found = minimize(J, start, rule={state["rule"]!r}, step_size={state["eta"]!r}{along},
                 stop=Steps({state["steps"]}) | SmallGradient(1e-6))
values, verdict, steps = found.values, found.verdict, found.steps
print(found.explain())"""


def _ends(state: State, scene: Scene) -> tuple[str, str]:
    verdict, steps = scene.numbers["verdict"], scene.numbers["steps"]
    kind = {"converged": "It arrives", "diverging": "It flies away"}
    return (
        kind.get(verdict, "Neither, in these steps"),
        f"The library’s verdict: {verdict} after {steps} steps.",
    )


PAGE = Page(
    name="gradient-descent",
    lead="From a start, step after step against the slope of J. A short step crawls, a long one "
    "overshoots. How long is too long?",
    notes="KE 113, §3.1.8, §3.2",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{theta}{\theta^{(t)}} = \theta^{(t-1)} - \term{eta}{\eta}\, "
            r"\term{slope}{\nabla_{\theta} J\left(\theta^{(t-1)}\right)}",
            "theta at t is theta at t minus 1, minus eta times the gradient of J there",
        ),
        Formula(
            r"\term{J}{J(\theta,\theta_0)} = \frac{1}{n}\sum_{i=1}^{n}"
            r"\left(\term{fit}{\theta x^{(i)}+\theta_0} - \term{data}{y^{(i)}}\right)^2",
            "J is the mean over i of the squared difference of theta x i plus theta zero and y i",
        ),
    ),
    terms=(
        Term("theta", "θ", "where we stand", "green"),
        Term("eta", "η", "step size", "orange"),
        Term("slope", "∇J", "gradient: uphill", "blue"),
        Term("J", "J", "how bad this line is", "rose"),
        Term("fit", "h(x)", "the line", "green"),
        Term("data", "y", "the answers", "grey"),
    ),
    pictures=(
        Picture("parameters", "Parameter space: every point is a line", "main"),
        Picture("inputs", "Input space: the line over the rows"),
        Picture("course", "J along the steps"),
    ),
    questions=(
        Question(
            "With this η, what will happen?",
            ("It arrives", "Neither, in these steps", "It flies away"),
            _ends,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("a line with noise", "a few rows of a line", "a wave"),
)
