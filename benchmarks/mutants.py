"""Mutants: small changes to the source that the quick tests of a room should notice.

Run by hand: `python benchmarks/mutants.py [--count N] [--rooms ROOM …] [--seed S] [--seconds T]`.
Each mutant lives in a copy of the source, never in the tree; it is *killed* when the room's tests
fail. What takes longer than T seconds is counted apart: a slow machine is no test. Each mutant's
fate is printed as it is known, the table at the end or when the run is stopped (Ctrl-C, SIGTERM).
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "pellucid"
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}


@dataclass(frozen=True)
class Mutant:
    """One change: the file, the place of the expression, and what stands there instead."""

    path: Path
    line: int
    before: str
    after: str
    span: tuple[int, int]

    @property
    def room(self) -> str:
        """The room of its file: a folder of the source, or the file's own name."""
        return self.path.relative_to(SOURCE).parts[0].removesuffix(".py")

    def source(self) -> str:
        """The file with the change."""
        content = self.path.read_bytes()
        start, end = self.span
        return (content[:start] + self.after.encode() + content[end:]).decode()


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file, each of one expression that runs.

    A comparison or an operator becomes its neighbour, a condition its negation, a whole number
    one more, a flag the other one, `and` becomes `or`. Annotations and texts stay.
    """
    content = path.read_bytes()
    offsets = [0]
    for row in content.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(row))

    def place(node: ast.expr) -> tuple[int, int]:
        last, column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return offsets[node.lineno - 1] + node.col_offset, offsets[last - 1] + column

    for node in _running(ast.parse(content)):
        after = _changed(node)
        if after is not None:
            start, end = place(node)
            before = content[start:end].decode()
            yield Mutant(path, node.lineno, before, f"({after})", (start, end))


def _running(tree: ast.AST) -> Iterator[ast.expr]:
    """Expressions outside annotations, decorators, docstrings and the texts of errors."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list") or isinstance(tree, ast.Raise):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.JoinedStr) or not isinstance(node, ast.AST):
                continue
            if isinstance(node, ast.expr):
                yield node
            yield from _running(node)


def _changed(node: ast.expr) -> str | None:
    """The source of a changed expression; None where there is nothing to change."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARED:
        changed: ast.expr = ast.Compare(
            node.left, [COMPARED[type(node.ops[0])]()], node.comparators
        )
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATED and not _is_text(node):
        changed = ast.BinOp(node.left, OPERATED[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        changed = ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        changed = node.operand
    elif isinstance(node, ast.IfExp):
        changed = ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        changed = ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        changed = ast.Constant(node.value + 1)
    else:
        return None
    return ast.unparse(ast.fix_missing_locations(changed))


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def tests_of(mutant: Mutant) -> list[str]:
    """The tests of the mutant's folder where it has tests of its own, else of its room."""
    inner = mutant.path.relative_to(SOURCE).parent
    for folder in (inner, *inner.parents):
        found = ROOT / "tests" / folder
        if folder != Path() and any(found.glob("test_*.py")):
            return _nearest_first(found, mutant)
    alone = ROOT / "tests" / f"test_{mutant.room}.py"
    return [str(alone if alone.exists() else ROOT / "tests" / "test_foundation.py")]


def _nearest_first(folder: Path, mutant: Mutant) -> list[str]:
    """The test files of a folder, those first that speak most of the mutant's file."""
    word = re.compile(rf"\b{re.escape(mutant.path.stem)}\b")
    files = sorted(folder.rglob("test_*.py"))
    files.sort(key=lambda file: -len(word.findall(file.read_text("utf-8"))))
    return [str(file) for file in files]


def fate(mutant: Mutant, copy: Path, seconds: float) -> str:
    """Whether the file's examples and its quick tests pass, the change made in a copy.

    "survives", "killed", or "too slow" where time was up before a test had failed.
    """
    target = copy / "pellucid" / mutant.path.relative_to(SOURCE)
    kept = target.read_bytes()
    target.write_text(mutant.source(), "utf-8")
    told = ["-x", "-q", "-m", "not slow and not browser", "-p", "no:cacheprovider"]
    told += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)]
    try:
        compile(mutant.source(), str(target), "exec")
        ran = subprocess.run(
            [sys.executable, "-B", "-m", "pytest", *told, str(target), *tests_of(mutant)],
            env=os.environ | {"PYTHONPATH": str(copy), "PYTHONHASHSEED": "0"},
            cwd=ROOT,
            timeout=seconds,
            capture_output=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "too slow"
    except SyntaxError:
        return "killed"
    finally:
        target.write_bytes(kept)
    return "killed" if ran.returncode else "survives"


def chosen(rooms: list[str], count: int, seed: int) -> list[Mutant]:
    """So many mutants, the rooms in turns, the files of a room by their length."""
    files: dict[str, list[Path]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        if room != "__init__" and (not rooms or room in rooms):
            files.setdefault(room, []).append(path)
    if not files:
        raise SystemExit(f"There is no room {', '.join(rooms)}.")
    rng, found = random.Random(seed), dict[Mutant, None]()
    for turn in range(20 * count):  # a short room may have nothing that is new
        paths = files[sorted(files)[turn % len(files)]]
        path = rng.choices(paths, [each.stat().st_size for each in paths])[0]
        every = list(mutants_of(path))
        if every:
            found[rng.choice(every)] = None
        if len(found) == count:
            break
    return list(found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--rooms", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=300.0)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    fates: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(prefix="pellucid-mutants-") as folder:
        copy = Path(folder) / "src"
        shutil.copytree(SOURCE, copy / "pellucid", ignore=shutil.ignore_patterns("__pycache__"))
        for beside in ROOT.iterdir():  # what the source finds by its place in the tree
            if beside.name != "src":
                (copy.parent / beside.name).symlink_to(beside)
        try:
            for mutant in chosen(asked.rooms, asked.count, asked.seed):
                known = fate(mutant, copy, asked.seconds)
                fates[mutant.room, known] += 1
                place = f"{mutant.path.relative_to(SOURCE)}:{mutant.line}"
                print(f"{known}: {place}: {mutant.before!r} -> {mutant.after!r}", flush=True)
        except KeyboardInterrupt:
            print("Stopped; so far:")
    print_fates(fates)


def print_fates(fates: Counter[tuple[str, str]]) -> None:
    """The table of fates, a room a row."""
    columns = ("killed", "survives", "too slow")
    print(f"| room | {' | '.join(columns)} |\n|---|---|---|---|")
    for room in sorted({room for room, _ in fates}):
        print(f"| {room} | {' | '.join(str(fates[room, fate]) for fate in columns)} |")
    sums = [sum(n for (_, fate), n in fates.items() if fate == each) for each in columns]
    print(f"| all | {' | '.join(map(str, sums))} |")


if __name__ == "__main__":
    main()
