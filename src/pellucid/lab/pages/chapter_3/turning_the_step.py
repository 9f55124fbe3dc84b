"""A step of one length turned all the way round: how J changes, and what the gradient promises.

Notes: Concept 109, Concept 114, Concept 115, Concept 116
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import arrow, field, grid_of, handle, line, plane, rule, segments, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import scaled

TURN = np.arange(0, 361, 3)
REACH = 2.4
CONTROLS = (
    setting("angle", 60.0, "Angle of the step", symbol="α", term="step", unit="°",
            shown=(0.0, 360.0)),
    setting("length", 0.5, "Length of the step", symbol="‖Δθ‖", term="step",
            shown=(0.001, 2.0), scale="log"),
    setting("theta_1", -0.2, "Slope", symbol="θ", term="theta", shown=(-3.0, 3.0)),
    setting("theta_0", 0.4, "Offset", symbol="θ₀", term="theta", shown=(-3.0, 3.0)),
    column("x", "Input x"),
    column("y", "Answer y", answer=True),
)  # fmt: skip


@lru_cache(maxsize=8)
def _ground(data: Data, x_name: str, y_name: str) -> tuple[Any, ...]:
    """J of slope and offset as one vector, its least place, and its heights on a grid.

    The input is shifted by its deviation, so that slope and offset pull at one another.
    """
    from pellucid.descent import Objective, model_objective
    from pellucid.linear import LeastSquares

    x, y = scaled(data.table.known(x_name, y_name).numbers(x_name, y_name)).T
    X = x[:, None] + 0.8
    of = model_objective("square", "linear", X, y)

    def named(p: Any) -> dict[str, Any]:
        return {"theta": np.asarray(p)[:1], "theta_0": np.asarray(p)[1]}

    def slope(p: Any) -> Any:
        found = of.gradient_at(named(p))
        return np.append(found["theta"], found["theta_0"])

    J = Objective(lambda p: of.value(named(p)), slope)
    best = LeastSquares().fit(X, y)
    least = (float(best.coef_[0]), float(best.intercept_))
    box = (least[0] - REACH, least[0] + REACH, least[1] - REACH, least[1] + REACH)
    grid, *_ = grid_of(box, 50)
    return J, least, box, np.array([J.value(p) for p in grid]).reshape(50, 50)


def _step(state: State) -> Any:
    turned = np.deg2rad(state["angle"])
    return state["length"] * np.array([np.cos(turned), np.sin(turned)])


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The step at this angle, among all others of its length."""
    from pellucid.descent import first_order_change, split_step

    J, least, box, heights = _ground(data, state["x"], state["y"])
    at, step = np.array([state["theta_1"], state["theta_0"]]), _step(state)
    gradient = J.gradient_at(at)
    here = J.value(at)
    change = J.value(at + step) - here
    promised = first_order_change(J, at, step)
    parts = split_step(step, gradient)
    round_about = np.deg2rad(TURN)
    circle = state["length"] * np.column_stack([np.cos(round_about), np.sin(round_about)])
    changes = np.array([J.value(at + s) - here for s in circle])
    promises = circle @ gradient
    uphill = float(np.rad2deg(np.arctan2(gradient[1], gradient[0]))) % 360
    between = (state["angle"] - uphill + 180) % 360 - 180
    yield Scene(
        terms={
            "theta": Now(at, "2×1"),
            "step": Now(step, "2×1"),
            "slope": Now(gradient, "2×1"),
            "change": Now(change),
            "promised": Now(promised),
            "aside": Now(parts.across, "2×1"),
        },
        pictures={
            "parameters": _parameters(at, step, gradient, circle, parts, heights, least, box),
            "turn": _turn(state, changes, promises, change, promised, uphill),
        },
        facts=(
            ("true change ΔJ", number(change, 4)),
            ("promised change Δθ·∇J", number(promised, 4)),
            ("what the promise misses", number(change - promised)),
            ("angle between step and ∇J", f"{number(abs(between))}°"),
            ("steepest promised descent at", f"{number((uphill + 180) % 360)}°"),
            ("length of ∇J", number(float(np.linalg.norm(gradient)))),
        ),
        numbers={
            "change": change,
            "promised": promised,
            "along": parts.along,
            "aside": parts.across,
        },
        summary=f"J changes by {number(change)}; the gradient promises {number(promised)}",
    )


def _parameters(
    at: Any, step: Any, gradient: Any, circle: Any, parts: Any, heights: Any, least: Any, box: Any
) -> dict[str, Any]:
    ring, corner = at + circle, at + parts.along
    return plane(
        "Level lines of J with the step {step} from {theta}, the gradient {slope}, and the circle "
        "of all steps of this length. The step splits into a part along the gradient and one "
        "aside.",
        [
            field(heights, term="change"),
            spot(least[0], least[1], "least J"),
            line(ring[:, 0], ring[:, 1], colour="grey", width=1.2),
            segments(
                [at[0], corner[0]], [at[1], corner[1]], [corner[0], (at + step)[0]],
                [corner[1], (at + step)[1]], term="aside", dashed=True,
            ),
            arrow(at, at + gradient, term="slope", label="∇J", length=58),
            arrow(at, at - gradient, term="slope", label="−∇J", length=58),
            arrow(at, at + step, term="step", label="Δθ"),
            handle(at[0], at[1], ("theta_1", "theta_0"), "θ, where the step starts", term="theta"),
        ],
        box=box,
        equal=True,
        x="slope θ",
        y="offset θ₀",
        height=0.9,
    )  # fmt: skip


def _turn(
    state: State, changes: Any, promises: Any, change: float, promised: float, uphill: float
) -> dict[str, Any]:
    both = np.concatenate([changes, promises])
    low, high = float(both.min()), float(both.max())
    room = 0.15 * ((high - low) or 1.0)
    return plane(
        f"Change of J over the angle of the step: true and promised. At {number(state['angle'])}° "
        "they are {change} and {promised}.",
        [
            rule(y=0.0),
            rule(x=(uphill + 180) % 360, term="slope", label="−∇J"),
            line(TURN, promises, term="promised", dashed=True, width=2.2),
            line(TURN, changes, term="change"),
            spot(state["angle"], promised, shape="ring", term="promised"),
            spot(state["angle"], change, shape="dot", term="change"),
            handle(state["angle"], low - 0.5 * room, ("angle", ""), "angle", term="step"),
        ],
        box=(0.0, 360.0, low - room, high + room),
        x="angle α of the step, degrees",
        y="change of J",
        height=0.8,
    )


def code(state: State, data: Data) -> str:
    """The program that takes the same step."""
    return f"""import numpy as np
{data.program}
from pellucid.descent import Objective, first_order_change, model_objective, split_step

names = ({state["x"]!r}, {state["y"]!r})
rows = table.known(*names).numbers(*names)
x, y = ((rows - rows.mean(axis=0)) / np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)).T
line = model_objective("square", "linear", x[:, None] + 0.8, y)

def named(p):  # slope and offset as one vector
    return {{"theta": p[:1], "theta_0": p[1]}}

def slope(p):
    found = line.gradient_at(named(p))
    return np.append(found["theta"], found["theta_0"])

J = Objective(lambda p: line.value(named(p)), slope)
at = np.array([{state["theta_1"]!r}, {state["theta_0"]!r}])
angle = np.deg2rad({state["angle"]!r})
step = {state["length"]!r} * np.array([np.cos(angle), np.sin(angle)])
change = J.value(at + step) - J.value(at)
promised = first_order_change(J, at, step)
parts = split_step(step, J.gradient_at(at))
along, aside = parts.along, parts.across
print(change, promised, parts)"""


def _sign(state: State, scene: Scene) -> tuple[str, str]:
    change, promised = scene.numbers["change"], scene.numbers["promised"]
    right = "It falls" if change < 0 else "It rises" if change > 0 else "It stays"
    return right, (
        f"ΔJ is {number(change)}; the gradient promises {number(promised)}. A step shorter than "
        "the valley is wide keeps its promise better."
    )


def _half(state: State, scene: Scene) -> tuple[str, str]:
    return "To about a quarter", (
        "The promise misses a term with the square of the step: here J is a parabola, so half the "
        f"step misses {number((scene.numbers['change'] - scene.numbers['promised']) / 4)}."
    )


PAGE = Page(
    name="turning-the-step",
    lead="All arrows on the circle are equally long; only their direction differs. Near θ the "
    "surface is a plane, and a plane has one steepest way down. Why straight against the gradient?",
    notes="Concept 109, Concept 114, Concept 115, Concept 116",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{change}{\Delta J} \approx \term{promised}{\Delta\theta\cdot\nabla J} = "
            r"\|\Delta\theta\|\,\|\nabla J\|\cos\beta",
            "delta J is about delta theta dot the gradient, which is the product of their lengths "
            "and the cosine of the angle between them",
        ),
        Formula(
            r"\term{step}{\Delta\theta} = \Delta B\,\term{slope}{\hat u_{best}} + "
            r"\Delta N\,\term{aside}{\hat u_{none}}",
            "delta theta is a part along the gradient plus a part at right angles, which changes "
            "nothing",
        ),
    ),
    terms=(
        Term("theta", "θ", "where the step starts", "green"),
        Term("step", "Δθ", "the step", "orange"),
        Term("slope", "∇J", "gradient: uphill", "blue"),
        Term("change", "ΔJ", "true change", "rose"),
        Term("promised", "Δθ·∇J", "promised change", "violet"),
        Term("aside", "aside", "part that changes none", "grey"),
    ),
    pictures=(
        Picture("parameters", "One step among all of its length", "main"),
        Picture("turn", "Change of J as the step turns"),
    ),
    questions=(
        Question("This step: what happens to J?", ("It falls", "It rises", "It stays"), _sign),
        Question(
            "Half the step: what the promise misses shrinks …",
            ("To about a half", "To about a quarter", "Not at all"),
            _half,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("a line with noise", "a few rows of a line", "a wave"),
)
