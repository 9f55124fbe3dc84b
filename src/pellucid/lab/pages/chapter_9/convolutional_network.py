"""A convolutional network over a drawn digit: maps layer by layer, and what one place rests on.

Notes: Def 445, Concept 420, Concept 423, Concept 433, Def 434, Concept 436
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, images, pad, plane
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import matrix_literal

SIDE, ROWS, HELD = 8, 600, 300
LINES = ("upright", "level", "falling", "rising")
PATTERNS = ("long upright", "long level", "upright and level", "falling and rising")
LAYERS = ("Z¹", "P¹", "Z²", "P²")
WORDS = ("scores of 4 filters", "after ReLU and max-pool", "scores of 4 filters of the maps",
         "after ReLU and max-pool again")  # fmt: skip
SEVEN = [
    [0, 0, 1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 0, 1, 0, 0],
    [0, 0, 1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 1, 1, 0, 0, 0],
    [0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0],
]  # fmt: skip
CONTROLS = (
    setting("layer", "P²", "Layer that is asked about", term="place", choices=LAYERS),
    setting("row", 0, "Row of the place", term="place", low=0, shown=(0, SIDE - 1)),
    setting("column", 1, "Column of the place", term="place", low=0, shown=(0, SIDE - 1)),
    setting("image", [[float(v) for v in row] for row in SEVEN], "Image x", form="hidden"),
)
FILTERS = """upright = np.array([[-1, 2, -1]] * 3) / 6
level, falling = upright.T, np.array([[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]) / 6
W1 = filter_bank(upright, level, falling, falling[:, ::-1])  # 3×3×1×4
W2 = np.zeros((3, 3, 4, 4))  # four tensor filters over the four maps
W2[:, 1, 0, 0] = W2[1, :, 1, 1] = 1 / 3  # long upright, long level
W2[1, 1, [0, 1], 2] = W2[1, 1, [2, 3], 3] = 1 / 2  # upright and level, falling and rising
layers = [Convolution(4, 3, padding="same"), ReLU(), MaxPool(2),
          Convolution(4, 3, padding="same"), ReLU(), MaxPool(2), Flatten("row")]
net = Network(layers, in_shape=(8, 8, 1))
params = [{"W": W1, "W0": np.zeros(4)}, {}, {}, {"W": W2, "W0": np.zeros(4)}, {}, {}, {}]"""


@lru_cache(maxsize=1)
def _network() -> tuple[Any, Any]:
    """Two banks of filters that are set by hand, as the page's program writes them."""
    import pellucid.networks as nn

    space: dict[str, Any] = {"np": np} | {
        name: getattr(nn, name)
        for name in ("Convolution", "Flatten", "MaxPool", "Network", "ReLU", "filter_bank")
    }
    exec(FILTERS, space)  # our own text above
    return space["net"], space["params"]


@lru_cache(maxsize=1)
def _digits() -> tuple[Any, Any]:
    """Images of digits between 0 and 1, and which digits they are."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = digits.data[: ROWS + HELD].reshape(-1, SIDE, SIDE) / 16
    return images, digits.target[: ROWS + HELD]


def _passed(image: Any) -> Any:
    """The pass of the drawn image and all digits: one batch, so that it is compiled once."""
    from pellucid.networks import forward_pass

    net, params = _network()
    return forward_pass(net, np.concatenate([image[None], _digits()[0]])[..., None], params)


@lru_cache(maxsize=1)
def _head() -> tuple[Any, float]:
    """The last layer, learned from digits, and its share of right predictions on others."""
    from pellucid.evaluation.training_and_test_error import accuracy
    from pellucid.linear import SoftmaxClassifier

    F, y = np.asarray(_passed(np.zeros((SIDE, SIDE)))["V²"].value[1:], float), _digits()[1]
    h = SoftmaxClassifier(1e-5).fit(F[:ROWS], y[:ROWS])
    return h, accuracy(h, F[ROWS:], y[ROWS:])


def _image(state: State) -> Any:
    """What was drawn, 8×8: cut, or filled with zeros."""
    out = np.zeros((SIDE, SIDE))
    for i, row in enumerate(state["image"][:SIDE]):
        cut = np.ravel(row)[:SIDE]
        out[i, : len(cut)] = cut
    return out


def _field(state: State) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """The place that is asked about, and the rows and columns of the image that it rests on."""
    from pellucid.pictures.convnets import input_span

    net, _ = _network()
    last = {"Z¹": 0, "P¹": 2, "Z²": 3, "P²": 5}[state["layer"]]
    side = net.points[last + 1][0]
    place = (min(state["row"], side - 1), min(state["column"], side - 1))
    found = []
    for at in place:
        first, end = at, at
        for l in range(last, -1, -1):
            if l in (0, 2, 3, 5):  # the others look at one entry each
                first, end = input_span(net.layers[l], net.points[l], first, end)
                first, end = max(first, 0), min(end, net.points[l][0] - 1)
        found.append((first, end))
    return place, found[0], found[1]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Maps of every layer, and the chances of the digits."""
    image = _image(state)
    found = _passed(image)
    h, right = _head()
    features = np.asarray(found["V²"].value[0], float)
    chances = h.predict_proba(features[None])[0]
    _, rows, columns = _field(state)
    seen = (rows[1] - rows[0] + 1, columns[1] - columns[0] + 1)
    maps = {name: np.asarray(found[name].value[0], float) for name in LAYERS}
    answer = int(np.argmax(chances))
    yield Scene(
        terms={
            "x": Now(f"{SIDE * SIDE} pixels", f"{SIDE}×{SIDE}"),
            "first": Now("4 maps", "8×8, then 4×4"),
            "second": Now("4 maps", "4×4, then 2×2"),
            "place": Now(f"{seen[0]}×{seen[1]} pixels", state["layer"]),
            "g": Now(float(chances[answer]), "10×1", f"{answer}: {{0}}"),
        },
        pictures={
            "draw": pad(
                "The digit: draw on it, 1 on 0. Framed is what the place asked about rests on: "
                "{place}.",
                image,
                "image",
                numbers=False,
                marked=[
                    [r, c]
                    for r in range(rows[0], rows[1] + 1)
                    for c in range(columns[0], columns[1] + 1)
                ],
            ),
            "chances": _chances(chances),
            **{name: _maps(name, maps[name]) for name in LAYERS},
        },
        facts=(
            ("the network says", f"{answer}, chance {number(float(chances[answer]))}"),
            (f"share right, of {HELD} other digits", number(right)),
            (
                "one place of " + state["layer"] + " rests on",
                f"rows {rows[0] + 1} to {rows[1] + 1}, columns {columns[0] + 1} to "
                f"{columns[1] + 1}",
            ),
            ("weights of the filters, set by hand", "4·9 and 4·36"),
            ("weights of the last layer, learned", f"{h.coef_.size + 10}"),
        ),
        numbers={
            "chances": chances,
            "features": features,
            "right": right,
            "rows": rows,
            "columns": columns,
        },
        summary=f"The network says {answer}; the place rests on {seen[0]}×{seen[1]} pixels",
    )


def _maps(name: str, values: Any) -> dict[str, Any]:
    titles = LINES if name.endswith("¹") else PATTERNS
    return images(
        f"The four maps of {name}, {WORDS[LAYERS.index(name)]}: {', '.join(titles)}.",
        np.moveaxis(values, -1, 0),
        titles,
        columns=4,
        signed=True,
        low=-max(float(np.abs(values).max()), 1e-9),
        high=max(float(np.abs(values).max()), 1e-9),
    )


def _chances(chances: Any) -> dict[str, Any]:
    return plane(
        "The chance of each digit; the likeliest is {g}.",
        [bars(np.arange(10), chances, term="g")],
        box=(-0.7, 9.7, 0.0, 1.08),
        names=[str(i) for i in range(10)],
        x="digit",
        y="chance",
        height=0.56,
    )


def code(state: State, data: Data) -> str:
    """The program that makes the same maps."""
    place = _field(state)[0]
    last = {"Z¹": 0, "P¹": 2, "Z²": 3, "P²": 5}[state["layer"]]
    return f"""import numpy as np
from sklearn.datasets import load_digits

from pellucid.evaluation.training_and_test_error import accuracy
from pellucid.linear import SoftmaxClassifier
from pellucid.networks import (
    Convolution, Flatten, MaxPool, Network, ReLU, filter_bank, forward_pass
)
from pellucid.pictures.convnets import input_span

{FILTERS}

digits = load_digits()
x, y = digits.data[:{ROWS + HELD}].reshape(-1, 8, 8) / 16, digits.target[:{ROWS + HELD}]
image = np.array({matrix_literal(_image(state))}, float)
found = forward_pass(net, np.concatenate([image[None], x])[..., None], params)
print(found)

features, F = found["V²"].value[0], found["V²"].value[1:]
h = SoftmaxClassifier(1e-5).fit(F[:{ROWS}], y[:{ROWS}])
right = accuracy(h, F[{ROWS}:], y[{ROWS}:])
chances = h.predict_proba(features[None])[0]


def rests_on(at):
    first = last = at
    for l in [l for l in (5, 3, 2, 0) if l <= {last}]:
        first, last = input_span(layers[l], net.points[l], first, last)
        first, last = max(first, 0), min(last, net.points[l][0] - 1)
    return first, last


rows, columns = rests_on({place[0]}), rests_on({place[1]})
print(chances, right, rows, columns)"""


def _grows(state: State, scene: Scene) -> tuple[str, str]:
    rows, columns = scene.numbers["rows"], scene.numbers["columns"]
    return "It grows", (
        f"A place of {state['layer']} here rests on {rows[1] - rows[0] + 1}×"
        f"{columns[1] - columns[0] + 1} pixels, padding left out; each filter and each pool after "
        "it adds to that."
    )


def _sees(state: State, scene: Scene) -> tuple[str, str]:
    answer = int(np.argmax(scene.numbers["chances"]))
    right = f"{'0 to 4' if answer < 5 else '5 to 9'}"
    chance = number(float(np.max(scene.numbers["chances"])))
    return right, f"The likeliest digit is {answer}, with chance {chance}."


PAGE = Page(
    name="convolutional-network",
    lead="Filters find short lines, a pool keeps where roughly, filters of those maps find what "
    "lines make together, and a last layer names the digit. Draw one. What does each layer see of "
    "a digit?",
    notes="Def 445, Concept 420, Concept 433, Def 434, Concept 436",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{first}{P^1} = \mathrm{pool}\left(\mathrm{ReLU}\left(W^1 * "
            r"\term{x}{x}\right)\right)",
            "P one is the pool of ReLU of W one slid over x",
        ),
        Formula(
            r"\term{second}{P^2} = \mathrm{pool}\left(\mathrm{ReLU}\left(W^2 * "
            r"P^1\right)\right)",
            "P two is the pool of ReLU of W two slid over P one",
        ),
        Formula(
            r"\term{g}{g} = \mathrm{softmax}\left({W^3}^{\top} \mathrm{vec}(P^2) + W_0^3\right)",
            "g is softmax of W three transposed times P two as a vector, plus W three zero",
        ),
    ),
    terms=(
        Term("x", "x", "image", "grey"),
        Term("first", "P¹", "short lines", "violet"),
        Term("second", "P²", "what lines make together", "green"),
        Term("place", "field", "one place rests on", "orange"),
        Term("g", "g", "chances", "blue"),
    ),
    pictures=(
        Picture("draw", "Draw a digit; framed: what one place rests on", "main"),
        Picture("chances", "Chances of the digits"),
        Picture("Z¹", "Z¹: how alike to four short lines"),
        Picture("P¹", "P¹: the largest of each four, below 0 is 0"),
        Picture("Z²", "Z²: lines of lines"),
        Picture("P²", "P²: what the last layer reads"),
    ),
    questions=(
        Question(
            "You ask one layer later. What happens to what a place rests on, away from the edge?",
            ("It shrinks", "It stays", "It grows"),
            _grows,
        ),
        Question("Which digit does the network name?", ("0 to 4", "5 to 9"), _sees),
    ),
    scenes=scenes,
    code=code,
)
