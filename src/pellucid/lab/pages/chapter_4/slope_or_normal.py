"""One θ read twice: as the slope of a regression, and as the normal of a separator.

Notes: Clar 145, KE 137, Concept 138, Concept 140
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import arrow, box_of, grid_of, line, plane, points, regions, rule, surface
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import reading_code, standardised

CONTROLS = (
    setting(
        "factor", 1.0, "θ and θ₀ times", symbol="c", term="factor", shown=(0.1, 4.0), scale="log"
    ),
    setting("theta_1", 0.8, "First entry of θ", symbol="θ₁", term="theta", shown=(-2.0, 2.0)),
    setting("theta_2", -0.4, "Second entry of θ", symbol="θ₂", term="theta", shown=(-2.0, 2.0)),
    setting("theta_0", 0.2, "Offset", symbol="θ₀", term="theta", shown=(-2.0, 2.0)),
    column("x1", "Input x₁"),
    column("x2", "Input x₂"),
    column("y", "Answer y", answer=True),
)


def _line(state: State) -> tuple[Any, float]:
    """cθ and cθ₀; θ = 0 has no direction, so it becomes a short arrow along x₁."""
    theta = np.array([state["theta_1"], state["theta_2"]])
    if not np.linalg.norm(theta) > 1e-9:
        theta = np.array([0.05, 0.0])
    return state["factor"] * theta, state["factor"] * state["theta_0"]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The same θ over the same rows, as guesses and as sides."""
    from pellucid.linear import signed_distance
    from pellucid.losses import LOSSES

    Z = standardised(data, (state["x1"], state["x2"], state["y"]))
    X, y = Z[:, :2], Z[:, 2]
    theta, theta_0 = _line(state)
    guesses = X @ theta + theta_0
    signs = np.where(y > 0, 1.0, -1.0)
    sides = np.where(guesses > 0, 1.0, -1.0)
    square = float(LOSSES["square"](guesses, y).mean())
    error = float(LOSSES["zero-one"](sides, signs).mean())
    doubled = float(LOSSES["square"](2 * guesses, y).mean())
    distance = signed_distance(X, theta, theta_0)
    steepness = float(np.linalg.norm(theta))
    origin = theta_0 / steepness
    yield Scene(
        terms={
            "theta": Now(theta, "2×1"),
            "factor": Now(state["factor"]),
            "slope": Now(steepness, text="{0}, steepest slope"),
            "square": Now(square, digits=4),
            "error": Now(error, text="{0}, " + f"{int((sides != signs).sum())} of {len(y)} rows"),
        },
        pictures={
            "graph": _graph(X, y, theta, theta_0, state),
            "sides": _sides(X, signs, theta, theta_0, state),
            "along": _along(distance, y, steepness),
        },
        facts=(
            ("slope in x₁, slope in x₂", ", ".join(map(number, theta))),
            ("steepest slope ‖θ‖", number(steepness)),
            ("mean square of the regression", number(square, 4)),
            ("errors of the classification", f"{int((sides != signs).sum())} of {len(y)}"),
            ("signed distance of the origin, θ₀/‖θ‖", number(float(origin))),
            ("positive class", f"{state['y']} above its mean"),
        ),
        numbers={
            "square": square,
            "doubled": doubled,
            "error": error,
            "distance": distance,
            "steepness": steepness,
        },
        summary=f"Mean square {number(square)}; "
        f"{int((sides != signs).sum())} rows on the wrong side",
    )


def _graph(X: Any, y: Any, theta: Any, theta_0: float, state: State) -> dict[str, Any]:
    box = (-3.0, 3.0, -3.0, 3.0)
    grid, *_ = grid_of(box, 17)
    some = np.linspace(0, len(X) - 1, min(len(X), 400)).astype(int)
    return surface(
        "Regression: guesses lie on a plane over the inputs, and {theta} are its slopes.",
        np.clip(grid @ theta + theta_0, -4.0, 4.0).reshape(17, 17),
        box,
        heights=(-4.0, 4.0),
        x=f"x₁: {state['x1']}",
        y=f"x₂: {state['x2']}",
        z="h(x), y",
        points=np.column_stack([X, y])[some],
        group=np.where(y > 0, 0, 1)[some],
        term="theta",
        height=0.86,
    )


def _sides(X: Any, signs: Any, theta: Any, theta_0: float, state: State) -> dict[str, Any]:
    from pellucid.linear import projections

    box = box_of(np.append(X[:, 0], [-3.0, 3.0]), np.append(X[:, 1], [-2.6, 2.6]), 0.02)
    grid, *_ = grid_of(box, 41)
    start = projections(np.zeros((1, 2)), theta, theta_0)[0]
    return plane(
        "Classification: the same θ stands upright on the line where the guess is 0; {error} are "
        "on the wrong side.",
        [
            regions((grid @ theta + theta_0).reshape(41, 41)),
            points(X[:, 0], X[:, 1], signs=signs),
            arrow(start, start + theta, term="theta", label="θ"),
        ],
        box=box,
        equal=True,
        x=f"x₁: {state['x1']}",
        y=f"x₂: {state['x2']}",
        height=0.8,
    )


def _along(distance: Any, y: Any, steepness: float) -> dict[str, Any]:
    reach = float(np.abs(distance).max()) * 1.08 + 0.1
    top = max(2.5, float(np.abs(y).max()) * 1.1)
    ends = np.array([-reach, reach])
    return plane(
        "Seen along θ: the guess is {slope} times the signed distance from the separator.",
        [
            points(distance, y, colour="grey"),
            line(ends, np.clip(steepness * ends, -9 * top, 9 * top), term="slope", label="h(x)"),
            rule(x=0.0, term="error", label="separator"),
            rule(y=0.0, colour="grey"),
        ],
        box=(-reach, reach, -top, top),
        x="signed distance d(x), along θ",
        y="guess, answer",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that reads the same θ twice."""
    theta, theta_0 = _line(state)
    return f"""{reading_code(data, (state["x1"], state["x2"], state["y"]))}
X, y = X[:, :2], X[:, 2]

from pellucid.linear import signed_distance
from pellucid.losses import LOSSES

theta, theta_0 = np.array({theta.tolist()!r}), {theta_0!r}
guesses = X @ theta + theta_0

square = LOSSES["square"](guesses, y).mean()  # as regression
doubled = LOSSES["square"](2 * guesses, y).mean()
sides, signs = np.where(guesses > 0, 1, -1), np.where(y > 0, 1, -1)
error = LOSSES["zero-one"](sides, signs).mean()  # as classification
distance = signed_distance(X, theta, theta_0)
steepness = np.linalg.norm(theta)
print(square, error, steepness)"""


def _double(state: State, scene: Scene) -> tuple[str, str]:
    square, doubled = scene.numbers["square"], scene.numbers["doubled"]
    return "The regression only", (
        f"The guesses double and the mean square goes from {number(square)} to {number(doubled)}; "
        "the line where they are 0, and so every side, stays."
    )


def _zero(state: State, scene: Scene) -> tuple[str, str]:
    return "On the separator", (
        "The separator is the set where θᵀx + θ₀ = 0, and θᵀx + θ₀ is the guess of the regression."
    )


PAGE = Page(
    name="slope-or-normal",
    lead="As regression, θ tells how steeply the guess rises. As classification, θ stands upright "
    "on the line where the guess is 0. The numbers are the same. Why does the same θ mean two "
    "things?",
    notes="Clar 145, KE 137, Concept 138, Concept 140",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"h(x) = \term{factor}{c}\left(\term{theta}{\theta^{\top}} x + \theta_0\right)",
            "h of x is c times theta transposed x plus theta zero",
        ),
        Formula(
            r"\mathrm{sign}\left(h(x)\right), \quad h(x) = \term{slope}{\|c\,\theta\|}\, d(x)",
            "the class is the sign of h of x, and h of x is the length of c theta times the "
            "signed distance",
        ),
    ),
    terms=(
        Term("theta", "cθ", "slopes, and normal", "green"),
        Term("factor", "c", "factor", "orange"),
        Term("slope", "‖cθ‖", "slope along the normal", "violet"),
        Term("square", "J", "mean square, regression", "blue"),
        Term("error", "J₀₁", "wrong sides, classification", "rose"),
    ),
    pictures=(
        Picture("graph", "Regression: θ is the slope", "main"),
        Picture("sides", "Classification: θ is the normal"),
        Picture("along", "Both at once: seen along θ"),
    ),
    questions=(
        Question(
            "You double θ and θ₀. What changes?",
            ("The regression only", "The classification only", "Both", "Neither"),
            _double,
        ),
        Question(
            "Where does the regression guess 0?",
            ("At the origin", "On the separator", "Nowhere"),
            _zero,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("a plane with noise",),
)
