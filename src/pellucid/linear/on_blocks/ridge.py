"""`RidgeCV`, `Ridge` and `LeastSquares` on blocks: moments come from a pass, the rest as ever.

Notes: KE 71, Def 85, Concept 87
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.hashed_splits import HashedFolds
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tile_arrays import (
    has_one_target,
    rows_of,
    set_feature_names,
    targets_of,
    weights_of,
    with_positive_weight,
)
from pellucid.data.blocks.tiles import Tile
from pellucid.errors import FramingError, TooFewRowsError
from pellucid.linear.descent_settings import CLOSED_FORM
from pellucid.linear.on_blocks.fold_moments import (
    Folded,
    Read,
    errors_of_folds,
    moments_of_folds,
    moments_without,
    solve_on_blocks,
)
from pellucid.linear.ridge_cv import are_cancelled, held_out_errors
from pellucid.linear.solvers.lam_grid import best_lam, extended_lams

Array = NDArray[np.float64]


def fit_ridge_cv(model: Any, source: RowBlocks, passes: Passes) -> Any:
    """Fit a `RidgeCV`: the whole λ × fold grid from one pass over the rows.

    A number of folds means `HashedFolds`: a row's fold follows from its place.

    Raises
    ------
    FramingError
        When `cv` is neither a number nor `HashedFolds`.
    """
    if isinstance(model.cv, HashedFolds):
        splitter = model.cv
    elif isinstance(model.cv, int | np.integer):
        splitter = HashedFolds(int(model.cv), random_state=model.random_state)
    else:
        raise FramingError(
            f"RidgeCV on blocks takes a number of folds or HashedFolds as cv; got {model.cv!r}."
        )
    read = tile_reader(splitter)
    folds = moments_of_folds(passes, source, read)
    refuse_empty(folds, splitter.n_splits)
    grid = RidgeGrid(passes, source, read, folds, model.fit_intercept)
    model.lams_, model.scores_, model.lam_ = grid.over(model.lams, type(model)().lams)
    _keep(model, passes, source, read, moments_without(folds), model.lam_)
    return model


def fit_ridge(model: Any, source: RowBlocks, passes: Passes) -> Any:
    """Fit a `Ridge` or `LeastSquares` from one pass over the rows.

    Raises
    ------
    FramingError
        When it is to go by descent, from a prior, or with a penalised offset.
    """
    by_steps = getattr(model, "algorithm", CLOSED_FORM.default) != CLOSED_FORM.default
    for name, asked in (
        ("algorithm", by_steps),
        ("prior", getattr(model, "prior", None) is not None),
        ("penalize_offset", bool(getattr(model, "penalize_offset", False))),
    ):
        if asked:
            raise FramingError(
                f"{type(model).__name__} on blocks takes no {name}={getattr(model, name)!r}: leave "
                "it at its default, or fit rows in memory."
            )
    read = tile_reader(None)
    folds = moments_of_folds(passes, source, read)
    _keep(model, passes, source, read, moments_without(folds), float(getattr(model, "lam", 0.0)))
    model.n_iter_, model.moments_ = 1, None
    return model


def tile_reader(splitter: HashedFolds | None) -> Read:
    """What reads a tile of arrays: rows, answers, weights and the fold of each row."""

    def read(tile: Tile) -> Any:
        fold = np.zeros(len(tile.places), np.intp) if splitter is None else splitter.of(tile.places)
        return with_positive_weight(rows_of(tile), targets_of(tile), weights_of(tile), fold)

    return read


def refuse_empty(folds: Folded, k: int) -> None:
    """Refuse folds without rows."""
    if len([j for j in folds if 0 <= j < k]) < k:
        raise TooFewRowsError(
            f"Some of {k} hashed folds hold no row: gather more rows, or take fewer folds."
        )


def _keep(
    model: Any, passes: Passes, source: RowBlocks, read: Read, moments: Any, lam: float
) -> None:
    set_feature_names(model, source, len(moments.x_mean))
    solution, theta_0 = solve_on_blocks(
        passes, source, read, moments, lam, offset=bool(model.fit_intercept)
    )
    model.set_solution(solution, theta_0, has_one_target(source))


class RidgeGrid:
    """Held-out errors of ridge at each λ and fold, from the moments of the folds.

    Parameters
    ----------
    passes, source, read
        For another pass, where cancellation eats the digits of small errors.
    folds : dict of int to Moments
        Folds 0 … k − 1; others are left alone.
    offset : bool
        Whether there is θ₀.

    Notes: Def 85, Concept 87, KE 71
    """

    def __init__(
        self,
        passes: Passes,
        source: RowBlocks,
        read: Read,
        folds: Folded,
        offset: bool,
    ) -> None:
        self.passes, self.source, self.read = passes, source, read
        self.folds = {j: m for j, m in folds.items() if j >= 0}
        self.offset = offset

    def over(self, lams: Any, default: Any) -> tuple[Array, Array, float]:
        """The λ tried, their held-out errors (a, k), and the best; the default grid goes on."""
        tried = np.asarray(list(lams), dtype=np.float64)
        scores = self.scores(tried)
        while tuple(lams) == tuple(default) and len(
            more := extended_lams(tried, self.mean(scores))
        ):
            tried, scores = np.append(tried, more), np.vstack([scores, self.scores(more)])
        best = best_lam(tried, self.mean(scores))
        if len(tried) > len(tuple(lams)):
            order = np.argsort(tried, kind="stable")
            tried, scores = tried[order], scores[order]
        return tried, scores, best

    def mean(self, scores: Array) -> Array:
        """Mean over the rows, from that of each fold."""
        weight = np.array([m.weight for m in self.folds.values()])
        return np.asarray(scores @ weight / weight.sum())

    def scores(self, lams: Array) -> Array:
        """Held-out mean square loss at each λ and fold, (a, k)."""
        sums: dict[int, Array] = {}
        again: dict[int, tuple[Array, Array]] = {}
        for j, held in self.folds.items():
            train = moments_without(self.folds, (j,))
            sums[j], thetas, offsets = held_out_errors(train, held, lams, self.offset)
            if are_cancelled(sums[j], held):
                again[j] = thetas, offsets
        if again:
            sums |= errors_of_folds(self.passes, self.source, self.read, again)
        return np.column_stack([sums[j].mean(axis=1) / m.weight for j, m in self.folds.items()])
