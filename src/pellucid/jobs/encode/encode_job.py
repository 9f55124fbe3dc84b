"""`encode_table`, `encode_images`: codes of rows, what they keep, and which rows they fail on.

Notes: Def 353, Concept 357, Concept 359, §8.3
"""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.autoencoders.baseline import baseline_losses
from pellucid.autoencoders.linear_autoencoder import LinearAutoencoder
from pellucid.data.image_files import ImageSet
from pellucid.data.splits import split_rows
from pellucid.data.table import CODED, Kind, Table
from pellucid.data.table_encoder import TableEncoder
from pellucid.data.unsupervised_framing import frame_without_target
from pellucid.errors import FramingError, PellucidWarning, TooFewRowsError
from pellucid.former_names import renamed_arguments
from pellucid.jobs.column_summary import column_summaries
from pellucid.jobs.encode.decoder_outputs import decoder_outputs
from pellucid.jobs.encode.encoding_input import EncodedRows, places_of_columns
from pellucid.jobs.encode.encoding_machine import EncodingMachine
from pellucid.jobs.encode.encoding_models import autoencoder_for
from pellucid.jobs.encode.encoding_result import ColumnReconstruction, EncodeResult, EncodeSettings
from pellucid.jobs.encode.encoding_statements import (
    columns_of_code,
    findings,
    headline,
    outlier_rows,
)
from pellucid.jobs.epoch_progress import epoch_progress
from pellucid.linear.nearest_neighbor import NearestNeighborClassifier
from pellucid.notebook_progress import Progress, with_notebook_bar

Array = NDArray[np.float64]
FEWEST = 5
MOST_JUDGED = 2_000  # rows behind the accuracy of the nearest neighbour


@with_notebook_bar
def encode_table(
    table: Table, settings: EncodeSettings | None = None, progress: Progress | None = None
) -> EncodeResult:
    """Compress a table's rows into codes, and measure on rows never used what these keep.

    Numbers are standardised and judged by squares; two-valued columns and categories by the log
    loss; a missing value stands at the mean, and that it is missing is a column of its own.

    Parameters
    ----------
    table : Table
    settings : EncodeSettings or None
    progress : callable or None
        Told each stage and the share done.

    Returns
    -------
    EncodeResult

    Raises
    ------
    TableError
        When no column is left to encode.
    TooFewRowsError
        When there are fewer than five rows.
    FramingError
        When the code is not shorter than a row.

    Examples
    --------
    >>> from pellucid import read_table
    >>> t = np.linspace(0, 1, 60)
    >>> table = read_table(np.column_stack([t, 2 * t, 1 - t]))
    >>> found = encode_table(table, EncodeSettings(k=1, model="linear"))
    >>> found.codes.shape, round(found.all_columns.share, 3)
    ((60, 1), 1.0)

    Notes: Def 353, Concept 357, §8.3
    """
    settings = settings or EncodeSettings()
    aside = () if settings.truth is None else (settings.truth,)
    framed = frame_without_target(table, "fewer columns", aside)
    chosen = table.select(framed.features)
    encoder = TableEncoder().fit(chosen)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PellucidWarning)
        X = encoder.transform(chosen)
    identifiers = {c.name: c.texts() for c in table.columns if c.kind is Kind.IDENTIFIER}
    numbers = _numbers(X, encoder, identifiers)
    labels = None if settings.truth is None else table[settings.truth].texts()
    machine: dict[str, Any] = {
        "schema": table.schema,
        "features": framed.features,
        "problem": str(framed),
        "encoder": encoder,
        "size": (),
    }
    missing = {name: int(table[name].missing.sum()) for name in framed.features}
    found = _encoded(numbers, labels, settings, machine, progress, missing)
    found["findings"] = (*table.findings, *found["findings"])
    return EncodeResult(
        source=table.source,
        columns=column_summaries(table, framed),
        features=framed.features,
        **found,
    )


@with_notebook_bar
@renamed_arguments(found="image_set")
def encode_images(
    image_set: ImageSet, settings: EncodeSettings | None = None, progress: Progress | None = None
) -> EncodeResult:
    """The same for images; labels that the file has are not learned from, only compared with.

    Parameters
    ----------
    image_set : ImageSet
    settings : EncodeSettings or None
    progress : callable or None

    Returns
    -------
    EncodeResult

    Notes: Def 353, §8.3
    """
    settings = settings or EncodeSettings()
    n, size = len(image_set), image_set.images.shape[1:]
    X = image_set.images.reshape(n, -1).astype(np.float64)
    names = [f"pixel {j}" for j in range(X.shape[1])]
    numbers = EncodedRows(X, names, "images", {}, size=tuple(size))
    labels = None if image_set.labels is None else image_set.labels.astype(str).astype(object)
    machine: dict[str, Any] = {
        "schema": [],
        "features": (),
        "problem": f"Compression: {image_set.description}",
        "encoder": None,
        "size": tuple(int(side) for side in size),
    }
    told = _encoded(numbers, labels, settings, machine, progress, {})
    return EncodeResult(source=image_set.source, columns=(), features=(), **told)


def _numbers(X: Array, encoder: TableEncoder, identifiers: dict[str, Any]) -> EncodedRows:
    """Which of the numbers are yes-or-no, and which together are one category."""
    blocks = places_of_columns(encoder)
    binary: list[int] = []
    categories: list[tuple[int, ...]] = []
    for code in encoder.codes_:
        block = blocks[code["column"]]
        marks = block[-1:] if code["missing"] else []
        values = block[: len(block) - len(marks)]
        binary += marks
        if code["code"] == "one-hot" and len(values) > 1:
            categories.append(tuple(values))
        elif Kind(code["kind"]) in CODED:
            binary += [j for j in values if X[:, j].min() >= 0 and X[:, j].max() <= 1]
    names = [str(name) for name in encoder.get_feature_names_out()]
    return EncodedRows(X, names, "table", blocks, tuple(binary), tuple(categories), (), identifiers)


def _encoded(
    numbers: EncodedRows,
    labels: NDArray[Any] | None,
    settings: EncodeSettings,
    machine: dict[str, Any],
    progress: Progress | None,
    missing: dict[str, int],
) -> dict[str, Any]:
    """What tables and images have in common."""
    started = time.perf_counter()
    say = progress or (lambda stage, done: None)
    X, k = numbers.X, settings.k
    n, d = X.shape
    _refuse_no_code(n, d, k)
    split = split_rows(n, test=settings.test, seed=settings.seed)
    say("training", 0.1)
    model = autoencoder_for(numbers, settings, len(split.train))
    with epoch_progress(settings.model, say, 0.1, 0.7):
        model.fit(X[split.train])
    linear = LinearAutoencoder(min(k, len(split.train))).fit(X[split.train])
    say("measuring what is lost", 0.7)
    judged = losses_by_column(model, X)
    nothing = baseline_losses(model, X[split.train], X)
    kept = _kept("all columns", judged, nothing, split.test)
    columns = tuple(
        _kept(name, judged[:, block], nothing[:, block], split.test)
        for name, block in numbers.blocks.items()
    )
    codes = np.asarray(model.encode(X))
    squares, best = _against_linear(model, linear, X, split)
    losses = judged.sum(axis=1)
    return {
        "settings": settings,
        "rows": n,
        "d": d,
        "headline": headline(numbers.kind, k, d, kept, squares, best, settings.model),
        "codes": codes,
        "losses": losses,
        "test": split.test,
        "all_columns": kept,
        "by_column": columns,
        "squares": squares,
        "linear": best,
        "code_descriptions": columns_of_code(codes, X, numbers.names)
        if numbers.kind == "table"
        else (),
        "outliers": outlier_rows(judged, numbers.blocks, numbers.identifiers),
        "labels": labels,
        "accuracy": _accuracy(codes, X, labels, split, settings.seed),
        "probes": decoder_outputs(model, X, labels, split.test) if numbers.size else None,
        "findings": findings(model, missing, kept, squares, best),
        "identifiers": numbers.identifiers,
        "machine": EncodingMachine(
            model=model, evidence=_evidence(n, d, k, kept, squares, best), **machine
        ),
        "seconds": time.perf_counter() - started,
    }


def _refuse_no_code(n: int, d: int, k: int) -> None:
    if n < FEWEST:
        raise TooFewRowsError(
            f"{n} row(s) are too few to learn a code and to test it: give at least {FEWEST}."
        )
    if k >= d:
        raise FramingError(
            f"A code of {k} numbers is no shorter than a row: what is used of it is {d} numbers. "
            f"Take -k {d - 1} or less." if d > 1 else
            "A row is a single number here: there is nothing shorter to encode it in."
        )  # fmt: skip


def _evidence(
    n: int,
    d: int,
    k: int,
    overall: ColumnReconstruction,
    squares: ColumnReconstruction,
    best: ColumnReconstruction,
) -> dict[str, Any]:
    return {
        "rows": n,
        "numbers a row": d,
        "numbers a code": k,
        "kept on rows never used": f"{overall.share:.1%}",
        "squared error kept, this code": f"{squares.share:.1%}",
        "squared error kept, best linear code": f"{best.share:.1%}",
    }


def losses_by_column(model: Any, X: Array) -> Array:
    """What each number of each row loses, n×d."""
    if hasattr(model, "losses_by_column"):
        return np.asarray(model.losses_by_column(X))
    return np.asarray((X - model.reconstruct(X)) ** 2)


def _kept(name: str, losses: Array, nothing: Array, test: Any) -> ColumnReconstruction:
    return ColumnReconstruction(
        name, float(losses[test].sum(axis=1).mean()), float(nothing[test].sum(axis=1).mean())
    )


def _against_linear(
    model: Any, linear: Any, X: Array, split: Any
) -> tuple[ColumnReconstruction, ColumnReconstruction]:
    """Squared error of the same numbers, held-out rows: this code, and the best linear one."""
    rows = X[split.test]
    none = float(((rows - X[split.train].mean(axis=0)) ** 2).sum(axis=1).mean())
    ours, theirs = (
        float(((rows - each.reconstruct(rows)) ** 2).sum(axis=1).mean()) for each in (model, linear)
    )
    return ColumnReconstruction("this code", ours, none), ColumnReconstruction(
        "best linear code", theirs, none
    )


def _accuracy(
    codes: Array, X: Array, labels: NDArray[Any] | None, split: Any, seed: int
) -> tuple[float, float, float] | None:
    """Of the nearest neighbour's label on held-out rows: by code, by the row, the commonest."""
    if labels is None:
        return None
    known = np.array([label is not None for label in labels])
    train, test = (part[known[part]][:MOST_JUDGED] for part in (split.train, split.test))
    y = labels.astype(str)
    classes, counts = np.unique(y[train], return_counts=True)
    if not len(test) or not 2 <= len(classes) <= max(2, len(train) // 2):
        return None

    def judged(Z: Array) -> float:
        found = NearestNeighborClassifier(n_neighbors=1).fit(Z[train], y[train]).predict(Z[test])
        return float((found == y[test]).mean())

    return judged(codes), judged(X), float((y[test] == classes[counts.argmax()]).mean())
