"""The history of a training: means over each epoch of what its steps saw.

Notes: Def 314, Def 333
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.errors import TableError
from pellucid.networks.training.batch_blocks import Block


@dataclass
class _Sums:
    """Of the steps of one epoch so far."""

    loss: float = 0.0
    weight: float = 0.0
    steps: int = 0
    norms: Any = field(default=0.0)

    def add(self, values: Any, norms: Any, shares: Any, means: bool) -> None:
        weights = shares.sum(axis=1, dtype=np.float64)
        values = values.astype(np.float64)
        self.loss += float(values @ weights if means else values.sum())
        self.weight += float(weights.sum())
        self.steps += len(values)
        if norms is not None:
            self.norms = self.norms + norms.sum(axis=0, dtype=np.float64)


def append_epochs(
    history: dict[str, list[Any]], blocks: list[tuple[Block, Any]], means: bool
) -> None:
    """Append the mean loss a row, and the mean gradient norms, of each epoch that ended.

    Parameters
    ----------
    history : dict
        As `Trained.history`; changed.
    blocks : list of (Block, arrays or None)
        Blocks in order, each with the loss and perhaps the norms of its steps.
    means : bool
        Whether a step's loss is a mean over its rows, rather than a sum.
    """
    sums = _Sums()
    for block, found in blocks:
        loss, *norms = [np.asarray(part) for part in found or (np.empty(0),)]
        begin = 0
        for epoch, end in (*block.ends, (None, block.count)):
            if end > begin:
                part = slice(begin, end)
                lengths = norms[0][part] if norms else None
                sums.add(loss[part], lengths, block.shares[part], means)
            begin = end
            if epoch is not None:
                if not sums.weight:
                    raise TableError(
                        f"The source gave no rows of positive weight in epoch {epoch + 1}. A "
                        "stream is made again for each epoch: give a function that opens it "
                        "again, not a generator that is used up."
                    )
                history["loss"].append(sums.loss / sums.weight)
                if np.ndim(sums.norms):
                    history["gradient_norms"].append((sums.norms / sums.steps).tolist())
                sums = _Sums()
