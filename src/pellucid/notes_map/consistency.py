"""Whether map, source and tests agree, in both directions.

A built item names an object and a test that exist, and the object cites the notes. The other way
round, an object that cites a box is not left open: once an issue has anything built, each box
that a public object cites has at least one of that issue's `implement` items built.

Notes: §1.7
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from operator import attrgetter
from pathlib import Path

from pellucid.errors import NotesReferenceError
from pellucid.notes_map.citations import (
    TESTS,
    Citation,
    each_test,
    references_in_source,
    references_in_tests,
)
from pellucid.notes_map.records import Item, items
from pellucid.notes_map.references import find


def inconsistencies() -> list[str]:
    """Every disagreement on the present tree, as sentences; none when all is well.

    Notes: §1.7
    """
    citations = references_in_source()
    return [
        *unknown_references(citations),
        *missing_evidence(items()),
        *uncited_objects(items(), citations),
        *cited_but_open(items(), citations),
        *tested_but_open(items(), references_in_tests()),
    ]


def unknown_references(citations: Iterable[Citation]) -> list[str]:
    """References that the notes do not have, each with who makes it and the nearest there is."""
    faults = []
    for citation in citations:
        for reference in citation.references:
            try:
                find(reference)
            except NotesReferenceError as error:
                faults.append(f"{citation.name} (line {citation.line}): {error}")
    return faults


def missing_evidence(items: Iterable[Item], tests: Path = TESTS) -> list[str]:
    """Items whose object or test does not exist, or that name only one of the two."""
    faults = []
    for item in items:
        if bool(item.object) != bool(item.test):
            faults.append(f"{item.id}: an object and a test are both needed, or neither.")
        elif item.built:
            missing = (missing_object(item.object), missing_test(item.test, tests))
            faults += [f"{item.id}: {fault}" for fault in missing if fault]
    return faults


def missing_object(name: str) -> str:
    """Why "module:name" (or a bare module) cannot be imported; empty when it can."""
    try:
        _object_named(name)
    except (ImportError, AttributeError, ValueError) as error:
        return f"no object {name!r}: {error}"
    return ""


def missing_test(name: str, tests: Path = TESTS) -> str:
    """Why "tests/…/test_x.py::test_y" is no test, parameters aside; empty when it is one."""
    file, _, function = name.partition("[")[0].partition("::")
    path = tests.parent / file
    if not path.is_file():
        return f"no test {name!r}: there is no file {file!r}."
    if function not in _tests_in(path.read_text("utf-8")):
        return f"no test {name!r}: {file} has no {function!r}."
    return ""


@cache
def _tests_in(source: str) -> frozenset[str]:
    """Names of the tests of a file, which many items cite."""
    return frozenset(name for name, _ in each_test(ast.parse(source)))


def uncited_objects(items: Iterable[Item], citations: Iterable[Citation]) -> list[str]:
    """Built items whose object, its class and its module all leave the notes uncited."""
    citing = {citation.name for citation in citations}
    return [
        f"{item.id}: the docstring of {item.object} has no line `Notes: …`."
        for item in items
        if item.object and not missing_object(item.object) and not citing & _homes(item.object)
    ]


def cited_but_open(items: Iterable[Item], citations: Iterable[Citation]) -> list[str]:
    """Boxes that a public object cites while every item that asks for them is still open."""
    items = list(items)
    begun = {item.issue for item in items if item.built}
    asking_for: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        if item.tag == "implement" and item.issue in begun:
            for box in item.box_numbers:
                asking_for[box].append(item)
    faults = []
    for citation in citations:
        if not citation.public or ":" not in citation.name:
            continue
        for reference in citation.references:
            asking = asking_for.get(int(reference.number), []) if reference.to == "box" else []
            if asking and not any(item.built for item in asking):
                names = ", ".join(item.id for item in asking)
                faults.append(f"{citation.name} cites {reference}, but {names} is still open.")
    return faults


def tested_but_open(items: Iterable[Item], tests: Iterable[Citation]) -> list[str]:
    """Open items that a test names by their id: they are built, or the test claims too much."""
    unbuilt = {item.id for item in items if not item.built}
    return [
        f"{test.name} names {name}, which is open: fill it in, or take its id out of the test."
        for test in tests
        for name in test.ids
        if name in unbuilt
    ]


def _object_named(name: str) -> object:
    module, _, attribute = name.partition(":")
    found: object = import_module(module)
    return attrgetter(attribute)(found) if attribute else found


def _homes(name: str) -> set[str]:
    """The names under which an object may cite the notes: its own, its class's, its module's."""
    found = _object_named(name)
    module = getattr(found, "__module__", None) or name.partition(":")[0]
    own = getattr(found, "__qualname__", "") or name.partition(":")[2]
    class_ = own.rpartition(".")[0] or own
    return {name, name.partition(":")[0], module, f"{module}:{own}", f"{module}:{class_}"}
