"""A place of the code, decoded: digits encoded in two numbers, and what lies between them.

Notes: Def 353, Concept 357, Concept 358, Concept 364
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import box_of, handle, images, pad, plane, points
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

LINEAR = "linear, in closed form"
KINDS = (LINEAR, "with a hidden layer")
DIGITS, MOST = 4, 360
ZERO = [[0.0] * 8 for _ in range(8)]
CONTROLS = (
    setting("a_1", 10.0, "First number of the code", symbol="a₁", term="a", shown=(-40.0, 40.0)),
    setting("a_2", -5.0, "Second number of the code", symbol="a₂", term="a", shown=(-40.0, 40.0)),
    setting("k", 2, "Length of the code", symbol="k", term="k", low=1, shown=(2, 16)),
    setting("kind", LINEAR, "Encoder and decoder", choices=KINDS),
    setting("drawn", ZERO, "A digit drawn by hand", form="hidden"),
)


@lru_cache(maxsize=1)
def _rows() -> tuple[Any, Any]:
    """Digits 0 to 3 of the scanned digits, 8×8, entries 0 to 16."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    own = y < DIGITS
    return X[own][:MOST], y[own][:MOST]


@lru_cache(maxsize=16)
def _model(kind: str, k: int) -> Any:
    from pellucid.autoencoders import Autoencoder, LinearAutoencoder

    X, _ = _rows()
    if kind == LINEAR:
        return LinearAutoencoder(k, solver="svd").fit(X)
    return Autoencoder(k, hidden=(32,), step_size=0.005, epochs=60).fit(X)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The codes of all rows, the row that a place decodes to, and a drawn digit through it."""
    X, y = _rows()
    model = _model(state["kind"], state["k"])
    codes = np.asarray(model.encode(X), float)
    place = codes.mean(axis=0)
    place[:2] = state["a_1"], state["a_2"]
    image = np.asarray(model.decode(place[None]), float)[0].reshape(8, 8)
    drawn = _drawn(state)
    back = np.asarray(model.reconstruct(16 * drawn.reshape(1, 64)), float).reshape(8, 8)
    loss = float(np.mean(model.losses(X)))
    near = int(np.argmin(np.linalg.norm(codes[:, :2] - place[:2], axis=1)))
    yield Scene(
        terms={
            "x": Now(f"{len(X)} digits", f"64×{len(X)}"),
            "a": Now(place[:2], f"{state['k']}×1"),
            "k": Now(state["k"]),
            "back": Now("the image", "64×1"),
            "L": Now(loss, digits=4),
        },
        pictures={
            "codes": _codes(codes, y, state),
            "decoded": images(
                "What the place decodes to, the nearest digit in the data, and its reconstruction.",
                [image, X[near].reshape(8, 8), _again(model, X[near])],
                ("decoded here", f"nearest: a {y[near]}", "that one, decoded"),
                columns=3, low=0.0, high=16.0,
            ),
            "draw": pad(
                "A digit to be drawn: each cell is dark or light.", drawn, "drawn", numbers=False
            ),
            "through": images(
                "The drawn digit, and what is left of it after the code.",
                [16 * drawn, back], ("drawn", "through the code"), columns=2, low=0.0, high=16.0,
            ),
        },
        facts=(
            ("mean loss of a row, ‖x − x̃‖²", number(loss, 4)),
            ("numbers of a row, of its code", f"64, {state['k']}"),
            ("nearest digit in the plane of a₁ and a₂", f"a {y[near]}"),
        ),
        numbers={"image": image, "loss": loss, "nearest": int(y[near])},
        said=f"the place lies nearest to a {y[near]}",
    )  # fmt: skip


def _again(model: Any, x: Any) -> Any:
    return np.asarray(model.reconstruct(x[None]), float).reshape(8, 8)


def _drawn(state: State) -> Any:
    """The drawn cells as 8×8, whatever was given."""
    out = np.zeros((8, 8))
    for i, row in enumerate(state["drawn"][:8]):
        cut = np.ravel(row)[:8]
        out[i, : len(cut)] = np.clip(cut, 0, 1)
    return out


def _codes(codes: Any, y: Any, state: State) -> dict[str, Any]:
    box = box_of(np.append(codes[:, 0], state["a_1"]), np.append(codes[:, 1], state["a_2"]))
    return plane(
        "The codes of all digits, a colour for each; the place that is decoded is {a}.",
        [
            points(codes[:, 0], codes[:, 1], group=y, size=3.0),
            handle(state["a_1"], state["a_2"], ("a_1", "a_2"), "place in the code", term="a"),
        ],
        box=box,
        height=0.85,
        x="a₁",
        y="a₂",
    )


def code(state: State, data: Data) -> str:
    """The program that encodes and decodes the same."""
    if state["kind"] == LINEAR:
        name, call = "LinearAutoencoder", f'LinearAutoencoder({state["k"]}, solver="svd")'
    else:
        name = "Autoencoder"
        call = f"Autoencoder({state['k']}, hidden=(32,), step_size=0.005, epochs=60)"
    return f"""import numpy as np
from pellucid.autoencoders import {name}
from sklearn.datasets import load_digits

X, y = load_digits(return_X_y=True)
X, y = X[y < {DIGITS}][:{MOST}], y[y < {DIGITS}][:{MOST}]
model = {call}.fit(X)
codes = np.asarray(model.encode(X), float)
place = codes.mean(axis=0)
place[:2] = {state["a_1"]!r}, {state["a_2"]!r}
image = np.asarray(model.decode(place[None]), float).reshape(8, 8)
loss = np.mean(model.losses(X))
nearest = y[np.linalg.norm(codes[:, :2] - place[:2], axis=1).argmin()]
print(image.round(), nearest, loss)"""


ANSWERS = ("A 0", "A 1", "A 2", "A 3")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    found = scene.numbers["nearest"]
    return ANSWERS[found], f"Among the codes of the data the nearest is that of a {found}."


PAGE = Page(
    name="latent-explorer",
    lead="A digit of 64 numbers comes down to a few, its code; a decoder makes an image of any "
    "code, also where no digit of the data lies. Drag the place. What does one place of the code "
    "mean?",
    notes="Def 353, Concept 357, Concept 358, Concept 364",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{a}{a} = \mathrm{encode}(\term{x}{x}), \qquad \term{back}{\tilde{x}} = "
            r"\mathrm{decode}(\term{a}{a})",
            "a is the encoded x; x tilde is the decoded a",
        ),
        Formula(
            r"\term{L}{L} = \left\| \term{x}{x} - \term{back}{\tilde{x}} \right\|^2",
            "L is the squared distance of x and x tilde",
        ),
    ),
    terms=(
        Term("x", "x", "digits, 8×8", "grey"),
        Term("a", "a", "the place", "green"),
        Term("k", "k", "numbers in a code", "orange"),
        Term("back", "x̃", "what it decodes to", "violet"),
        Term("L", "L", "mean loss of a row", "rose"),
    ),
    pictures=(
        Picture("codes", "The codes: drag the place", "main"),
        Picture("decoded", "Decoded"),
        Picture("draw", "Draw a digit"),
        Picture("through", "It through the code"),
    ),
    questions=(Question("Which digit lies nearest to your place?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
)
