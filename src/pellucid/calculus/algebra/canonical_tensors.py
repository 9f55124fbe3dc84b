"""Simplifying in the index form: deltas vanish, powers merge, like terms combine.

Every term has one canonical spelling, so that equal terms are found by comparing.

Notes: Concept 482, Concept 483
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.index_form import (
    Atom,
    Coefficient,
    Factor,
    Tensor,
    Term,
    digest,
    unused_indices,
)
from pellucid.calculus.algebra.shapes import SCALAR, Size
from pellucid.calculus.algebra.work_limit import count_work
from pellucid.errors import FormulaError

MOST_TERMS = 4000
LARGEST = 300  # decimal digits of a number
MOST_FACTORS = 10_000  # of all terms together


def tensor_of(axes: tuple[Size, ...], terms: Iterable[Term]) -> Tensor:
    """The canonical tensor of these terms; terms that cancel disappear."""
    rank = len(axes)
    collected: dict[tuple[Factor, ...], Coefficient] = {}
    factors = 0
    for count, raw in enumerate(terms):
        factors += len(raw.factors)
        if count > MOST_TERMS or factors > MOST_FACTORS:
            raise FormulaError(
                f"The formula expands to more than {MOST_TERMS} terms or {MOST_FACTORS} factors; "
                "split it into named parts."
            )
        count_work(1 + len(raw.factors))
        term = canonical_term(raw, rank)
        collected[term.factors] = collected.get(term.factors, Fraction(0)) + term.coefficient
    kept = [Term(coefficient, factors) for factors, coefficient in collected.items() if coefficient]
    return _unwrapped(Tensor(axes, tuple(kept)))


def _unwrapped(tensor: Tensor) -> Tensor:
    """Brackets that stand alone in a sum, or alone with the number 1, are opened."""
    rank = tensor.rank
    several = len(tensor.terms) > 1
    opened: list[Term] = []
    found = False
    for term in tensor.terms:
        inner = _lone_group(term, rank)
        if inner is None or not (several or term.coefficient == 1):
            opened.append(term)
            continue
        found = True
        indices = term.factors[0].indices
        for part in inner.terms:
            moved = part.renamed({**dict(enumerate(indices)), **_shifted(part, rank)})
            opened.append(Term(moved.coefficient * term.coefficient, moved.factors))
    return tensor_of(tensor.axes, opened) if found else tensor


def _shifted(term: Term, rank: int) -> dict[int, int]:
    return {index: index + rank + 100 for index in term.indices if index >= rank}


def _lone_group(term: Term, rank: int) -> Tensor | None:
    if len(term.factors) != 1:
        return None
    factor = term.factors[0]
    if factor.atom.kind != "group" or factor.exponent != 1:
        return None
    if sorted(factor.indices) != list(range(rank)):
        return None
    return factor.atom.inners[0]


def canonical_term(term: Term, rank: int) -> Term:
    """One spelling for each term: simplified, sorted, sums numbered in order."""
    coefficient, factors = _reduced(term, rank)
    if coefficient == 0:
        return Term(Fraction(0), ())
    return Term(coefficient, _sorted(factors, rank))


def _reduced(term: Term, rank: int) -> tuple[Coefficient, list[Factor]]:
    coefficient, factors = term.coefficient, list(term.factors)
    sizes = {i: s for f in factors for i, s in zip(f.indices, f.atom.axes, strict=True)}
    dummies = {index for index in sizes if index >= rank}
    while True:
        before = len(factors)
        coefficient, factors = _opened_groups(coefficient, factors, sizes, dummies, rank)
        factors, gone = _without_deltas(factors, rank)
        dummies -= gone
        factors = _merged_powers(factors)
        factors, summed = _probabilities_summed(factors, rank)
        dummies -= summed
        if len(factors) == before and not any(_reducible(f, rank) for f in factors):
            break
    alive = {index for factor in factors for index in factor.indices}
    for index in sorted(dummies - alive):
        extra = sizes[index]
        if isinstance(extra, int):
            coefficient = coefficient * extra
        else:
            factors.append(Factor(size_atom(extra), ()))
    factors = _merged_powers(factors)
    return coefficient, factors


def size_atom(of: str) -> Atom:
    """The size `of` as a scalar."""
    return Atom("symbol", (), ex.symbol(of, SCALAR, frozenset({"size"})), marks=frozenset({"size"}))


def _reducible(factor: Factor, rank: int) -> bool:
    if factor.atom.kind == "delta":
        return factor.indices[0] == factor.indices[1] or max(factor.indices) >= rank
    return factor.atom.kind == "group" and _opens(factor)


def _opens(factor: Factor) -> bool:
    inner = factor.atom.inners[0]
    if len(inner.terms) == 0:
        return factor.exponent > 0
    if len(inner.terms) > 1:
        return False
    term = inner.terms[0]
    if factor.exponent == 1:
        return True
    no_sum = all(index < inner.rank for index in term.indices)
    whole = factor.exponent.denominator == 1
    return no_sum and whole and all(f.exponent.denominator == 1 for f in term.factors)


def _opened_groups(
    coefficient: Coefficient,
    factors: list[Factor],
    sizes: dict[int, Size],
    dummies: set[int],
    rank: int,
) -> tuple[Coefficient, list[Factor]]:
    opened: list[Factor] = []
    names = unused_indices(set(sizes), set(range(rank)))
    for factor in factors:
        if factor.atom.kind != "group" or not _opens(factor):
            opened.append(factor)
            continue
        inner = factor.atom.inners[0]
        if not inner.terms:
            return Fraction(0), []
        term = tensor_factor(inner, factor.indices, names)
        assert isinstance(term, Term)
        exponent = factor.exponent
        coefficient = coefficient * power_of(term.coefficient, exponent)
        for part in term.factors:
            opened.append(Factor(part.atom, part.indices, part.exponent * exponent))
            for index, of in zip(part.indices, part.atom.axes, strict=True):
                sizes[index] = of
                if index >= rank:
                    dummies.add(index)
    return coefficient, opened


def check_magnitude(base: Coefficient, exponent: Fraction) -> None:
    """Refuse a power of a number that no computer's number holds, before it is written out.

    Raises
    ------
    FormulaError
    """
    size = abs(float(exponent)) * abs(math.log10(abs(float(base)))) if base else 0.0
    if size > LARGEST:
        raise FormulaError(
            f"{float(base):g}^{exponent} lies beyond 1e±{LARGEST}: no computer's number holds it. "
            "Give it a name, and its logarithm where it is needed."
        )


def power_of(base: Coefficient, exponent: Fraction) -> Coefficient:
    """A number to a power, exact when the exponent is whole."""
    if base == 1:
        return base
    check_magnitude(base, exponent)
    if exponent.denominator == 1:
        result: Coefficient = base ** int(exponent)
        return result
    rooted: float = float(base) ** float(exponent)
    return rooted


def _without_deltas(factors: list[Factor], rank: int) -> tuple[list[Factor], set[int]]:
    """Delta(i, j) renames j to i; what it renamed away is returned."""
    gone: set[int] = set()
    position = 0
    while position < len(factors):
        factor = factors[position]
        if factor.atom.kind != "delta":
            position += 1
            continue
        one, other = factor.indices
        if one == other:
            factors = factors[:position] + factors[position + 1 :]
            continue
        if max(one, other) < rank:
            position += 1
            continue
        keep, drop = min(one, other), max(one, other)
        rest = factors[:position] + factors[position + 1 :]
        factors = [f.renamed({drop: keep}) for f in rest]
        gone.add(drop)
        position = 0
    return factors, gone


def _merged_powers(factors: list[Factor]) -> list[Factor]:
    merged: dict[tuple[Atom, tuple[int, ...]], Fraction] = {}
    for factor in factors:
        indices = factor.indices
        if factor.atom.symmetric and len(indices) == 2:
            indices = (min(indices), max(indices))
        place = (factor.atom, indices)
        if factor.atom.kind in {"delta", "basis"} and place in merged:
            continue
        merged[place] = merged.get(place, Fraction(0)) + factor.exponent
    return [Factor(atom, at_, e) for (atom, at_), e in merged.items() if e != 0]


def _probabilities_summed(factors: list[Factor], rank: int) -> tuple[list[Factor], set[int]]:
    """Σ of a softmax, or of a symbol marked as a distribution, is 1."""
    uses = Counter(i for f in factors for i in set(f.indices))
    kept: list[Factor] = []
    gone: set[int] = set()
    for factor in factors:
        sums_to_one = factor.atom.kind == "softmax" or "distribution" in factor.atom.marks
        if sums_to_one and factor.exponent == 1 and len(factor.indices) == 1:
            index = factor.indices[0]
            if index >= rank and uses[index] == 1:
                gone.add(index)
                continue
        kept.append(factor)
    return kept, gone


def _sorted(factors: list[Factor], rank: int) -> tuple[Factor, ...]:
    colours: dict[int, str] = {i: f"free{i}" for i in range(rank)}
    for _ in range(3):
        seen: dict[int, list[str]] = {}
        for factor in factors:
            around = ",".join(colours.get(i, "sum") for i in factor.indices)
            for position, index in enumerate(factor.indices):
                place = 0 if factor.atom.symmetric else position
                around_here = ",".join(sorted(around.split(","))) if place != position else around
                seen.setdefault(index, []).append(
                    f"{factor.atom.key}^{factor.exponent}[{around_here}]{place}"
                )
        for index, uses in seen.items():
            if index >= rank:
                colours[index] = str(hash_text("|".join(sorted(uses))))

    def order(factor: Factor) -> tuple[str, str, str]:
        return (
            factor.atom.key,
            str(factor.exponent),
            ",".join(colours[i] for i in factor.indices),
        )

    names: dict[int, int] = {i: i for i in range(rank)}
    result = sorted(factors, key=order)
    for factor in result:
        indices = factor.indices
        if factor.atom.symmetric:
            indices = tuple(sorted(indices, key=lambda i: (names.get(i, 10**6), colours[i])))
        for index in indices:
            names.setdefault(index, len(names))
    renamed = [factor.renamed(names) for factor in result]
    return tuple(
        Factor(f.atom, tuple(sorted(f.indices)), f.exponent) if f.atom.symmetric else f
        for f in renamed
    )


def hash_text(text: str) -> str:
    """A short stable key."""
    return digest(text)


def tensor_factor(
    tensor: Tensor, indices: tuple[int, ...], names: Iterator[int]
) -> tuple[Factor, ...] | Term:
    """The tensor as a factor: one term is written out, several stay a bracket.

    `names` hands out indices for the sums inside a term that is written out.
    """
    if len(tensor.terms) != 1:
        return (Factor(Atom("group", tensor.axes, None, (tensor,), group_marks(tensor)), indices),)
    term = tensor.terms[0]
    mapping = dict(enumerate(indices))
    for index in sorted(term.indices):
        if index >= tensor.rank:
            mapping[index] = next(names)
    return term.renamed(mapping)


def group_marks(tensor: Tensor) -> frozenset[str]:
    """Symmetric, when swapping the two axes gives the same tensor."""
    if tensor.rank != 2 or tensor.axes[0] != tensor.axes[1]:
        return frozenset()
    return frozenset({"symmetric"}) if transposed_tensor(tensor) == tensor else frozenset()


def transposed_tensor(tensor: Tensor) -> Tensor:
    """The transpose of a tensor of two axes."""
    return permuted(tensor, (1, 0))


def permuted(tensor: Tensor, order: tuple[int, ...]) -> Tensor:
    """Axes reordered: new axis k is old axis `order[k]`."""
    names = {old: new for new, old in enumerate(order)}
    axes = tuple(tensor.axes[old] for old in order)
    return tensor_of(axes, [term.renamed(names) for term in tensor.terms])
