"""Max-pooling of an image that is moved by one pixel after the other: what survives, what learns.

Notes: Def 434, Def 435, Concept 436, Concept 441, Concept 443, KE 453
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, matrices, matrix, pad, plane, rule, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import matrix_literal

SIDE, SHIFTS = 7, 4
MAX, BLUR = "max-pool", "max, then blur"
POOLS = {MAX: "MaxPool", BLUR: "MaxBlurPool"}
LINE = [[1.0 if c == 1 and 1 <= r <= 5 else 0.0 for c in range(SIDE)] for r in range(SIDE)]
CONTROLS = (
    setting("shift", 0, "Moved to the right by", term="x", low=0, shown=(0, SHIFTS)),
    setting("pool", MAX, "Pool", choices=tuple(POOLS)),
    setting("size", 2, "Size of a field", symbol="k", term="field", low=1, shown=(1, 4)),
    setting("stride", 2, "Stride", symbol="s", term="field", low=1, shown=(1, 4)),
    setting("image", LINE, "Image x", form="hidden"),
)


def _image(state: State) -> Any:
    """What was drawn, 7×7: cut, or filled with zeros."""
    out = np.zeros((SIDE, SIDE))
    for i, row in enumerate(state["image"][:SIDE]):
        cut = np.ravel(row)[:SIDE]
        out[i, : len(cut)] = cut
    return out


def _pooled(kind: str, state: State, x: Any) -> tuple[Any, Any]:
    """The output, and what a 1 at each of its entries sends back."""
    import pellucid.networks as nn

    layer = getattr(nn, POOLS[kind])(state["size"], state["stride"])
    y, back = layer.forward({}, x[None, :, :, None], nn.Mode())
    dx, _ = back(np.ones(y.shape))
    return np.asarray(y, float)[0, :, :, 0], np.asarray(dx, float)[0, :, :, 0]


def _changes(kind: str, state: State, image: Any) -> Any:
    """By how much the output changes from each move to the next one."""
    outputs = [_pooled(kind, state, np.roll(image, t, axis=1))[0] for t in range(SHIFTS + 2)]
    return np.abs(np.diff(outputs, axis=0)).sum(axis=(1, 2))


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The pool of the moved image, beside those of all other moves."""
    image = _image(state)
    x = np.roll(image, state["shift"], axis=1)
    y, dx = _pooled(state["pool"], state, x)
    moved = {kind: _changes(kind, state, image) for kind in POOLS}
    change = float(moved[state["pool"]][state["shift"]])
    learning = int((dx != 0).sum())
    sizes = "×".join(map(str, y.shape))
    yield Scene(
        terms={
            "x": Now(f"moved by {state['shift']}", f"{SIDE}×{SIDE}"),
            "field": Now([state["size"], state["stride"]], "k, s", "{0}, {1}"),
            "y": Now(float(y.sum()), sizes, "{0} in sum"),
            "dx": Now(f"{learning} of {x.size} entries learn", f"{SIDE}×{SIDE}"),
        },
        pictures={
            "pool": _pool(x, y, dx, state),
            "draw": pad(
                "The image before it is moved: draw on it, 1 on 0.",
                image,
                "image",
                numbers=False,
            ),
            "changes": _moves(moved, state),
        },
        facts=(
            ("size of the output", sizes),
            ("sum of the output", number(float(y.sum()), 4)),
            ("change of the output by the next pixel", number(change, 4)),
            ("largest such change, max-pool", number(float(moved[MAX].max()), 4)),
            ("largest such change, max, then blur", number(float(moved[BLUR].max()), 4)),
            ("entries of x that get a derivative", f"{learning} of {x.size}"),
            ("weights to be learned", "none"),
        ),
        numbers={"y": y, "dx": dx, "by_max": moved[MAX], "by_blur": moved[BLUR]},
        summary=f"The output is {sizes}; its sum is {number(float(y.sum()))}",
    )


def _pool(x: Any, y: Any, dx: Any, state: State) -> dict[str, Any]:
    hit = [[int(r), int(c)] for r, c in np.argwhere(dx != 0)]
    return matrices(
        "The moved image, the pooled output, and the derivative that comes back to each entry.",
        [
            matrix(x, "x, moved", term="x", marked=hit, top=1.0),
            matrix(y, state["pool"], term="y", before="→", top=1.0),
            matrix(dx, "∂(sum of y)/∂x", term="dx", before="←"),
        ],
        note="Framed entries are the largest of a field: only they send their value on, and only "
        "they get a derivative. Of equal ones, the first counts.",
    )


def _moves(moved: dict[str, Any], state: State) -> dict[str, Any]:
    at = np.arange(SHIFTS + 1)
    high = max(float(v.max()) for v in moved.values()) or 1.0
    own = state["pool"]
    return plane(
        "How much the output changes when the image moves one pixel on, from each place: "
        "max-pooling beside max, then blur; marked is the image’s place now.",
        [
            bars(at - 0.2, moved[MAX], width=0.36, term="y" if own == MAX else "", colour="grey"),
            bars(at + 0.2, moved[BLUR], width=0.36, term="y" if own == BLUR else "", colour="grey"),
            rule(x=state["shift"], term="x", label="now"),
            spot(-0.2, moved[MAX][0], "max", shape="none"),
            spot(0.2, moved[BLUR][0], "blur", shape="none"),
        ],
        box=(-0.6, SHIFTS + 0.6, 0.0, 1.25 * high),
        names=[f"{t} → {t + 1}" for t in at],
        x="moved to the right",
        y="Σ |change of y|",
        height=0.6,
    )


def code(state: State, data: Data) -> str:
    """The program that pools the same image."""
    own = POOLS[state["pool"]]
    return f"""import numpy as np
from pellucid.networks import MaxBlurPool, MaxPool, Mode

image = np.array({matrix_literal(_image(state))}, float)


def pooled(kind, shift):
    x = np.roll(image, shift, axis=1)[None, :, :, None]
    y, back = kind({state["size"]}, {state["stride"]}).forward({{}}, x, Mode())
    return np.asarray(y)[0, :, :, 0], np.asarray(back(np.ones(y.shape))[0])[0, :, :, 0]


def changes(kind):
    y = [pooled(kind, shift)[0] for shift in range({SHIFTS + 2})]
    return np.abs(np.diff(y, axis=0)).sum(axis=(1, 2))


y, dx = pooled({own}, {state["shift"]})
by_max, by_blur = changes(MaxPool), changes(MaxBlurPool)
print(y, dx, by_max, by_blur)"""


def _next(state: State, scene: Scene) -> tuple[str, str]:
    change = scene.numbers["by_max" if state["pool"] == MAX else "by_blur"][state["shift"]]
    right = "It changes" if change > 1e-9 else "It stays as it is"
    return right, (
        f"From {state['shift']} to {state['shift'] + 1} the entries of y change by "
        f"{number(float(change))} in sum."
    )


def _steadier(state: State, scene: Scene) -> tuple[str, str]:
    a, b = (float(np.max(scene.numbers[name])) for name in ("by_max", "by_blur"))
    right = "Both alike" if abs(a - b) < 1e-6 else (MAX if a < b else BLUR)
    return right, (
        f"One pixel changes the output by at most {number(a)} under max-pooling and by at most "
        f"{number(b)} under max, then blur."
    )


PAGE = Page(
    name="max-pooling",
    lead="A pool keeps the largest entry of each field and forgets where in it that was: the image "
    "shrinks. Move the image by one pixel. What survives a shift by one pixel?",
    notes="Def 434, Def 435, Concept 436, Concept 443, KE 453",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{y}{y_i} = \max_{1 \le j \le \term{field}{k}} \term{x}{x_{s(i-1)+j}}",
            "y i is the largest of the k entries of x from s times i minus one, plus one, on",
        ),
        Formula(
            r"\term{dx}{\frac{\partial y_i}{\partial x_j}} = 1 \text{ at the largest, else } 0",
            "the derivative of y i by x j is one at the largest entry of field i, else zero",
        ),
    ),
    terms=(
        Term("x", "x", "image, moved", "grey"),
        Term("field", "k, s", "size and stride", "orange"),
        Term("y", "y", "output", "green"),
        Term("dx", "∂y/∂x", "who gets a derivative", "blue"),
    ),
    pictures=(
        Picture("pool", "Image, output, and what comes back", "wide"),
        Picture("changes", "How much one more pixel changes the output", "main"),
        Picture("draw", "Draw on the image"),
    ),
    questions=(
        Question(
            "The image moves one pixel on. What does the output do?",
            ("It stays as it is", "It changes"),
            _next,
        ),
        Question(
            "Under which pool is the largest change by one pixel smaller?",
            (MAX, BLUR, "Both alike"),
            _steadier,
        ),
    ),
    scenes=scenes,
    code=code,
)
