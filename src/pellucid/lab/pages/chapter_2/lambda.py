"""The weight of the regularizer: weights, the line, nλI, and the valley that it makes a bowl.

Notes: KE 70, KE 71, Concept 64, Concept 67
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, control, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import field, grid_of, line, matrices, matrix, plane, points, rule, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import standardised
from pellucid.linear.square_loss_settings import FIT_INTERCEPT, LAM

LOW, HIGH = 1e-4, 100.0
PATH = tuple(float(v) for v in np.geomspace(LOW, HIGH, 61))
CONTROLS = (
    control(LAM, default=0.1, term="lam", shown=(LOW, HIGH), scale="log"),
    setting("alike", 0.8, "How alike the two inputs are", shown=(0.0, 1.0)),
    setting("prior", 0.0, "Both weights before", symbol="θ̃", term="prior", shown=(-2.0, 2.0)),
    control(FIT_INTERCEPT, label="An offset"),
    column("x1", "First input"),
    column("x2", "Second input"),
    column("y", "Answer y", answer=True),
)


def _ground(state: State, data: Data) -> tuple[Any, Any]:
    """Standardised inputs (n, 2), the second drawn towards the first, and the answers."""
    Z = standardised(data, (state["x1"], state["x2"], state["y"]))
    first, second, y = Z.T
    return np.column_stack([first, second + state["alike"] * (first - second)]), y


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The weights at this λ, among those at every other."""
    from pellucid.descent import model_objective
    from pellucid.linear import Ridge

    X, y = _ground(state, data)
    n, lam = len(y), state["lam"]
    model = Ridge(lam, fit_intercept=state["fit_intercept"], prior=[state["prior"]] * 2)
    found = model.fit(X, y)
    theta, theta_0 = found.coef_, float(found.intercept_)
    along = np.array([m.coef_ for m in model.path(X, y, PATH)])
    J = model_objective("square", "linear", X, y)
    loss = J.value({"theta": theta, "theta_0": theta_0})
    fits = model.path(X, y, (HIGH,))[0]
    largest = J.value({"theta": fits.coef_, "theta_0": float(fits.intercept_)})
    pull = float(np.sum((theta - state["prior"]) ** 2))
    guesses = found.predict(X)
    yield Scene(
        terms={
            "theta": Now(theta, "2×1"),
            "lam": Now(lam),
            "loss": Now(loss, digits=4),
            "prior": Now(lam * pull, text="{0} now"),
            "added": Now(n * lam, "2×2", "{0} on the diagonal"),
        },
        pictures={
            "valley": _valley(X, y, state, theta, theta_0, along),
            "path": _path(along, lam),
            "matrix": _matrix(X, n * lam),
            "fit": _fit(y, guesses),
        },
        facts=(
            ("θ", ", ".join(map(number, theta))),
            ("θ₀", number(round(theta_0, 9))),
            ("‖θ‖", number(float(np.linalg.norm(theta)))),
            ("mean loss alone", number(loss, 4)),
            ("J with the regularizer", number(loss + lam * pull, 4)),
            ("det(XXᵀ + nλI)", number(float(np.linalg.det(X.T @ X + n * lam * np.eye(2))))),
        ),
        numbers={
            "theta": theta,
            "theta_0": theta_0,
            "loss": loss,
            "largest": largest,
            "along": along,
        },
        summary=f"At λ = {number(lam)} the weights are {number(theta[0])} and {number(theta[1])}",
    )


def _valley(X: Any, y: Any, state: State, theta: Any, theta_0: float, along: Any) -> dict[str, Any]:
    from pellucid.descent import model_objective

    J = model_objective("square", "linear", X, y)
    box = (-2.4, 2.4, -2.4, 2.4)
    grid, *_ = grid_of(box, 41)
    losses = np.array([J.value({"theta": p, "theta_0": theta_0}) for p in grid])
    pulls = np.sum((grid - state["prior"]) ** 2, axis=1)
    heights = (losses + state["lam"] * pulls).reshape(41, 41)
    return plane(
        "Level lines of J over the two weights; a long valley becomes a round bowl as λ grows. The "
        "least J is at {theta}; a line shows where it goes from a small λ to a large one.",
        [
            field(heights, term="loss"),
            line(along[:, 0], along[:, 1], term="lam", width=2.2),
            spot(state["prior"], state["prior"], "θ̃", shape="ring", term="prior"),
            spot(theta[0], theta[1], "θ", shape="dot", term="theta"),
        ],
        box=box,
        equal=True,
        x=f"θ₁, weight of {state['x1']}",
        y=f"θ₂, weight of {state['x2']}",
        height=0.86,
    )


def _path(along: Any, lam: float) -> dict[str, Any]:
    low, high = float(min(along.min(), 0.0)), float(max(along.max(), 0.0))
    room = 0.12 * ((high - low) or 1.0)
    return plane(
        "Both weights over λ; they go to their prior as λ grows. Now λ is {lam}, θ is {theta}.",
        [
            rule(x=lam, term="lam", label="λ"),
            line(PATH, along[:, 0], term="theta", label="θ₁"),
            line(PATH, along[:, 1], term="theta", label="θ₂", dashed=True),
        ],
        box=(LOW, HIGH, low - room, high + room),
        logs="x",
        x="λ",
        y="weight",
        height=0.52,
    )


def _matrix(X: Any, added: float) -> dict[str, Any]:
    A = X.T @ X
    return matrices(
        "The 2×2 matrix that is inverted: XXᵀ plus nλ on its diagonal.",
        [
            matrix(A, "XXᵀ", term="loss"),
            matrix(added * np.eye(2), "nλI", term="added", before="+"),
            matrix(A + added * np.eye(2), "inverted", before="="),
        ],
    )


def _fit(y: Any, guesses: Any) -> dict[str, Any]:
    low, high = float(y.min()) - 0.3, float(y.max()) + 0.3
    return plane(
        "Each row’s guess over its answer: on the dashed line both are the same; a large λ makes "
        "the guesses flat.",
        [
            line([low, high], [low, high], dashed=True, colour="grey", width=1.6),
            points(y, guesses, term="theta"),
        ],
        box=(low, high, low, high),
        x="answer y, standardised",
        y="guess h(x)",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that finds the same weights."""
    return f"""import numpy as np
{data.program}

from pellucid.descent import model_objective
from pellucid.linear import Ridge

names = ({state["x1"]!r}, {state["x2"]!r}, {state["y"]!r})
Z = table.known(*dict.fromkeys(names)).numbers(*names)
Z = (Z - Z.mean(axis=0)) / np.where(Z.std(axis=0) > 0, Z.std(axis=0), 1.0)
X, y = Z[:, :2], Z[:, 2]
X[:, 1] += {state["alike"]!r} * (X[:, 0] - X[:, 1])

model = Ridge({state["lam"]!r}, fit_intercept={state["fit_intercept"]!r},
              prior=[{state["prior"]!r}] * 2).fit(X, y)
theta, theta_0 = model.coef_, model.intercept_
J = model_objective("square", "linear", X, y)
loss = J.value({{"theta": theta, "theta_0": theta_0}})
path = model.path(X, y, np.geomspace({LOW}, {HIGH}, 61))
along = [m.coef_ for m in path]
largest = J.value({{"theta": path[-1].coef_, "theta_0": path[-1].intercept_}})
print(model.explain())"""


def _cost(state: State, scene: Scene) -> tuple[str, str]:
    loss, last = scene.numbers["loss"], scene.numbers["largest"]
    right = "It rises, or stays" if last >= loss - 1e-12 else "It falls"
    return right, (
        f"At λ = {number(state['lam'])} it is {number(loss, 4)}, at {HIGH:g} {number(last, 4)}: "
        "weights that are pulled elsewhere cannot fit these rows better."
    )


def _ends(state: State, scene: Scene) -> tuple[str, str]:
    last = scene.numbers["along"][-1]
    return "To the prior θ̃", (
        f"At λ = {HIGH:g} the library finds θ = {number(last[0])}, {number(last[1])}; the prior "
        f"is {number(state['prior'])}."
    )


PAGE = Page(
    name="lambda",
    lead="When two inputs say nearly the same, many pairs of weights fit alike: J has a flat "
    "valley. λ adds a bowl to it, so that one pair is best, and pulls it towards its prior. What "
    "does λ buy, and what does it cost?",
    notes="KE 70, KE 71, Concept 64, Concept 67",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"J = \term{loss}{\frac{1}{n}\sum_{i=1}^{n}\left(\theta^{\top}x^{(i)} + \theta_0 - "
            r"y^{(i)}\right)^2} + \lambda\,\term{prior}{\|\theta - \tilde\theta\|^2}",
            "J is the mean squared residual plus lambda times the squared distance of theta from "
            "its prior",
        ),
        Formula(
            r"\term{theta}{\theta} = \left(XX^{\top} + n\term{lam}{\lambda} \term{added}{I}"
            r"\right)^{-1} X\,Y^{\top} \quad (\tilde\theta = 0)",
            "theta is the inverse of X X transposed plus n lambda I, times X Y transposed",
        ),
    ),
    terms=(
        Term("theta", "θ", "best weights", "green"),
        Term("lam", "λ", "weight of the regularizer", "orange"),
        Term("loss", "loss", "mean square", "rose"),
        Term("prior", "λ‖θ − θ̃‖²", "price of leaving θ̃", "violet"),
        Term("added", "nλI", "what λ adds", "blue"),
    ),
    pictures=(
        Picture("valley", "J over both weights", "main"),
        Picture("path", "Weights over λ"),
        Picture("matrix", "What is inverted"),
        Picture("fit", "Guess over answer"),
    ),
    questions=(
        Question(
            "λ grows. What happens to the mean loss of these rows?",
            ("It falls", "It rises, or stays", "It falls, then rises"),
            _cost,
        ),
        Question(
            "Where do the weights go as λ grows without end?",
            ("To least squares", "To the prior θ̃", "Nowhere: they stay"),
            _ends,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("a plane with noise",),
)
