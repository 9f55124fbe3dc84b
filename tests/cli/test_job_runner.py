"""What a command says when its work is done.

Notes: Concept 87
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pellucid.cli.job_runner import File, Job, run_job
from pellucid.cli.start_time import restart_clock


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
        after=lambda result, folder: {},
        budget=budget,
    )
    run_job(job, tmp_path / "out", as_json=False)
    assert capsys.readouterr().out.endswith(said)
    assert (tmp_path / "out" / "answer.txt").read_text() == "1"
