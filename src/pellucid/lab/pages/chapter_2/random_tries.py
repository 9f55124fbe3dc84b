"""Parameters drawn at random, the best kept: how J falls, and how far least squares is.

Notes: §2.4, KE 47, KE 62
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import box_of, line, plane, points, progress, rule, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene
from pellucid.lab.table_rows import scaled

CLOSE = 1.1  # J at most a tenth above the least there is
CONTROLS = (
    setting("tries", 60, "Tries", symbol="T", term="tries", shown=(5, 1000), scale="log"),
    setting(
        "spread", 1.0, "How widely they are drawn", term="spread", shown=(0.05, 5.0), scale="log"
    ),
    setting("extra", 0, "Useless columns beside x", term="theta", shown=(0, 8)),
    setting("seed", 0, "Seed", shown=(0, 50)),
    column("x", "Input x"),
    column("y", "Answer y", answer=True),
)  # fmt: skip


@lru_cache(maxsize=16)
def _rows(data: Data, x_name: str, y_name: str, extra: int) -> tuple[Any, ...]:
    """Standardised columns, useless ones after x; the answers; J and the least squares."""
    from pellucid import LeastSquares
    from pellucid.descent import model_objective

    rows = scaled(data.table.known(x_name, y_name).numbers(x_name, y_name))
    useless = np.random.default_rng(1).normal(size=(len(rows), extra))
    X, y = np.hstack([rows[:, :1], useless]), rows[:, 1]
    best = LeastSquares().fit(X, y)
    J = model_objective("square", "linear", X, y)
    return X, y, best, J.value({"theta": best.coef_, "theta_0": best.intercept_})


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """All tries in their order, and the best so far at each."""
    from pellucid import RandomRegression

    X, y, best, least = _rows(data, state["x"], state["y"], state["extra"])
    search = RandomRegression(state["tries"], spread=state["spread"], random_state=state["seed"])
    lowest = search.fit(X, y).best_
    thetas, offsets = search.candidates(X, y)
    fell = np.append(True, np.diff(lowest) < 0)
    held = np.maximum.accumulate(np.where(fell, np.arange(len(lowest)), 0))
    kept = np.column_stack([thetas[held], offsets[held]])
    close = _first_below(lowest, CLOSE * least)
    n = len(y)
    yield Scene(
        terms={
            "theta": Now(Moving(kept[:, [0, -1]]), f"{X.shape[1]}×1, 1×1", "{0}, {1}"),
            "tries": Now(state["tries"]),
            "spread": Now(state["spread"]),
            "J": Now(Moving(lowest), digits=4),
            "least": Now(least, digits=4),
        },
        pictures={
            "rows": _lines(X[:, 0], y, thetas[:, 0], offsets, kept, best, state),
            "course": _course(lowest, least),
            "cloud": _cloud(thetas[:, 0], offsets, kept, best),
        },
        facts=(
            ("J of the best try", number(lowest[-1], 4)),
            ("least J there is", number(least, 4)),
            ("tries that were better than all before", f"{int(fell.sum())} of {len(lowest)}"),
            ("within a tenth of the least", f"try {close}" if close else "not in these tries"),
            ("weights to be guessed", f"{X.shape[1]}, and the offset"),
        ),
        numbers={"lowest": lowest, "least": least, "close": close},
        steps=len(lowest) - 1,
        summary=f"The best of {len(lowest)} tries has J {number(lowest[-1])}; the least is "
        f"{number(least)}; rows: {n}",
        count="t",
    )


def _first_below(lowest: Any, wanted: float) -> int:
    """The number of the first try that is as low as wanted, counted from 1; 0 when none is."""
    found = np.flatnonzero(lowest <= wanted)
    return int(found[0]) + 1 if len(found) else 0


def _lines(
    x: Any, y: Any, slopes: Any, offsets: Any, kept: Any, best: Any, state: State
) -> dict[str, Any]:
    left, right, low, high = box_of(x, np.append(y, [-2.2, 2.2]), 0.06)
    ends = np.array([left, right])
    tried = np.column_stack([slopes, offsets])
    now = np.clip(tried[:, :1] * ends + tried[:, 1:], -50, 50)
    so_far = np.clip(kept[:, :1] * ends + kept[:, -1:], -50, 50)
    held = ", the useless columns at their mean" if state["extra"] else ""
    return plane(
        f"Rows with the line that is tried now, the best so far, {{theta}}, and least squares"
        f"{held}; J of the best is {{J}}.",
        [
            points(x, y, colour="grey", size=3.0),
            line(ends, best.coef_[0] * ends + best.intercept_, term="least", dashed=True),
            line(ends, Moving(now), term="tries", width=1.6, label="tried"),
            line(ends, Moving(so_far), term="theta", width=3.2, label="best"),
        ],
        box=(left, right, low, high),
        x=f"{state['x']}, standardised",
        y=f"{state['y']}, standardised",
        height=0.8,
    )


def _course(lowest: Any, least: float) -> dict[str, Any]:
    top = max(float(lowest[0]), 1.2 * least, 1e-6)
    return plane(
        f"The lowest J so far, {{J}}, over the tries; it never rises. Least squares is at "
        f"{number(least)}.",
        [
            rule(y=least, term="least", label="least squares"),
            progress(lowest, term="J"),
        ],
        box=(0, max(len(lowest) - 1, 1), 0.0, 1.08 * top),
        x="try t",
        y="lowest J so far",
        height=0.5,
    )


def _cloud(slopes: Any, offsets: Any, kept: Any, best: Any) -> dict[str, Any]:
    box = box_of([*slopes, best.coef_[0]], [*offsets, best.intercept_, -0.15, 0.15], 0.1)
    return plane(
        "Every try as a point of slope and offset, the best so far, and least squares.",
        [
            points(slopes, offsets, term="tries", size=2.2),
            spot(best.coef_[0], best.intercept_, "least", term="least"),
            spot(Moving(kept[:, 0]), Moving(kept[:, -1]), "best", shape="dot", term="theta"),
        ],
        box=box,
        x="slope of x",
        y="offset",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that tries the same parameters."""
    return f"""import numpy as np
{data.program}
from pellucid import LeastSquares, RandomRegression
from pellucid.descent import model_objective

names = ({state["x"]!r}, {state["y"]!r})
rows = table.known(*names).numbers(*names)
rows = (rows - rows.mean(axis=0)) / np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)
useless = np.random.default_rng(1).normal(size=(len(rows), {state["extra"]}))
X, y = np.hstack([rows[:, :1], useless]), rows[:, 1]

search = RandomRegression({state["tries"]}, spread={state["spread"]!r},
                          random_state={state["seed"]})
lowest = search.fit(X, y).best_
best = LeastSquares().fit(X, y)
J = model_objective("square", "linear", X, y)
least = J.value({{"theta": best.coef_, "theta_0": best.intercept_}})
near = np.flatnonzero(lowest <= {CLOSE} * least)
close = near[0] + 1 if len(near) else 0
print(lowest[-1], least, close)"""


ANSWERS = ("At most 10", "11 to 100", "More than 100", "These tries are not enough")


def _luck(state: State, scene: Scene) -> tuple[str, str]:
    close = int(scene.numbers["close"])
    if not close:
        return ANSWERS[3], (
            f"After {len(scene.numbers['lowest'])} tries the lowest J is "
            f"{number(scene.numbers['lowest'][-1], 4)}; the least is "
            f"{number(scene.numbers['least'], 4)}."
        )
    right = ANSWERS[0 if close <= 10 else 1 if close <= 100 else 2]
    return right, f"Try {close} is the first within a tenth of the least J."


PAGE = Page(
    name="random-tries",
    lead="The simplest learning of all: draw parameters at random, keep the best. J can only fall, "
    "but nothing says when it is low enough, and each further column is one more weight to be "
    "guessed. How many guesses does luck need?",
    notes="§2.4, KE 47, KE 62",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{theta}{\theta^{(t)}} \sim \term{spread}{s}\cdot N(0, 1), \quad t = 0, \ldots, "
            r"\term{tries}{T} - 1",
            "each of T parameters is drawn from a normal distribution, scaled by the spread s",
        ),
        Formula(
            r"\term{J}{\min_{t}\, J(\theta^{(t)})} \ \geq\ "
            r"\term{least}{\min_{\theta}\, J(\theta)}",
            "the lowest J of the tries is at least the lowest J of all parameters",
        ),
    ),
    terms=(
        Term("theta", "θ, θ₀", "best so far", "green"),
        Term("tries", "T", "tries", "orange"),
        Term("spread", "s", "how widely drawn", "violet"),
        Term("J", "J", "lowest so far", "rose"),
        Term("least", "min J", "least squares", "blue"),
    ),
    pictures=(
        Picture("rows", "The try of now, and the best so far", "main"),
        Picture("course", "Lowest J so far"),
        Picture("cloud", "All tries as points"),
    ),
    questions=(Question("How many tries until J is within a tenth of the least?", ANSWERS, _luck),),
    scenes=scenes,
    code=code,
    samples=("a line with noise", "a few rows of a line", "a wave"),
)
