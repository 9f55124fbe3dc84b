"""The first pass over labelled rows: their classes and weights, the columns' spread, a sample.

Notes: §2.5.6, Def 129, Def 208
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.hashed_splits import HashedFolds
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.row_sample import Sample, merge_samples, sample_of_rows, sample_size
from pellucid.data.blocks.tile_arrays import labels_of, rows_of, weights_of
from pellucid.data.blocks.tile_spread import spread_and_ends
from pellucid.data.blocks.tiles import Tile
from pellucid.data.label_encoding import encode_labels
from pellucid.data.scaling import Spread, merge_spreads
from pellucid.errors import FramingError, LabelError
from pellucid.formatting import label

Array = NDArray[np.float64]
MOST_CLASSES = 1 << 14


@dataclass(frozen=True)
class LabelSurvey:
    """What one pass tells of labelled rows; rows of weight 0 are absent.

    Parameters
    ----------
    rows : int
    classes : ndarray, shape (k,)
        Labels, sorted; column numbers where y has a column a class.
    weight : ndarray, shape (folds, k)
        Sum of weights by fold and class; where y has a column a class, of rows with a 1 in it.
    total : ndarray, shape (folds,)
        Sum of weights by fold.
    columns : Spread
    largest : ndarray, shape (d,)
        The largest size in each column.
    sample : Sample
        X, y and weights of some rows.

    Notes: §2.5.6
    """

    rows: int
    classes: NDArray[Any]
    weight: Array
    total: Array
    columns: Spread
    largest: Array
    sample: Sample

    @property
    def d(self) -> int:
        """Columns."""
        return len(self.largest)

    @property
    def multilabel(self) -> bool:
        """Whether y has a column a class."""
        return bool(self.sample.arrays[1].ndim == 2)


def survey_labels(passes: Passes, source: RowBlocks, splitter: HashedFolds | None) -> LabelSurvey:
    """One pass over the rows.

    Raises
    ------
    LabelError
        When labels are missing, or of two kinds.
    FramingError
        When there are too many of them.

    Notes: §2.5.6
    """

    rows = source.rows

    def partial(tile: Tile) -> LabelSurvey | None:
        return _surveyed(tile, splitter, rows)

    found = passes.reduce(source, partial, _merged)
    if found is None:
        raise FramingError(f"{source.name}: every row has weight 0, so none counts.")
    return found


def _surveyed(tile: Tile, splitter: HashedFolds | None, rows: int | None) -> LabelSurvey | None:
    """A tile of a source of so many rows, where that is known."""
    X, y, weights = rows_of(tile), labels_of(tile), weights_of(tile)
    places, among = tile.places, rows if weights is None else 0  # how many have a weight?
    if weights is None:
        weights = np.ones(len(X))
    elif not (weights > 0).all():
        there = weights > 0
        X, y, weights, places = X[there], y[there], weights[there], places[there]
    if not len(X):
        return None
    fold = np.zeros(len(X), np.intp) if splitter is None else splitter.of(places)
    folds = 1 if splitter is None else splitter.n_splits
    if y.ndim == 2:
        classes, held = np.arange(y.shape[1]), _of_columns(y, weights, fold, folds, tile.first)
    else:
        classes, codes = encode_labels(y, tile.first)
        k = len(classes)
        both = np.bincount(fold * k + codes, weights, folds * k)
        held = both.astype(np.float64).reshape(folds, k)
    size = sample_size(X.shape[1] + (y.shape[1] if y.ndim == 2 else 1))
    columns, low, high = spread_and_ends(X, weights)
    return LabelSurvey(
        len(X),
        classes,
        held,
        np.bincount(fold, weights, folds).astype(np.float64),
        columns,
        np.maximum(high, -low),
        sample_of_rows(places, (X, y, weights), size, among=among),
    )


def _of_columns(y: Any, weights: Array, fold: Any, folds: int, first: int) -> Array:
    wrong = ~np.isin(y, (0, 1)).all(axis=1)
    if wrong.any():
        row = first + int(np.argmax(wrong))
        raise FramingError(
            f"With a column a class, y holds 0 or 1 for each; not so in row {row:,}."
        )
    ones = y.astype(np.float64) * weights[:, None]
    return np.stack([ones[fold == j].sum(axis=0) for j in range(folds)])


def _merged(a: LabelSurvey | None, b: LabelSurvey | None) -> LabelSurvey | None:
    if a is None or b is None:
        return a or b
    if a.multilabel != b.multilabel or (a.multilabel and len(a.classes) != len(b.classes)):
        raise FramingError("y has blocks of different numbers of columns: give each the same.")
    classes = a.classes if a.multilabel else _merged_surveys(a.classes, b.classes)
    width = (len(a.weight), len(classes))
    weight = np.zeros(width)
    for part in (a, b):
        weight[:, np.searchsorted(classes, part.classes)] += part.weight
    size = sample_size(a.d + (len(classes) if a.multilabel else 1))
    return LabelSurvey(
        a.rows + b.rows,
        classes,
        weight,
        a.total + b.total,
        merge_spreads(a.columns, b.columns),
        np.maximum(a.largest, b.largest),
        merge_samples(a.sample, b.sample, size),
    )


def _merged_surveys(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    if len(a) == len(b) and (a == b).all():
        return a if a.dtype.itemsize >= b.dtype.itemsize else b
    try:
        both = encode_labels(np.concatenate([a.astype(object), b.astype(object)]))[0]
    except LabelError as error:
        raise LabelError(
            f"Labels are of two kinds: {label(a[0])} in some rows and {label(b[0])} in others. "
            "Write all of them one way, as text for instance."
        ) from error
    if len(both) > MOST_CLASSES:
        raise FramingError(
            f"y holds more than {MOST_CLASSES:,} labels: for quantities take a regression."
        )
    return both.astype(np.result_type(a, b))
