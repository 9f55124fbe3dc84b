"""A run that is killed between two renames: its folder never stays a mixture of two runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.errors import OutputError
from pellucid.linear.ridge import Ridge
from pellucid.storage import crash_recovery, load_model, save_model
from pellucid.storage.atomic_files import write_files_together
from pellucid.storage.crash_recovery import LONGEST, finish_unfinished

NAMES = ("a.txt", "b.txt", "c.txt")


KILLED = """
import os, sys
from pathlib import Path
from typing import Any
from pellucid.storage.atomic_files import write_files_together
folder, call, times, content, names = sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:6]
real, done = getattr(os, call), 0
def counted(*given, **named):
    global done
    if done == times:
        os._exit(9)
    done += 1
    return real(*given, **named)
setattr(os, call, counted)
write_files_together({Path(folder) / name: content for name in names.split()})
"""


def killed_after(folder: Path, call: str, times: int, content: str = "new") -> None:
    """Write the files in a process that dies at a call of the system, after so many of them."""
    told = [str(folder), call, str(times), content, " ".join(NAMES)]
    done = subprocess.run([sys.executable, "-c", KILLED, *told], check=False, timeout=120)
    assert done.returncode == 9


def held(folder: Path) -> list[str]:
    return [(folder / name).read_text() for name in NAMES]


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_killed_between_renames_the_next_use_finishes_them(renames: int, tmp_path: Path) -> None:
    write_files_together({tmp_path / name: "old" for name in NAMES})
    killed_after(tmp_path, "replace", renames)
    assert held(tmp_path) == ["new"] * renames + ["old"] * (3 - renames)
    finish_unfinished(tmp_path)
    assert held(tmp_path) == ["new"] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == list(NAMES)


@pytest.mark.parametrize("syncs", [0, 1, 2])
def test_killed_before_all_is_written_nothing_has_happened(syncs: int, tmp_path: Path) -> None:
    write_files_together({tmp_path / name: "old" for name in NAMES})
    killed_after(tmp_path, "fsync", syncs)
    write_files_together({tmp_path / "d.txt": "another run"})
    assert held(tmp_path) == ["old"] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == [*NAMES, "d.txt"]


def test_loading_a_model_finishes_the_run_that_wrote_it(tmp_path: Path) -> None:
    X = np.arange(12.0).reshape(6, 2)
    save_model(Ridge(lam=1.0).fit(X, X[:, 0]), tmp_path / "a.txt")
    killed_after(tmp_path, "replace", 0, "no model any more")
    with pytest.raises(ValueError, match="not a Pellucid model"):
        load_model(tmp_path / "a.txt")


def test_the_files_of_a_living_run_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def meanwhile(one: Path, other: Path) -> None:
        finish_unfinished(tmp_path)  # another process comes by
        real(one, other)

    monkeypatch.setattr(os, "replace", meanwhile)
    write_files_together({tmp_path / name: "new" for name in NAMES})
    assert held(tmp_path) == ["new"] * 3


def test_a_record_moves_nothing_but_the_files_of_its_run(tmp_path: Path) -> None:
    """A record that somebody forged neither leaves the folder nor takes other files."""
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    (folder / ".x.00.part").write_text("forged")
    pairs = ['["mine.txt", "other.txt"]', '[".x.00.part", "../out.txt"]', '["../a", "b"]']
    for text in (f'{{"run": "00", "renames": [{pair}]}}' for pair in pairs):
        (folder / ".pellucid-00.run").write_text(text)
        finish_unfinished(folder)
    (folder / ".pellucid-11.run").write_text("[" * LONGEST)
    finish_unfinished(folder)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    assert not (tmp_path / "out.txt").exists()


def test_a_failed_rename_leaves_nothing_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        write_files_together({tmp_path / name: "new" for name in NAMES})
    assert list(tmp_path.iterdir()) == []


def test_a_system_without_locks_keeps_no_record_of_a_run_that_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows, injected: it has no fcntl, and takes no file away that is open."""
    held: dict[str, int] = {}
    opened, unlinked = os.open, os.unlink

    def open_(path: Any, *args: Any) -> int:
        held[os.fspath(path)] = handle = opened(path, *args)
        return handle

    def unlink(path: Any) -> None:
        if os.fspath(path) in held and is_open(held[os.fspath(path)]):
            raise PermissionError("it is open")
        unlinked(path)

    monkeypatch.setattr(crash_recovery, "fcntl", None)
    monkeypatch.setattr(crash_recovery, "HAS_LOCKS", False)
    monkeypatch.setattr(os, "open", open_)
    monkeypatch.setattr(os, "unlink", unlink)
    write_files_together({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_file_may_be_read_by_those_whom_the_system_lets(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_files_together({tmp_path / "a": b"1"})
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o7777 == 0o666 & ~mask


def is_open(handle: int) -> bool:
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True
