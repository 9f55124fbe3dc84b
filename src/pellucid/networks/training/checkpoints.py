"""Checkpoints of a training: whole files with a checksum, the last two kept.

Notes: Concept 294
"""

from __future__ import annotations

import contextlib
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax

from pellucid.errors import HyperparameterError, ModelFileError, OutputError, PellucidWarning
from pellucid.networks.training.row_sources import RowSource, digest
from pellucid.networks.training.validation import HeldOutRows

KEPT = 2
NAME = re.compile(r"epoch-(\d+)\.checkpoint")


@dataclass(frozen=True)
class Checkpoints:
    """A folder that holds where a training stands.

    Each file appears whole or not at all, under a name of its own, so a killed process leaves the
    last complete one behind. `train` with the same settings goes on from there with the same bits.

    Parameters
    ----------
    folder : path
    every : int
        Epochs between two files.

    Notes: Concept 294
    """

    folder: str | Path
    every: int = 1

    def __post_init__(self) -> None:
        if self.every < 1:
            raise HyperparameterError(f"Checkpoints: every ≥ 1 epochs; got {self.every}.")

    def files(self) -> list[Path]:
        """Newest first."""
        folder = Path(self.folder)
        if not folder.is_dir():
            return []
        found = [path for path in folder.iterdir() if NAME.fullmatch(path.name)]
        return sorted(found, key=lambda path: path.name, reverse=True)

    def save(self, epoch: int, standing: dict[str, Any]) -> None:
        """Write the file of that epoch; then forget all but the last two.

        Raises
        ------
        OutputError
            When it cannot be written.
        """
        from pellucid.storage.model_file import save_model

        save_model(standing, Path(self.folder) / f"epoch-{epoch:08d}.checkpoint")
        for old in self.files()[KEPT:]:
            with contextlib.suppress(OSError):
                old.unlink()

    def load(self, fingerprint: str) -> dict[str, Any] | None:
        """The newest sound checkpoint, or None where there is none.

        Raises
        ------
        HyperparameterError
            When it is of a training with other settings or other rows.
        """
        from pellucid.storage.model_file import load_model

        for path in self.files():
            try:
                standing: dict[str, Any] = load_model(path)
            except ModelFileError as error:
                warnings.warn(
                    f"{error} The checkpoint before it is taken.", PellucidWarning, stacklevel=3
                )
                continue
            if standing["fingerprint"] != fingerprint:
                raise HyperparameterError(
                    f"{path} is of another training: {_first_difference(standing, fingerprint)}. "
                    "Give the same settings and rows, or another folder."
                )
            return standing
        return None


def checkpoints_of(given: Any) -> Checkpoints | None:
    """A folder's path, or Checkpoints; None for none.

    Raises
    ------
    OutputError
        When the path is a file.
    """
    if given is None or isinstance(given, Checkpoints):
        return given
    if Path(given).is_file():
        raise OutputError(f"{given} is a file; checkpoints need a folder.")
    return Checkpoints(given)


def _first_difference(standing: dict[str, Any], fingerprint: str) -> str:
    old, new = standing["fingerprint"].split("\n"), fingerprint.split("\n")
    for before, now in zip(old, new, strict=False):
        if before != now:
            return f"there, {before}; here, {now}"
    return "its description is longer or shorter"


def training_digests(source: RowSource, held: HeldOutRows | None, first: Any) -> tuple[str, ...]:
    """What rows and first weights a checkpoint is of."""
    rows = (held.x, held.y, held.weights) if held else ()
    return (
        # A stream's rows are not known before they come.
        f"rows {getattr(source, 'digest', type(source).__name__)}",
        f"held-out rows {digest(*rows)}",
        f"first weights {'drawn' if first is None else digest(*jax.tree.leaves(first))}",
    )
