"""A filter that slides over a signal, an image, or channels: products, scores, maps.

Notes: Def 394, Concept 395, Def 398, KE 399, Def 403, Def 405, Def 411, Concept 415, KE 432
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, images, matrices, matrix, pad, plane
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene

SIGNAL, IMAGE, BANK, CHANNELS = "a signal", "an image", "a bank of filters", "two channels"
VIEWS = (SIGNAL, IMAGE, BANK, CHANNELS)
FLAT, DEEP = (("over", (SIGNAL,)),), (("over", (IMAGE, BANK, CHANNELS)),)
CORNER = [
    [-1.0] * 6,
    [-1.0, 1.0, -1.0, -1.0, -1.0, -1.0],
    [-1.0, 1.0, -1.0, -1.0, -1.0, -1.0],
    [-1.0, 1.0, -1.0, -1.0, -1.0, -1.0],
    [-1.0, 1.0, 1.0, 1.0, 1.0, -1.0],
    [-1.0] * 6,
]
UPRIGHT = [[-1.0, 1.0, -1.0]] * 3
LEVEL = [[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]]
FALLING = [[1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]
RISING = [row[::-1] for row in FALLING]
NAMES = ("upright line", "level line", "falling line", "rising line")
CONTROLS = (
    setting("stride", 1, "Stride", symbol="s", term="windows", low=1, shown=(1, 3)),
    setting("over", SIGNAL, "The filter slides over", choices=VIEWS),
    setting("padding", 0, "Padding on each side", symbol="p", term="windows", low=0, shown=(0, 3)),
    setting("offset", 0.0, "Offset", symbol="w₀", term="offset", shown=(-9.0, 9.0)),
    setting(
        "flip",
        False,
        "Reverse the filter (convolution elsewhere)",
        when=(("over", (SIGNAL, IMAGE)),),
    ),
    setting(
        "signal", [[1.0, 1.0, -1.0, -1.0, -1.0, 1.0, -1.0, 1.0, 1.0, 1.0]], "Signal x", when=FLAT
    ),
    setting("f1", [[1.0, -1.0, 1.0]], "Filter f", when=FLAT),
    setting("image", CORNER, "Image x", when=DEEP),
    setting("f2", UPRIGHT, "Filter f", when=(("over", (IMAGE,)),)),
)


def _grid(rows: Any, most: int = 12) -> Any:
    """Typed rows as one array: short rows are filled up with zeros."""
    wide = min(max((np.size(row) for row in rows), default=1), most) or 1
    out = np.zeros((min(len(rows), most) or 1, wide))
    for i, row in enumerate(rows[:most]):
        cut = np.ravel(row)[:wide]
        out[i, : len(cut)] = cut
    return out


def _arrays(state: State) -> tuple[Any, list[Any]]:
    """What is slid over, and the filters; one axis for a signal, two for an image."""
    if state["over"] == SIGNAL:
        return _grid(state["signal"], 20).ravel(), [_grid(state["f1"], 9).ravel()]
    if state["over"] == IMAGE:
        return _grid(state["image"]), [_grid(state["f2"], 5)]
    return _grid(state["image"]), [np.array(f) for f in (UPRIGHT, LEVEL, FALLING, RISING)]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The map, window by window."""
    from pellucid.networks import filtered, match_score, window

    x, filters = _arrays(state)
    f = filters[0]
    how: dict[str, Any] = {
        "stride": state["stride"],
        "padding": state["padding"],
        "flip": state["flip"],
    }
    maps = [filtered(signal=x, filter=g, offset=state["offset"], **how) for g in filters]
    first = maps[0]
    padded = np.pad(x, state["padding"])
    used = np.flip(f) if state["flip"] else f
    starts = [tuple(state["stride"] * i for i in place) for place in np.ndindex(first.shape)]
    windows = [window(padded, s if x.ndim > 1 else s[0], f.shape) for s in starts]
    scores = [match_score(v, used) + state["offset"] for v in windows]
    sizes = " × ".join(map(str, first.shape))
    yield Scene(
        terms={
            "x": Now(
                f"{x.size} entries", "×".join(map(str, x.shape)) + ("×1" if x.ndim == 1 else "")
            ),
            "f": Now(
                f"{f.size} weights", "×".join(map(str, f.shape)) + ("×1" if f.ndim == 1 else "")
            ),
            "offset": Now(state["offset"]),
            "score": Now(Moving(np.array(scores))),
            "windows": Now(f"{len(starts)} windows", sizes + ("×1" if x.ndim == 1 else "")),
        },
        pictures=_pictures(x, padded, used, filters, maps, starts, windows, state),
        facts=(
            ("size of the map, ⌈(n − (k − 1) + 2p) / s⌉", sizes),
            (
                "largest score",
                f"{number(float(first.max()))} of at most "
                f"{number(float(np.abs(f).sum()) * float(np.abs(x).max()))}",
            ),
            ("weights of the filter, offset included", f"{f.size + 1}"),
            ("weights of a dense layer of the same size", f"{x.size * first.size + first.size:,}"),
        ),
        numbers={
            "map": first,
            "size": first.shape,
            "scores": np.array(scores),
            "n": x.shape[0],
            "k": f.shape[0],
        },
        steps=len(starts) - 1,
        count="window",
        summary=f"a map of {sizes}; its largest score is {number(float(first.max()))}",
    )


def _pictures(
    x: Any, padded: Any, f: Any, filters: Any, maps: Any, starts: Any, windows: Any, state: State
) -> dict[str, Any]:
    at = Moving(
        [
            [
                [r + (s[0] if x.ndim > 1 else 0), c + s[-1]]
                for r in range(np.atleast_2d(f).shape[0])
                for c in range(np.atleast_2d(f).shape[1])
            ]
            for s in starts
        ]
    )
    p = state["padding"]
    edge = [
        list(i)
        for i in np.ndindex(np.atleast_2d(padded).shape)
        if not all(p <= v < n - p for v, n in zip(i[-x.ndim :], padded.shape, strict=True))
    ]
    sliding = matrices(
        "The padded input with the window of step {t}, the filter, their products, and the score "
        "{score}.",
        [
            matrix(np.atleast_2d(padded), "x", term="x", marked=at, faint=edge),
            matrix(np.atleast_2d(f), "f", term="f", before="∗"),
            matrix(
                Moving(np.array([np.atleast_2d(v * f) for v in windows])),
                "products",
                before="→",
                term="score",
            ),
        ],
        note="their sum, and the offset, is {score}",
    )
    return {
        "sliding": sliding,
        "map": _map(maps, starts, state),
        "draw": _draw(x, f, filters, state),
    }


def _map(maps: Any, starts: Any, state: State) -> dict[str, Any]:
    """The map as it fills; of several filters, all maps; of channels, their sum."""
    from pellucid.networks import filtered

    first = maps[0]
    if state["over"] in (SIGNAL, IMAGE):
        filling = np.full((len(starts), first.size), np.nan)
        for t in range(len(starts)):
            filling[t, : t + 1] = first.ravel()[: t + 1]
        now = Moving(
            [[list(np.unravel_index(t, np.atleast_2d(first).shape))] for t in range(len(starts))]
        )
        if first.ndim == 1:
            return plane(
                "The scores of the windows so far, {t} of {steps}.",
                [bars(np.arange(first.size), Moving(np.nan_to_num(filling)), term="score")],
                box=(
                    -0.7,
                    first.size - 0.3,
                    min(float(first.min()) - 0.3, 0),
                    max(float(first.max()) + 0.3, 0.1),
                ),
                names=[str(i) for i in range(first.size)] if first.size < 25 else (),
                x="shift",
                y="score",
                height=0.55,
            )
        shown = Moving(filling.reshape(-1, *np.atleast_2d(first).shape))
        return matrices(
            "The map of scores, filled up to window {t} of {steps}.",
            [
                matrix(
                    shown, "x ∗ f", term="score", marked=now, top=float(np.abs(first).max()) or 1.0
                )
            ],
        )
    if state["over"] == BANK:
        return images(
            "A map for each filter of the bank: large where its pattern stands.",
            maps,
            NAMES,
            columns=2,
            signed=True,
        )
    spanning = sum(filtered(signal=m, filter=np.ones((1, 1))) for m in maps[:2])
    return images(
        "Two maps are two channels; a tensor filter of 1×1×2 adds them: bright where both lines "
        "are.",
        [*maps[:2], spanning],
        (*NAMES[:2], "both: the corner"),
        columns=3,
        signed=True,
    )


def _draw(x: Any, f: Any, filters: Any, state: State) -> dict[str, Any]:
    name, values = ("signal", np.atleast_2d(x)) if state["over"] == SIGNAL else ("image", x)
    return pad(
        f"The {name}: draw on it, dark is +1 and bright −1.",
        values,
        name,
        low=-1.0,
        high=1.0,
        numbers=False,
    )


def code(state: State, data: Data) -> str:
    """The program that slides the same filter."""
    x, filters = _arrays(state)
    return f"""import numpy as np
from pellucid.networks import filtered

x = np.array({x.tolist()!r})
f = np.array({filters[0].tolist()!r})
z = filtered(signal=x, filter=f, stride={state["stride"]}, padding={state["padding"]},
             offset={state["offset"]!r}, flip={state["flip"]})
map, size, scores = z, z.shape, z.ravel()
n, k = x.shape[0], f.shape[0]
print(size, map)"""


def _size(state: State, scene: Scene) -> tuple[str, str]:
    found, n, k = scene.numbers["size"][0], scene.numbers["n"], scene.numbers["k"]
    right = "As long" if found == n else ("Shorter" if found < n else "Longer")
    return right, (
        f"⌈({n} − ({k} − 1) + 2·{state['padding']}) / {state['stride']}⌉ = {found}, and the input "
        f"has {n}."
    )


PAGE = Page(
    name="filters",
    lead="A filter of a few weights stands on one window after the other and scores how alike the "
    "two "
    "are. Draw on the input. What does it find as it slides?",
    notes="Def 394, Def 398, Def 405, Def 411, KE 432",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{score}{z_i} = \sum_{j=1}^{k} \term{f}{f_j}\, \term{x}{x_{s(i-1)+j}} + "
            r"\term{offset}{w_0}",
            "z i is the sum over j of f j times x at s times i minus one, plus j, and the offset",
        ),
        Formula(
            r"\term{windows}{n'} = \left\lceil \frac{n - (k-1) + 2p}{s} \right\rceil",
            "n prime is n minus k minus one, plus two p, over s, rounded up",
        ),
    ),
    terms=(
        Term("x", "x", "input", "grey"),
        Term("f", "f", "filter", "orange"),
        Term("offset", "w₀", "offset", "violet"),
        Term("score", "z", "score of this window", "green"),
        Term("windows", "n′", "windows", "blue"),
    ),
    pictures=(
        Picture("sliding", "The window, the filter, their products", "wide"),
        Picture("map", "The map", "main"),
        Picture("draw", "Draw on the input"),
    ),
    questions=(
        Question("Is the map as long as the input?", ("Shorter", "As long", "Longer"), _size),
    ),
    scenes=scenes,
    code=code,
)
