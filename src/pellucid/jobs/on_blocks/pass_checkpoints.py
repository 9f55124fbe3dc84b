"""What each whole pass found, kept beside the output: a run that was killed goes on from the last.

Every pass gives the same bits whoever takes it, and what stands between two passes follows from
them; so a run that is given the earlier passes back ends as it would have ended.

Notes: §1.0.3, §2.5.6
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.errors import OutputError, PellucidError
from pellucid.jobs.fit.fit_result import Settings
from pellucid.storage.atomic_files import write_whole
from pellucid.storage.value_bytes import NotPlainError, as_bytes, from_bytes

FOLDER = ".passes"
MARK = "mark"


class PassCheckpoints:
    """The passes of a run, in a folder.

    Parameters
    ----------
    folder : Path
        Of the run's output.
    mark : str
        Of the run's files and settings, from `run_fingerprint`.
    resume : bool
        Whether to go on from what an earlier run left there.

    Raises
    ------
    OutputError
        When there is nothing to go on from, or it is of other files or settings.

    Notes: §2.5.6
    """

    def __init__(self, folder: Path, mark: str, resume: bool) -> None:
        self.folder, self.keeping = folder / FOLDER, True
        if resume:
            self._refuse_others(mark)
        else:
            self.forget()
            write_whole(self.folder / MARK, mark)

    def _refuse_others(self, mark: str) -> None:
        path = self.folder / MARK
        if not path.is_file():
            raise OutputError(
                f"{self.folder.parent} holds no run to go on from: run without --resume."
            )
        if path.read_text() != mark:
            raise OutputError(
                "The files, the settings or the version have changed since the run that was "
                "stopped: run without --resume."
            )

    @property
    def passes(self) -> int:
        """How many passes are kept."""
        return sum(path.name.isdigit() for path in self.folder.glob("*"))

    def found(self, number: int) -> Any:
        """What a pass found, or None where it was not ended."""
        path = self.folder / str(number)
        return from_bytes(path.read_bytes()) if path.is_file() else None

    def keep(self, number: int, found: Any) -> None:
        """Keep what a pass found; where that is not possible, nothing further is kept."""
        if not self.keeping:
            return
        try:
            write_whole(self.folder / str(number), as_bytes(found))
        except (NotPlainError, PellucidError):  # a full disk stops the record, not the run
            self.keeping = False

    def forget(self) -> None:
        """Take the record away, and the folder where there is nothing else in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.folder.parent.rmdir()


def has_checkpoints(folder: Path) -> bool:
    """Whether a run that was stopped left its passes in a folder."""
    return (folder / FOLDER / MARK).is_file()


def run_fingerprint(source: RowBlocks, settings: Settings, sampled: int) -> str:
    """A mark of a run's files (names, sizes, times), settings and version."""
    from pellucid import __version__

    paths: list[Path] = getattr(source, "paths", [])
    stats = [(path.name, (s := path.stat()).st_size, s.st_mtime_ns) for path in paths]
    plain = {k: v for k, v in asdict(settings).items() if k not in ("jobs", "memory", "cluster")}
    told = json.dumps([__version__, stats, source.tile, sampled, plain], default=str)
    return hashlib.sha256(told.encode()).hexdigest()
