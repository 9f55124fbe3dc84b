"""Simpson's paradox, and rings: when rows are pooled, and when a feature shows the groups.

Notes: Concept 236, Def 239, §6.3.11
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, box_of, line, plane, points, rule
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

POOLED, BY_GROUP = "one line for all", "a line for each group"
PLAIN, RADIUS, ANGLE = "clusters of x₁, x₂", "clusters of the radius", "clusters of the angle"
LINES, CLUSTERS = (POOLED, BY_GROUP), (PLAIN, RADIUS, ANGLE)
SHORT = ("x₁, x₂", "radius", "angle")
CONTROLS = (
    setting("view", POOLED, "What is fitted", term="fit", choices=(*LINES, *CLUSTERS)),
    setting("seed", 0, "Seed of the clusters", low=0, shown=(0, 40), when=(("view", CLUSTERS),)),
    column("x", "Input x₁"),
    column("y", "Input x₂, or the answer", answer=True),
    column("group", "Group", ("category", "binary")),
)
MOST = 8  # groups that are told apart


@lru_cache(maxsize=16)
def _rows(data: Data, x: str, y: str, group: str) -> tuple[Any, Any, tuple[str, ...]]:
    """Both columns as they are, the number of each row's group, and the groups' names."""
    known = data.table.known(*dict.fromkeys((x, y)), group)
    names = known[group].texts().astype(str)
    found, codes = np.unique(names, return_inverse=True)
    kept = codes < MOST
    return known.numbers(x, y)[kept], codes[kept], tuple(found[:MOST].tolist())


@lru_cache(maxsize=16)
def _slopes(data: Data, x: str, y: str, group: str) -> tuple[Any, Any]:
    """(θ, θ₀) over all rows, and of each group; no line where x does not vary."""
    from pellucid.linear import LeastSquares

    Z, codes, names = _rows(data, x, y, group)

    def fitted(rows: Any) -> list[float]:
        if np.ptp(rows[:, 0]) == 0:
            return [np.nan, np.nan]
        h = LeastSquares().fit(rows[:, :1], rows[:, 1])
        return [float(h.coef_[0]), float(h.intercept_)]

    return np.array(fitted(Z)), np.array([fitted(Z[codes == g]) for g in range(len(names))])


@lru_cache(maxsize=32)
def _clustered(data: Data, x: str, y: str, group: str, seed: int) -> list[tuple[Any, Any]]:
    """Features, and labels by k-means: of both inputs, of the radius, of the angle."""
    from pellucid.clusters import KMeans
    from pellucid.features import RadiusFeature

    Z, _, names = _rows(data, x, y, group)
    made = [Z, RadiusFeature().fit_transform(Z), np.arctan2(Z[:, 1], Z[:, 0])[:, None]]
    k = [min(len(names), len(np.unique(F, axis=0))) for F in made]
    return [(F, KMeans(j, random_state=seed).fit(F).labels_) for F, j in zip(made, k, strict=True)]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """One way to look at the rows."""
    from pellucid.clusters import agreement

    own = (data, state["x"], state["y"], state["group"])
    Z, codes, names = _rows(*own)
    pooled, each = _slopes(*own)
    clusters = _clustered(*own, state["seed"])
    found = [agreement(labels, [names[c] for c in codes]) for _, labels in clusters]
    index = np.array([a.index for a in found])
    lines, view = state["view"] in LINES, state["view"]
    turned = int((np.sign(each[:, 0]) == -np.sign(pooled[0])).sum())
    at = 0 if lines else CLUSTERS.index(view)
    fit = (
        Now(pooled, "1×1", "θ = {0}")
        if view == POOLED
        else Now(each[0], "1×1", f"{names[0]}: θ = {{0}}")
        if lines
        else Now(f"{len(np.unique(clusters[at][1]))} means")
    )
    yield Scene(
        terms={
            "fit": fit,
            "pooled": Now(pooled[0]),
            "each": Now(each[: min(3, len(each)), 0], f"1×{len(names)}"),
            "index": Now(float(index[at])),
        },
        pictures={
            "rows": _lines(Z, codes, names, pooled, each, state)
            if lines
            else _clusters(Z, *clusters[at], codes, names, found[at], state),
            "compared": _slope_bars(pooled, each, names) if lines else _index_bars(index, at),
        },
        facts=(
            ("slope over all rows", number(float(pooled[0]))),
            *(
                (f"slope within {n}", number(float(s)))
                for n, s in zip(names, each[:, 0], strict=True)
            ),
            ("groups whose slope has the other sign", f"{turned} of {len(names)}"),
            *(
                (f"{words}: agreement with the groups", number(float(v)))
                for words, v in zip(CLUSTERS, index, strict=True)
            ),
        ),
        numbers={"pooled": pooled[0], "each": each[:, 0], "index": index},
        labels={} if lines else {"compared": "Agreement with the true groups"},
        summary=f"The slope over all rows is {number(float(pooled[0]))}; {turned} of {len(names)} "
        "groups have the other sign",
    )


def _lines(
    Z: Any, codes: Any, names: tuple[str, ...], pooled: Any, each: Any, state: State
) -> dict[str, Any]:
    box = box_of(Z[:, 0], Z[:, 1], 0.1)
    marks = [points(Z[:, 0], Z[:, 1], group=codes.astype(float), size=2.8)]
    if state["view"] == POOLED:
        ends = np.array(box[:2])
        marks.append(line(ends, ends * pooled[0] + pooled[1], term="pooled", width=3.4))
    else:
        for g, name in enumerate(names):
            own = Z[codes == g, 0]
            ends = np.array([own.min(), own.max()])
            marks.append(
                line(
                    ends,
                    ends * each[g, 0] + each[g, 1],
                    colour=f"series-{g % 8}",
                    label=name,
                    width=3.4,
                )
            )
    return plane(
        "Rows coloured by group. The slope over all rows is {pooled}; those of the first groups "
        "are {each}.",
        marks,
        box=(box[0], box[1] + 0.12 * (box[1] - box[0]), box[2], box[3]),
        x=state["x"],
        y=state["y"],
        height=0.8,
    )


def _clusters(
    Z: Any, F: Any, labels: Any, codes: Any, names: tuple[str, ...], found: Any, state: State
) -> dict[str, Any]:
    named = np.array([found.names.get(int(g), "") for g in labels])
    wrong = named != np.array(names)[codes]
    return plane(
        "Rows coloured by cluster; those outside their true group have a ring. The agreement with "
        "the groups is {index}: 1 is the same, 0 is chance.",
        [
            points(Z[:, 0], Z[:, 1], group=labels.astype(float), size=2.8),
            points(Z[wrong, 0], Z[wrong, 1], shape="ring", size=5.4, colour="rose"),
        ],
        box=box_of(Z[:, 0], Z[:, 1], 0.08),
        x=state["x"],
        y=state["y"],
        equal=True,
        height=0.86,
    )


def _slope_bars(pooled: Any, each: Any, names: tuple[str, ...]) -> dict[str, Any]:
    values = np.append(pooled[0], each[:, 0])
    shown = np.nan_to_num(values)
    low, high = min(0.0, float(shown.min())), max(0.0, float(shown.max()))
    room = 0.2 * ((high - low) or 1.0)
    return plane(
        "The slope over all rows, {pooled}, beside the slopes within the groups, {each}.",
        [
            rule(y=0.0, colour="grey"),
            bars([0], shown[:1], term="pooled", label=[number(float(values[0]))]),
            bars(
                np.arange(1, len(values)),
                shown[1:],
                group=np.arange(len(names), dtype=float),
                label=[number(float(v)) for v in values[1:]],
            ),
        ],
        box=(-0.6, len(values) - 0.4, low - room, high + room),
        names=["all", *names],
        y="slope θ",
        height=0.7,
    )


def _index_bars(index: Any, at: int) -> dict[str, Any]:
    low = min(0.0, float(index.min()))
    return plane(
        "Agreement of the clusters with the true groups, by what they were made of: 1 is the same, "
        "0 is chance.",
        [
            rule(y=1.0, colour="grey", label="the same groups"),
            bars(np.arange(3), index, colour="grey", label=[number(float(v), 2) for v in index]),
            bars([at], index[at : at + 1], term="index"),
        ],
        box=(-0.6, 2.6, low - 0.1, 1.25),
        names=SHORT,
        y="agreement",
        height=0.7,
    )


def code(state: State, data: Data) -> str:
    """The program that finds the same slopes and clusters."""
    return f"""import numpy as np
{data.program}

from pellucid.clusters import KMeans, agreement
from pellucid.features import RadiusFeature
from pellucid.linear import LeastSquares

x, y, group = {state["x"]!r}, {state["y"]!r}, {state["group"]!r}
known = table.known(*dict.fromkeys((x, y)), group)
groups, codes = np.unique(known[group].texts().astype(str), return_inverse=True)
kept = codes < {MOST}
Z, codes, groups = known.numbers(x, y)[kept], codes[kept], groups[:{MOST}]


def slope(rows):
    if np.ptp(rows[:, 0]) == 0:
        return np.nan
    return LeastSquares().fit(rows[:, :1], rows[:, 1]).coef_[0]


pooled = slope(Z)
each = [slope(Z[codes == g]) for g in range(len(groups))]

index = []
for F in (Z, RadiusFeature().fit_transform(Z), np.arctan2(Z[:, 1], Z[:, 0])[:, None]):
    k = min(len(groups), len(np.unique(F, axis=0)))
    labels = KMeans(k, random_state={state["seed"]}).fit(F).labels_
    index.append(agreement(labels, groups[codes].tolist()).index)
print(pooled, each, index)"""


def _turns(state: State, scene: Scene) -> tuple[str, str]:
    pooled, each = float(scene.numbers["pooled"]), np.asarray(scene.numbers["each"])
    other = int((np.sign(each) == -np.sign(pooled)).sum())
    right = "In all of them" if other == len(each) else ("In some" if other else "In none")
    return right, (
        f"Over all rows the slope is {number(pooled)}, within the groups "
        f"{', '.join(number(float(v)) for v in each)}."
    )


def _feature(state: State, scene: Scene) -> tuple[str, str]:
    index = np.asarray(scene.numbers["index"])
    return CLUSTERS[int(np.argmax(index))], (
        "Agreement with the groups: "
        + ", ".join(f"{w} {number(float(v))}" for w, v in zip(SHORT, index, strict=True))
        + "."
    )


PAGE = Page(
    name="simpson-and-rings",
    lead="One line through all rows mixes what is within groups with what is between them. "
    "Clusters of the inputs as they are may cut a ring in half. When does pooling turn the truth "
    "round?",
    notes="Concept 236, Def 239, §6.3.11",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{pooled}{\theta_{\mathrm{all}}} \text{ of all rows}, \quad "
            r"\term{each}{\theta_g} \text{ of group } g",
            "theta of all rows, and theta g of the rows of group g",
        ),
        Formula(
            r"\term{fit}{r} = \sqrt{x_1^2 + x_2^2}",
            "the radius r is the root of x one squared plus x two squared",
        ),
    ),
    terms=(
        Term("fit", "view", "what is fitted now", "orange"),
        Term("pooled", "θ_all", "slope over all rows", "rose"),
        Term("each", "θ_g", "slopes within groups", "green"),
        Term("index", "agreement", "of clusters with groups", "violet"),
    ),
    pictures=(
        Picture("rows", "The rows", "main"),
        Picture("compared", "Slope over all, and within each group"),
    ),
    questions=(
        Question(
            "In how many groups has the slope the other sign than over all rows?",
            ("In none", "In some", "In all of them"),
            _turns,
        ),
        Question("Which clusters agree best with the groups?", CLUSTERS, _feature),
    ),
    scenes=scenes,
    code=code,
    samples=("Simpson’s paradox", "ring and disc", "off-centre ring", "two half circles"),
)
