"""Files that appear whole or not at all.

Notes: §1.0.3
"""

from __future__ import annotations

import contextlib
import os
import tempfile
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
    target = Path(path)
    payload = content.encode("utf-8") if isinstance(content, str) else content
    temporary = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(payload)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except OSError as error:
        raise OutputError(
            f"Cannot write {target}: {error.strerror or error}. Nothing was left behind; "
            "choose another folder, or free some space, and run again."
        ) from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
    _sync_folder(target.parent)


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
