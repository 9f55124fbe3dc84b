"""Where k-means on blocks starts: means of a sample, or k-means‖ in passes over all rows.

Notes: Concept 215, §6.3.1
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.kernels.k_means_loss import Array
from pellucid.clusters.kernels.nearest import nearest_of_rows
from pellucid.clusters.on_blocks.assignment import assignments
from pellucid.clusters.solvers.initialization import OVERSAMPLING, ROUNDS
from pellucid.clusters.solvers.restarts import Plan, initial_means
from pellucid.data.blocks.hashed_splits import hash_rows
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.row_survey import RowSurvey
from pellucid.data.blocks.tile_arrays import rows_with_weight
from pellucid.data.blocks.tiles import Tile

DRAWN = 4  # use of a place's hash
Candidates = tuple[NDArray[np.float64], Array]  # keys, and rows


def block_starts(
    passes: Passes, source: RowBlocks, k: int, plan: Plan, survey: RowSurvey, unit: float
) -> list[Array]:
    """Means from which the restarts begin, in units.

    'k-means++', 'random' and functions see the sample, 'positions' the box of all rows; 'k-means||'
    draws from all rows.

    Notes: Concept 215, Concept 231
    """
    if isinstance(plan.init, np.ndarray) or plan.init == "positions":
        return initial_means(np.stack([survey.low, survey.high]) / unit, [k], plan)[0]
    if plan.init == "k-means||" and len(survey.sample) < survey.rows:
        return [
            _parallel(passes, source, k, plan, survey, unit, restart)
            for restart in range(plan.n_init)
        ]
    if len(survey.sample) < survey.rows:
        passes.notes.append(f"{survey.sampling}, for where the means start")
    X, weights = survey.sample.arrays
    return initial_means(X / unit, [k], plan, None if (weights == 1).all() else weights)[0]


def _parallel(
    passes: Passes, source: RowBlocks, k: int, plan: Plan, survey: RowSurvey, unit: float, at: int
) -> Array:
    """k-means‖: rounds draw 2k rows by squared distance; k-means++ on these, weighted, gives k.

    A round keeps the rows of largest log(u)/(w D), with u a hash of the place: so many rows drawn
    by their mass w D without putting any back, in one pass.

    Notes: Concept 215, Concept 231
    """
    seed, most = 1_000_003 * plan.seed + 31 * at, OVERSAMPLING * k
    rng = np.random.default_rng([plan.seed, at])
    X, weights = survey.sample.arrays
    means: Array = X[[int(rng.choice(len(X), p=weights / weights.sum()))]] / unit
    for turn in range(ROUNDS):

        def drawn(tile: Tile, means: Array = means, seed: int = seed + turn) -> Candidates:
            return _drawn(tile, means, unit, most, seed)

        _, rows = passes.reduce(source, drawn, lambda a, b: _best(a, b, most))
        means = np.unique(np.vstack([means, rows]), axis=0)
    served = assignments(passes, source, {0: means}, unit)[0].counts
    few: Any = Plan(init="k-means++", seed=plan.seed)
    return initial_means(means[served > 0], [k], few, served[served > 0])[0][0]


def _drawn(tile: Tile, means: Array, unit: float, max_rows: int, seed: int) -> Candidates:
    X, weights, places = rows_with_weight(tile)
    X = X / unit
    _, D = nearest_of_rows(X, means)
    mass = D if weights is None else D * weights
    u = ((hash_rows(places, seed, DRAWN) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    there = mass > 0
    keys = np.log(u[there]) / mass[there]
    chosen = np.argsort(-keys, kind="stable")[:max_rows]
    return keys[chosen], X[there][chosen]


def _best(a: Candidates, b: Candidates, max_rows: int) -> Candidates:
    keys, rows = np.concatenate([a[0], b[0]]), np.concatenate([a[1], b[1]])
    chosen = np.argsort(-keys, kind="stable")[:max_rows]
    return keys[chosen], rows[chosen]
