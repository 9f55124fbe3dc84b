"""Who cites the notes: docstrings of the source, and tests, read without importing them.

Notes: §1.8
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pellucid.notes_map.records import items, sections
from pellucid.notes_map.references import (
    KIND_WORDS,
    Reference,
    parse_references,
    references_in,
)

SOURCE = Path(__file__).parents[1]
TESTS = SOURCE.parents[1] / "tests"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Citation:
    """One object or test, and what of the notes it cites.

    Parameters
    ----------
    name : str
        "pellucid.linear.ridge:Ridge" for an object ("pellucid.errors" for a module),
        "tests/linear/test_ridge.py::test_x" for a test.
    line : int
        Where it begins in its file.
    references : tuple of Reference
        The references it makes.
    ids : tuple of str
        The ids of items that it names; only tests name any.
    """

    name: str
    line: int
    references: tuple[Reference, ...]
    ids: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        """Whether no part of the name begins with an underscore."""
        return not re.search(r"(^|[.:])_", self.name)


def references_in_source(root: Path = SOURCE) -> list[Citation]:
    """The `Notes:` lines of every docstring under `root`, read by `ast`, nothing imported.

    Parameters
    ----------
    root : Path
        The folder of the package.

    Returns
    -------
    list of Citation
        One for each module, class, function or method whose docstring cites the notes.

    Examples
    --------
    >>> next(c for c in references_in_source() if c.name == "pellucid.notes_map").references[0]
    Reference(to='section', number='1.7', kind='')

    Notes: §1.8
    """
    found = []
    for path in sorted(root.rglob("*.py")):
        for name, node in _documented(ast.parse(path.read_text("utf-8")), _module(path, root)):
            references = parse_references(ast.get_docstring(node) or "")
            if references:
                line = getattr(node, "lineno", 1)
                found.append(Citation(name, line, tuple(references)))
    return found


def _module(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _documented(
    tree: ast.Module, module: str
) -> Iterator[tuple[str, ast.Module | ast.ClassDef | Function]]:
    """The module, its functions, its classes and their methods, each with its dotted name."""
    yield module, tree
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{module}:{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield f"{module}:{node.name}", node
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    yield f"{module}:{node.name}.{inner.name}", inner


def references_in_tests(root: Path = TESTS) -> list[Citation]:
    """The tests that cite the notes, or name an item, in name, docstring or comment.

    Parameters
    ----------
    root : Path
        The folder of the tests.

    Returns
    -------
    list of Citation
        One for each such test.

    Notes: §1.8
    """
    found = []
    for path in sorted(root.rglob("test_*.py")):
        text = path.read_text("utf-8")
        for name, node in each_test(ast.parse(text)):
            words = _test_text(node, text.splitlines())
            references = (*references_in(words), *_references_in_name(node.name))
            ids = tuple(word for word in dict.fromkeys(ITEM_ID.findall(words)) if word in _ids())
            if references or ids:
                file = path.relative_to(root.parent).as_posix()
                found.append(Citation(f"{file}::{name}", node.lineno, references, ids))
    return found


def each_test(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Every test of a file, with the name pytest gives it ("test_x" or "TestY::test_x")."""
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        for inner in inside:
            if isinstance(inner, Function) and inner.name.startswith("test"):
                yield prefix + inner.name, inner


ITEM_ID = re.compile(r"(?<![\w.])(?:\d+|A)(?:\.\d+)+-[a-z0-9]+(?:[.-][a-z0-9]+)*")


@cache
def _ids() -> frozenset[str]:
    return frozenset(item.id for item in items())


@cache
def _section_numbers() -> frozenset[str]:
    return frozenset(section.number for section in sections())


def _test_text(node: Function, lines: list[str]) -> str:
    """A test's docstring and comments, and the comment right above it."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
    above = first
    while above and lines[above - 1].lstrip().startswith("#"):
        above -= 1
    inside = lines[first : node.end_lineno]
    comments = [line.partition("# ")[2] for line in (*lines[above:first], *inside)]
    return "\n".join((ast.get_docstring(node) or "", *comments))


def _references_in_name(name: str) -> tuple[Reference, ...]:
    """What a test's own name cites: `test_ke_71`, `test_2_6_10_two_points`."""
    kinds = "|".join(KIND_WORDS).replace(" ", "_")
    boxes = re.findall(rf"(?<![a-z])({kinds})_?(\d+)", name)
    named = [Reference("box", number, KIND_WORDS[kind.replace("_", " ")]) for kind, number in boxes]
    for digits in re.findall(r"(?<![a-z0-9])\d+(?:_\d+)+", name):
        number = digits.replace("_", ".")
        if number in _section_numbers():
            named.append(Reference("section", number))
    return tuple(named)
