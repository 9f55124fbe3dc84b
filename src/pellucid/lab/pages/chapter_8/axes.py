"""An axis turned by hand through a cloud of rows, beside the axis that keeps most.

Notes: Concept 357, Concept 367, Concept 368, §8.4
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import handle, histogram, line, plane, points, rule, segments, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

SCALES = ("standardised", "as they are")
CONTROLS = (
    setting(
        "angle", 100.0, "The axis, turned by hand", symbol="φ", term="axis", unit="°",
        shown=(0.0, 180.0),
    ),
    column("x1", "Column x₁"),
    column("x2", "Column x₂"),
    setting("columns", "standardised", "How the columns are scaled", choices=SCALES),
    setting("closed", False, "Show the closed form"),
)  # fmt: skip
NEAR = 1.0  # degrees


@lru_cache(maxsize=16)
def _ground(data: Data, names: tuple[str, str], columns: str) -> tuple[Any, ...]:
    """Centred rows, the best axis, and the share that each angle keeps."""
    from pellucid.autoencoders import LinearAutoencoder, axis_projection

    X = data.table.known(*names).numbers(*names)
    X = X - X.mean(axis=0)
    if columns == "standardised":
        X = X / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
    model = LinearAutoencoder(1, solver="svd").fit(X)
    angles = np.linspace(0, 180, 91)
    shares = np.array([axis_projection(X, _direction(a)).share for a in angles])
    return X, model, angles, shares


def _direction(angle: float) -> Any:
    return np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])


def _further(angle: float, best: Any) -> float:
    """Degrees from an angle to the best axis, the short way round; an axis has no arrowhead."""
    to = float(np.degrees(np.arctan2(best[1], best[0])))
    return (to - angle + 90.0) % 180.0 - 90.0


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The rows, their feet on the axis, and what the feet keep."""
    from pellucid.autoencoders import axis_projection

    X, model, angles, shares = _ground(data, (state["x1"], state["x2"]), state["columns"])
    found = axis_projection(X, _direction(state["angle"]))
    best = model.components_[0]
    least, n = float(model.reconstruction_loss_), len(X)
    most = float(model.explained_variance_ratio_[0])
    further = _further(state["angle"], best)
    yield Scene(
        terms={
            "axis": Now(found.axis, "2×1"),
            "code": Now(f"{number(found.codes.min())} … {number(found.codes.max())}", f"1×{n}"),
            "kept": Now(found.share, text="{0} of all"),
            "lost": Now(found.lost, digits=4),
            "best": Now(best if state["closed"] else "hidden", "2×1"),
        },
        pictures={
            "rows": _rows(X, found, best, state),
            "turning": _turning(angles, shares, state, found.share, best),
            "codes": _codes(found.codes),
        },
        facts=(
            ("variance kept on your axis", f"{number(100 * found.share)} %"),
            ("lost, Σ ‖x − x̃‖²", number(found.lost, 4)),
            ("kept + lost, at every angle", number(found.kept + found.lost, 5)),
            *(
                (
                    ("most that one axis keeps", f"{number(100 * most)} %"),
                    ("least lost", number(least, 4)),
                    ("your axis lies from the best", f"{number(abs(further))}°"),
                )
                if state["closed"]
                else ()
            ),
        ),
        numbers={
            "share": found.share,
            "lost": found.lost,
            "least": least,
            "most": most,
            "best": best,
        },
        summary=f"this axis keeps {number(100 * found.share)} % of the variance",
    )


def _rows(X: Any, found: Any, best: Any, state: State) -> dict[str, Any]:
    reach = 1.06 * float(np.abs(X).max()) or 1.0
    mine, ideal = np.outer([-reach, reach], found.axis), np.outer([-reach, reach], best)
    feet = found.decoded
    shown = [line(ideal[:, 0], ideal[:, 1], term="best", dashed=True, label="best")]
    return plane(
        "The rows and a line through their mean; each row's foot on it keeps {kept}. The direction "
        "is {axis}.",
        [
            segments(X[:, 0], X[:, 1], feet[:, 0], feet[:, 1], term="lost"),
            points(X[:, 0], X[:, 1], colour="grey"),
            *(shown if state["closed"] else ()),
            line(mine[:, 0], mine[:, 1], term="axis", width=3.0),
            points(feet[:, 0], feet[:, 1], term="code", size=3.0),
        ],
        box=(-reach, reach, -reach, reach),
        equal=True,
        height=1.0,
        x=f"{state['x1']}, {'standardised' if state['columns'] == SCALES[0] else 'less its mean'}",
        y=state["x2"],
    )


def _turning(angles: Any, shares: Any, state: State, share: float, best: Any) -> dict[str, Any]:
    top = _further(0.0, best) % 180.0
    marked = [rule(x=top, term="best", label="best")] if state["closed"] else []
    return plane(
        "The share of the variance that is kept, over the angle of the axis; yours keeps {kept}.",
        [
            *marked,
            rule(y=1.0),
            line(angles, shares, term="kept"),
            spot(state["angle"], share, shape="dot", term="axis"),
            handle(state["angle"], share, ("angle", ""), "angle of the axis", term="axis"),
        ],
        box=(0, 180, 0, 1.05),
        x="angle φ, degrees",
        y="share kept",
        height=0.6,
    )


def _codes(codes: Any) -> dict[str, Any]:
    edges = np.histogram_bin_edges(codes, 20)
    counts, _ = np.histogram(codes, edges)
    return plane(
        "How the codes, one number a row, are spread along the axis.",
        [histogram(codes, term="code", edges=edges)],
        box=(float(edges[0]), float(edges[-1]), 0, float(counts.max()) * 1.1),
        x="code a",
        y="rows",
        height=0.5,
    )


def code(state: State, data: Data) -> str:
    """The program that measures the same axis."""
    scaled = "\nX = X / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)"
    return f"""import numpy as np
{data.program}

from pellucid.autoencoders import LinearAutoencoder, axis_projection

names = ({state["x1"]!r}, {state["x2"]!r})
X = table.known(*names).numbers(*names)
X = X - X.mean(axis=0){scaled if state["columns"] == SCALES[0] else ""}
angle = np.radians({state["angle"]!r})
found = axis_projection(X, np.array([np.cos(angle), np.sin(angle)]))
share, lost = found.share, found.lost

model = LinearAutoencoder(1, solver="svd").fit(X)  # the closed form
best, least = model.components_[0], model.reconstruction_loss_
most = model.explained_variance_ratio_[0]
print(f"kept {{share:.1%}} of the variance, at most {{most:.1%}}")"""


def _way(state: State, scene: Scene) -> tuple[str, str]:
    further = _further(state["angle"], scene.numbers["best"])
    share, most = scene.numbers["share"], scene.numbers["most"]
    if abs(further) < NEAR or most - share < 1e-6:
        right = "Neither: this is the best"
    else:
        right = "Anticlockwise" if further > 0 else "Clockwise"
    return right, (
        f"The first principal axis is {number(abs(further))}° away and keeps "
        f"{number(100 * most)} %, yours {number(100 * share)} %."
    )


PAGE = Page(
    name="axes",
    lead="One number for each row: where its foot falls on an axis. What lies across "
    "the axis is lost. Turn the axis. Which direction keeps most?",
    notes="Concept 357, Concept 367, Concept 368, §8.4",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{code}{a^{(i)}} = \term{axis}{u}^{\top} x^{(i)}, \qquad "
            r"\tilde{x}^{(i)} = \term{axis}{u}\, \term{code}{a^{(i)}}",
            "the code a i is u transposed x i; the decoded row is u times a i",
        ),
        Formula(
            r"\sum_i \left\| x^{(i)} \right\|^2 = \term{kept}{\sum_i \left(a^{(i)}\right)^2} + "
            r"\term{lost}{\sum_i \left\| x^{(i)} - \tilde{x}^{(i)} \right\|^2}",
            "the sum of squared lengths of x is the sum of squared codes and the sum of squared "
            "distances to the decoded rows",
        ),
    ),
    terms=(
        Term("axis", "u", "your axis, length 1", "green"),
        Term("code", "a", "code: place on the axis", "orange"),
        Term("kept", "Σa²", "kept, as a share", "blue"),
        Term("lost", "Σ‖x−x̃‖²", "lost", "rose"),
        Term("best", "u*", "the closed form", "violet"),
    ),
    pictures=(
        Picture("rows", "The rows and their feet on the axis", "main"),
        Picture("turning", "Share kept: drag the dot"),
        Picture("codes", "The codes"),
    ),
    questions=(
        Question(
            "Which way must your axis turn to keep more?",
            ("Anticlockwise", "Clockwise", "Neither: this is the best"),
            _way,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("two classes, nearly apart", "a line with noise", "two half circles", "two rings"),
)
