"""Radial features: how close a row is to each of some centres, which are dragged.

Notes: Def 190, Def 191, eq 5.14
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.features.radial_settings import BETA
from pellucid.formatting import number
from pellucid.lab.controls import column, control, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import (
    bars,
    box_of,
    field,
    grid_of,
    handle,
    handles,
    matrices,
    matrix,
    plane,
    points,
    regions,
    segments,
)
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import matrix_literal, reading_code, two_classes

METRICS = {
    "‖p − x‖²": "sqeuclidean",
    "‖p − x‖": "euclidean",
    "|p₁ − x₁| + |p₂ − x₂|": "cityblock",
    "the larger of both": "chebyshev",
}
CENTRES = [[0.0, 0.0], [-1.6, 0.9], [1.5, 1.1], [0.2, -1.8]]
CLOSE, SIDES = "closeness to the nearest centre", "sides of a linear machine on φ"
MOST = 8
CONTROLS = (
    control(
        BETA,
        default=1.0,
        term="beta",
        label="Decay with distance",
        choices=(),
        shown=(0.02, 20.0),
        scale="log",
    ),
    setting("metric", next(iter(METRICS)), "Distance D", term="beta", choices=tuple(METRICS)),
    setting("show", CLOSE, "Behind the rows", choices=(CLOSE, SIDES)),
    setting("centres", CENTRES, "Centres p, a row each", term="p"),
    setting("x1", 0.7, "A row, x₁", term="x", shown=(-3.0, 3.0)),
    setting("x2", 0.6, "A row, x₂", term="x", shown=(-3.0, 3.0)),
    column("first", "Input x₁"),
    column("second", "Input x₂"),
    column("label", "Class", ("binary", "category"), answer=True),
)  # fmt: skip


def _centres(state: State) -> Any:
    """The first eight centres that have two numbers."""
    given = [row[:2] for row in state["centres"] if len(row) > 1][:MOST]
    return np.clip(np.array(given or CENTRES[:1]), -6, 6)


@lru_cache(maxsize=64)
def _machine(
    data: Data, names: tuple[str, str], label: str, centres: Any, beta: float, metric: str
) -> tuple[Any, float, float]:
    """A linear classifier on the radial features; its share of right rows, and without them."""
    from pellucid.evaluation.training_and_test_error import accuracy
    from pellucid.features.radial_kernel import radial_features
    from pellucid.linear import LogisticClassifier

    X, y, _ = two_classes(data, names, label)
    if len(np.unique(y)) < 2:
        return None, 1.0, 1.0
    F = radial_features(X, np.array(centres), beta, metric)
    h, plain = LogisticClassifier(1e-4).fit(F, y), LogisticClassifier(1e-4).fit(X, y)
    return h, accuracy(h, F, y), accuracy(plain, X, y)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The features of one row, and of all."""
    from pellucid.features.radial_kernel import distances, radial_features

    names = (state["first"], state["second"])
    X, y, positive = two_classes(data, names, state["label"])
    P, metric, beta = _centres(state), METRICS[state["metric"]], state["beta"]
    asked = np.array([[state["x1"], state["x2"]]])
    phi = radial_features(asked, P, beta, metric)[0]
    away = distances(asked, P, metric)[0]
    K = radial_features(P, P, beta, metric)
    frozen = tuple(map(tuple, P.tolist()))
    h, right, plain = _machine(data, names, state["label"], frozen, beta, metric)
    nearest = int(np.argmin(away))
    yield Scene(
        terms={
            "p": Now(f"{len(P)} centres", "2×1 each"),
            "beta": Now(beta),
            "x": Now(asked[0], "2×1"),
            "phi": Now(phi[:4], f"{len(P)}×1"),
            "K": Now(f"{len(P)}² pairs", f"{len(P)}×{len(P)}"),
        },
        pictures={
            "plane": _plane(X, y, P, asked[0], h, state),
            "features": _bars(phi),
            "kernel": _kernel(K, phi, nearest),
        },
        facts=(
            ("nearest centre", f"p{nearest + 1}, D = {number(float(away[nearest]))}"),
            ("its feature", number(float(phi[nearest]), 4)),
            ("largest feature of two different centres", _largest(K)),
            ("rows right, linear machine on φ", f"{100 * right:.1f} %"),
            ("rows right, linear machine on x", f"{100 * plain:.1f} %"),
            ("positive class", f"{state['label']} = {positive}"),
        ),
        numbers={"phi": phi, "K": K, "away": away, "right": right, "plain": plain},
        summary=f"The row is nearest to centre {nearest + 1}: {number(float(phi[nearest]))}",
    )


def _largest(K: Any) -> str:
    other = K[~np.eye(len(K), dtype=bool)]
    return number(float(other.max())) if len(other) else "one centre only"


def _plane(X: Any, y: Any, P: Any, asked: Any, h: Any, state: State) -> dict[str, Any]:
    from pellucid.features.radial_kernel import radial_features

    box = box_of(np.append(X[:, 0], [-3.1, 3.1]), np.append(X[:, 1], [-3.1, 3.1]), 0.01)
    grid, *_ = grid_of(box, 51)
    F = radial_features(grid, P, state["beta"], METRICS[state["metric"]])
    if state["show"] == SIDES and h is not None:
        ground = regions(h.decision_function(F).reshape(51, 51))
    else:
        ground = field(1.0 - F.max(axis=1).reshape(51, 51), term="phi")
    return plane(
        "Rows of two classes with {p} that can be dragged, and one row at {x} with a line to each "
        "centre; a click adds a centre.",
        [
            ground,
            points(X[:, 0], X[:, 1], signs=y),
            segments(
                np.full(len(P), asked[0]),
                np.full(len(P), asked[1]),
                P[:, 0],
                P[:, 1],
                term="x",
                dashed=True,
            ),
            *handles(P.tolist(), "centres", "centre", colour="orange"),
            handle(float(asked[0]), float(asked[1]), ("x1", "x2"), "the row", term="x"),
        ],
        box=box,
        equal=True,
        height=0.86,
        adds="centres" if len(P) < MOST else "",
        x=f"{state['first']}, standardised",
        y=f"{state['second']}, standardised",
    )


def _bars(phi: Any) -> dict[str, Any]:
    return plane(
        "The features of the row, one for each centre, between 0 and 1: {phi}.",
        [
            bars(
                np.arange(len(phi)), phi, term="phi", label=[number(float(v), 2) for v in phi]
            )
        ],
        box=(-0.6, len(phi) - 0.4, 0.0, 1.18),
        names=[f"p{i + 1}" for i in range(len(phi))],
        y="feature",
        height=0.56,
    )  # fmt: skip


def _kernel(K: Any, phi: Any, nearest: int) -> dict[str, Any]:
    names = [f"p{i + 1}" for i in range(len(K))]
    return matrices(
        "How close each centre is to each other one, 1 on the diagonal, and the row’s "
        "own features.",
        [
            matrix(K, "K", term="K", rows=names, columns=names, digits=2, top=1.0),
            matrix(
                phi[None],
                "φ(x)ᵀ",
                term="phi",
                columns=names,
                digits=2,
                top=1.0,
                marked=[[0, nearest]],
            ),
        ],
        note="K holds the features of the centres themselves. Framed: the nearest centre.",
    )


def code(state: State, data: Data) -> str:
    """The program that makes the same features."""
    names = (state["first"], state["second"])
    _, y, _ = two_classes(data, names, state["label"])
    fit = (
        """h, plain_h = LogisticClassifier(1e-4).fit(F, y), LogisticClassifier(1e-4).fit(X, y)
right, plain = accuracy(h, F, y), accuracy(plain_h, X, y)"""
        if len(np.unique(y)) > 1
        else "right = plain = 1.0  # one class only"
    )
    return f"""{reading_code(data, names, state["label"])}

from pellucid.evaluation.training_and_test_error import accuracy
from pellucid.features.radial_kernel import distances, radial_features
from pellucid.linear import LogisticClassifier

P = np.array({matrix_literal(_centres(state))}, float)
x = np.array([[{state["x1"]!r}, {state["x2"]!r}]])
beta, metric = {state["beta"]!r}, {METRICS[state["metric"]]!r}
phi, away = radial_features(x, P, beta, metric)[0], distances(x, P, metric)[0]
K = radial_features(P, P, beta, metric)
F = radial_features(X, P, beta, metric)  # of all rows: n×m
{fit}
print(phi, K, right, plain)"""


def _wider(state: State, scene: Scene) -> tuple[str, str]:
    phi = np.asarray(scene.numbers["phi"])
    return "All fall, or stay at 1", (
        f"exp(−β D) falls with β wherever D > 0: now they are "
        f"{', '.join(number(float(v)) for v in phi)}. Only at its own centre a row keeps 1."
    )


def _helps(state: State, scene: Scene) -> tuple[str, str]:
    right, plain = scene.numbers["right"], scene.numbers["plain"]
    answer = "More" if right > plain + 1e-12 else ("Fewer" if right < plain - 1e-12 else "As many")
    return answer, (
        f"On these features {number(right, 4)} of the rows are right, on x itself "
        f"{number(plain, 4)}."
    )


PAGE = Page(
    name="radial-features",
    lead="A radial feature is 1 at its centre and falls with the distance. A row becomes a list of "
    "how close it is to each centre. Drag them. What does a row look like from its neighbours?",
    notes="Def 190, Def 191",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"f_{\term{p}{p}}(\term{x}{x}) = e^{-\term{beta}{\beta} D(p, x)}",
            "f p of x is e to the minus beta times the distance of p and x",
        ),
        Formula(
            r"\term{phi}{\varphi(x)} = \left(f_{p^1}(x), \ldots, f_{p^m}(x)\right)^{\top}",
            "phi of x holds f of every centre",
        ),
        Formula(
            r"\term{K}{K_{ij}} = f_{p^i}(p^j)",
            "K i j is the feature of centre j at centre i",
        ),
    ),
    terms=(
        Term("p", "p", "centres", "orange"),
        Term("beta", "β", "decay with distance", "violet"),
        Term("x", "x", "one row", "blue"),
        Term("phi", "φ(x)", "its features", "green"),
        Term("K", "K", "centres among themselves", "grey"),
    ),
    pictures=(
        Picture("plane", "Rows, centres, and one row that looks about", "main"),
        Picture("features", "Features of that row"),
        Picture("kernel", "The kernel matrix"),
    ),
    questions=(
        Question(
            "You raise β. What do the features of the row do?",
            ("All rise", "All fall, or stay at 1", "Nothing"),
            _wider,
        ),
        Question(
            "Does a linear machine get more rows right on φ than on x?",
            ("More", "As many", "Fewer"),
            _helps,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("ring and disc", "exclusive or", "two half circles", "two classes, nearly apart"),
)
