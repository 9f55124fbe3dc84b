"""The unit of a column: how stretching it changes the contour, the weights, and what λ shrinks.

Notes: Concept 206, Def 207, KE 71
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, control, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, field, grid_of, plane, points, rule, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import reading_code, standardised
from pellucid.linear.square_loss_settings import LAM

CONTROLS = (
    setting(
        "stretch", 0.3, "Every entry of x₁ times", symbol="s",
        term="stretch", low=0, shown=(0.1, 10.0), scale="log",
    ),
    setting("standardise", False, "Standardise the columns first"),
    control(LAM, default=0.1, term="lam", label="Weight of the regularizer", shown=(0.0, 2.0)),
    column("x1", "Input x₁, whose unit changes"),
    column("x2", "Input x₂"),
    column("y", "Answer y", answer=True),
)  # fmt: skip


def _inputs(state: State, data: Data, stretch: float) -> tuple[Any, Any]:
    """Inputs as the machine gets them, and answers."""
    from pellucid.features import Standardize

    Z = standardised(data, (state["x1"], state["x2"], state["y"]))
    X = Z[:, :2] * [stretch, 1.0]
    return (Standardize().fit_transform(X) if state["standardise"] else X), Z[:, 2]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The fit in these units, beside the one in units of one deviation."""
    from pellucid.linear import Ridge

    X, y = _inputs(state, data, state["stretch"])
    usual, _ = _inputs(state, data, 1.0)
    lam = state["lam"]
    h, before = Ridge(lam).fit(X, y), Ridge(lam).fit(usual, y)
    free = Ridge(0.0).fit(usual, y)
    theta, spread = h.coef_, X.std(axis=0)
    effects, unshrunk = theta * spread, free.coef_ * usual.std(axis=0)
    moved = float(np.abs(h.predict(X) - before.predict(usual)).max())
    values = np.linalg.eigvalsh(2 * np.cov(X.T, bias=True))
    ratio = float(values[-1] / values[0]) if values[0] > 1e-12 else np.inf
    yield Scene(
        terms={
            "stretch": Now(state["stretch"]),
            "sigma": Now(spread, "2×1"),
            "theta": Now(theta, "2×1"),
            "lam": Now(lam),
            "effect": Now(effects, "2×1"),
        },
        pictures={
            "valley": _valley(X, y, h, state),
            "effects": _effects(effects, unshrunk, state),
            "rows": _rows(X, y, state),
        },
        facts=(
            ("θ₁, θ₂", ", ".join(map(number, theta))),
            ("what one deviation of x₁, x₂ adds", ", ".join(map(number, effects))),
            ("the same without λ", ", ".join(map(number, unshrunk))),
            ("largest change of a guess by the unit alone", number(moved)),
            ("how stretched the bowl is, λmax/λmin", number(ratio)),
        ),
        numbers={
            "theta": theta,
            "effects": effects,
            "unshrunk": unshrunk,
            "moved": moved,
            "loss": float(((h.predict(X) - y) ** 2).mean()),
        },
        summary=f"Weights {number(float(theta[0]))} and {number(float(theta[1]))}",
    )


def _valley(X: Any, y: Any, h: Any, state: State) -> dict[str, Any]:
    from pellucid.descent import model_objective

    theta = h.coef_
    reach = max(1.4, 1.5 * float(np.abs(theta).max()))
    box = (-reach, reach, -reach, reach)
    grid, *_ = grid_of(box, 41)
    J = model_objective("square", "linear", X, y, lam=state["lam"])
    at = float(h.intercept_)
    heights = np.array([J.value({"theta": p, "theta_0": at}) for p in grid])
    return plane(
        "J over both weights: a round bowl where both columns have one scale, a long valley where "
        "not. The least J is at {theta}.",
        [
            field(heights.reshape(41, 41), term="lam"),
            spot(theta[0], theta[1], "θ", shape="dot", term="theta"),
            spot(0, 0, "0", shape="ring", term="lam"),
        ],
        box=box,
        equal=True,
        x=f"θ₁, weight of {state['x1']}",
        y=f"θ₂, weight of {state['x2']}",
        height=0.86,
    )


def _effects(effects: Any, unshrunk: Any, state: State) -> dict[str, Any]:
    low, high = (f(0.0, *effects, *unshrunk) for f in (min, max))
    room = 0.25 * ((high - low) or 1.0)
    return plane(
        "What one deviation of each input adds to the guess, {effect}, beside what it adds without "
        "the regularizer: the gap is what λ took.",
        [
            bars([0, 1], unshrunk, width=0.8, colour="grey"),
            bars([0, 1], effects, width=0.5, term="effect", label=[number(v) for v in effects]),
            rule(y=0.0, colour="grey"),
        ],
        box=(-0.6, 1.6, low - room, high + room),
        names=[state["x1"], state["x2"]],
        y="θσ",
        height=0.62,
    )


def _rows(X: Any, y: Any, state: State) -> dict[str, Any]:
    reach = max(3.2, min(float(np.abs(X).max()) * 1.05, 32.0))
    return plane(
        "The rows as the machine gets them: their deviations are {sigma}.",
        [points(X[:, 0], X[:, 1], term="sigma")],
        box=(-reach, reach, -reach, reach),
        equal=True,
        x=state["x1"],
        y=state["x2"],
        height=0.8,
    )


def code(state: State, data: Data) -> str:
    """The program that fits in both units."""
    both = (
        "Standardize().fit_transform(X), Standardize().fit_transform(usual)"
        if state["standardise"]
        else "X, usual  # not scaled"
    )
    return f"""{reading_code(data, (state["x1"], state["x2"], state["y"]))}
usual, y = X[:, :2], X[:, 2]

from pellucid.features import Standardize
from pellucid.linear import Ridge

X = usual * [{state["stretch"]!r}, 1.0]
X, usual = {both}
h, before = Ridge({state["lam"]!r}).fit(X, y), Ridge({state["lam"]!r}).fit(usual, y)
theta = h.coef_
effects = theta * X.std(axis=0)
unshrunk = Ridge(0.0).fit(usual, y).coef_ * usual.std(axis=0)
moved = np.abs(h.predict(X) - before.predict(usual)).max()
loss = ((h.predict(X) - y) ** 2).mean()
print(theta, effects, unshrunk, moved, loss)"""


def _unit(state: State, scene: Scene) -> tuple[str, str]:
    moved = scene.numbers["moved"]
    if moved < 1e-6:
        why = (
            "standardising divides the unit out"
            if state["standardise"]
            else "without λ, θ₁ takes the inverse factor"
            if state["lam"] < 1e-9
            else "the factor is 1"
        )
        return "No", f"The largest change is {number(moved)}: {why}."
    return "Yes", (
        f"Some guess changes by {number(moved)}: λ counts θ₁², and θ₁ depends on the unit of x₁."
    )


def _shrunk(state: State, scene: Scene) -> tuple[str, str]:
    kept = np.abs(scene.numbers["effects"]) / np.maximum(np.abs(scene.numbers["unshrunk"]), 1e-12)
    alike = abs(kept[0] - kept[1]) < 0.02
    right = "Both about alike" if alike else ("x₁" if kept[0] < kept[1] else "x₂")
    return right, (
        f"x₁ keeps {number(float(kept[0]))} of what it adds without λ, x₂ {number(float(kept[1]))}."
    )


PAGE = Page(
    name="scale",
    lead="Grams or kilograms: the column is stretched, the rows are the same. A weight must grow "
    "where numbers shrink, and λ makes large weights dear. Why does the unit of a column change "
    "the model?",
    notes="Concept 206, Def 207, KE 71",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"x_1 \rightarrow \term{stretch}{s}\,x_1, \quad \frac{x_i - \bar x_i}"
            r"{\term{sigma}{\sigma_i}}",
            "x one becomes s x one; standardised, x i less its mean over sigma i",
        ),
        Formula(
            r"J = \frac{1}{n}\sum_{i=1}^{n}\left(\term{theta}{\theta^{\top}}x^{(i)} + \theta_0 - "
            r"y^{(i)}\right)^2 + \term{lam}{\lambda}\|\theta\|^2",
            "J is the mean square plus lambda times the squared length of theta",
        ),
    ),
    terms=(
        Term("stretch", "s", "factor of the unit", "orange"),
        Term("sigma", "σ", "deviations of the inputs", "grey"),
        Term("theta", "θ", "weights", "green"),
        Term("lam", "λ", "weight of the regularizer", "violet"),
        Term("effect", "θσ", "added by one deviation", "blue"),
    ),
    pictures=(
        Picture("valley", "J over both weights", "main"),
        Picture("effects", "What each input adds; grey: without λ"),
        Picture("rows", "The rows as the machine gets them"),
    ),
    questions=(
        Question("Does the unit of x₁ change a guess here?", ("Yes", "No"), _unit),
        Question(
            "Which input does λ shrink more?", ("x₁", "x₂", "Both about alike"), _shrunk
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("a plane with noise",),
)  # fmt: skip
