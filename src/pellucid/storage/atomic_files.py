"""Files that appear whole or not at all.

Notes: §1.0.3
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from pellucid.errors import OutputError
from pellucid.storage.crash_recovery import Run, finish_unfinished


def write_whole(path: str | os.PathLike[str], content: bytes | str) -> None:
    """Write `content` to `path` in one step: a reader sees the old file or the new one, never half.

    Parameters
    ----------
    path : path
        The file; its folder is made if need be.
    content : bytes or str
        What it shall hold; text is written as UTF-8.

    Raises
    ------
    OutputError
        When the folder cannot be written or the disk is full; `path` is then as it was.
    """
    write_files_together({path: content})


@contextlib.contextmanager
def open_atomically(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A stream whose content stands at `path` once the block ends well, and nowhere if it does not.

    Parameters
    ----------
    path : path
        The file; its folder is made if need be.

    Raises
    ------
    OutputError
        When the folder cannot be written or the disk is full; `path` is then as it was.

    Notes: §1.0.3
    """
    run, target = Run(), Path(path)
    part: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        finish_unfinished(target.parent)
        run.open(target.parent)
        part = run.part(target)
        with _stream(part) as stream:
            yield stream
        run.commit({target: part})
        os.replace(part, target)
    except OSError as error:
        raise OutputError(_cannot(target, error)) from error
    finally:
        if part is not None:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        run.close()
    _sync_folder(target.parent)


def write_files_together(files: Mapping[str | os.PathLike[str], bytes | str]) -> None:
    """Write several files of one run: all of them new, or all as they were.

    Parameters
    ----------
    files : mapping of path to content
        Everything is on the disk under other names before the first file is replaced. Where the
        process is killed in between, the folder's next use finishes what was begun.

    Raises
    ------
    OutputError
        As `write_whole`.

    Notes: §1.0.3
    """
    run, waiting = Run(), dict[Path, Path]()
    target = Path()
    try:
        for path, content in files.items():
            target = Path(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            finish_unfinished(target.parent)
            run.open(target.parent)
            waiting[target] = run.part(target)
            _write(waiting[target], content)
        run.commit(waiting)
        for target, part in waiting.items():
            os.replace(part, target)
    except OSError as error:
        raise OutputError(_cannot(target, error)) from error
    finally:
        for part in waiting.values():
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        run.close()
    for folder in {target.parent for target in waiting}:
        _sync_folder(folder)


def _cannot(target: Path, error: OSError) -> str:
    return (
        f"Cannot write {target}: {error.strerror or error}. Nothing was left behind; choose "
        "another folder, or free some space, and run again."
    )


def _write(part: Path, content: bytes | str) -> None:
    """The content on the disk, under the name where it waits."""
    with _stream(part) as stream:
        stream.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextlib.contextmanager
def _stream(part: Path) -> Iterator[BinaryIO]:
    """A stream to a new file; what was written is on the disk when it ends."""
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
    os.chmod(part, 0o666 & ~_umask())


def _umask() -> int:
    present = os.umask(0)
    os.umask(present)
    return present


def _sync_folder(folder: Path) -> None:
    # The rename itself must reach the disk; some file systems refuse this, which loses nothing.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
