"""`KMeans` on blocks: a cycle is a pass, and the means are those of rows in memory.

Labels are not kept, one a row: `predict` gives them block by block.

Notes: Def 225, KE 220
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.clusters.kernels.compensated_sums import compensated_sum
from pellucid.clusters.kernels.k_means_loss import Array
from pellucid.clusters.kernels.points import Frame, frame_of
from pellucid.clusters.on_blocks.assignment import (
    CACHE_BYTES,
    Assignment,
    TileCache,
    assignments,
)
from pellucid.clusters.on_blocks.initialization import block_starts
from pellucid.clusters.solvers.lloyd import Run
from pellucid.clusters.solvers.restarts import safe_unit
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.row_survey import row_survey
from pellucid.data.blocks.tile_arrays import set_feature_names
from pellucid.errors import FramingError
from pellucid.memory import free_memory

NO_LABELS = np.empty(0, dtype=np.int32)


def fit_k_means(model: Any, source: RowBlocks, passes: Passes) -> Any:
    """Fit a `KMeans`.

    Raises
    ------
    FramingError
        When it is to go by descent, or to record its half-steps.
    """
    if model.algorithm == "descent" or model.record:
        asked = "record=True" if model.record else "algorithm='descent'"
        raise FramingError(
            f"KMeans on blocks takes no {asked}: leave it at its default, or give rows in memory."
        )
    known = row_survey(passes, source)
    set_feature_names(model, source, known.d)
    model.check_enough_rows(known.rows, model.n_clusters)
    unit = safe_unit(np.stack([known.low, known.high]))
    plan = model.plan(unit)
    starts = block_starts(passes, source, model.n_clusters, plan, known, unit)
    least_move = plan.tol * float(np.mean((known.columns.deviation / unit) ** 2))
    frame = frame_of(known.columns.mean / unit, known.low / unit, known.high / unit)
    lloyd = BlockLloyd(passes, source, unit, plan.max_iter, least_move, plan.stop, frame)
    runs, counts = lloyd.all_runs(starts)
    model.keep_runs(runs, counts, unit)
    return model


class BlockLloyd:
    """The k-means algorithm, its runs side by side: each cycle is a pass.

    Parameters
    ----------
    passes, source
    unit : float
        By which rows are divided.
    max_iter, least_move, stop
        As `lloyd.plain_k_means` takes them.
    frame : centre and scale
        As `points.frame_of` gives them.

    Notes: Def 225, Concept 231
    """

    def __init__(
        self,
        passes: Passes,
        source: RowBlocks,
        unit: float,
        max_iter: int,
        least_move: float,
        stop: str,
        frame: Frame,
    ) -> None:
        self.passes, self.source, self.unit = passes, source, unit
        self.max_iter, self.least_move, self.stop = max_iter, least_move, stop
        # Beside rows in memory there is room for what is known of all of them.
        room = free_memory() // 2 if source.in_memory else CACHE_BYTES
        self.cache = TileCache(room, frame)

    def all_runs(self, starts: list[Array]) -> tuple[list[Run], list[Array]]:
        """A run from each start, and the weight of its clusters."""
        means = [np.array(start) for start in starts]
        reasons, cycles, filled = [""] * len(means), [0] * len(means), [0] * len(means)
        while going := [r for r, reason in enumerate(reasons) if not reason]:
            found = self._assigned({r: means[r] for r in going})
            for r, each in zip(going, found, strict=True):
                each, more = self._refilled(means, r, each)
                moved = each.moved(means[r])
                move = compensated_sum(((moved - means[r]) ** 2).ravel())
                means[r], cycles[r], filled[r] = moved, cycles[r] + 1, filled[r] + more
                reasons[r] = self._reason(move, more, cycles[r])
        last = self._assigned(dict(enumerate(means)), with_losses=True)
        runs, counts = [], []
        for r, each in enumerate(last):
            each, more = self._refilled(means, r, each)
            loss, empty = float(sum(each.loss)), int((each.members == 0).sum())
            runs.append(
                Run(means[r], NO_LABELS, loss, cycles[r], reasons[r], filled[r] + more, empty)
            )
            counts.append(each.counts)
        return runs, counts

    def _reason(self, move: float, filled: int, cycles: int) -> str:
        """Why a run ends. Means that stay to the last bit are those of labels that stay."""
        if move == 0 and not filled and cycles > 1:
            return "labels"
        if self.stop == "means" and move <= self.least_move:
            return "means"
        return "cycles" if cycles == self.max_iter else ""

    def _refilled(
        self, means: list[Array], r: int, assignment: Assignment
    ) -> tuple[Assignment, int]:
        """The rule for empty clusters, as `lloyd.refill` has it; each filled one costs a pass."""
        filled, judged = 0, assignment.farthest[0] > 0
        while not assignment.members.all():
            if not judged:
                assignment, judged = self._judged(means, r), True
                continue
            if not assignment.farthest[0] > 0:
                break
            means[r] = means[r].copy()
            means[r][int(np.argmin(assignment.members > 0))] = assignment.farthest[1]
            assignment, filled = self._judged(means, r), filled + 1
        return assignment, filled

    def _judged(self, means: list[Array], r: int) -> Assignment:
        return self._assigned({r: means[r]}, with_losses=True)[0]

    def _assigned(self, runs: dict[int, Array], *, with_losses: bool = False) -> list[Assignment]:
        return assignments(
            self.passes, self.source, runs, self.unit, with_losses=with_losses, cache=self.cache
        )
