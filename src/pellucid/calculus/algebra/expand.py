"""Opening brackets where that makes an answer shorter.

The gradient of the logistic loss shows why: y/σ − (1 − y)/(1 − σ), times σ(1 − σ), is y − σ once
opened in the right order, and much longer when opened in the wrong one.

Notes: §4.4
"""

from __future__ import annotations

from functools import lru_cache

from pellucid.calculus.algebra.canonical_tensors import tensor_factor, tensor_of
from pellucid.calculus.algebra.index_form import Factor, Tensor, Term, delta, unused_indices

ROUNDS = 6
MOST_WORK = 260


@lru_cache(maxsize=4096)
def size_of(tensor: Tensor) -> int:
    """How much there is to read: factors at every depth."""
    total = 0
    for term in tensor.terms:
        total += 1
        for factor in term.factors:
            total += 1 + (factor.exponent != 1) + sum(size_of(i) for i in factor.atom.inners)
    return total


def shortest_form(tensor: Tensor) -> Tensor:
    """The shortest spelling found by opening brackets one at a time, or all at once."""
    if size_of(tensor) > MOST_WORK:
        return tensor
    best, frontier = tensor, tensor
    for _ in range(ROUNDS):
        choices = list(_one_opened(frontier))
        if not choices:
            break
        choices.append(fully_opened(frontier))
        frontier = min(choices, key=size_of)
        if size_of(frontier) < size_of(best):
            best = frontier
        elif size_of(frontier) > size_of(best) + 12:
            break
    return best


def _brackets(term: Term) -> list[int]:
    return [
        position
        for position, factor in enumerate(term.factors)
        if factor.atom.kind == "group" and factor.exponent in (1, 2, 3)
    ]


def _one_opened(tensor: Tensor) -> list[Tensor]:
    found = []
    for place, term in enumerate(tensor.terms):
        others = [t for k, t in enumerate(tensor.terms) if k != place]
        for position in _brackets(term):
            found.append(tensor_of(tensor.axes, [*others, *_opened(term, position)]))
            if len(found) > 12:
                return found
    return found


def fully_opened(tensor: Tensor) -> Tensor:
    """Every bracket multiplied out; unchanged where that would pass 200 terms."""
    terms: list[Term] = []
    for term in tensor.terms:
        parts = [term]
        while any(_brackets(part) for part in parts):
            opened: list[Term] = []
            for part in parts:
                places = _brackets(part)
                opened.extend(_opened(part, places[0]) if places else [part])
            parts = opened
            if len(parts) > 200:
                return tensor
        terms.extend(parts)
    return tensor_of(tensor.axes, terms)


def _opened(term: Term, position: int) -> list[Term]:
    factor = term.factors[position]
    rest = list(term.factors[:position] + term.factors[position + 1 :])
    if factor.exponent > 1:
        rest.append(Factor(factor.atom, factor.indices, factor.exponent - 1))
    inner = factor.atom.inners[0]
    # An index that a part does not vary over is summed all the same.
    pairs = zip(factor.atom.axes, factor.indices, strict=True)
    rest += [Factor(delta(of), (index, index)) for of, index in pairs]
    results = []
    for part in inner.terms:
        moved = tensor_factor(
            Tensor(inner.axes, (part,)), factor.indices, unused_indices(term.indices)
        )
        assert isinstance(moved, Term)
        results.append(Term(term.coefficient * moved.coefficient, (*rest, *moved.factors)))
    return results
