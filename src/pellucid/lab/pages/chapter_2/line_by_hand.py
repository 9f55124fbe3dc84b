"""A line, or a plane, moved by hand: residual squares, J, and how far the best one is.

Notes: KE 29, KE 37, KE 43, §2.3
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
    bars,
    box_of,
    field,
    grid_of,
    handle,
    handles,
    line,
    plane,
    points,
    segments,
    spot,
    surface,
)
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import scaled

POINTS = [[-1.5, -1.2], [-0.8, -0.3], [-0.2, 0.4], [0.5, 0.1], [1.1, 1.4], [1.6, 0.9]]
DATA = (("by_hand", (False,)),)
CONTROLS = (
    setting("theta", 0.0, "Slope", symbol="θ", term="theta", shown=(-4.0, 4.0)),
    setting("theta_0", 0.5, "Offset", symbol="θ₀", term="theta", shown=(-4.0, 4.0)),
    setting("by_hand", False, "Place the points myself"),
    setting("points", POINTS, "Points x y", when=(("by_hand", (True,)),)),
    column("x", "Input x", when=DATA),
    column("x2", "Second input (a plane)", optional=True, when=DATA),
    setting(
        "theta_2",
        0.0,
        "Slope along the second",
        symbol="θ₂",
        shown=(-4.0, 4.0),
        when=(("x2", (True,)), ("by_hand", (False,))),
    ),
    column("y", "Answer y", answer=True, when=DATA),
)


def _rows(state: State, data: Data) -> tuple[Any, Any]:
    """Standardised columns (n, d) and answers, or the points as they were placed."""
    if state["by_hand"]:
        placed = tuple(tuple(row[:2]) for row in state["points"] if len(row) > 1)
        rows = np.array(placed if len(placed) > 1 else POINTS)
        return rows[:, :1], rows[:, 1]
    names = (state["x"], *([state["x2"]] if state["x2"] else []), state["y"])
    rows = _standardised(data, names)
    return rows[:, :-1], rows[:, -1]


@lru_cache(maxsize=16)
def _standardised(data: Data, names: tuple[str, ...]) -> Any:
    return scaled(data.table.known(*names).numbers(*names))


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The line where it stands, beside the best one."""
    from pellucid.descent import model_objective
    from pellucid.linear import LeastSquares

    X, y = _rows(state, data)
    flat = X.shape[1] == 1
    theta = np.array([state["theta"]] if flat else [state["theta"], state["theta_2"]])
    J = model_objective("square", "linear", X, y)
    value = J.value({"theta": theta, "theta_0": state["theta_0"]})
    best = LeastSquares().fit(X, y)
    least = J.value({"theta": best.coef_, "theta_0": best.intercept_})
    guesses = X @ theta + state["theta_0"]
    picture = _line(X, y, guesses, best, state) if flat else _plane(X, y, theta, best, state)
    yield Scene(
        terms={
            "J": Now(value, digits=4),
            "theta": Now(np.append(theta, state["theta_0"]), f"{len(theta)}×1, 1×1"),
            "fit": Now(guesses[:3], f"1×{len(y)}", "{0}, {1}, …"),
            "data": Now(y[:3], f"1×{len(y)}", "{0}, {1}, …"),
            "best": Now(least, digits=4),
        },
        pictures={
            "fit": picture,
            "heights": _heights(J, theta, state, best),
            "gap": _gap(value, least),
        },
        facts=(
            ("J of your line", number(value, 4)),
            ("least J there is", number(least, 4)),
            ("gap", number(value - least, 3)),
            ("best θ", ", ".join(map(number, best.coef_))),
            ("best θ₀", number(round(float(best.intercept_), 9))),
        ),
        numbers={"J": value, "least": least, "theta_star": best.coef_},
        summary=f"J is {number(value)}; the least is {number(least)}",
    )


def _line(X: Any, y: Any, guesses: Any, best: Any, state: State) -> dict[str, Any]:
    x, theta, theta_0 = X[:, 0], state["theta"], state["theta_0"]
    left, right, low, high = box_of(np.append(x, [-1.0, 1.2]), np.append(y, [-2.5, 2.5]), 0.08)
    ends = np.array([left, right])
    hand = (
        handles([[*p] for p in zip(x, y, strict=True)], "points", "point")
        if state["by_hand"]
        else []
    )
    return plane(
        f"{len(y)} points with the line {{theta}}; squares on their residuals; J is {{J}}.",
        [
            segments(x, y, x, guesses, term="J", squares=len(y) <= 120),
            points(x, y, term="data", size=3.0),
            line(
                ends,
                best.coef_[0] * ends + best.intercept_,
                term="best",
                dashed=True,
                label="best",
                width=1.8,
            ),
            line(ends, theta * ends + theta_0, term="theta", label="yours", width=3.2),
            *hand,
            handle(0.0, theta_0, ("", "theta_0"), "offset θ₀, the height at 0", term="theta"),
            handle(
                1.0,
                theta + theta_0,
                ("", "theta"),
                "slope θ, the rise by 1",
                term="theta",
                origin=(0.0, theta_0),
            ),
        ],
        box=(left, right, low, high),
        equal=True,
        height=0.78,
        adds="points" if state["by_hand"] else "",
        x="x" if state["by_hand"] else f"{state['x']}, standardised",
        y="y" if state["by_hand"] else f"{state['y']}, standardised",
    )


def _plane(X: Any, y: Any, theta: Any, best: Any, state: State) -> dict[str, Any]:
    box = box_of(X[:, 0], X[:, 1])
    grid, *_ = grid_of(box, 18)
    Z, ideal = (
        np.reshape(v, (18, 18)) for v in (grid @ theta + state["theta_0"], best.predict(grid))
    )
    return surface(
        f"{len(y)} points over two inputs, with your plane and the best one; J is {{J}}.",
        Z,
        box,
        heights=(float(min(y.min(), -2)), float(max(y.max(), 2))),
        x=state["x"],
        y=state["x2"],
        z=state["y"],
        points=np.column_stack([X, y])[:400],
        plane=ideal,
        term="theta",
    )


def _heights(J: Any, theta: Any, state: State, best: Any) -> dict[str, Any]:
    """J over the first slope and the offset, the other slopes held still."""
    box = (-4.0, 4.0, -4.0, 4.0)
    grid, *_ = grid_of(box, 33)
    rest = theta[1:]
    Z = np.array([J.value({"theta": np.append(p[0], rest), "theta_0": p[1]}) for p in grid])
    return plane(
        "J over slope and offset: yours at {theta}, J = {J}; the least is "
        + number(float(Z.min())),
        [
            field(Z.reshape(33, 33), term="J"),
            spot(best.coef_[0], best.intercept_, "best", term="best"),
            handle(theta[0], state["theta_0"], ("theta", "theta_0"), "your line", term="theta"),
        ],
        box=box,
        x="θ",
        y="θ₀",
        height=0.72,
    )


def _gap(value: float, least: float) -> dict[str, Any]:
    return plane(
        "J of your line is {J}, the least is {best}.",
        [
            bars(
                [0, 1],
                [value, least],
                width=0.6,
                term="J",
                label=[number(value, 4), number(least, 4)],
            )
        ],
        box=(-0.6, 1.6, 0.0, 1.25 * max(value, least, 1e-6)),
        names=("yours", "best"),
        height=0.42,
    )


def code(state: State, data: Data) -> str:
    """The program that gives J of the line and of the best one."""
    if state["by_hand"]:
        rows = [row[:2] for row in state["points"] if len(row) > 1]
        rows = rows if len(rows) > 1 else POINTS
        read = f"import numpy as np\n\nrows = np.array({rows!r})"
    else:
        names = (state["x"], *([state["x2"]] if state["x2"] else []), state["y"])
        read = f"""import numpy as np
{data.program}

names = {names!r}
rows = table.known(*names).numbers(*names)
rows = (rows - rows.mean(axis=0)) / np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)"""
    two = not state["by_hand"] and bool(state["x2"])
    theta = [state["theta"], state["theta_2"]] if two else [state["theta"]]
    return f"""{read}
X, y = rows[:, :-1], rows[:, -1]

from pellucid.descent import model_objective
from pellucid.linear import LeastSquares

objective = model_objective("square", "linear", X, y)
J = objective.value({{"theta": np.array({theta!r}), "theta_0": {state["theta_0"]!r}}})
best = LeastSquares().fit(X, y)
theta_star = best.coef_
least = objective.value({{"theta": theta_star, "theta_0": best.intercept_}})
print(J, least, best.explain())"""


def _steeper(state: State, scene: Scene) -> tuple[str, str]:
    best = float(scene.numbers["theta_star"][0])
    if abs(best - state["theta"]) < 0.02:
        right = "It is the best already"
    else:
        right = "Steeper upward" if best > state["theta"] else "Steeper downward"
    return (
        right,
        f"The least-squares slope is θ = {number(best)}; yours is {number(state['theta'])}.",
    )


PAGE = Page(
    name="line-by-hand",
    lead="Move the line by its two handles. Each point puts a square on its miss; J is their mean. "
    "How close can you come to the least J by hand?",
    notes="KE 29, KE 37, KE 43, §2.3",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{J}{J(\theta,\theta_0)} = "
            r"\frac{1}{n}\sum_{i=1}^{n}\left(\term{fit}{h(x^{(i)})} - "
            r"\term{data}{y^{(i)}}\right)^2",
            "J of theta and theta zero is the mean over i of the squared difference of h of x i "
            "and y i",
        ),
        Formula(
            r"h(x) = \term{theta}{\theta^{\top} x + \theta_0}",
            "h of x is theta transposed x plus theta zero",
        ),
        Formula(
            r"\term{best}{\min_{\theta,\theta_0} J(\theta,\theta_0)}",
            "the least value of J over theta and theta zero",
        ),
    ),
    terms=(
        Term("J", "J", "mean squared miss", "rose"),
        Term("theta", "θ, θ₀", "your line", "green"),
        Term("fit", "h(x)", "its guesses", "green"),
        Term("data", "y", "the answers", "grey"),
        Term("best", "min J", "the least there is", "blue"),
    ),
    pictures=(
        Picture("fit", "The line, and a square on each miss", "main"),
        Picture("heights", "J of every line"),
        Picture("gap", "How far from the best"),
    ),
    questions=(
        Question(
            "Which way should your line turn?",
            ("Steeper upward", "Steeper downward", "It is the best already"),
            _steeper,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("a few rows of a line", "a line with noise", "a plane with noise", "a wave"),
)
