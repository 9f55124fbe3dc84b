"""Three views of a feature: a bent separator, moved data, and signs over the input.

Notes: Def 178, Def 180, Clar 181, Concept 182, Concept 183
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import grid_of, handles, line, plane, points, regions, rule
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import matrix_literal

ROWS = [
    [-2.4, 0.5], [-2.0, 0.5], [-1.6, 0.5], [-0.7, -0.5], [-0.2, -0.5], [0.3, -0.5], [0.8, -0.5],
    [1.7, 0.5], [2.2, 0.5], [2.6, 0.5],
]  # fmt: skip
REACH = 3.0
HAND = (("fitted", (False,)),)
CONTROLS = (
    setting("order", 2, "Second feature: power of x", symbol="k", term="phi", low=2, shown=(2, 4)),
    setting("fitted", True, "Fit θ to the rows"),
    setting("theta_1", 0.0, "Weight of x", symbol="θ₁", term="theta", shown=(-4.0, 4.0), when=HAND),
    setting("theta_2", 1.0, "Weight of x^k", symbol="θ₂", term="theta", shown=(-4.0, 4.0),
            when=HAND),
    setting("theta_0", -1.5, "Offset", symbol="θ₀", term="theta", shown=(-6.0, 6.0), when=HAND),
    setting("rows", ROWS, "Rows: x, and above 0 for +", term="data"),
)  # fmt: skip


def _rows(state: State) -> tuple[Any, Any]:
    """Places and signs of at most 40 rows."""
    given = [row[:2] for row in state["rows"] if len(row) > 1][:40]
    x, side = np.array(given or ROWS).T
    return np.clip(x, -REACH, REACH), np.where(side > 0, 1.0, -1.0)


def _features(x: Any, k: int) -> Any:
    return np.column_stack([x, x**k])


def _line(state: State) -> tuple[Any, float]:
    from pellucid.linear import LogisticClassifier

    x, y = _rows(state)
    if not state["fitted"] or len(np.unique(y)) < 2:
        return np.array([state["theta_1"], state["theta_2"]]), state["theta_0"]
    h = LogisticClassifier(lam=0.001).fit(_features(x, state["order"]), y)
    return np.ravel(h.coef_), float(np.ravel(h.intercept_)[0])


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """One machine in three pictures."""
    from pellucid.linear import separate
    from pellucid.losses import LOSSES
    from pellucid.pictures.features import sign_changes

    x, y = _rows(state)
    k = state["order"]
    theta, theta_0 = _line(state)
    F = _features(x, k)
    u = F @ theta + theta_0
    errors = int(LOSSES["zero-one"](np.where(u > 0, 1.0, -1.0), y).sum())
    both = len(np.unique(y)) == 2
    plain = separate(x[:, None], y).verdict if both else "one class only"
    moved = separate(F, y).verdict if both else "one class only"
    zeros = sign_changes(lambda X: _features(X[:, 0], k) @ theta + theta_0, -REACH, REACH)
    yield Scene(
        terms={
            "data": Now(f"{len(x)} rows", f"1×{len(x)}"),
            "phi": Now(f"x, x{'²³⁴'[k - 2]}", "2×1"),
            "theta": Now([*theta, theta_0], "2×1", "{0}, {1}; θ₀ = {2}"),
            "sign": Now(f"changes {len(zeros)} times"),
            "error": Now(float(errors), text="{0}" + f" of {len(x)} rows"),
        },
        pictures={
            "moved": _moved(F, y, theta, theta_0, k),
            "bent": _bent(x, y, theta, theta_0, k, state),
            "signs": _signs(x, y, theta, theta_0, k),
        },
        facts=(
            ("can a threshold on x part the rows?", plain),
            ("can a line in the plane of features?", moved),
            ("rows on the wrong side", f"{errors} of {len(x)}"),
            ("where the sign changes, on x", ", ".join(map(number, zeros)) or "nowhere"),
        ),
        numbers={
            "theta": theta,
            "theta_0": theta_0,
            "errors": errors,
            "plain": plain,
            "moved": moved,
            "zeros": np.asarray(zeros, float),
        },
        summary=f"{errors} rows wrong; the sign changes {len(zeros)} times",
    )


def _moved(F: Any, y: Any, theta: Any, theta_0: float, k: int) -> dict[str, Any]:
    top = REACH**k
    box = (-REACH - 0.1, REACH + 0.1, -0.06 * top if k % 2 == 0 else -1.06 * top, 1.06 * top)
    grid, *_ = grid_of(box, 61)
    at = np.linspace(-REACH, REACH, 121)
    curve = _features(at, k)
    return plane(
        "Rows moved to (x, x^k), where they lie on a curve, with the straight line of θ; {error} "
        "are on the wrong side.",
        [
            regions((grid @ theta + theta_0).reshape(61, 61)),
            line(curve[:, 0], curve[:, 1], term="phi", dashed=True, width=1.6),
            points(F[:, 0], F[:, 1], signs=y, size=4.4),
        ],
        box=box,
        x="first feature, x",
        y=f"second feature, x{'²³⁴'[k - 2]}",
        height=0.8,
    )


def _bent(x: Any, y: Any, theta: Any, theta_0: float, k: int, state: State) -> dict[str, Any]:
    at = np.linspace(-REACH, REACH, 161)
    u = _features(at, k) @ theta + theta_0
    top = max(1.0, float(np.abs(_features(x, k) @ theta + theta_0).max()) * 1.15)
    level = 0.45 * top
    rows = np.column_stack([x, np.sign(y) * 0.5]).tolist()
    lifted = [[row[0], row[1] * 2 * level] for row in rows]
    return plane(
        "The rows where they were, with the score over x: a curve that is bent, above 0 where the "
        "answer is +. Rows are dragged along x, or across 0 to the other class.",
        [
            rule(y=0.0, colour="grey"),
            line(at, np.clip(u, -9 * top, 9 * top), term="theta"),
            *handles(lifted, "rows", "row", group=[0 if side > 0 else 1 for side in y]),
        ],
        box=(-REACH - 0.1, REACH + 0.1, -top, top),
        x="x",
        y="score θᵀφ(x) + θ₀",
        height=0.7,
    )


def _signs(x: Any, y: Any, theta: Any, theta_0: float, k: int) -> dict[str, Any]:
    at = np.linspace(-REACH - 0.1, REACH + 0.1, 301)
    u = _features(at, k) @ theta + theta_0
    return plane(
        "The x axis, coloured by the sign of the score: {sign} along it.",
        [regions(np.vstack([u, u])), points(x, np.zeros(len(x)), signs=y, size=4.4)],
        box=(-REACH - 0.1, REACH + 0.1, -1.0, 1.0),
        bare=True,
        x="x",
        height=0.26,
    )


def code(state: State, data: Data) -> str:
    """The program that makes the same machine."""
    x, y = _rows(state)
    theta, theta_0 = _line(state)
    line = (
        """h = LogisticClassifier(lam=0.001).fit(F, y)
theta, theta_0 = np.ravel(h.coef_), np.ravel(h.intercept_)[0]"""
        if state["fitted"] and len(np.unique(y)) > 1
        else f"theta, theta_0 = np.array({theta.tolist()!r}), {theta_0!r}"
    )
    return f"""import numpy as np
from pellucid.linear import LogisticClassifier, separate
from pellucid.pictures.features import sign_changes

x, y = np.array({matrix_literal(np.vstack([x, y]))}, float)


def features(x):
    return np.column_stack([x, x**{state["order"]}])


F = features(x)
{line}
errors = np.sum(np.where(F @ theta + theta_0 > 0, 1, -1) != y)
both = len(np.unique(y)) == 2
plain = separate(x[:, None], y).verdict if both else "one class only"
moved = separate(F, y).verdict if both else "one class only"
zeros = sign_changes(lambda X: features(X[:, 0]) @ theta + theta_0, -{REACH}, {REACH})
print(theta, theta_0, errors, plain, moved, zeros)"""


def _which(state: State, scene: Scene) -> tuple[str, str]:
    return "Both describe one machine", (
        "A row is + where θᵀφ(x) + θ₀ > 0, whether φ(x) is drawn as a place or as a curve over x: "
        f"{scene.numbers['errors']} rows are wrong in every picture."
    )


def _can(state: State, scene: Scene) -> tuple[str, str]:
    plain, moved = scene.numbers["plain"], scene.numbers["moved"]
    return ("Yes" if moved == "separable" else "No"), (
        f"On x alone they are {plain}; on (x, x^{state['order']}) they are {moved}."
    )


PAGE = Page(
    name="three-views",
    lead="With a second feature, a machine that draws straight lines parts what no threshold "
    "parts. Three pictures show one machine: rows moved, a curve over x, signs. Is the line bent, "
    "or the data?",
    notes="Def 178, Def 180, Clar 181, Concept 182, Concept 183",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{phi}{\varphi(x)} = \left(x,\; x^k\right)^{\top}",
            "phi of x is x and x to the k",
        ),
        Formula(
            r"h(\term{data}{x}) = \term{sign}{\mathrm{sign}}\left(\term{theta}{\theta^{\top}} "
            r"\varphi(x) + \theta_0\right)",
            "h of x is the sign of theta transposed phi of x plus theta zero",
        ),
    ),
    terms=(
        Term("data", "x", "the rows", "grey"),
        Term("phi", "φ(x)", "features", "orange"),
        Term("theta", "θ", "weights of the features", "green"),
        Term("sign", "sign", "along x", "blue"),
        Term("error", "errors", "on the wrong side", "rose"),
    ),
    pictures=(
        Picture("moved", "The data are moved, the line is straight", "main"),
        Picture("bent", "The data stay, the score is bent: drag rows"),
        Picture("signs", "Signs over x"),
    ),
    questions=(
        Question(
            "Is the line bent, or the data?",
            ("The line", "The data", "Both describe one machine"),
            _which,
        ),
        Question("Can a line in the plane of features part these rows?", ("Yes", "No"), _can),
    ),
    scenes=scenes,
    code=code,
)
