"""Sentences as data: each with the numeric condition under which it may be said, and its claims.

A table of statements is a tuple; `applicable_statements` picks those whose condition holds. Two
statements contradict each other when they take different positions on one topic, so that a test can
look, over any facts, for two that must never stand together.

Notes: §1.0.7, §2.7
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Generic, TypeVar

F = TypeVar("F")


@dataclass(frozen=True)
class Statement(Generic[F]):
    """A sentence that may be said about facts of the kind F.

    Parameters
    ----------
    name : str
        What it is called, for tests.
    when : callable facts -> bool
        The condition, on numbers.
    text : callable facts -> str
        The sentence.
    claims : dict of str to str
        Topic -> the position it takes.
    part : str
        Where it stands: "words", "advice", or the severity of a finding.
    """

    name: str
    when: Callable[[F], bool]
    text: Callable[[F], str]
    claims: dict[str, str]
    part: str = "words"


def applicable_statements(
    table: Iterable[Statement[F]], facts: F, part: str = ""
) -> list[Statement[F]]:
    """The statements whose condition holds, in order; of one part only where one is named."""
    return [s for s in table if s.when(facts) and part in ("", s.part)]


def contradictions(statements: Iterable[Statement[Any]]) -> list[tuple[str, str, str]]:
    """Pairs that take different positions on one topic: (topic, name, other name).

    Examples
    --------
    >>> yes = Statement("yes", bool, str, {"rain": "today"})
    >>> no = Statement("no", bool, str, {"rain": "never"})
    >>> contradictions([yes, no])
    [('rain', 'yes', 'no')]
    """
    return [
        (topic, one.name, other.name)
        for one, other in combinations(statements, 2)
        for topic in sorted(one.claims.keys() & other.claims.keys())
        if one.claims[topic] != other.claims[topic]
    ]
