"""The index form: a tensor as a sum of products with named indices, where derivatives are easy.

`Tensor` = sum of `Term`s; `Term` = coefficient × factors; `Factor` = atom with indices, raised to a
power. Free indices are 0, 1, … in the order of the tensor's axes; every other index is summed over.
Atoms are symbols, Kronecker deltas, or functions of inner tensors, whose sums stay unexpanded: so
`X'θ − y` keeps its brackets all the way to the answer.

Notes: §A.8, Concept 458, Clarification 478
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from pellucid.calculus.algebra.shapes import Size
from pellucid.errors import FormulaError

Coefficient = Fraction | float
ONE = Fraction(1)


def digest(*parts: object) -> str:
    """A stable key: Python's own hash of text changes from run to run."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, eq=False)
class Atom:
    """What a factor is made of: a symbol, a delta, or a function of inner tensors."""

    kind: str
    axes: tuple[Size, ...]
    detail: Any = None
    inners: tuple[Tensor, ...] = ()
    marks: frozenset[str] = frozenset()
    key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        inner_keys = tuple(inner.key for inner in self.inners)
        name = getattr(self.detail, "detail", self.detail)
        object.__setattr__(self, "key", digest(self.kind, self.axes, name, inner_keys))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.key == other.key

    @property
    def symmetric(self) -> bool:
        """Whether swapping its two indices changes nothing."""
        return "symmetric" in self.marks


@dataclass(frozen=True)
class Factor:
    """An atom at indices, entrywise to a power."""

    atom: Atom
    indices: tuple[int, ...]
    exponent: Fraction = ONE

    def renamed(self, names: dict[int, int]) -> Factor:
        """The same factor at other indices."""
        return Factor(self.atom, tuple(names.get(i, i) for i in self.indices), self.exponent)


@dataclass(frozen=True)
class Term:
    """A coefficient times factors."""

    coefficient: Coefficient
    factors: tuple[Factor, ...]

    @property
    def indices(self) -> set[int]:
        """All indices that occur."""
        return {index for factor in self.factors for index in factor.indices}

    def renamed(self, names: dict[int, int]) -> Term:
        """The same term at other indices."""
        return Term(self.coefficient, tuple(factor.renamed(names) for factor in self.factors))


@dataclass(frozen=True, eq=False)
class Tensor:
    """A sum of terms over the free axes `axes`; no term at all is zero."""

    axes: tuple[Size, ...]
    terms: tuple[Term, ...]
    key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        spelled = sorted(
            (str(t.coefficient), [(f.atom.key, f.indices, str(f.exponent)) for f in t.factors])
            for t in self.terms
        )
        object.__setattr__(self, "key", digest(self.axes, spelled))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tensor) and self.key == other.key

    @property
    def rank(self) -> int:
        """Number of axes."""
        return len(self.axes)


def delta(of: Size) -> Atom:
    """Kronecker's delta: 1 where the two indices agree, else 0."""
    return Atom("delta", (of, of), marks=frozenset({"symmetric"}))


def unused_indices(*used: set[int]) -> Iterator[int]:
    """Indices that occur in none of the sets."""
    start = max((max(one) for one in used if one), default=-1) + 1
    while True:
        yield start
        start += 1


def atoms_in(tensor: Tensor) -> Iterator[Atom]:
    """Every atom at any depth, inner ones before those they stand in, each once."""
    seen: set[Atom] = set()
    stack: list[tuple[Atom, bool]] = [(f.atom, False) for t in tensor.terms for f in t.factors]
    stack.reverse()
    while stack:
        atom, ready = stack.pop()
        if ready:
            yield atom
        elif atom not in seen:
            seen.add(atom)
            stack.append((atom, True))
            stack.extend(
                (f.atom, False) for inner in atom.inners for t in inner.terms for f in t.factors
            )


def einsum_letters(count: int) -> str:
    """The first letters that name indices to einsum.

    Raises
    ------
    FormulaError
        When there are more indices than letters.
    """
    if count > len(string.ascii_letters):
        raise FormulaError(
            f"One product has {count} indices, and einsum {len(string.ascii_letters)} letters; "
            "split the formula into named parts."
        )
    return string.ascii_letters[:count]
