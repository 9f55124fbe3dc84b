"""What a command says when its work is done.

Notes: Concept 87
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pellucid.cli.job_runner import File, Job, progress, run_job, show_findings
from pellucid.cli.start_time import restart_clock
from pellucid.errors import OutputError
from pellucid.findings import Finding


@pytest.mark.parametrize(
    ("budget", "said"), [(None, " s\n"), (1e9, " s\n"), (1e-4, " s (--budget allowed 0.0001 s)\n")]
)
def test_a_budget_that_was_too_short_is_told(
    budget: float | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What starting, reading and writing take is no secret."""
    restart_clock()
    job = Job[int](
        work=lambda progress: 1,
        files=lambda result, folder: [File("answer", "answer.txt", str(result).encode())],
        summary=lambda result: {"result": result},
        show=lambda console, result: console.print(result),
        after=lambda result, folder: {"settings": "s", "predict": "p"},
        budget=budget,
    )
    run_job(job, tmp_path / "out", as_json=False)
    out = capsys.readouterr().out
    assert out.endswith(said)
    assert "Predict  p\n" in out
    assert "Settings" not in out
    assert (tmp_path / "out" / "answer.txt").read_text() == "1"


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("file", "file is a file; name a folder"),
        ("file/out", "file is a file; name a folder"),
        ("file/a/b", "file is a file; name a folder"),
        ("locked", "you may not write in"),
        ("locked/a/b", "you may not write in"),
    ],
)
def test_a_folder_that_cannot_be_written_in_is_refused_before_the_work(
    folder: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after it: what was computed would be lost."""
    (tmp_path / "file").write_text("")
    (tmp_path / "locked").mkdir()
    may = os.access  # root may write anywhere
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path).name != "locked" and may(path, mode)
    )
    done: list[str] = []
    job = Job[int](
        work=lambda say: done.append("work") or 1,  # type: ignore[func-returns-value]
        files=lambda result, folder: [],
        summary=lambda result: {},
        show=lambda console, result: None,
        after=lambda result, folder: {},
    )
    with pytest.raises(OutputError, match=said):
        run_job(job, tmp_path / folder, as_json=True)
    assert not done
    run_job(job, tmp_path / "new" / "folder", as_json=True)
    assert done == ["work"]


def test_advice_stands_below_what_is_more_than_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    found = [Finding("a", kind, f"{kind}.", (), f"do {kind}") for kind in ("note", "caution")]
    show_findings(Console(highlight=False), [*found, Finding("b", "caution", "nothing to do")])
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 4
    assert lines[2] == "do caution"


@pytest.mark.parametrize(("quiet", "terminal"), [(False, True), (False, False), (True, True)])
def test_a_bar_is_drawn_on_a_terminal_that_is_not_to_be_quiet(
    quiet: bool, terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with progress(quiet) as say:
        say("looking at rows", 0.5)
    assert bool(capsys.readouterr().err) == (terminal and not quiet)
