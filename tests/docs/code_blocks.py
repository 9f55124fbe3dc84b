"""The code blocks of README and the documentation, and how each is run."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid.cli import main

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(python|sh|pycon)\n(.*?)^```", re.M | re.S)
# Shown and not run: what takes minutes, asks for another machine or makes an environment.
SHOWN_ONLY = re.compile(
    r"(?:\./test|\./docs/build|\./pellucid (?:demo|lab|serve)|pip |pre-commit |docker |curl |git )"
    r"|\./pellucid .*--(?:cluster|resume)"
)


# Run by `./test --slow` alone: networks that train for half a minute, and a fit once more.
LONG = re.compile(r"digits\.npz|\./pellucid (?:encode|decode)|--config ")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language, its text, and the line it starts on."""

    language: str
    text: str
    line: int


def pages() -> list[Path]:
    """README and every page of the documentation that has a block to run."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [p for p in found if "_build" not in p.parts and any(blocks(p))]


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        yield Block(found[1], found[2], text.count("\n", 0, found.start()) + 2)


def commands(text: str, slow: bool = False) -> Iterator[list[str]]:
    """Arguments of each `./pellucid …` of a shell block that is to be run."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words and not SHOWN_ONLY.match(line.strip()) and (slow or not LONG.search(line)):
            assert words[0] == "./pellucid", f"not run by this test: {line}"
            yield words[1:]


def folders_of_long_commands(text: str) -> set[str]:
    """What the commands that only `./test --slow` runs write their files to."""
    lines = (line for line in text.splitlines() if LONG.search(line))
    return {found[1] for line in lines if (found := re.search(r" -o (\S+)", line))}


def exit_code(words: list[str]) -> int:
    """What the command line exits with."""
    try:
        main(words)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def run_python(block: Block, names: dict[str, Any], page: Path) -> None:
    """Run a block in the page's own namespace; compare what a session answers."""
    if ">>>" not in block.text:
        exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec"), names)
        return
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    runner = doctest.DocTestRunner(optionflags=flags)
    parsed = doctest.DocTestParser().get_doctest(
        block.text, names, page.name, str(page), block.line - 1
    )
    said: list[str] = []
    runner.run(parsed, out=said.append, clear_globs=False)
    names.update(parsed.globs)
    assert runner.failures == 0, "".join(said)
