"""A place of the code, decoded: digits or the rows of a table, and what lies between their codes.

Notes: Def 353, Concept 357, Concept 358, Concept 364
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.errors import ColumnError
from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, box_of, handle, images, line, pad, plane, points, rule, table
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import some_rows, some_rows_code

LINEAR = "linear, in closed form"
KINDS = (LINEAR, "with a hidden layer")
DIGITS, TABLE = SOURCES = ("scanned digits, or a drawn one", "numeric columns of the table")
CLASSES, MOST, LONGEST, REACH = 4, 360, 16, 40.0
ZERO = [[0.0] * 8 for _ in range(8)]
OWN = (("rows", (TABLE,)),)
UNIT = 0.1  # a step of the sliders, in deviations of a standardised column
NEAR = 0.2  # of the codes' spread: so near to a code is among them
ROW_LABELS = {
    "draw": "The decoded row, in deviations from the mean",
    "through": "What the code misses of the nearest row",
}
CONTROLS = (
    setting("a_1", 10.0, "First number of the code", symbol="a₁", term="a", shown=(-REACH, REACH)),
    setting("a_2", -5.0, "Second number of the code", symbol="a₂", term="a", shown=(-REACH, REACH)),
    setting("k", 2, "Length of the code", symbol="k", term="k", low=1, shown=(2, LONGEST)),
    setting("kind", LINEAR, "Encoder and decoder", choices=KINDS),
    setting("rows", DIGITS, "Rows", choices=SOURCES),
    column("without", "Leave a column out", optional=True, when=OWN),
    column("group", "Colours", ("category", "binary"), optional=True, when=OWN),
    setting("drawn", ZERO, "A digit drawn by hand", form="hidden"),
)


@dataclass(frozen=True, eq=False)
class _Ground:
    """Rows as the model gets them, their groups, and how a column is read back.

    A table's columns are standardised, and their codes stand `unit` apart on the page's sliders,
    which were made for digits.
    """

    X: Any
    groups: Any
    names: tuple[str, ...] = ()
    mean: Any = 0.0
    scale: Any = 1.0
    unit: float = 1.0

    def own(self, rows: Any) -> Any:
        """Rows in the units of their columns."""
        return np.asarray(rows, float) * self.scale + self.mean


@lru_cache(maxsize=1)
def _digits() -> _Ground:
    """Digits 0 to 3 of the scanned digits, 8×8, entries 0 to 16."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    own = y < CLASSES
    return _Ground(X[own][:MOST], y[own][:MOST])


@lru_cache(maxsize=16)
def _columns(data: Data, without: str, group: str) -> _Ground:
    """The complete rows of the table's numeric columns, standardised; at most so many."""
    names = tuple(name for name in data.offered(("numeric",)) if name != without)
    if len(names) < 3:
        raise ColumnError(
            f"latent-explorer: a code of two numbers needs three numeric columns; {data.name} has "
            f"{len(names)} of them here. Take the digits, or another table."
        )
    known = data.table.known(*dict.fromkeys([*names, *([group] if group else [])]))
    known = some_rows(known, MOST)
    X = known.numbers(*names)
    mean, scale = X.mean(axis=0), np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
    levels = np.unique(known[group].texts(), return_inverse=True)[1] if group else np.zeros(len(X))
    return _Ground((X - mean) / scale, levels, names, mean, scale, UNIT)


def _ground(state: State, data: Data) -> _Ground:
    own = state["rows"] == TABLE
    return _columns(data, state["without"], state["group"]) if own else _digits()


@lru_cache(maxsize=32)
def _model(ground: _Ground, kind: str, k: int) -> Any:
    from pellucid.autoencoders import Autoencoder, LinearAutoencoder

    if kind == LINEAR:
        return LinearAutoencoder(k, solver="svd").fit(ground.X)
    return Autoencoder(k, hidden=(32,), step_size=0.005, epochs=60).fit(ground.X)


@lru_cache(maxsize=16)
def _losses(ground: _Ground) -> Any:
    """The mean loss of a row for each length of the code, in closed form."""
    lengths = range(1, min(LONGEST + 1, ground.X.shape[1]))
    return [_loss(_model(ground, LINEAR, k), ground.X) for k in lengths]


def _loss(model: Any, X: Any) -> float:
    """The mean of ‖x − x̃‖², in the units of X for either kind of model."""
    return float(np.sum((X - np.asarray(model.reconstruct(X), float)) ** 2, axis=1).mean())


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The codes of all rows, the row that a place decodes to, and what a code loses."""
    ground = _ground(state, data)
    X, (n, d) = ground.X, ground.X.shape
    k = min(state["k"], d - 1)  # a code is shorter than its row
    model = _model(ground, state["kind"], k)
    codes = np.asarray(model.encode(X), float)
    place = codes.mean(axis=0)
    place[:2] = ground.unit * state["a_1"], ground.unit * state["a_2"]
    decoded = np.asarray(model.decode(place[None]), float)[0]
    loss = _loss(model, X)
    apart = np.linalg.norm(codes[:, :2] - place[:2], axis=1)
    near = int(np.argmin(apart))
    called = f"row {near + 1} of {n}" if ground.names else f"a {ground.groups[near]}"
    yield Scene(
        terms={
            "x": Now(f"{n} rows" if ground.names else f"{n} digits", f"{d}×{n}"),
            "a": Now(place[:2], f"{k}×1"),
            "k": Now(k),
            "back": Now("the row" if ground.names else "the image", f"{d}×1"),
            "L": Now(loss, digits=4),
        },
        pictures={
            "codes": _codes(codes, ground, state),
            "losses": _lengths(_losses(ground), k, loss),
            **(
                _row_pictures(ground, model, decoded, near)
                if ground.names
                else _digit_pictures(ground, model, decoded, near, state)
            ),
        },
        facts=(
            ("mean loss of a row, ‖x − x̃‖²", number(loss, 4)),
            ("numbers of a row, of its code", f"{d}, {k}"),
            ("nearest in the plane of a₁ and a₂", called),
            ("its distance, and that of the codes to their middle",
             f"{number(apart[near])}, {number(_spread(codes))}"),
        ),
        numbers={"decoded": decoded, "loss": loss, "nearest": near,
                 "apart": float(apart[near]), "spread": _spread(codes)},
        summary=f"the place lies nearest to {called}",
        labels=ROW_LABELS if ground.names else {},
    )  # fmt: skip


def _spread(codes: Any) -> float:
    """Mean distance of the codes from their middle, in the plane of a₁ and a₂."""
    shown = codes[:, :2]
    return float(np.linalg.norm(shown - shown.mean(axis=0), axis=1).mean())


def _digit_pictures(
    ground: _Ground, model: Any, decoded: Any, near: int, state: State
) -> dict[str, Any]:
    """The decoded image beside a digit of the data, and a drawn digit through the code."""
    x, drawn = ground.X[near], _drawn(state)
    back = np.asarray(model.reconstruct(16 * drawn.reshape(1, 64)), float).reshape(8, 8)
    return {
        "decoded": images(
            "What the place decodes to, the nearest digit in the data, and its reconstruction.",
            [decoded.reshape(8, 8), x.reshape(8, 8), _again(model, x).reshape(8, 8)],
            ("decoded here", f"nearest: a {ground.groups[near]}", "that one, decoded"),
            columns=3, low=0.0, high=16.0,
        ),
        "draw": pad(
            "A digit to be drawn: each cell is dark or light.", drawn, "drawn", numbers=False
        ),
        "through": images(
            "The drawn digit, and what is left of it after the code.",
            [16 * drawn, back], ("drawn", "through the code"), columns=2, low=0.0, high=16.0,
        ),
    }  # fmt: skip


def _row_pictures(ground: _Ground, model: Any, decoded: Any, near: int) -> dict[str, Any]:
    """The decoded row beside a row of the data: in units, in deviations, and what is missed."""
    x, at = ground.X[near], np.arange(len(ground.names))
    again = _again(model, x)
    told = zip(ground.names, *(ground.own(row) for row in (decoded, x, again)), strict=True)
    far = 1.1 * float(max(np.abs(decoded).max(), np.abs(x).max(), 1.0))
    return {
        "decoded": table(
            "What the place decodes to, the nearest row of the data, and its reconstruction.",
            ("column", "decoded here", "nearest row", "that one, decoded"),
            [[name, *(number(v, 4) for v in values)] for name, *values in told],
        ),
        "draw": plane(
            "The decoded row in standard deviations from the mean of each column.",
            [bars(at, decoded, term="back"), rule(y=0.0)],
            box=(-0.6, len(at) - 0.4, -far, far), names=ground.names, y="deviations", height=0.6,
        ),
        "through": plane(
            "What the code misses of the nearest row, in standard deviations of each column.",
            [bars(at, again - x, term="L"), rule(y=0.0)],
            box=(-0.6, len(at) - 0.4, -far, far), names=ground.names, y="x̃ − x, deviations",
            height=0.6,
        ),
    }  # fmt: skip


def _again(model: Any, x: Any) -> Any:
    return np.asarray(model.reconstruct(x[None]), float)[0]


def _drawn(state: State) -> Any:
    """The drawn cells as 8×8, whatever was given."""
    out = np.zeros((8, 8))
    for i, row in enumerate(state["drawn"][:8]):
        cut = np.ravel(row)[:8]
        out[i, : len(cut)] = np.clip(cut, 0, 1)
    return out


def _codes(codes: Any, ground: _Ground, state: State) -> dict[str, Any]:
    x, y = ground.unit * state["a_1"], ground.unit * state["a_2"]
    return plane(
        "The codes of all rows, a colour for each group; the place that is decoded is {a}.",
        [
            points(codes[:, 0], codes[:, 1], group=ground.groups, size=3.0),
            handle(
                x, y, ("a_1", "a_2"), "place in the code", term="a",
                factor=(1 / ground.unit, 1 / ground.unit),
            ),
        ],
        box=box_of(np.append(codes[:, 0], x), np.append(codes[:, 1], y)),
        height=0.85,
        x="a₁",
        y="a₂",
    )  # fmt: skip


def _lengths(losses: Any, k: int, loss: float) -> dict[str, Any]:
    at = np.arange(1, len(losses) + 1)
    return plane(
        "The mean loss of a row over the length of the code, in closed form; yours is {L}.",
        [
            line(at, losses, term="L", label="closed form"),
            rule(x=k, term="k", label="k"),
            points([k], [loss], term="L", size=6.0, shape="ring"),
        ],
        box=(0.5, len(losses) + 0.5, 0, 1.1 * max(*losses, loss, 1e-9)),
        x="length k of the code",
        y="mean loss",
        height=0.55,
    )


def code(state: State, data: Data) -> str:
    """The program that encodes and decodes the same."""
    ground = _ground(state, data)
    k = min(state["k"], ground.X.shape[1] - 1)
    if state["kind"] == LINEAR:
        name, call = "LinearAutoencoder", f'LinearAutoencoder({k}, solver="svd")'
    else:
        name, call = "Autoencoder", f"Autoencoder({k}, hidden=(32,), step_size=0.005, epochs=60)"
    a_1, a_2 = ground.unit * state["a_1"], ground.unit * state["a_2"]
    return f"""import numpy as np
from pellucid.autoencoders import {name}
{_reading(ground, state, data)}
model = {call}.fit(X)
codes = np.asarray(model.encode(X), float)
place = codes.mean(axis=0)
place[:2] = {a_1!r}, {a_2!r}
decoded = np.asarray(model.decode(place[None]), float)[0]
loss = np.sum((X - np.asarray(model.reconstruct(X), float)) ** 2, axis=1).mean()
distances = np.linalg.norm(codes[:, :2] - place[:2], axis=1)
nearest, apart = distances.argmin(), distances.min()
spread = np.linalg.norm(codes[:, :2] - codes[:, :2].mean(axis=0), axis=1).mean()
print(decoded.round(2), nearest, loss)"""


def _reading(ground: _Ground, state: State, data: Data) -> str:
    if not ground.names:
        return f"""from sklearn.datasets import load_digits

X, y = load_digits(return_X_y=True)
X = X[y < {CLASSES}][:{MOST}]"""
    group = f", {state['group']!r}" if state["group"] else ""
    return f"""
{data.program}
names = {ground.names!r}
known = table.known(*names{group})
{some_rows_code(MOST)}
X = known.numbers(*names)
X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)"""


ANSWERS = ("Among them", "At their edge, or beside them")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    apart, spread = scene.numbers["apart"], scene.numbers["spread"]
    return ANSWERS[int(apart > NEAR * spread)], (
        f"The nearest code is {number(apart)} away; the codes lie {number(spread)} from their "
        f"middle on average, and within a fifth of that counts as among them."
    )


PAGE = Page(
    name="latent-explorer",
    lead="A digit of 64 numbers, or a row of your table, comes down to a few numbers, its code; a "
    "decoder makes a row of any code, also where none of the data lies. Drag the place. What "
    "does one place of the code mean?",
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
        Term("x", "x", "digits 8×8, or rows", "grey"),
        Term("a", "a", "the place", "green"),
        Term("k", "k", "numbers in a code", "orange"),
        Term("back", "x̃", "what it decodes to", "violet"),
        Term("L", "L", "mean loss of a row", "rose"),
    ),
    pictures=(
        Picture("codes", "The codes: drag the place", "main"),
        Picture("decoded", "Decoded"),
        Picture("losses", "The loss over the length of the code"),
        Picture("draw", "Draw a digit"),
        Picture("through", "It through the code"),
    ),
    questions=(Question("Does your place lie among the codes of the data?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
    samples=("a plane with noise",),
)
