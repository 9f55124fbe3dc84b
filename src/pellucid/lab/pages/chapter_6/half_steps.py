"""k-means, half a step at a time: assign, move, and the loss after each.

Notes: Def 213, KE 220, Concept 222, Def 225, Concept 226
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import box_of, grid_of, handles, plane, points, progress, regions, segments
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene
from pellucid.lab.table_rows import scaled

STARTS = {"random points": "random", "random positions": "positions", "k-means++": "k-means++"}
HAND = "by hand"
MEANS = [[-1.0, 1.0], [0.0, 1.0], [1.0, 1.0], [0.0, -1.0]]
POINTS = [[-1.2, -1.0], [-1.0, -0.7], [-0.8, -1.1], [1.0, 0.9], [1.3, 1.1], [0.9, 1.3], [1.1, -1.0]]
DATA = (("placed", (False,)),)
CONTROLS = (
    setting("k", 4, "Number of means", symbol="k", term="means", low=1, shown=(1, 8)),
    setting("start", "random positions", "Where the means start", choices=(*STARTS, HAND)),
    setting("seed", 3, "Seed of the start", low=0, shown=(0, 40)),
    setting("descent", False, "Descend along the gradient instead"),
    setting("placed", False, "Place the points myself"),
    setting("means", MEANS, "Means x y", when=(("start", (HAND,)),)),
    setting("points", POINTS, "Points x y", when=(("placed", (True,)),)),
    column("x", "Input x₁", when=DATA),
    column("y", "Input x₂", when=DATA),
)


@lru_cache(maxsize=16)
def _standardised(data: Data, names: tuple[str, str]) -> Any:
    return scaled(data.table.known(*names).numbers(*names))


def _points(state: State, data: Data) -> Any:
    if state["placed"]:
        placed = [row[:2] for row in state["points"] if len(row) > 1]
        return np.array(placed if len(placed) >= 2 else POINTS)
    return _standardised(data, (state["x"], state["y"]))


def _count(state: State, X: Any) -> int:
    """k, and no more than there are points."""
    return min(int(state["k"]), len(np.unique(X, axis=0)))


def _start(state: State, k: int) -> Any:
    """Placed means; where fewer than k are placed, the first ones again, moved aside."""
    given = [row[:2] for row in state["means"] if len(row) > 1] or MEANS
    return [
        [given[j % len(given)][0] + 0.3 * (j // len(given)), given[j % len(given)][1]]
        for j in range(k)
    ]


def _fitted(X: Any, state: State) -> Any:
    from pellucid.clusters import KMeans

    k = _count(state, X)
    by_hand = state["start"] == HAND
    h = KMeans(
        k,
        init=_start(state, k) if by_hand else STARTS[state["start"]],
        n_init=1,
        random_state=state["seed"],
        algorithm="descent" if state["descent"] else "plain",
        max_iter=60,
        record=True,
    )
    return h.fit(X)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Every half-step of one run."""
    X = _points(state, data)
    h = _fitted(X, state)
    done = h.trace_["half_steps"]
    means = np.array([step["means"] for step in done])
    labels = np.array([step["labels"] for step in done])
    losses = np.array([step["loss"] for step in done])
    counts = np.array([np.bincount(y, minlength=means.shape[1]) for y in labels])
    rises = int((np.diff(losses) > 1e-9 * (1 + losses[:-1])).sum())
    what = [step["what"] for step in done]
    yield Scene(
        terms={
            "means": Now(Moving(means[:, 0]), f"{X.shape[1]}×{means.shape[1]}", "μ¹ = {0}, {1}"),
            "labels": Now(
                Moving(
                    [
                        f"{w}: {', '.join(map(str, c))} points"
                        for w, c in zip(what, counts, strict=True)
                    ]
                ),
                f"1×{len(X)}",
            ),
            "loss": Now(Moving(losses), digits=4),
            "data": Now(f"{len(X)} points", f"{X.shape[1]}×{len(X)}"),
        },
        pictures={
            "plane": _plane(X, means, labels, what, state),
            "course": _course(losses, what),
        },
        facts=(
            ("why it stopped", h.trace_["stopped"]),
            ("cycles", f"{h.n_iter_}"),
            ("loss at the end", number(h.inertia_, 4)),
            ("half-steps at which the loss rose", f"{rises}"),
            ("points in each cluster", ", ".join(f"{c:g}" for c in h.counts_)),
        ),
        numbers={"losses": losses, "final": h.inertia_, "centres": h.cluster_centers_},
        steps=len(done) - 1,
        count="half-step",
        summary=f"{len(done)} half-steps; the loss ends at {number(h.inertia_)}",
    )


def _plane(X: Any, means: Any, labels: Any, what: list[str], state: State) -> dict[str, Any]:
    from pellucid.clusters import nearest_mean

    box = box_of(np.append(X[:, 0], [-2.0, 2.0]), np.append(X[:, 1], [-1.8, 1.8]), 0.05)
    x, y = X[:, 0], X[:, 1]
    own = np.take_along_axis(means, labels[:, :, None], axis=1)
    areas = []
    if len(means) <= 24:  # beyond it, the borders would outweigh the run itself
        grid, *_ = grid_of(box, 44)
        nearest = [nearest_mean(grid, m)[0] for m in means]
        areas = [regions(Moving(np.array(nearest, float).reshape(-1, 44, 44)), signs=False)]
    trails = [
        {"mark": "path", "p": means[:, j], "colour": f"series-{j % 8}", "term": "", "next": ""}
        for j in range(means.shape[1])
    ]
    many = len(X) * len(means) > 40_000
    return plane(
        "Points coloured by the nearest of {steps} half-steps’ means; half-step {t}: {labels}. "
        "The loss is {loss}.",
        [
            *areas,
            *(
                []
                if many
                else [
                    segments(
                        x,
                        y,
                        Moving(own[:, :, 0]),
                        Moving(own[:, :, 1]),
                        term="loss",
                        only=("loss", "labels"),
                    )
                ]
            ),
            points(x, y, group=Moving(labels.astype(float)), size=3.2, term="data"),
            *trails,
            *handles(
                means[0].tolist(),
                "means",
                "start of mean",
                group=list(range(means.shape[1])),
                also={"start": HAND},
                hollow=True,
            ),
        ],
        box=box,
        equal=True,
        height=0.8,
        adds="points" if state["placed"] else "",
        x="x₁" if state["placed"] else f"{state['x']}, standardised",
        y="x₂" if state["placed"] else f"{state['y']}, standardised",
    )


def _course(losses: Any, what: list[str]) -> dict[str, Any]:
    short = len(losses) <= 8
    return plane(
        "The loss after each half-step, from {loss} now to " + number(float(losses[-1])) + ".",
        [progress(losses, term="loss")],
        box=(
            -0.3,
            max(len(losses) - 1, 1) + 0.3,
            0.9 * float(losses.min()),
            1.04 * float(losses.max()) + 1e-9,
        ),
        names=what if short else (),
        x="" if short else "half-step",
        y="L",
        height=0.6,
    )


def code(state: State, data: Data) -> str:
    """The program that takes the same half-steps."""
    X = _points(state, data)
    k = _count(state, X)
    if state["placed"]:
        read = f"import numpy as np\n\nX = np.array({X.tolist()!r})"
    else:
        read = f"""import numpy as np
{data.program}

names = {(state["x"], state["y"])!r}
X = table.known(*names).numbers(*names)
X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)"""
    init = _start(state, k) if state["start"] == HAND else STARTS[state["start"]]
    return f"""{read}

from pellucid.clusters import KMeans

h = KMeans({k}, init={init!r}, n_init=1, random_state={state["seed"]},
           algorithm={"descent" if state["descent"] else "plain"!r},
           max_iter=60, record=True).fit(X)
losses = [step["loss"] for step in h.trace_["half_steps"]]
final, centres = h.inertia_, h.cluster_centers_
print(losses, h.explain())"""


def _rises(state: State, scene: Scene) -> tuple[str, str]:
    losses = np.asarray(scene.numbers["losses"])
    rose = int((np.diff(losses) > 1e-9 * (1 + losses[:-1])).sum())
    right = "Never" if rose == 0 else "Yes, here it does"
    return right, (
        f"In the {len(losses)} half-steps of this run it rose {rose} times: assigning takes the "
        f"nearest "
        "mean, moving takes the average, and each is the best choice while the other is held."
    )


PAGE = Page(
    name="half-steps",
    lead="Points go to the nearest mean; each mean goes to the average of its points; again. Drag "
    "the "
    "starts about. Can a half-step ever raise the loss?",
    notes="Def 213, KE 220, Def 225, Concept 226",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{loss}{L} = \sum_{i=1}^{n} \left\| \term{data}{x^{(i)}} - "
            r"\term{means}{\mu^{(y^{(i)})}} \right\|^2",
            "L is the sum over i of the squared distance of x i and the mean of its cluster",
        ),
        Formula(
            r"\term{labels}{y^{(i)}} = \arg\min_j \left\| x^{(i)} - \mu^{(j)} \right\|^2",
            "assign: y i is the j whose mean is nearest to x i",
        ),
        Formula(
            r"\term{means}{\mu^{(j)}} = \frac{1}{N_j}\sum_{i:\, y^{(i)}=j} x^{(i)}",
            "move: mu j is the average of the points of cluster j",
        ),
    ),
    terms=(
        Term("data", "x", "the points", "grey"),
        Term("means", "μ", "the means", "green"),
        Term("labels", "y", "who belongs to which", "orange"),
        Term("loss", "L", "squared distances, summed", "rose"),
    ),
    pictures=(
        Picture("plane", "Points and means", "main"),
        Picture("course", "The loss after each half-step"),
    ),
    questions=(
        Question("Can a half-step raise the loss?", ("Never", "Yes, here it does"), _rises),
    ),
    scenes=scenes,
    code=code,
    samples=("four blobs", "three classes", "ring and disc", "two half circles"),
)
