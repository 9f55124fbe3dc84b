"""One category column in every code: its rows, and what a line can fit on them.

Notes: Concept 192, Def 194, Concept 195, Def 196, Def 197, Clar 199
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, handles, line, matrices, matrix, plane, points
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

CODES = ("numeric", "thermometer", "one-hot", "binary")
CLASSES = ("NumericCode", "ThermometerCode", "OneHotCode", "BinaryCode")
MOST, GAP = 8, 0.1
CONTROLS = (
    setting("code", CODES[0], "The code", term="phi", choices=CODES),
    setting(
        "places",
        [[float(i), 0.0] for i in range(MOST)],
        "Place of each category on a line (dragged): its number, and the order",
        term="place",
    ),
    column("category", "Category", ("category", "binary")),
    column("y", "Answer y", answer=True),
)


@lru_cache(maxsize=16)
def _rows(data: Data, category: str, y: str) -> tuple[Any, Any, tuple[str, ...]]:
    """Labels and answers of the rows with one of the first eight categories."""
    from pellucid.errors import FramingError

    known = data.table.known(y, category)
    labels = known[category].texts().astype(str)
    levels = tuple(np.unique(labels)[:MOST].tolist())
    if len(levels) < 2:
        raise FramingError(f"{category} holds one category only: there is nothing to code.")
    kept = np.isin(labels, levels)
    found = known.numbers(y)[kept, 0]
    return labels[kept], (found - found.mean()) / (found.std() or 1.0), levels


def _placed(state: State, levels: tuple[str, ...]) -> tuple[list[str], list[float]]:
    """Categories by their place, the least first, and their numbers, none twice."""
    given = [float(np.ravel(row)[0]) for row in state["places"] if np.size(row)]
    at = [given[i] if i < len(given) else float(i) for i in range(len(levels))]
    at = [float(np.clip(v, -1.0, MOST)) for v in at]
    order = np.argsort(at, kind="stable")
    numbers = [at[i] for i in order]
    for i in range(1, len(numbers)):  # two categories at one place would be one
        numbers[i] = max(numbers[i], round(numbers[i - 1] + GAP, 6))
    return [levels[i] for i in order], numbers


def _coder(name: str, ordered: list[str], numbers: list[float]) -> Any:
    import pellucid.features as features

    spacing = {"spacing": [numbers]} if name == "numeric" else {}
    return getattr(features, CLASSES[CODES.index(name)])(categories=[ordered], **spacing)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """One code among all, and the best line on each."""
    from pellucid.linear import Ridge
    from pellucid.losses import LOSSES

    labels, y, levels = _rows(data, state["category"], state["y"])
    ordered, numbers = _placed(state, levels)
    column_, each = labels[:, None].astype(object), np.array(ordered, object)[:, None]
    losses, found = [], {}
    for name in CODES:
        coder = _coder(name, ordered, numbers).fit(column_)
        X, K = (np.asarray(coder.transform(v), float) for v in (column_, each))
        h = Ridge(1e-6).fit(X, y)
        losses.append(float(LOSSES["square"](h.predict(X), y).mean()))
        found[name] = (K, h.predict(K), coder)
    K, guesses, coder = found[state["code"]]
    means = np.array([y[labels == name].mean() for name in ordered])
    at = CODES.index(state["code"])
    yield Scene(
        terms={
            "place": Now(", ".join(ordered[:3]) + (", …" if len(ordered) > 3 else "")),
            "phi": Now(f"{K.shape[1]} number{'s' if K.shape[1] > 1 else ''}", f"{K.shape[1]}×1"),
            "guess": Now(guesses[:3], f"1×{len(ordered)}"),
            "loss": Now(losses[at], digits=4),
        },
        pictures={
            "fit": _fit(labels, y, ordered, numbers, guesses, levels, state),
            "code": _code(K, ordered, coder, state),
            "losses": _losses(losses, at),
        },
        facts=(
            ("categories, in this order", ", ".join(ordered)),
            ("means of y within them", ", ".join(number(float(v)) for v in means)),
            ("guesses of the best line", ", ".join(number(float(v)) for v in guesses)),
            *(
                (f"mean square, {name}", number(v, 4))
                for name, v in zip(CODES, losses, strict=True)
            ),
        ),
        numbers={"K": K, "guesses": guesses, "losses": losses, "means": means},
        summary=f"{state['code']}: {K.shape[1]} numbers a row; the loss is {number(losses[at])}",
    )


def _fit(
    labels: Any,
    y: Any,
    ordered: list[str],
    numbers: list[float],
    guesses: Any,
    levels: tuple[str, ...],
    state: State,
) -> dict[str, Any]:
    place = dict(zip(ordered, numbers, strict=True))
    x = np.array([place[name] for name in labels])
    spread = 0.16 * (np.arange(len(x)) * 0.618 % 1 - 0.5)
    low, high = float(y.min()), float(y.max())
    room = 0.22 * ((high - low) or 1.0)
    floor = low - 0.6 * room
    rows = [[place[name], floor] for name in levels]
    return plane(
        "Answers over the place of their category, with the guess of the best line for each. "
        "Categories are dragged along the line at the bottom; now the order begins {place}.",
        [
            points(x + spread, y, colour="grey", size=2.2),
            line(numbers, guesses, term="guess", dashed=state["code"] != "numeric", width=1.8),
            points(numbers, guesses, term="guess", size=6, label=ordered),
            *handles(rows, "places", "category", colour="orange"),
        ],
        box=(min(-0.5, numbers[0] - 0.5), max(numbers[-1], len(levels) - 1.0) + 1.2,
             low - room, high + room),
        x="place of the category",
        y=f"{state['y']}, standardised",
        height=0.78,
    )  # fmt: skip


def _code(K: Any, ordered: list[str], coder: Any, state: State) -> dict[str, Any]:
    return matrices(
        "What each category becomes: a row of {phi}.",
        [matrix(K, state["code"], term="phi", rows=ordered)],
        note=NOTES[state["code"]],
    )


NOTES = {
    "numeric": "One number: it says that distances between categories mean something.",
    "thermometer": "A 1 more for each step up: it says that they have an order, and no distances.",
    "one-hot": "A 1 in a place of its own: it says only that they differ.",
    "binary": "Their number in base 2: few columns, and neighbours that mean nothing.",
}


def _losses(losses: list[float], at: int) -> dict[str, Any]:
    values = np.array(losses)
    return plane(
        "Mean square of the best line on each code; on the code that is chosen {loss}.",
        [
            bars(np.arange(len(CODES)), values, colour="grey", label=[number(v) for v in losses]),
            bars([at], values[at : at + 1], term="loss"),
        ],
        box=(-0.6, len(CODES) - 0.4, 0.0, 1.2 * float(values.max()) + 1e-9),
        names=CODES,
        y="mean square",
        height=0.6,
    )


def code(state: State, data: Data) -> str:
    """The program that fits on every code."""
    _, _, levels = _rows(data, state["category"], state["y"])
    ordered, numbers = _placed(state, levels)
    return f"""import numpy as np
{data.program}

from pellucid.features import BinaryCode, NumericCode, OneHotCode, ThermometerCode
from pellucid.linear import Ridge
from pellucid.losses import LOSSES

ordered = {ordered!r}
known = table.known({state["y"]!r}, {state["category"]!r})
labels = known[{state["category"]!r}].texts().astype(str)
kept = np.isin(labels, ordered)
labels, y = labels[kept], known.numbers({state["y"]!r})[kept, 0]
y = (y - y.mean()) / (y.std() or 1.0)
means = [y[labels == name].mean() for name in ordered]

X, each = labels[:, None].astype(object), np.array(ordered, object)[:, None]
codes = {{
    "numeric": NumericCode(categories=[ordered], spacing=[{numbers!r}]),
    "thermometer": ThermometerCode(categories=[ordered]),
    "one-hot": OneHotCode(categories=[ordered]),
    "binary": BinaryCode(categories=[ordered]),
}}
losses = []
for name, coder in codes.items():
    F = coder.fit(X).transform(X)
    h = Ridge(1e-6).fit(F, y)
    losses.append(LOSSES["square"](h.predict(F), y).mean())
    if name == {state["code"]!r}:
        K = coder.transform(each)
        guesses = h.predict(K)
print(K, guesses, losses)"""


def _least(state: State, scene: Scene) -> tuple[str, str]:
    losses = np.asarray(scene.numbers["losses"])
    said = ", ".join(f"{n} {number(float(v))}" for n, v in zip(CODES, losses, strict=True))
    best = float(losses.min()) * (1 + 1e-6) + 1e-12
    right = "Numeric" if losses[0] <= best else "One-hot"
    return right, (
        f"Mean squares: {said}. One-hot can guess the mean of every category, and no guess by "
        "category does better on these rows."
    )


def _order(state: State, scene: Scene) -> tuple[str, str]:
    return "The numeric code’s", (
        "One weight times one number is a straight line over the places; one-hot has a weight of "
        "its own for each category, wherever it stands."
    )


PAGE = Page(
    name="codes",
    lead="A machine computes with numbers, and a category is none. Each code makes numbers of it, "
    "and each says something more. Drag the order. What does a number say that a category does "
    "not mean?",
    notes="Concept 192, Def 194, Concept 195, Def 196, Def 197, Clar 199",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{guess}{h(x)} = \theta^{\top} \term{phi}{\varphi}(\term{place}{x}) + \theta_0",
            "h of x is theta transposed times the code of x plus theta zero",
        ),
        Formula(
            r"\term{loss}{J} = \frac{1}{n}\sum_{i=1}^{n} \left(h(x^{(i)}) - y^{(i)}\right)^2",
            "J is the mean of the squared residuals",
        ),
    ),
    terms=(
        Term("place", "x", "categories, in order", "orange"),
        Term("phi", "φ(x)", "the code", "violet"),
        Term("guess", "h(x)", "guess for each category", "green"),
        Term("loss", "J", "mean square", "rose"),
    ),
    pictures=(
        Picture("fit", "The best line on this code: drag the categories", "main"),
        Picture("code", "What each category becomes"),
        Picture("losses", "How well each code can fit"),
    ),
    questions=(
        Question(
            "Which of these two fits these rows best?", ("Numeric", "One-hot"), _least
        ),
        Question(
            "You drag a category elsewhere. Of numeric and one-hot, whose fit can change?",
            ("The numeric code’s", "The one-hot code’s", "Both"),
            _order,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("three classes", "Simpson’s paradox"),
)  # fmt: skip
