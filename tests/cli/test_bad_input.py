"""What a person may hand to `pellucid fit`, and what they are told: one sentence, no traceback."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.cli import main

ROOT = Path(__file__).parents[2]
PENGUINS = str(ROOT / "examples" / "penguins.csv")


def rows(head: str, line: Callable[[int], str], n: int = 60) -> str:
    return head + "\n" + "".join(line(i) + "\n" for i in range(n))


def with_cell(cell: str) -> str:
    """Sixty good rows but for one cell of `a`, at row 6."""
    return rows("a,y", lambda i: f"{cell if i == 5 else i * 0.3},{i}.5")


BAD: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "empty file": ("", ("is empty", "column names")),
    "only blank lines": ("\n\n \n", ("is empty",)),
    "header only": ("a,y\n", ("no rows",)),
    "one row": ("a,y\n1,2.5\n", ("one row",)),
    "two rows": ("a,y\n1,2.5\n3,4.5\n", ("2 row(s)", "at least 3")),
    "one class": (rows("a,y", lambda i: f"{i * 0.3},yes"), ("always 'yes'",)),
    "all-missing target": (rows("a,y", lambda i: f"{i * 0.3},"), ("'y'", "no value in any row")),
    "ragged rows": (with_cell("1,2"), ("line 7", "3 cells")),
    "wrong encoding": (
        "a,y\ncaf\u00e9,1\n".encode("latin-1"),
        ("not UTF-8", "line 2", "--encoding"),
    ),
    "1e308": (with_cell("1e308"), ("'a'", "row 6", "--drop")),
    "1e308 target": (
        rows("a,y", lambda i: f"{i * 0.3},{1e308 if i == 5 else i * 0.37}"),
        ("'y'", "row 6"),
    ),
    "infinite": (with_cell("inf"), ("'a'", "row 6", "infinite")),
    "duplicate names": (
        rows("a,a,y", lambda i: f"{i},{i},{i}.5"),
        ("'a'", "more than once", "Rename"),
    ),
    "target absent": (
        rows("a,yy", lambda i: f"{i},{i}.5"),
        ("no column 'y'", "Did you mean 'yy'"),
    ),
    "target constant": (rows("a,y", lambda i: f"{i * 0.3},7"), ("always 7",)),
    "a name for every row": (
        rows("a,y", lambda i: f"c{i},{i % 9 + 0.5}", 20_000),
        ("'y'", "No column is left"),
    ),
    "binary file": (bytes(range(256)) * 20, ("binary file",)),
}


def fit(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["fit", *arguments])
    return int(ended.value.code or 0), " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("name", BAD)
def test_bad_tables_are_told_and_leave_nothing(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, says = BAD[name]
    path = tmp_path / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, said = fit(capsys, str(path), "-t", "y", "-o", str(tmp_path / "out"))
    assert code == 1, said
    for word in says:
        assert word in said
    assert said.startswith("pellucid: ")
    assert not (tmp_path / "out").exists()


def test_missing_numbers_are_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "table.csv"
    path.write_text(rows("a,b,y", lambda i: f"{'NaN' if i % 9 == 0 else i * 0.3},{i % 7},{i}.5"))
    code, said = fit(capsys, str(path), "-t", "y", "--model", "ridge", "-o", str(tmp_path / "out"))
    assert (code, said) == (0, "")


def test_places_that_are_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "inside.csv").write_text("a,y\n" + "1,2\n" * 3)
    (tmp_path / "empty").mkdir()
    code, said = fit(capsys, str(tmp_path / "empty"), "-t", "y")
    assert (code, "empty" in said, "holds no" in said) == (1, True, True)
    code, said = fit(capsys, str(tmp_path / "insde.csv"), "-t", "y")
    assert (code, "Did you mean inside.csv?" in said) == (1, True)


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="root, and chmod on Windows, forbid nothing"
)
def test_what_may_not_be_read_or_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locked = tmp_path / "locked.csv"
    locked.write_text("a,y\n1,2\n")
    locked.chmod(0)
    assert "Permission denied" in fit(capsys, str(locked), "-t", "y")[1]
    tmp_path.chmod(0o500)
    said = fit(capsys, PENGUINS, "-t", "species", "-o", str(tmp_path / "out"))[1]
    tmp_path.chmod(0o700)
    assert "Permission denied" in said


def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same as above, injected: the tests may run as root."""
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,2\n")
    opened = Path.open

    def refuse(self: Path, *args: object, **kwargs: object) -> object:
        if self == path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(self, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    code, said = fit(capsys, str(path), "-t", "y")
    assert (code, "Permission denied" in said) == (1, True)


@pytest.mark.parametrize("failing", range(3))
def test_a_full_disk_leaves_the_earlier_run_as_it_was(
    failing: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("report.html", "model.pellucid", "run.toml"):
        (tmp_path / name).write_text("earlier")
    calls = []
    synced = os.fsync

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == failing + 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        synced(handle)

    monkeypatch.setattr(os, "fsync", full)
    code, said = fit(capsys, PENGUINS, "-t", "sex", "--model", "mean", "-o", str(tmp_path))
    assert code == 1
    assert "No space left on device" in said
    assert "free some space" in said
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == dict.fromkeys(
        ("report.html", "model.pellucid", "run.toml"), "earlier"
    )


@pytest.mark.skipif(os.name != "posix", reason="Windows sends no SIGINT to a process")
def test_the_keyboard_stops_a_fit_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        rows("a,b,c,y", lambda i: f"{i % 97},{i * 7 % 89},{i * 31 % 83},{i % 5 + 0.5}", 60_000)
    )
    out = tmp_path / "out"
    command = [sys.executable, "-m", "pellucid", "fit", str(path), "-t", "y", "-o", str(out)]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    time.sleep(2.0)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    # Caught while an engine is being imported, Python ends by the signal: 130 to a shell.
    assert run.returncode in (130, -signal.SIGINT), said
    assert b"stopped; nothing half-written" in said
    assert b"Traceback" not in said
    assert not out.exists()


@pytest.mark.parametrize("command", ["fit", "cluster", "encode", "check"])
def test_a_seed_that_no_generator_takes_is_named(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = ["-t", "species"] if command in ("fit", "check") else []
    output = ["-o", str(tmp_path / "out")] if command != "check" else []
    for seed in ("-1", str(2**32)):
        with pytest.raises(SystemExit) as ended:
            main([command, PENGUINS, *target, *output, "--seed", seed])
        assert ended.value.code == 1
        assert f"from 0 to 4,294,967,295; got {seed}." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('target = "species"', "has no table [settings]"),
        ('settings = "species"', "has no table [settings]"),
        ('[settings]\ntarget = "species"\ntest = "0.2"', "test is a number; got '0.2'"),
        ('[settings]\ntarget = "species"\nkeep_test_out = "no"', "keep_test_out is true or false"),
        ('[settings]\ntarget = "species"\nnumeric = [1]', "numeric is a list, each a text"),
        ('[settings]\ntarget = "species"\ncosts = 3', "costs is a table of a text = a number"),
        ('[settings]\ntarget = "species"\ncv = 1', "--cv needs at least 2 chunks"),
    ],
)
def test_a_run_file_that_holds_something_else_is_refused_by_the_setting(
    written: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "run.toml"
    config.write_text(written)
    with pytest.raises(SystemExit) as ended:
        main(["fit", PENGUINS, "--config", str(config), "-o", str(tmp_path / "out")])
    assert ended.value.code == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
