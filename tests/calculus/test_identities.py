"""More than 150 identities at random points of random sizes: against the stated answer, central
differences and JAX.

Notes: A.2–A.9, Notation 480–487, KE 450–454, (3.23)–(3.26), KE 345
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pellucid.calculus import differentiate, read
from pellucid.calculus.checking.numeric_check import check_derivative, check_with_jax
from pellucid.calculus.derivation.derivative import Derivative
from pellucid.calculus.language.declarations import Declarations, declare

LINES = [
    tuple(part.strip() for part in line.split("|"))
    for line in (Path(__file__).parent / "identities.txt").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


def test_there_are_at_least_150_identities() -> None:
    assert len(LINES) >= 150
    assert len({line[:3] for line in LINES}) == len(LINES)


@pytest.mark.parametrize(("formula", "by", "where", "answer"), LINES, ids=lambda part: part[:40])
def test_identity(formula: str, by: str, where: str, answer: str) -> None:
    declared = declare(where)
    found = differentiate(read(formula, declared), declared.symbols[by])
    assert check_derivative(found, trials=2).agrees
    assert found.in_matrix_form == bool(answer)
    if answer:
        stated = read(answer, declared)
        assert stated.shape == found.shape
        assert check_derivative(found, stated, trials=1).agrees
        _check_that_it_reads_back(found, declared)


def _check_that_it_reads_back(found: Derivative, declared: Declarations) -> None:
    printed = str(found.expression)
    if "windows(" in printed or "band(" in printed:
        return  # These are printed without the length that they need to be read.
    assert read(printed, declared).shape == found.shape
    assert str(read(printed, declared)) == printed


@pytest.mark.parametrize("line", LINES[::12], ids=lambda line: line[0][:40])
def test_identity_agrees_with_jax(line: tuple[str, ...]) -> None:
    formula, by, where, _ = line
    declared = declare(where)
    found = differentiate(read(formula, declared), declared.symbols[by])
    assert check_with_jax(found, trials=1).agrees
