"""Steps on a few rows beside steps on all of them, and the two series that a schedule must meet.

Notes: Def 121, Concept 122, Theorem 123, Def 312
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import field, grid_of, handle, line, path, plane, progress, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene
from pellucid.lab.table_rows import scaled

REACH = 3.2
ORDERS = ("shuffled", "independent")
CONTROLS = (
    setting("batch", 1, "Rows of one step", symbol="K", term="batch", shown=(1, 60), scale="log"),
    setting("c", 0.12, "First step size", symbol="c", term="eta", shown=(0.01, 2.0), scale="log"),
    setting("p", 0.6, "How fast it shrinks", symbol="p", term="eta", shown=(0.0, 2.0)),
    setting("steps", 200, "Steps", symbol="T", shown=(10, 600), scale="log"),
    setting("seed", 0, "Seed of the draws", shown=(0, 50)),
    setting("order", "shuffled", "Rows are", choices=ORDERS),
    setting("start_1", -1.6, "Start, slope", symbol="θ⁽⁰⁾", term="theta", shown=(-4.0, 4.0)),
    setting("start_0", 2.0, "Start, offset", symbol="θ₀⁽⁰⁾", term="theta", shown=(-4.0, 4.0)),
    column("x", "Input x"),
    column("y", "Answer y", answer=True),
)


@lru_cache(maxsize=8)
def _ground(data: Data, x_name: str, y_name: str) -> tuple[Any, ...]:
    """J of slope and offset over standardised rows, where it is least, its heights on a grid."""
    from pellucid.descent import model_objective
    from pellucid.linear import LeastSquares

    rows = scaled(data.table.known(x_name, y_name).numbers(x_name, y_name))
    J = model_objective("square", "linear", rows[:, :1], rows[:, 1])
    best = LeastSquares().fit(rows[:, :1], rows[:, 1])
    least = (float(best.coef_[0]), float(best.intercept_))
    box = (least[0] - REACH, least[0] + REACH, least[1] - REACH, least[1] + REACH)
    grid, *_ = grid_of(box, 50)
    heights = np.array([J.value({"theta": p[:1], "theta_0": p[1]}) for p in grid])
    floor = J.value({"theta": best.coef_, "theta_0": best.intercept_})
    return J, least, box, heights.reshape(50, 50), float(floor)


def _walked(found: Any) -> Any:
    return np.array([[p["theta"][0], p["theta_0"]] for p in found.path])


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Both walks from one start, under one schedule."""
    from pellucid.descent import Batches, Power, Steps, convergence_conditions, minimize

    J, least, box, heights, floor = _ground(data, state["x"], state["y"])
    start = {"theta": np.array([state["start_1"]]), "theta_0": np.array(state["start_0"])}
    eta, stop = Power(state["c"], state["p"]), Steps(state["steps"])
    size = min(state["batch"], J.points)
    few = Batches(size, order=state["order"], seed=state["seed"])
    some = minimize(J, start, step_size=eta, stop=stop, batches=few)
    every = minimize(J, start, step_size=eta, stop=stop)
    walk, whole = _walked(some), _walked(every)
    taken = min(some.steps, every.steps)
    walk, whole = walk[: taken + 1], whole[: taken + 1]
    values, whole_values = some.values[: taken + 1], every.values[: taken + 1]
    conditions = convergence_conditions(eta)
    sizes = np.array([eta(t) for t in range(1, taken + 1)])
    seen = np.arange(taken + 1) * size
    yield Scene(
        terms={
            "theta": Now(Moving(walk), "2×1"),
            "eta": Now(Moving(np.append(sizes[:1], sizes))),
            "batch": Now(size, text="{0} of " + str(J.points)),
            "rows": Now(Moving([f"{v:,}" for v in seen])),
            "J": Now(Moving(values), digits=4),
            "whole": Now(Moving(whole_values), digits=4),
        },
        pictures={
            "parameters": _parameters(walk, whole, heights, floor, least, box),
            "course": _course(values - floor, whole_values - floor, seen, J.points),
            "series": _series(sizes, conditions),
        },
        facts=(
            (f"J − least, {size} row{'s' if size > 1 else ''} a step", number(values[-1] - floor)),
            (f"J − least, all {J.points} rows a step", number(whole_values[-1] - floor)),
            ("rows looked at", f"{seen[-1]:,} against {taken * J.points:,}"),
            ("Σ η(t) = ∞", "yes" if conditions.sum_diverges else "no: the way is bounded"),
            ("Σ η(t)² < ∞", "yes" if conditions.squares_converge else "no: need not settle"),
            ("both, so it converges", "yes" if conditions.hold else "not promised"),
        ),
        numbers={
            "values": values,
            "whole": whole_values,
            "hold": float(bool(conditions.hold)),
            "floor": floor,
        },
        steps=taken,
        summary=f"After {taken} steps on {size} rows J is {number(values[-1])}, on all rows "
        f"{number(whole_values[-1])}; the least is {number(floor)}",
    )


def _parameters(
    walk: Any, whole: Any, heights: Any, floor: float, least: Any, box: Any
) -> dict[str, Any]:
    return plane(
        "Level lines of J over slope and offset. Step {t} of {steps}: the walk on {batch} rows a "
        "step is at {theta}, where J is {J}; the one on all rows has J {whole}.",
        [
            field(heights, lowest=floor, term="J"),
            line(whole[:, 0], whole[:, 1], term="whole", width=1.0),
            spot(least[0], least[1], "least J"),
            path(np.clip(whole, -1e6, 1e6), term="whole"),
            path(np.clip(walk, -1e6, 1e6), term="theta", next_term="eta"),
            handle(
                walk[0, 0], walk[0, 1], ("start_1", "start_0"), "start θ⁽⁰⁾", colour="ink",
                hollow=True,
            ),
        ],
        box=box,
        equal=True,
        x="θ, slope",
        y="θ₀, offset",
        height=0.9,
    )  # fmt: skip


def _course(above: Any, whole: Any, seen: Any, n: int) -> dict[str, Any]:
    shown, other = np.clip(above, 1e-8, 1e6), np.clip(whole, 1e-8, 1e6)
    reach = float(max(seen[-1], 1))
    inside = np.arange(len(other)) * n <= reach
    both = np.append(shown, other[inside])
    return plane(
        "J above its least value over the rows looked at: with few rows a step many steps are "
        "taken before the first step on all rows is.",
        [
            line(np.arange(len(other))[inside] * n, other[inside], term="whole"),
            progress(shown, x=seen, term="J"),
        ],
        box=(
            0.0,
            reach,
            10.0 ** np.floor(np.log10(both.min()) - 0.01),
            10.0 ** np.ceil(np.log10(both.max()) + 0.01),
        ),
        logs="y",
        x="rows looked at",
        y="J − least J",
        height=0.5,
    )


def _series(sizes: Any, conditions: Any) -> dict[str, Any]:
    t = np.arange(1, len(sizes) + 1)
    total, squares = np.cumsum(sizes), np.cumsum(sizes**2)
    return plane(
        f"Partial sums of the step sizes and of their squares; together the conditions "
        f"{str(conditions).partition(' (')[0]}.",
        [
            line(t, total, term="eta", label="Σ η"),
            line(t, squares, term="batch", label="Σ η²", dashed=True),
        ],
        box=(1.0, max(1.14 * len(sizes), 2.0), 0.0, 1.15 * float(max(total[-1], squares[-1]))),
        x="step t",
        y="sum so far",
        height=0.5,
    )


def code(state: State, data: Data) -> str:
    """The program that takes both walks."""
    return f"""import numpy as np
{data.program}
from pellucid.descent import (
    Batches, Power, Steps, convergence_conditions, minimize, model_objective)
from pellucid.linear import LeastSquares

names = ({state["x"]!r}, {state["y"]!r})
rows = table.known(*names).numbers(*names)
rows = (rows - rows.mean(axis=0)) / np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)
X, y = rows[:, :1], rows[:, 1]

J = model_objective("square", "linear", X, y)
start = {{"theta": np.array([{state["start_1"]!r}]), "theta_0": np.array({state["start_0"]!r})}}
eta, stop = Power({state["c"]!r}, {state["p"]!r}), Steps({state["steps"]})
few = Batches(min({state["batch"]}, len(y)), order={state["order"]!r}, seed={state["seed"]})
some = minimize(J, start, step_size=eta, stop=stop, batches=few)
every = minimize(J, start, step_size=eta, stop=stop)
taken = min(some.steps, every.steps)
values, whole = some.values[:taken + 1], every.values[:taken + 1]

best = LeastSquares().fit(X, y)
floor = J.value({{"theta": best.coef_, "theta_0": best.intercept_}})
hold = float(bool(convergence_conditions(eta).hold))
print(values[-1] - floor, whole[-1] - floor, convergence_conditions(eta))"""


ANSWERS = ("Both series: it converges", "Σ η is finite", "Σ η² is infinite")


def _promised(state: State, scene: Scene) -> tuple[str, str]:
    from pellucid.descent import Power, convergence_conditions

    found = convergence_conditions(Power(state["c"], state["p"]))
    broken = ANSWERS[2] if found.sum_diverges else ANSWERS[1]
    right = ANSWERS[0] if found.hold else broken
    return right, f"p = {number(state['p'])}: the two conditions {found}."


PAGE = Page(
    name="stochastic-descent",
    lead="One step looks at K rows drawn at random instead of all of them. Each step is cheap and "
    "partly wrong; the errors average out if the steps shrink, neither too fast nor too slowly. "
    "Can a step on few rows still arrive?",
    notes="Def 121, Concept 122, Theorem 123, Def 312",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{theta}{\theta^{(t)}} = \theta^{(t-1)} - \term{eta}{\eta(t)}\,\frac{1}"
            r"{\term{batch}{K}}\sum_{i\in B_t}\nabla L_i",
            "theta at t is theta at t minus 1, minus eta of t times the mean gradient over the K "
            "rows of this step",
        ),
        Formula(
            r"\term{eta}{\eta(t) = c\,t^{-p}}: \ \ \sum\eta = \infty, \ \ \sum\eta^2 < \infty",
            "eta of t is c times t to the minus p; the sum of eta must be infinite, the sum of its "
            "squares finite",
        ),
    ),
    terms=(
        Term("theta", "θ", "walk on few rows", "green"),
        Term("eta", "η(t)", "step size now", "orange"),
        Term("batch", "K", "rows of one step", "violet"),
        Term("rows", "rows", "looked at so far", "grey"),
        Term("J", "J", "few rows a step", "rose"),
        Term("whole", "J", "all rows a step", "blue"),
    ),
    pictures=(
        Picture("parameters", "Few rows a step (green), all rows (blue)", "main"),
        Picture("course", "J over the rows looked at"),
        Picture("series", "The two series"),
    ),
    questions=(Question("What do the two series of this schedule say?", ANSWERS, _promised),),
    scenes=scenes,
    code=code,
    samples=("a line with noise", "a wave", "a few rows of a line"),
)
