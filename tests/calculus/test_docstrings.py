"""The examples in the docstrings run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import pellucid.calculus

MODULES = [m.name for m in pkgutil.iter_modules(pellucid.calculus.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(f"pellucid.calculus.{name}")
    assert doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0


def test_public_names_are_what_they_say() -> None:
    for name in pellucid.calculus.__all__:
        assert callable(getattr(pellucid.calculus, name))
    with pytest.raises(AttributeError):
        _ = pellucid.calculus.nonsense
