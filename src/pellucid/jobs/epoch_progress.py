"""The epochs of a network's training, told to whoever shows the progress of a fit.

Notes: §7.6, Def 333
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from pellucid.formatting import number

NETWORKS = ("network", "convnet", "variational", "denoising")


def epoch_progress(
    model: str, progress: Callable[[str, float], None], start: float = 0.6, end: float = 0.75
) -> AbstractContextManager[None]:
    """Meanwhile each epoch of a network is reported: its number and losses, and the share done.

    Parameters
    ----------
    model : str
        Name of a candidate; nothing is reported of models other than networks.
    progress : callable (stage, share done)
    start, end : float
        Shares of the whole job between which the training lies.

    Notes: Def 333
    """
    if model not in NETWORKS:
        return nullcontext()
    from pellucid.networks.training.settings import progress_watcher

    def tell(epoch: Any) -> None:
        held = epoch.validation_loss
        beside = f", held-out {number(held)}" if held == held else ""
        told = f"epoch {epoch.number} of {epoch.of}: loss {number(epoch.loss)}{beside}"
        progress(told, start + (end - start) * epoch.number / epoch.of)

    return progress_watcher(tell)
