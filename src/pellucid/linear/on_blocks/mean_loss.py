"""The objective of the score classifiers on blocks: a pass gives it, its gradient and Hessian.

Several objectives (of several λ, folds or classes) are answered by one pass.

Notes: KE 160, KE 171, eq 4.56, eq 4.57, §2.5.6
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.hashed_splits import HashedFolds
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tile_arrays import labels_of, rows_of, weights_of
from pellucid.data.blocks.tiles import Tile
from pellucid.linear.on_blocks.label_survey import LabelSurvey
from pellucid.linear.on_blocks.recession import recession_on_blocks
from pellucid.linear.solvers.design import Design
from pellucid.linear.solvers.likelihood import MeanLoss, Solve
from pellucid.linear.solvers.newton import Evidence, minimizing

Array = NDArray[np.float64]
Sums = list[tuple[Any, ...]]  # for each question what is summed over rows
WITH_HESSIAN = 128  # numbers B of an objective up to which a pass may give its Hessian too
FAST = 0.03  # times the gradient before, up to which a Hessian serves on
AT_ONCE = 1 << 21  # numbers of the Hessians that a pass may give


@dataclass(frozen=True)
class Part:
    """Which rows an objective is the mean over, and which column of the truths it is of.

    Parameters
    ----------
    fold : int or None
        None means all rows.
    held_out : bool
        Whether they are the rows of the fold, or all others.
    column : int or None
        None means all columns.
    """

    fold: int | None = None
    held_out: bool = False
    column: int | None = None


@dataclass(frozen=True)
class Question:
    """What a pass is to give at B: J and G, and where it is wanted H; or the range of margins.

    Parameters
    ----------
    part : Part
    total : float
        Sum of the weights of its rows.
    B : ndarray
    hessian : bool
    precise : bool
        Whether H is taken in 64 bits.
    margins : bool
    """

    part: Part
    total: float
    B: Array
    hessian: bool = False
    precise: bool = True
    margins: bool = False


@dataclass(frozen=True)
class TileReader:
    """How a tile is read: truths, weights, standardised columns. It travels to who reads.

    Parameters
    ----------
    classes : ndarray, shape (k,)
    class_weight : ndarray, shape (k,)
    one_score : bool
        Whether two classes have one column of truths.
    multilabel : bool
        Whether y itself has a column a class.
    offset : bool
    mean, scale : ndarray, shape (d,)
    compiled : bool
    splitter : HashedFolds or None
    """

    classes: NDArray[Any]
    class_weight: Array
    one_score: bool
    multilabel: bool
    offset: bool
    mean: Array
    scale: Array
    compiled: bool
    splitter: HashedFolds | None

    def read(self, tile: Tile) -> tuple[Design, Array, Any]:
        """The rows of a tile as a design whose weights are not yet divided, truths and folds."""
        weights = weights_of(tile)
        X, y, places = rows_of(tile, checked=True), labels_of(tile), tile.places
        if weights is None:
            weights = np.ones(len(X))
        elif not (weights > 0).all():
            there = weights > 0
            X, y, places, weights = X[there], y[there], places[there], weights[there]
        fold = None if self.splitter is None else self.splitter.of(places)
        return *self.design(X, y, weights), fold

    def design(self, X: Array, y: NDArray[Any], weights: Array) -> tuple[Design, Array]:
        """Rows under the means and scales of all, and their truths."""
        if self.multilabel:
            Y = np.asarray(y, dtype=np.float64)
        else:
            codes = np.searchsorted(self.classes, y)
            Y = codes[:, None].astype(float) if self.one_score else np.eye(len(self.classes))[codes]
            weights = weights * self.class_weight[codes]
        found = Design.with_statistics(
            X, weights, self.offset, self.mean, self.scale, compiled=self.compiled
        )
        return found, Y


def partial_sums(scheme: TileReader, questions: Sequence[Question], tile: Tile) -> Sums:
    """What the rows of a tile add to the answers.

    Notes: eq 4.56, eq 4.57
    """
    design, Y, fold = scheme.read(tile)
    return [_partial_sum(each, design, Y, fold) for each in questions]


def _partial_sum(question: Question, design: Design, Y: Array, fold: Any) -> tuple[Any, ...]:
    part, weights = question.part, design.weights
    if part.fold is not None:
        weights = np.where((fold == part.fold) == part.held_out, weights, 0.0)
    own = Y if part.column is None else np.ascontiguousarray(Y[:, [part.column]])
    loss = MeanLoss(design.weighed(weights / question.total), own, 0.0)
    if question.margins:
        margins = loss.margins(question.B)
        return margins.min(initial=np.inf), margins.max(initial=-np.inf)
    J, G, g = loss.at(question.B)
    return J, G, loss.curvature(g, question.precise) if question.hessian else 0.0


def _added(a: Sums, b: Sums) -> Sums:
    return [tuple(map(np.add, x, y)) for x, y in zip(a, b, strict=True)]


def _merged_range(a: Sums, b: Sums) -> Sums:
    return [(min(x[0], y[0]), max(x[1], y[1])) for x, y in zip(a, b, strict=True)]


@dataclass(frozen=True)
class LabelledRows:
    """Rows in blocks, as the objectives on them ask for passes.

    Parameters
    ----------
    passes, source
    scheme : Scheme
    survey : LabelSurvey
    weight : ndarray, shape (folds,)
        Sum of weights by fold, with the classes' own weights.
    sample : Design and truths
        Of the sampled rows, with weights that sum to 1.
    """

    passes: Passes
    source: RowBlocks
    scheme: TileReader
    survey: LabelSurvey
    weight: Array
    sample: tuple[Design, Array]

    @property
    def is_sampled_whole(self) -> bool:
        """Whether the sample is all there is."""
        return len(self.survey.sample) == self.survey.rows

    def total(self, part: Part) -> float:
        """Sum of the weights of the rows of a part."""
        if part.fold is None:
            return float(self.weight.sum())
        own = self.weight[part.fold]
        return float(own if part.held_out else np.delete(self.weight, part.fold).sum())

    def ask(self, questions: Sequence[Question]) -> Sums:
        """One pass: an answer to each question, all of one kind."""
        scheme = self.scheme

        def partial(tile: Tile) -> Sums:
            return partial_sums(scheme, questions, tile)

        return self.passes.reduce(
            self.source, partial, _merged_range if questions[0].margins else _added
        )


@dataclass(frozen=True)
class Point:
    """Where an objective was evaluated, and the Hessian of its mean loss if that was given."""

    B: Array
    H: Array | None
    precise: bool


class BlockLoss(MeanLoss):
    """An objective on rows in blocks: each value costs a pass.

    Parameters
    ----------
    rows : LabelledRows
    lam : float
    part : Part
    near : BlockLoss or None
        A neighbouring objective whose Hessian serves here too: of all rows, for that of a fold.

    Notes: KE 160, KE 171
    """

    def __init__(
        self, rows: LabelledRows, lam: float, part: Part = Part(), near: BlockLoss | None = None
    ) -> None:
        self.rows, self.part, self.near = rows, part, near
        self.latest: Point | None = None
        self.hessian: Array | None = None  # the last that a pass gave
        self.length, self.is_slow = 0.0, True  # of the gradient; whether it falls too slowly
        design, Y = rows.sample
        own = Y if part.column is None else Y[:, [part.column]]
        self.sampled = MeanLoss(design, own, lam)
        empty = design.rows(slice(0), design.weights[:0])
        empty.n = rows.survey.rows
        super().__init__(empty, own[:0], lam)

    @property
    def numbers(self) -> int:
        """How many numbers B has."""
        return int(self.design.width * self.k)

    @property
    def hessian_every_step(self) -> bool:
        """A Hessian that came with the pass is taken."""
        return self.latest is not None and self.latest.H is not None

    @property
    def gives_hessian(self) -> bool:
        """Whether it is small enough for a pass to give its Hessian too."""
        return self.numbers <= WITH_HESSIAN and self.near is None

    @property
    def asks_hessian(self) -> bool:
        """Whether the next pass gives it: the second, and where steps gain little; the first too,
        unless that of a sample serves."""
        return self.gives_hessian and self.is_slow

    @property
    def hessian_schedule(self) -> tuple[bool, int]:
        """As `MeanLoss` has it; a Hessian of a sample serves as long as it can."""
        precise, patience = super().hessian_schedule
        if self.truncated or self.near is not None:
            return False, 40
        return precise, 1 if self.numbers <= WITH_HESSIAN else patience

    def neighbouring_hessian(self, precise: bool) -> Array | None:
        """The Hessian of the mean loss of the neighbouring objective, where that is enough."""
        return None if self.near is None or precise else self.near.hessian

    def question(self, method: str, arguments: tuple[Any, ...]) -> Question | None:
        """What a pass has to give for a method's answer; None where none is needed."""
        total, precise = self.rows.total(self.part), self.hessian_schedule[0]
        if method == "at":
            return Question(self.part, total, arguments[0], self.asks_hessian, precise)
        if method == "margins":
            return Question(self.part, total, arguments[0], margins=True)
        point, precise = arguments
        known = point.H is not None and point.precise >= precise
        if self.truncated or known or self.neighbouring_hessian(precise) is not None:
            return None
        return Question(self.part, total, point.B, True, precise)

    def answer(self, method: str, arguments: tuple[Any, ...], sums: Any) -> Any:
        """A method's answer from what the pass gave."""
        if method == "margins":
            return np.array(sums)
        if method == "newton":
            point, precise = arguments
            if self.truncated:
                _, _, g = self.sampled.at(point.B)
                return Solve(self.sampled.approximate_solve(g))
            H = sums[2] if sums is not None else point.H
            return self.solve(
                np.array(self.neighbouring_hessian(precise) if H is None else H), precise
            )
        (B,), (J, G, H) = arguments, sums
        given = H if self.asks_hessian else None
        point = self.latest = Point(B, given, self.hessian_schedule[0])
        self.hessian = self.hessian if given is None else given
        G = G + 2 * self.ridge * B
        length = float(np.linalg.norm(G))
        self.is_slow, self.length = length > FAST * self.length, length
        return float(J) + float((self.ridge * B * B).sum()), G, point

    def margins(self, B: Array) -> Array:
        """The least and the largest margin of the rows."""
        question = self.question("margins", (B,))
        assert question is not None
        return np.array(self.rows.ask([question])[0])

    def recession(self, margins: Array) -> Array | None:
        """A direction along which the likelihood never falls, if there is one."""
        assert self.latest is not None
        return recession_on_blocks(self, self.latest.B)


Task = tuple[BlockLoss, Array, dict[str, Any]]  # an objective, a start, and settings of `minimize`
Found = tuple[Array, str, Evidence]


def minimized_together(tasks: Sequence[Task]) -> list[Found]:
    """Several objectives on the same rows minimised side by side: each pass serves them all.

    Notes: KE 159, §2.5.6
    """
    found: list[Found] = []
    size = max(1, AT_ONCE // max(loss.numbers**2 for loss, _, _ in tasks))
    for first in range(0, len(tasks), size):
        found += _side_by_side(tasks[first : first + size])
    return found


def _side_by_side(tasks: Sequence[Task]) -> list[Found]:
    found: dict[int, Found] = {}
    steps = {i: minimizing(loss, B, **settings) for i, (loss, B, settings) in enumerate(tasks)}
    waiting = {i: next(each) for i, each in steps.items()}
    while waiting:
        method = min(asked[0] for asked in waiting.values())
        now = {i: asked for i, (name, asked) in waiting.items() if name == method}
        for i, answer in _answers(tasks, method, now):
            try:
                waiting[i] = steps[i].send(answer)
            except StopIteration as end:
                del waiting[i]
                found[i] = end.value
    return [found[i] for i in range(len(tasks))]


def _answers(
    tasks: Sequence[Task], method: str, now: dict[int, tuple[Any, ...]]
) -> Generator[tuple[int, Any]]:
    """For each task its method's answer; one pass for all that need it."""
    questions = {i: tasks[i][0].question(method, asked) for i, asked in now.items()}
    needed = {i: q for i, q in questions.items() if q is not None}
    sums: dict[int, Any] = {}
    if needed:
        rows = tasks[0][0].rows
        sums = dict(zip(needed, rows.ask(list(needed.values())), strict=True))
    for i, asked in now.items():
        yield i, tasks[i][0].answer(method, asked, sums.get(i))
