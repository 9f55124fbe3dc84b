"""The size meter of the house: `python tests/house.py` prints it; `test_architecture` holds it.

Sizes only fall: a test fails where one has grown past `CEILINGS`, which are lowered by hand.
"""

from __future__ import annotations

import ast
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src" / "pellucid"


@dataclass(frozen=True)
class Sizes:
    """What is measured of the source: lines, files, circles of imports, private names taken."""

    median_file: float
    largest_file: int
    longest_body: int
    fullest_folder: int
    circles: int
    private_names_taken: int
    repeated_lines: int


def modules(source: Path = SOURCE) -> dict[str, Path]:
    """Every module by its dotted name."""
    found = {}
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """The imports and functions of a file, which more than one measure looks at."""
    kinds = ast.ImportFrom, ast.FunctionDef
    return tuple(node for node in statements(ast.parse(source)) if isinstance(node, kinds))


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every statement without its expressions, which are most of a tree."""
    waiting = [tree]
    for node in waiting:  # which grows meanwhile
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            within = getattr(node, part, ())  # the body of a lambda is no list
            waiting += within if isinstance(within, list) else ()


def imported(path: Path, known: dict[str, Path]) -> Iterator[tuple[str, str]]:
    """(module, name) of every import within the house, wherever it stands in the file."""
    for node in nodes_of(path.read_text()):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in known:
                    yield whole, ""
                elif node.module in known:
                    yield node.module, alias.name


def arrows(known: dict[str, Path]) -> dict[str, set[str]]:
    """Who imports whom; a package is not taken to import what stands in it."""
    found: dict[str, set[str]] = {}
    for name, path in known.items():
        others = {m for m, _ in imported(path, known)}
        found[name] = {m for m in others if m != name and not name.startswith(f"{m}.")}
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Modules that reach one another (Tarjan's strongly connected components of two and more)."""
    place: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(v: str) -> None:
        place[v] = low[v] = len(place)
        stack.append(v)
        for w in graph[v]:
            if w not in place:
                visit(w)
            if w in stack:
                low[v] = min(low[v], low[w])
        if low[v] == place[v]:
            at = stack.index(v)
            found.append(sorted(stack[at:]))
            del stack[at:]

    for v in graph:
        if v not in place:
            visit(v)
    return [circle for circle in found if len(circle) > 1]


def private_names(known: dict[str, Path]) -> list[str]:
    """Private names that a file takes from another."""
    return [
        f"{name} takes {taken} of {home}"
        for name, path in known.items()
        for home, taken in imported(path, known)
        if taken.startswith("_") and not taken.startswith("__")
    ]


def bodies(path: Path) -> Iterator[tuple[int, str]]:
    """Lines of code of each function, without docstring, comments and blank lines."""
    source = path.read_text()
    lines = source.split("\n")
    for node in nodes_of(source):
        if isinstance(node, ast.FunctionDef):
            body = node.body
            if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
                body = body[1:]
            if body:
                span = lines[body[0].lineno - 1 : node.end_lineno]
                code = [line for line in span if line.strip() and line.strip()[0] != "#"]
                yield len(code), f"{path.relative_to(SOURCE)}:{node.name}"


def repeated_lines(known: dict[str, Path], run: int = 8) -> int:
    """Lines in runs of eight or more that stand, to the letter, in a second place too."""
    seen: Counter[tuple[str, ...]] = Counter()
    for path in known.values():
        lines = [line.strip() for line in path.read_text().split("\n") if line.strip()]
        code = [line for line in lines if not line.startswith(("from ", "import ", "#"))]
        seen.update({tuple(code[i : i + run]) for i in range(len(code) - run + 1)})
    return sum(count - 1 for count in seen.values() if count > 1)


def measured() -> Sizes:
    """The sizes of the source as it stands."""
    known = modules()
    lengths = {name: path.read_text().count("\n") for name, path in known.items()}
    # A page of the lab is one file by contract: more pages must not let other files grow.
    own = [n for n in known if known[n].stem != "__init__" and ".lab.pages." not in n]
    code = [lengths[name] for name in own]
    folders: dict[Path, int] = defaultdict(int)
    for path in known.values():
        folders[path.parent] += path.stem != "__init__"
    return Sizes(
        statistics.median(code),
        max(lengths.values()),
        max(n for path in known.values() for n, _ in bodies(path)),
        max(folders.values()),
        len(circles(arrows(known))),
        len(private_names(known)),
        repeated_lines(known),
    )


def main() -> None:
    """Print the meter, and what stands at its ends."""
    known = modules()
    for name, value in vars(measured()).items():
        print(f"{name.replace('_', ' '):24} {value}")
    for circle in circles(arrows(known)):
        print("circle:", " ↔ ".join(circle))
    print(*private_names(known), sep="\n")
    for n, where in sorted((b for p in known.values() for b in bodies(p)), reverse=True)[:12]:
        print(f"{n:4} lines  {where}")
    for n, path in sorted(((p.read_text().count("\n"), p) for p in known.values()), reverse=True)[
        :12
    ]:
        print(f"{n:4} lines  {path.relative_to(SOURCE)}")


if __name__ == "__main__":
    main()
