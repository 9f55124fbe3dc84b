"""A full disk behind standard output ends in one sentence, whatever the command prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "command", [["--help"], ["notes", "2.6"], ["derive", "x'*x", "--wrt", "x", "--where", "x: d×1"]]
)
def test_one_sentence_and_no_traceback(command: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pellucid", *command],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "standard output cannot be written: No space left on device" in done.stderr
