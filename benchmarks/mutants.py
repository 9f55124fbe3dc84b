"""Mutants: small changes to the source that the quick tests of a room should notice.

    PYTHONPATH=src:benchmarks python -m pytest -p tests_by_line -m "not slow and not browser"
    python benchmarks/mutants.py [--count N] [--rooms ROOM …] [--seed S] [--seconds T]

The first notes which tests run which line (`tests_by_line.py`); it is run again when much has
changed. The second draws mutants, and runs for each only tests that run the changed statement, in a
copy of the tree: those of the room first (its folder of `tests/`, its examples, the tables of all
members beside), the cheapest file first, and then the others. Its fates:

- *killed*: a test of the room fails, or runs on without end;
- *killed elsewhere*: only a test of another room fails;
- *survives*: none fails, or no quick test runs the statement;
- *unfinished*: none had failed when T seconds of tests were spent.

Each fate is printed as it is known, the table at the end or when the run is stopped (Ctrl-C,
SIGTERM). The time of a test is processor time: a busy machine is no test.

What is not changed, since its neighbour is as right: texts, annotations, and arguments that set how
something looks or with how many digits it is printed (`LOOKS`). A number of two digits is a size or
a limit (of a block, a search, a line of text) and one more would do as well: it changes its sign
instead. A comparison moves its boundary only where that can be met, between whole numbers (a
length, a shape, a literal); elsewhere it is negated.
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from tests_by_line import ROOT, SOURCE, TestsByLine

NEIGHBOUR: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
OPPOSITE: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
LOOKS = re.compile(
    "alpha|azim|borderaxespad|capsize|digits|dpi|elev|figsize|fontsize|ha|height_ratios|justify|"
    "label(pad|rotation|size)|length|linewidths?|lw|marker(edgewidth|scale|size)|mew|"
    "mutation_scale|pad|padding|rotation|shrink[AB]|stacklevel|va|verbose|width_ratios|zorder"
)
# As `./test` runs the quick suite.
QUIETLY = {
    "MPLBACKEND": "Agg",
    "JAX_PLATFORMS": "cpu",
    "PELLUCID_EVIDENCE": os.devnull,
    "XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false",
}
ENGINES = (
    *("duckdb", "jax.numpy", "matplotlib.pyplot", "narwhals", "numba", "pandas"),
    *("polars", "pyarrow.parquet", "scipy.optimize", "scipy.stats", "starlette.testclient"),
    "sklearn.utils.estimator_checks",
)
NO_ROOMS = ("__init__", "__main__")  # names alone; a changed condition there runs the command
FATES = ("killed", "killed elsewhere", "survives", "unfinished")
Lines = tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """One change: the file, its statement, the expression's place, what stands there instead."""

    path: Path
    lines: Lines
    line: int
    before: str
    after: str
    span: tuple[int, int]

    @property
    def file(self) -> str:
        """The file, from the source's folder on."""
        return str(self.path.relative_to(SOURCE))

    @property
    def room(self) -> str:
        """The room of its file: a folder of the source, or the file's own name."""
        return Path(self.file).parts[0].removesuffix(".py")

    def source(self) -> bytes:
        """The file with the change."""
        content, (start, end) = self.path.read_bytes(), self.span
        return content[:start] + self.after.encode() + content[end:]


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file, each of one expression that runs.

    A comparison or an operator becomes its neighbour or its opposite, a condition its negation, a
    whole number one more, a flag the other one, `and` becomes `or`.
    """
    content = path.read_bytes()
    offsets = [0]
    for row in content.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(row))
    for node, lines in _running(ast.parse(content), (1, 1)):
        after = _changed(node)
        if after is not None:
            start = offsets[node.lineno - 1] + node.col_offset
            end = offsets[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            before = content[start:end].decode()
            yield Mutant(path, lines, node.lineno, before, f"({after})", (start, end))


def _running(tree: ast.AST, lines: Lines) -> Iterator[tuple[ast.expr, Lines]]:
    """Expressions that say what is computed, each with the lines of its statement."""
    if isinstance(tree, ast.Raise) or (
        isinstance(tree, ast.keyword) and LOOKS.fullmatch(tree.arg or "")
    ):
        return
    if isinstance(tree, ast.stmt):
        body = getattr(tree, "body", None)
        lines = tree.lineno, body[0].lineno - 1 if body else tree.end_lineno or tree.lineno
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        if field == "args" and isinstance(tree, ast.Call) and ast.unparse(tree.func) == "number":
            value = value[:1]  # then come the digits that are shown
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.JoinedStr) or not isinstance(node, ast.AST):
                continue
            if isinstance(node, ast.expr):
                yield node, lines
            yield from _running(node, lines)


def _changed(node: ast.expr) -> str | None:
    """The source of a changed expression; None where there is nothing to change."""
    changed: ast.expr
    match node:
        case ast.Compare(left, [op], [right]) if type(op) in OPPOSITE:
            whole = _is_whole(left) or _is_whole(right)
            table = NEIGHBOUR if whole and type(op) in NEIGHBOUR else OPPOSITE
            changed = ast.Compare(left, [table[type(op)]()], [right])  # type: ignore[list-item]
        case ast.BinOp(left, op, right) if type(op) in NEIGHBOUR:
            if _is_text(left) or _is_text(right):
                return None
            changed = ast.BinOp(left, NEIGHBOUR[type(op)](), right)  # type: ignore[arg-type]
        case ast.BoolOp(op, values):
            changed = ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.USub() | ast.Not(), operand):
            changed = operand
        case ast.IfExp(test, body, otherwise):
            changed = ast.IfExp(ast.UnaryOp(ast.Not(), test), body, otherwise)
        case ast.Constant(bool() as flag):
            changed = ast.Constant(not flag)
        case ast.Constant(int() as number):
            changed = ast.Constant(number + 1 if number < 10 else -number)
        case _:
            return None
    return ast.unparse(ast.fix_missing_locations(changed))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr | ast.Constant) and not _is_number(node)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _is_whole(node: ast.expr) -> bool:
    """A length, a size, part of a shape, a whole number other than 0 (which bounds any number)."""
    match node:
        case ast.Call(ast.Name("len")) | ast.Attribute(attr="size" | "ndim"):
            return True
        case ast.Subscript(ast.Attribute(attr="shape")):
            return True
        case ast.Constant(int() as number):
            return number != 0
    return False


def is_own(test: str, room: str) -> bool:
    """Whether a test belongs to a room: stands in its folder, in its source, or for all rooms."""
    if not (ROOT / "tests" / room).is_dir():
        return True
    return test.startswith((f"tests/{room}/", f"src/pellucid/{room}/", "tests/test_"))


def to_run(mutant: Mutant, known: TestsByLine) -> tuple[list[int], list[int]]:
    """Which tests may notice a mutant: the room's own, and others; each by its place in the map.

    Those that run the statement come by their file, first that of the same name, then the cheapest.
    The rest of the room's files follows: a fixture or a compiled program that tests share is seen
    with the first of them only.
    """
    files: dict[str, list[int]] = defaultdict(list)
    for place in sorted(known.of(mutant.file, *mutant.lines)):
        files[known.tests[place].partition("::")[0]].append(place)

    def cost(file: str) -> tuple[bool, float]:
        return mutant.path.stem not in file, sum(known.seconds[place] for place in files[file])

    own, others = list[int](), list[int]()
    for file in sorted(files, key=cost):
        (own if is_own(file, mutant.room) else others).extend(files[file])
    own_files = {known.tests[place].partition("::")[0] for place in own}
    seen = set(own)
    own += [
        place
        for place, test in enumerate(known.tests)
        if place not in seen and test.partition("::")[0] in own_files
    ]
    return own, others


def fate(mutant: Mutant, copy: Path, known: TestsByLine, seconds: float) -> str:
    """What becomes of a mutant: see the top of the file."""
    target = copy / "src" / "pellucid" / mutant.file
    before, left, unfinished = target.read_bytes(), seconds, False
    try:
        compile(mutant.source(), str(target), "exec")
        target.write_bytes(mutant.source())
        for places, verdict in zip(to_run(mutant, known), FATES, strict=False):
            taken, spent = [], 0.0
            for place in places:
                if spent + known.seconds[place] <= left:
                    spent += known.seconds[place]
                    taken.append(known.tests[place])
            left -= spent
            if fails(taken, copy, int(60 + 3 * spent), compiled=b"numba" in before):
                return verdict
            unfinished |= len(taken) < len(places)
        return "unfinished" if unfinished else "survives"
    except SyntaxError:
        return "killed"
    finally:
        target.write_bytes(before)


def fails(tests: list[str], copy: Path, limit: int, *, compiled: bool) -> bool:
    """Whether one of the tests fails in the copy, or they run past `limit` seconds.

    The engines are imported once, in this process; each run is a fork of it.
    """
    if not tests:
        return False
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.txt"
        fresh = folder if compiled else ""
        run = multiprocessing.get_context("fork").Process(
            target=run_tests, args=(tests, copy, told, limit, fresh)
        )
        run.start()
        run.join()
        lines = told.read_text("utf-8").splitlines()
    gone = [line for line in lines if line.startswith("ERROR: not found:")]
    if not gone:
        return run.exitcode != 0
    # The map is older than these tests.
    left = [test for test in tests if not any(line.endswith(test) for line in gone)]
    return len(left) < len(tests) and fails(left, copy, limit, compiled=compiled)


def run_tests(tests: list[str], copy: Path, told: Path, limit: int, fresh: str) -> None:
    """Run the tests in the copy, in this process; a failure is its exit code.

    A compiled function that others call is compiled into them: where one has changed, all are
    compiled once more, in the folder `fresh`.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    with told.open("w", encoding="utf-8") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    if fresh:
        import_module("numba").config.CACHE_DIR = fresh
    os.chdir(copy)
    sys.path[:0] = [str(copy / folder) for folder in ("src", "benchmarks")]
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:2])
    asked = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not slow and not browser"]
    asked += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of plugins imported before
    code = pytest.main([*asked, *tests])
    sys.stdout.flush()
    os._exit(code)  # threads of the engines may still wait


def chosen(rooms: list[str], count: int, seed: int) -> list[Mutant]:
    """So many mutants, the rooms in turns, the files of a room by their length."""
    files: dict[str, list[Path]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        if room not in NO_ROOMS and (not rooms or room in rooms):
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
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.environ.update(QUIETLY)
    for engine in ENGINES:
        import_module(engine)
    known, fates = TestsByLine.read(), Counter[tuple[str, str]]()
    with tempfile.TemporaryDirectory(prefix="pellucid-mutants-") as folder:
        copy = copy_of_the_tree(Path(folder))
        try:
            for mutant in chosen(asked.rooms, asked.count, asked.seed):
                found = fate(mutant, copy, known, asked.seconds)
                fates[mutant.room, found] += 1
                change = f"{mutant.before!r} -> {mutant.after!r}"
                print(f"{found}: {mutant.file}:{mutant.line}: {change}", flush=True)
        except KeyboardInterrupt:
            print("Stopped; so far:")
    print_fates(fates)


def copy_of_the_tree(folder: Path) -> Path:
    """What git knows of the tree, and what it does not ignore."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def print_fates(fates: Counter[tuple[str, str]]) -> None:
    """The table of fates, a room a row."""
    print(f"| room | {' | '.join(FATES)} |\n|---|{'---|' * len(FATES)}")
    for room in sorted({room for room, _ in fates}):
        print(f"| {room} | {' | '.join(str(fates[room, each]) for each in FATES)} |")
    sums = [sum(n for (_, found), n in fates.items() if found == each) for each in FATES]
    print(f"| all | {' | '.join(map(str, sums))} |")


if __name__ == "__main__":
    main()
