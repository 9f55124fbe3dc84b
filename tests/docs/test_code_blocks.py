"""Every code block of README and the documentation runs, and answers what the page shows."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
from code_blocks import (
    LONG,
    ROOT,
    blocks,
    commands,
    exit_code,
    folders_of_long_commands,
    pages,
    run_python,
)

from pellucid.errors import PellucidWarning


@pytest.mark.parametrize("slow", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("page", pages(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_block_runs(
    page: Path, slow: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    if slow and not any(LONG.search(block.text) for block in blocks(page)):
        pytest.skip("nothing of this page takes long")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    unwritten: set[str] = set()  # folders of commands that are left out here
    for block in blocks(page):
        if block.language == "sh" and not slow:
            unwritten |= folders_of_long_commands(block.text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PellucidWarning)  # a page may show what is warned of
            if block.language != "sh":
                if not any(folder in block.text for folder in unwritten):
                    run_python(block, names, page)
                continue
            for words in commands(block.text, slow):
                code = exit_code(words)
                assert code == 0, (
                    f"{page.name}: ./pellucid {' '.join(words)}\n{capsys.readouterr()}"
                )


def test_a_block_that_answers_something_else_fails(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("text\n```python\n>>> 1 + 1\n3\n```\n")
    (block,) = blocks(page)
    with pytest.raises(AssertionError, match="Expected"):
        run_python(block, {}, page)
