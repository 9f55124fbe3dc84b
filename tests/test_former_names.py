"""Renamed public names: each former one still works, and warns of what it is called now."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import pellucid
from pellucid.former_names import ARGUMENTS, ATTRIBUTES, PUBLIC, renamed, renamed_arguments

SOURCE = Path(pellucid.__file__).parent


@renamed(told="explanation")
@dataclass(frozen=True)
class _Explained:
    explanation: str


def _import_all_that_renamed_something() -> None:
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        if any(
            mark in text for mark in ("lazy_names(__name__", "@renamed(", "@renamed_arguments(")
        ):
            parts = path.relative_to(SOURCE.parent).with_suffix("").parts
            import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))


_import_all_that_renamed_something()
NAMES = [(room, old, new) for room, found in PUBLIC.items() for old, new in found.items()]
OF_CLASSES = [row for row in ATTRIBUTES if row[0].__module__.startswith("pellucid.")]
OF_FUNCTIONS = [row for row in ARGUMENTS if row[0].__module__.startswith("pellucid.")]


def test_every_former_name_of_the_source_stands_in_the_tables() -> None:
    written = {"renamed": 0, "renamed_arguments": 0}
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if "renamed" in text else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in written:
                written[node.func.id] += len(node.keywords)
    assert written["renamed"] == len({(owner.__qualname__, old) for owner, old, _ in OF_CLASSES})
    functions = {(owner.__module__, owner.__qualname__, old) for owner, old, _ in OF_FUNCTIONS}
    assert written["renamed_arguments"] == len(functions)
    assert ("pellucid.linear", "feet", "projections") in NAMES


@pytest.mark.parametrize(("package", "old", "new"), NAMES)
def test_a_former_name_of_a_package_warns_and_gives_the_new_thing(
    package: str, old: str, new: str
) -> None:
    room = import_module(package)
    with pytest.warns(DeprecationWarning, match=f"is called {new} now") as warned:
        found = getattr(room, old)
    assert found is getattr(room, new)
    assert old not in dir(room)
    assert warned[0].filename == __file__


@pytest.mark.parametrize(("owner", "old", "new"), OF_CLASSES)
def test_a_former_name_of_a_class_warns_and_gives_the_new_thing(
    owner: type, old: str, new: str
) -> None:
    declared = {name for each in owner.__mro__ for name in inspect.get_annotations(each)}
    declared |= {*inspect.signature(owner).parameters}
    assert new in declared or hasattr(owner, new)
    marked = type("Marked", (owner,), {new: "what it is called now"})
    with pytest.warns(DeprecationWarning, match=f"is called {new} now") as warned:
        found = getattr((tuple if issubclass(owner, tuple) else object).__new__(marked), old)
    assert found == "what it is called now"
    assert warned[0].filename == __file__


@pytest.mark.parametrize(("function", "old", "new"), OF_FUNCTIONS)
def test_a_former_argument_warns_and_is_passed_on_as_the_new_one(
    function: Callable[..., Any], old: str, new: str
) -> None:
    """A function of the same signature stands for it, which gives back what it was given."""
    arguments = inspect.signature(function).parameters
    assert new in arguments
    assert old not in arguments
    echo = renamed_arguments(**{old: new})(lambda *args, **named: named)
    with pytest.warns(DeprecationWarning, match=f"is called {new}= now") as warned:
        assert echo(**{old: "value"}) == {new: "value"}
    assert warned[0].filename == __file__
    with pytest.warns(DeprecationWarning, match=old), pytest.raises(TypeError, match="got"):
        echo(**{old: 1, new: 2})


def test_a_dataclass_takes_a_field_by_its_former_name() -> None:
    with pytest.warns(DeprecationWarning, match="is called explanation= now") as warned:
        found = _Explained(told="by its name")  # type: ignore[call-arg]
    assert found == _Explained("by its name")
    assert warned[0].filename == __file__


def test_an_estimator_lists_its_attributes_without_a_warning() -> None:
    assert "enough" not in dir(pellucid.KMeans())
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = pellucid.KMeans().nothing


def test_a_name_that_never_was_is_an_error() -> None:
    room = import_module("pellucid.autoencoders")
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = room.nothing
