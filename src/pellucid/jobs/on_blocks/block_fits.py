"""Fits to all training rows, by passes over blocks: for each model that has such a route.

Notes: KE 71, Def 85, §2.5.6
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.block_fitting import fit_blocks
from pellucid.data.blocks.hashed_splits import HashedFolds
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.prepared_blocks import PreparedBlocks
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tiles import Tile
from pellucid.evaluation.evaluation_results import Candidate, Score
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.machine import Machine
from pellucid.jobs.fit.recipe import Recipe
from pellucid.jobs.on_blocks.error_sums import encoded
from pellucid.jobs.on_blocks.number_sums import TEST_FOLD
from pellucid.jobs.on_blocks.training_rows import RowReader
from pellucid.linear.least_squares import LeastSquares
from pellucid.linear.on_blocks.fold_moments import (
    Folded,
    Read,
    moments_of_folds,
    moments_without,
    solve_on_blocks,
)
from pellucid.linear.on_blocks.ridge import RidgeGrid, refuse_empty
from pellucid.linear.ridge import Ridge
from pellucid.linear.ridge_cv import held_out_errors

Array = NDArray[Any]


@dataclass(frozen=True)
class AllRows:
    """All that a fit to all rows goes by.

    Parameters
    ----------
    source : RowBlocks
    passes : Passes
    reader : RowReader
    machine : Machine
        Its steps are learned; its model is that of the sample.
    recipe : Recipe
        Of the candidate that was chosen.
    settings : Settings
    folds : dict of int to Moments, or None
        Of the encoded rows, where they are known already.
    """

    source: RowBlocks
    passes: Passes
    reader: RowReader
    machine: Machine
    recipe: Recipe
    settings: Settings
    folds: Folded | None = None


@dataclass(frozen=True)
class FitToAllRows:
    """What such a fit gives.

    Parameters
    ----------
    test_model : model
        Of the training rows.
    last : model or None
        Of all rows, where it cost nothing more.
    chosen : Candidate
        With the λ and the held-out errors of all training rows, where these were found.
    lam_from_sample : bool
        Whether λ was chosen on the sample alone.
    notes : tuple of str
        What the fit used besides whole passes.
    """

    test_model: Any
    last: Any
    chosen: Candidate
    lam_from_sample: bool
    notes: tuple[str, ...] = ()


def fit_of(recipe: Recipe, seed: int) -> Callable[[AllRows, Candidate], FitToAllRows] | None:
    """What fits a candidate to all rows; None where its model needs its rows in memory.

    Notes: §2.5.6
    """
    if recipe.whole or recipe.target or recipe.model == "nearest":  # it answers by rows it holds
        return None
    model = recipe.make(seed)
    if isinstance(model, Ridge | LeastSquares):
        return fit_ridge
    return fit_by_route if model.block_route else None


def fit_ridge(rows: AllRows, chosen: Candidate) -> FitToAllRows:
    """One pass gives the moments of each fold and of the test rows: the whole λ grid, and θ.

    Notes: KE 71, Def 85
    """
    settings, k = rows.settings, rows.settings.cv
    splitter = HashedFolds(k, random_state=settings.seed)
    read = _reading(rows, splitter)
    source, passes = rows.source, rows.passes
    folds = rows.folds or moments_of_folds(passes, source, read)
    refuse_empty(folds, k)
    model = rows.recipe.make(settings.seed)
    lam = 0.0
    if rows.recipe.lams:
        grid = RidgeGrid(passes, source, read, folds, True)
        lams = settings.lams or rows.recipe.lams
        tried, scores, lam = grid.over(lams, rows.recipe.lams)
        chosen = _with_grid(chosen, tried, scores, lam, grid)
        model.set_params(lam=lam)
    tested = _solved(model, rows, _training(read), moments_without(folds, (TEST_FOLD,)), lam)
    last = _solved(model, rows, read, moments_without(folds), lam)
    return FitToAllRows(tested, last, chosen, False)


def _reading(rows: AllRows, splitter: HashedFolds) -> Read:
    reader, machine = rows.reader, rows.machine  # alone: they go to other processes

    def read(tile: Tile) -> Any:
        found = reader.rows(tile)
        fold = np.where(found.test, TEST_FOLD, splitter.of(found.places))
        X = np.ascontiguousarray(encoded(machine, found), dtype=np.float64)
        return X, np.asarray(found.targets, dtype=np.float64)[:, None], None, fold

    return read


def _training(read: Read) -> Read:
    def of_training(tile: Tile) -> Any:
        X, Y, weights, fold = read(tile)
        there = fold != TEST_FOLD
        return X[there], Y[there], weights, fold[there]

    return of_training


def _solved(model: Any, rows: AllRows, read: Read, moments: Any, lam: float) -> Any:
    found = copy.deepcopy(model)
    found.check_hyperparameters()
    found.n_features_in_ = len(moments.x_mean)
    solution, theta_0 = solve_on_blocks(rows.passes, rows.source, read, moments, lam, offset=True)
    found.set_solution(solution, theta_0, True)
    found.n_iter_, found.moments_ = 1, None
    return found


def _with_grid(
    chosen: Candidate, lams: Array, scores: Array, lam: float, grid: RidgeGrid
) -> Candidate:
    """The candidate with what the folds of all training rows say of each λ."""
    means, train = grid.mean(scores), moments_without(grid.folds)
    inside = held_out_errors(train, train, lams, grid.offset)[0].mean(axis=1) / train.weight

    def score(at: int) -> Score:
        each = scores[at]
        error = float(each.std(ddof=1) / np.sqrt(len(each)))
        return Score(float(means[at]), error, tuple(map(float, each)))

    path = tuple((float(v), score(i), float(inside[i])) for i, v in enumerate(lams))
    best = int(np.flatnonzero(lams == lam)[0])
    count = round(train.weight)
    note = f"λ chosen on all {count:,} training rows"
    return replace(chosen, lam=float(lam), score=score(best), path=path, rows=count, note=note)


def fit_by_route(rows: AllRows, chosen: Candidate) -> FitToAllRows:
    """The model's own passes over blocks, at the λ that the sample chose.

    Notes: §2.5.6
    """
    model = rows.recipe.make(rows.settings.seed)
    if chosen.lam is not None:
        model.set_params(lam=chosen.lam)

    reader, machine = rows.reader, rows.machine  # alone: they go to other processes

    def prepare(tile: Tile) -> Any:
        found = reader.rows(tile)
        inside = ~found.test
        return encoded(machine, found)[inside], found.targets[inside]

    width = len(rows.machine.steps[-1].get_feature_names_out())
    blocks = PreparedBlocks(rows.source, prepare, rows.reader.columns, width, rows.passes)
    found = fit_blocks(model, blocks)
    return FitToAllRows(found, None, chosen, chosen.lam is not None, tuple(blocks.passes.notes))
