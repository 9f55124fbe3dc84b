"""The gradient by finite differences: too long a δ bends, too short a δ rounds.

Notes: KE 119, Concept 117, Concept 118
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, line, plane, rule, spot, table
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import scaled

METHODS = ("forward", "central")
ADDED = ("to one entry at a time", "to all entries at once (a mistake)")
DELTAS = np.logspace(-15, 0, 91)
NAMES = ("A", "B", "C")
PLACES = {"forward": 68, "central": 78}  # where each line bears its name
FLOOR = 1e-17
CONTROLS = (
    setting("delta", 0.1, "Step of the difference", symbol="δ", term="delta",
            shown=(1e-15, 1.0), scale="log"),
    setting("method", "forward", "Difference", choices=METHODS),
    setting("added", ADDED[0], "δ is added", choices=ADDED),
    setting("A", 1.5, "Height", symbol="A", term="theta", shown=(-3.0, 3.0)),
    setting("B", 1.2, "Speed", symbol="B", term="theta", shown=(-6.0, 6.0)),
    setting("C", 0.5, "Lift", symbol="C", term="theta", shown=(-3.0, 3.0)),
    column("x", "Input x"),
    column("y", "Answer y", answer=True),
)  # fmt: skip


@lru_cache(maxsize=8)
def _objective(data: Data, x_name: str, y_name: str) -> Any:
    """J of A sin(Bx) + C over standardised rows."""
    from pellucid.descent import model_objective

    rows = scaled(data.table.known(x_name, y_name).numbers(x_name, y_name))
    return model_objective("square", "sine", rows[:, :1], rows[:, 1])


def _named(p: Any) -> dict[str, Any]:
    return {"theta": np.asarray(p[:2]), "theta_0": np.asarray(p[2])}


def _differences(J: Any, at: Any, delta: float, method: str, added: str) -> Any:
    """The three entries, by the way that is chosen."""
    from pellucid.descent.objective import central_differences, forward_differences

    chosen = forward_differences if method == "forward" else central_differences

    def value(p: Any) -> float:
        return float(J.value(_named(p)))

    if added == ADDED[0]:
        return chosen(value, at, delta)
    # All entries move together, so each entry gets the sum of all slopes.
    return np.full(3, float(chosen(lambda s: value(at + s), np.array(0.0), delta)))


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The entries at this δ, and the error at every δ."""
    J = _objective(data, state["x"], state["y"])
    at = np.array([state[n] for n in NAMES])
    found = J.gradient_at(_named(at))
    exact = np.append(found["theta"], found["theta_0"])
    ways = (state["method"], state["added"])
    measured = _differences(J, at, state["delta"], *ways)
    error = float(np.abs(measured - exact).max())
    errors = {
        m: np.array(
            [np.abs(_differences(J, at, d, m, state["added"]) - exact).max() for d in DELTAS]
        )
        for m in METHODS
    }
    best = float(DELTAS[errors[state["method"]].argmin()])
    yield Scene(
        terms={
            "theta": Now(at, "3×1"),
            "delta": Now(state["delta"]),
            "exact": Now(exact, "3×1"),
            "measured": Now(measured, "3×1"),
            "error": Now(error),
        },
        pictures={
            "errors": _errors(errors, state, error),
            "entries": _entries(exact, measured),
            "table": _table(exact, measured),
        },
        facts=(
            ("largest error of an entry", number(error)),
            ("δ of least error", number(best)),
            ("least error", number(float(errors[state["method"]].min()))),
            ("its cause at this δ", _cause(state, best)),
            ("J here", number(float(J.value(_named(at))), 4)),
        ),
        numbers={"exact": exact, "measured": measured, "error": error, "best": best},
        summary=f"At δ = {number(state['delta'])} the worst entry is off by {number(error)}",
    )  # fmt: skip


def _cause(state: State, best: float) -> str:
    if state["added"] == ADDED[1]:
        return "every entry moved, not one"
    near = abs(np.log10(state["delta"] / best)) < 0.6
    if near:
        return "curve and rounding, about alike"
    return "J is curved over δ" if state["delta"] > best else "J(θ) is rounded"


def _errors(errors: dict[str, Any], state: State, error: float) -> dict[str, Any]:
    own, other = state["method"], METHODS[1 - METHODS.index(state["method"])]
    shown = {m: np.clip(e, FLOOR, 1e3) for m, e in errors.items()}
    every = np.concatenate([*shown.values(), [max(error, FLOOR)]])
    return plane(
        "The largest error of an entry over δ, both axes logarithmic. Right of the dip the curve "
        "of J spoils the difference, left of it rounding. Now δ is {delta}, the error {error}.",
        [
            line(DELTAS, shown[other], colour="grey", width=1.6),
            line(DELTAS, shown[own], term="error"),
            *(spot(DELTAS[at], shown[m][at], m, shape="none") for m, at in PLACES.items()),
            rule(x=state["delta"], term="delta", label="δ"),
            spot(state["delta"], min(max(error, FLOOR), 1e3), shape="dot", term="error"),
        ],
        box=(
            1e-15,
            1.0,
            10.0 ** np.floor(np.log10(every.min()) - 0.01),
            10.0 ** np.ceil(np.log10(every.max()) + 0.01),
        ),
        logs="xy",
        x="δ",
        y="largest error",
        height=0.82,
    )


def _entries(exact: Any, measured: Any) -> dict[str, Any]:
    shown = np.clip(measured, -1e6, 1e6)
    both = np.concatenate([exact, shown, [0.0]])
    low, high = float(both.min()), float(both.max())
    room = 0.2 * ((high - low) or 1.0)
    place = np.arange(3)
    return plane(
        "Each entry of the gradient, exact {exact} beside measured {measured}.",
        [
            bars(place - 0.2, exact, width=0.36, term="exact"),
            bars(place + 0.2, shown, width=0.36, term="measured"),
            rule(y=0.0),
        ],
        box=(-0.6, 2.6, low - room, high + room),
        names=tuple(f"∂J/∂{n}" for n in NAMES),
        height=0.55,
    )


def _table(exact: Any, measured: Any) -> dict[str, Any]:
    return table(
        "Each entry: exact, measured, and how far apart they are.",
        ("entry", "exact", "measured", "error"),
        [
            (f"∂J/∂{n}", number(e, 6), number(m, 6), number(abs(m - e)))
            for n, e, m in zip(NAMES, exact, measured, strict=True)
        ],
    )


def code(state: State, data: Data) -> str:
    """The program that takes the same differences."""
    function = f"{state['method']}_differences"
    taken = (
        f"measured = {function}(value, at, delta)"
        if state["added"] == ADDED[0]
        else "# δ added to all entries: each gets the sum of all slopes.\n"
        f"measured = np.full(3, {function}(lambda s: value(at + s), np.array(0.0), delta))"
    )
    each = taken.replace("measured = ", "").rpartition("\n")[2].replace("delta", "d")
    return f"""import numpy as np
{data.program}
from pellucid.descent import model_objective
from pellucid.descent.objective import {function}

names = ({state["x"]!r}, {state["y"]!r})
rows = table.known(*names).numbers(*names)
rows = (rows - rows.mean(axis=0)) / np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)
J = model_objective("square", "sine", rows[:, :1], rows[:, 1])

def named(p):  # A, B, C
    return {{"theta": p[:2], "theta_0": p[2]}}

def value(p):
    return float(J.value(named(p)))

at, delta = np.array({[state[n] for n in NAMES]!r}), {state["delta"]!r}
found = J.gradient_at(named(at))
exact = np.append(found["theta"], found["theta_0"])
{taken}
error = np.abs(measured - exact).max()

deltas = np.logspace(-15, 0, 91)
errors = [np.abs({each} - exact).max() for d in deltas]
best = deltas[np.argmin(errors)]
print(exact, measured, error, best)"""


def _smaller(state: State, scene: Scene) -> tuple[str, str]:
    best, delta = float(scene.numbers["best"]), state["delta"]
    if abs(np.log10(best / delta)) < 1 / 12 + 1e-9:
        right = "Neither: this is the dip"
    else:
        right = "A smaller δ" if best < delta else "A larger δ"
    return right, (
        f"The error is least at δ = {number(best)}. A longer δ meets the curve of J; with a "
        "shorter one the few digits in which J(θ + δ) and J(θ) differ are rounded away."
    )


PAGE = Page(
    name="numeric-gradient",
    lead="Move one entry by δ, see how much J changes, divide by δ. In exact arithmetic a smaller "
    "δ is better; a computer keeps some sixteen digits. Why is a smaller δ not always better?",
    notes="KE 119, Concept 117, Concept 118",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{measured}{\frac{\partial J}{\partial\theta_k}} \approx "
            r"\frac{J(\term{theta}{\theta}+\term{delta}{\delta_k}) - J(\theta)}"
            r"{\term{delta}{\delta}}",
            "the partial derivative is about J of theta plus delta k, minus J of theta, over delta",
        ),
        Formula(
            r"\term{error}{\max_k}\left|\ \term{exact}{\nabla J_k} - "
            r"\term{measured}{\nabla J_k^{\delta}}\ \right|",
            "the error is the largest distance of an exact entry from the measured one",
        ),
    ),
    terms=(
        Term("theta", "θ", "A, B, C of a sine", "green"),
        Term("delta", "δ", "step", "orange"),
        Term("exact", "∇J", "exact gradient", "blue"),
        Term("measured", "∇Jᵟ", "by differences", "violet"),
        Term("error", "max", "largest error", "rose"),
    ),
    pictures=(
        Picture("errors", "Error over δ", "main"),
        Picture("entries", "Exact (blue), measured (violet)"),
        Picture("table", "Entry by entry"),
    ),
    questions=(
        Question(
            "Which δ is better than yours?",
            ("A smaller δ", "A larger δ", "Neither: this is the dip"),
            _smaller,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("a swing", "a line with noise", "a wave"),
)
