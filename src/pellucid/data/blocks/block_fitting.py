"""From `fit(blocks)` to the function that fits by passes over them, or a clear error.

Notes: §2.5.6
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pellucid.data.blocks.mapped_blocks import MappedBlocks
from pellucid.data.blocks.passes import LocalPasses, Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.errors import FramingError, ShapeError
from pellucid.threads import one_blas_thread


def fit_blocks(model: Any, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Fit a model to rows in blocks.

    Parameters
    ----------
    model : estimator
    X : RowBlocks
        Each block holds its rows' answers, and weights, as further arrays.
    y, sample_weight : None

    Raises
    ------
    FramingError
        When the model has no block route.

    Notes: §2.5.6
    """
    if not model.block_route:
        raise FramingError(
            f"{type(model).__name__} has no block route: it needs its rows in memory. Give it a "
            "sample; or take one that reads blocks, such as RidgeCV, LogisticCV or KMeans."
        )
    model.check_hyperparameters()
    source, passes = source_of(X, y, sample_weight)
    module, _, name = model.block_route.partition(":")
    fit: Any = getattr(import_module(module), name)
    with one_blas_thread(1):
        fit(model, source, passes)
    model.blocks_ = {"source": source.name, "passes": passes.taken, "notes": list(passes.notes)}
    return model


def source_of(X: Any, y: Any = None, sample_weight: Any = None) -> tuple[RowBlocks, Passes]:
    """The blocks, and who takes passes over them.

    Collections of Dask go to the workers of the active `distributed.Client`; without one, and all
    other blocks, to threads of this process.
    """
    if isinstance(X, RowBlocks):
        if y is not None or sample_weight is not None:
            raise ShapeError(
                "Blocks hold the targets beside the rows: give array_blocks(X, y), and no y."
            )
        return X, getattr(X, "passes", None) or LocalPasses()
    from pellucid.data.blocks.dask_blocks import dask_blocks
    from pellucid.data.blocks.dask_client import active_client
    from pellucid.data.blocks.dask_passes import DaskPasses

    client = active_client()
    passes: Passes = LocalPasses() if client is None else DaskPasses(client)
    return dask_blocks(X, y, sample_weight), passes


def map_blocks(model: Any, method: str, X: Any) -> Any:
    """A fitted model's method on rows in blocks, done when they are read.

    Returns
    -------
    RowBlocks, or a collection of Dask: as X

    Notes: §2.5.6
    """
    if isinstance(X, RowBlocks):
        return MappedBlocks(X, model, method)
    from pellucid.data.blocks.dask_blocks import map_collection

    return map_collection(X, model, method)
