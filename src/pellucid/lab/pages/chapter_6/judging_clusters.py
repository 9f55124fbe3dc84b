"""How many groups there are, if any: losses, halves that agree, silhouettes, trusted labels.

Notes: Concept 232, Concept 233, Def 235, Concept 237, Concept 238, Def 239, §6.3.9
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import area, bars, box_of, line, plane, points, rule
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import reading_code, scaled

KS = tuple(range(2, 7))
MEANS, TREE = "k-means", "a tree, cut"
MOST = 200  # rows judged
CONTROLS = (
    setting("k", 4, "Number of groups", symbol="k", term="k", low=2, shown=(KS[0], KS[-1])),
    setting("method", MEANS, "Groups by", choices=(MEANS, TREE)),
    setting("restarts", 4, "Restarts of k-means", low=1, shown=(1, 20)),
    setting("seed", 0, "Seed", low=0, shown=(0, 40)),
    column("x", "Input x₁"),
    column("y", "Input x₂"),
    column("trusted", "Trusted labels", ("category", "binary"), optional=True),
)


@lru_cache(maxsize=16)
def _rows(data: Data, names: tuple[str, str]) -> Any:
    """At most 200 standardised rows, evenly taken, and which they are."""
    from pellucid.errors import TooFewRowsError

    X = data.table.known(*names).numbers(*names)
    if len(X) < 16:
        raise TooFewRowsError(f"Groups are judged on at least 16 rows; there are {len(X)}.")
    X = scaled(X)
    taken = np.unique(np.linspace(0, len(X) - 1, min(len(X), MOST)).astype(int))
    return X[taken], taken


@lru_cache(maxsize=16)
def _judged(data: Data, names: tuple[str, str], seed: int) -> Any:
    from pellucid.clusters import choose_k

    X, _ = _rows(data, names)
    return choose_k(X, KS, splits=4, references=19, random_state=seed)


def _labels(X: Any, state: State) -> Any:
    from pellucid.clusters import HierarchicalClusters, KMeans

    k = min(state["k"], len(np.unique(X, axis=0)))
    if state["method"] == TREE:
        return HierarchicalClusters(k, random_state=state["seed"]).fit(X).labels_
    return KMeans(k, n_init=state["restarts"], random_state=state["seed"]).fit(X).labels_


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """One k with all that speaks for and against it."""
    from pellucid.clusters import agreement, silhouettes

    names = (state["x"], state["y"])
    X, taken = _rows(data, names)
    found = _judged(data, names, state["seed"])
    labels = _labels(X, state)
    widths = silhouettes(X, labels) if len(np.unique(labels)) > 1 else np.zeros(len(X))
    tried = [e for e in found.evidence if e.k > 1]
    own = found.at(min(state["k"], tried[-1].k))
    index = np.nan
    if state["trusted"]:
        texts = data.table.known(*names)[state["trusted"]].texts()[taken]
        if sum(t is not None for t in texts) > 1:
            index = agreement(labels, texts).index
    answer = "no groups" if found.no_clusters else f"{found.k} groups"
    yield Scene(
        terms={
            "k": Now(state["k"]),
            "loss": Now(own.training, text="{0} a row"),
            "held": Now(own.held_out, text="{0} a row"),
            "again": Now(own.consistency, text="{0} of 1"),
            "width": Now(float(widths.mean()), text="{0} on average"),
        },
        pictures={
            "rows": _plane(X, labels, state),
            "again": _again(tried, state["k"]),
            "losses": _losses(tried, state["k"]),
            "widths": _widths(widths, labels),
        },
        facts=(
            ("the library’s answer", f"{answer}, {found.confidence}"),
            ("why", found.why),
            (f"verdict on k = {own.k}", own.words()),
            ("p-value against tables without groups", number(found.p_value)),
            ("agreement with the trusted labels",
             number(index) if np.isfinite(index) else "no trusted labels"),
            ("rows judged", f"{len(X)}"),
        ),
        numbers={
            "answer": found.k,
            "consistency": [e.consistency for e in tried],
            "held_out": [e.held_out for e in tried],
            "training": [e.training for e in tried],
            "width": float(widths.mean()),
        },
        summary=f"The library finds {answer}, {found.confidence}",
    )  # fmt: skip


def _plane(X: Any, labels: Any, state: State) -> dict[str, Any]:
    return plane(
        "The rows coloured by the {k} groups that were asked for; their silhouettes are {width}.",
        [points(X[:, 0], X[:, 1], group=labels.astype(float), size=3.0)],
        box=box_of(X[:, 0], X[:, 1]),
        equal=True,
        x=f"{state['x']}, standardised",
        y=f"{state['y']}, standardised",
        height=0.86,
    )


def _again(tried: list[Any], k: int) -> dict[str, Any]:
    ks = np.array([e.k for e in tried], float)
    value = np.array([e.consistency for e in tried])
    spread = np.array([e.consistency_error for e in tried])
    return plane(
        "How alike two halves of the rows cut the whole, over k: 1 is the same, 0 is chance. Now "
        "{again}.",
        [
            rule(x=k, term="k"),
            area(ks, value - spread, value + spread, term="again"),
            line(ks, value, term="again"),
            points(ks, value, term="again", size=3.6),
        ],
        box=(ks[0] - 0.4, ks[-1] + 0.4, min(-0.05, float((value - spread).min())), 1.1),
        x="k",
        y="halves agree",
        height=0.5,
    )


def _losses(tried: list[Any], k: int) -> dict[str, Any]:
    ks = np.array([e.k for e in tried], float)
    fell, held = (np.array([getattr(e, n) for e in tried]) for n in ("training", "held_out"))
    top = 1.12 * float(max(fell.max(), held.max())) + 1e-9
    return plane(
        "Mean squared distance to the nearest mean over k: of the rows that placed the means, and "
        "of the others. Both fall with k, and choose nothing.",
        [
            rule(x=k, term="k"),
            line(ks, fell, term="loss", dashed=True),
            line(ks, held, term="held"),
        ],
        box=(ks[0] - 0.4, ks[-1] + 0.4, 0.0, top),
        x="k",
        y="loss a row",
        height=0.5,
    )


def _widths(widths: Any, labels: Any) -> dict[str, Any]:
    order = np.lexsort([-widths, labels])
    low = min(-0.1, float(widths.min()) * 1.1)
    return plane(
        "The silhouette of each row, group after group: near 1 it is well inside its group, below "
        "0 nearer to another.",
        [
            bars(
                np.arange(len(order)),
                widths[order],
                width=1.0,
                group=labels[order].astype(float),
            ),
            rule(y=0.0, colour="grey"),
        ],
        box=(-1.0, len(order), low, 1.05),
        x="rows, by group",
        y="silhouette",
        height=0.46,
    )


def code(state: State, data: Data) -> str:
    """The program that judges the same rows."""
    names = (state["x"], state["y"])
    X, _ = _rows(data, names)
    k = min(state["k"], len(np.unique(X, axis=0)))
    model = (
        f"HierarchicalClusters({k}, random_state={state['seed']})"
        if state["method"] == TREE
        else f"KMeans({k}, n_init={state['restarts']}, random_state={state['seed']})"
    )
    return f"""{reading_code(data, names)}
X = X[np.unique(np.linspace(0, len(X) - 1, min(len(X), {MOST})).astype(int))]

from pellucid.clusters import HierarchicalClusters, KMeans, choose_k, silhouettes

found = choose_k(X, {KS!r}, splits=4, references=19, random_state={state["seed"]})
tried = [e for e in found.evidence if e.k > 1]
answer = found.k
consistency = [e.consistency for e in tried]
held_out, training = [e.held_out for e in tried], [e.training for e in tried]

labels = {model}.fit(X).labels_
width = silhouettes(X, labels).mean() if len(np.unique(labels)) > 1 else 0.0
print(found.why, width)"""


def _answer(state: State, scene: Scene) -> tuple[str, str]:
    k = scene.numbers["answer"]
    right = "None" if k == 1 else ("2 or 3" if k < 4 else "4 or more")
    return right, (
        "The library finds no groups: no k passes its tests."
        if k == 1
        else f"The library’s answer is {k}, the finest number of groups that passes its tests."
    )


def _loss(state: State, scene: Scene) -> tuple[str, str]:
    values = np.asarray(scene.numbers["training"])
    right = "The largest k" if int(np.argmin(values)) == len(values) - 1 else "Another k"
    return right, (
        f"From k = {KS[0]} on it goes {', '.join(number(float(v)) for v in values)}: more means "
        "come nearer to every row, groups or not."
    )


PAGE = Page(
    name="judging-clusters",
    lead="k-means finds k groups in anything, and its loss falls with every further mean. Do two "
    "halves of the rows tell the same groups? How many groups are there, if any?",
    notes="Concept 232, Concept 233, Def 235, Concept 237, Concept 238, Def 239",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{loss}{L} = \frac{1}{n}\sum_{i=1}^{n} \min_{j \le \term{k}{k}} "
            r"\left\| x^{(i)} - \mu^{(j)} \right\|^2",
            "L is the mean over i of the least squared distance to one of the k means",
        ),
        Formula(
            r"\term{width}{s} = \frac{b - a}{\max(a, b)}",
            "the silhouette s is b minus a over the larger of both",
        ),
    ),
    terms=(
        Term("k", "k", "groups", "orange"),
        Term("loss", "L", "training loss", "grey"),
        Term("held", "L_held", "held-out loss", "rose"),
        Term("again", "agreement", "of two halves", "green"),
        Term("width", "s", "silhouettes", "violet"),
    ),
    pictures=(
        Picture("rows", "The groups", "main"),
        Picture("again", "Do two halves tell the same groups?"),
        Picture("losses", "Loss over k, dashed: of the rows that placed the means"),
        Picture("widths", "Silhouettes", "wide"),
    ),
    questions=(
        Question("How many groups are there?", ("None", "2 or 3", "4 or more"), _answer),
        Question(
            "At which k is the training loss least?", ("The largest k", "Another k"), _loss
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("four blobs", "ring and disc"),
)  # fmt: skip
