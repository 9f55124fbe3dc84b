"""What a run that was killed leaves in a folder: finished or taken away when it is next used.

A run first writes its files beside their places, under names of its own; then its record, which
lists them; then it renames them, and removes the record. Killed before the record is whole, the run
has changed nothing and its files are taken away. Killed after, it is finished: the folder never
stays a mixture of two runs. The record is locked as long as its run lives, and the system unlocks
it when the run dies.

Notes: §1.0.3
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

try:
    import fcntl
except ImportError:  # a system without locks: what is left there is not touched
    fcntl = None  # type: ignore[assignment]

HAS_LOCKS: bool = fcntl is not None
RECORD, PART = ".run", ".part"
PREFIX = ".pellucid-"
LONGEST = 1 << 20  # bytes; a record is a list of a few names


class Run:
    """One run that writes files: its id, and its record in each folder.

    Notes: §1.0.3
    """

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self._records: dict[Path, int] = {}

    def part(self, target: Path) -> Path:
        """Where the content of a file waits, in the same folder."""
        return target.parent / f".{target.name[:200]}.{self.id}{PART}"

    def open(self, folder: Path) -> None:
        """Begin a record in the folder, locked."""
        if folder not in self._records:
            path = folder / f"{PREFIX}{self.id}{RECORD}"
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            self._records[folder] = handle
            if fcntl is not None:
                with contextlib.suppress(OSError):  # some network folders have no locks
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def commit(self, waiting: Mapping[Path, Path]) -> None:
        """Write down, in each folder, which of its files are to be renamed to what."""
        for folder, handle in self._records.items():
            pairs = [[t.name, target.name] for target, t in waiting.items()
                     if target.parent == folder]  # fmt: skip
            os.write(handle, json.dumps({"run": self.id, "renames": pairs}).encode())
            os.fsync(handle)

    def close(self) -> None:
        """Take the records away."""
        for folder, handle in self._records.items():
            if not HAS_LOCKS:
                os.close(handle)  # Windows takes no file away that is open
            with contextlib.suppress(OSError):
                os.unlink(folder / f"{PREFIX}{self.id}{RECORD}")
            if HAS_LOCKS:
                os.close(handle)  # and with it the lock: nobody has met the record without it
        self._records.clear()


def finish_unfinished(folder: Path) -> None:
    """Finish, or take away, what runs that were killed have left in a folder.

    Parameters
    ----------
    folder : Path
        Nothing happens where it cannot be written, or holds nothing of the kind.

    Notes: §1.0.3
    """
    with contextlib.suppress(OSError):
        for record in sorted(folder.glob(f"{PREFIX}*{RECORD}")):
            with _content_if_locked(record) as content:
                if content is not None:
                    _settle(folder, record, content)


@contextlib.contextmanager
def _content_if_locked(record: Path) -> Iterator[bytes | None]:
    """What the record holds, while nobody else has it; None while its run lives."""
    if fcntl is None or not record.is_file() or record.is_symlink():
        yield None
        return
    handle = os.open(record, os.O_RDWR)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
            return
        yield os.read(handle, LONGEST)
    finally:
        os.close(handle)


def _settle(folder: Path, record: Path, content: bytes) -> None:
    name = record.name.removeprefix(PREFIX).removesuffix(RECORD)
    for part, target in _renames(content, name):
        if (folder / part).exists():
            os.replace(folder / part, folder / target)
    for left in folder.glob(f".*.{name}{PART}"):
        left.unlink(missing_ok=True)
    record.unlink(missing_ok=True)


def _renames(content: bytes, run: str) -> list[tuple[str, str]]:
    """The pairs of a whole record; none of one that is cut short, or that is not ours."""
    try:
        found = json.loads(content)
        pairs = [(str(part), str(target)) for part, target in found["renames"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    own = all(p.endswith(f".{run}{PART}") and _plain(p) and _plain(t) for p, t in pairs)
    return pairs if own and found.get("run") == run else []


def _plain(name: str) -> bool:
    return name == os.path.basename(name) and name not in ("", ".", "..")
