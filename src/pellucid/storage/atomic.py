"""Files that appear whole or not at all.

Notes: §1.0.3
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pellucid.errors import OutputError


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
    write_together({path: content})


def write_together(files: Mapping[str | os.PathLike[str], bytes | str]) -> None:
    """Write several files of one run: all of them new, or all as they were.

    Parameters
    ----------
    files : mapping of path to content
        Everything is on the disk under other names before the first file is replaced.

    Raises
    ------
    OutputError
        As `write_whole`.

    Notes: §1.0.3
    """
    waiting: dict[Path, str] = {}
    target = Path()
    try:
        for path, content in files.items():
            target = Path(path)
            waiting[target] = _beside(target, content)
        for target, temporary in waiting.items():
            os.replace(temporary, target)
    except OSError as error:
        raise OutputError(
            f"Cannot write {target}: {error.strerror or error}. Nothing was left behind; "
            "choose another folder, or free some space, and run again."
        ) from error
    finally:
        for temporary in waiting.values():
            _remove(temporary)
    for folder in {target.parent for target in waiting}:
        _sync_folder(folder)


def _beside(target: Path, content: bytes | str) -> str:
    """The content on the disk, under another name in the same folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content.encode("utf-8") if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
    except BaseException:
        _remove(temporary)
        raise
    return temporary


def _remove(temporary: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(temporary)


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
