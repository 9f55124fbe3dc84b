"""Kinks that cancel: max(z, 0) + log(1 + exp(−|z|)) is smooth, though each part has a kink.

In a sum, relu(cu), |cu| and softplus(−|cu|) of one u are the same kink in different sizes. Where
the sizes add up to zero the sum is written without them, so that its derivative exists everywhere,
as it should; sign(u)·|u| is u, |u|² is u², and relu and |·| of what is never negative is itself.

Notes: KE 450, Concept 149
"""

from __future__ import annotations

from fractions import Fraction

from pellucid.calculus.algebra.canonical_tensors import tensor_of
from pellucid.calculus.algebra.index_form import Coefficient, Factor, Tensor, Term
from pellucid.calculus.algebra.tensor_arithmetic import function_of, scaled

HALF = Fraction(1, 2)


def without_cancelled_kinks(tensor: Tensor) -> Tensor:
    """The same tensor, with kinks that cancel written away."""
    terms = [_smooth_products(term) for term in tensor.terms]
    groups: dict[object, list[tuple[int, Factor, Tensor, Coefficient, str]]] = {}
    for place, term in enumerate(terms):
        for factor in term.factors:
            kink = _kink(factor)
            if kink is None:
                continue
            inner, kind = kink
            unit, scale = _unit(inner)
            rest = frozenset((f.atom, f.indices, f.exponent) for f in term.factors if f != factor)
            name = (rest, factor.indices, unit.key)
            groups.setdefault(name, []).append((place, factor, inner, _size(kind) * scale, kind))
    written: dict[int, list[Term]] = {}
    for members in groups.values():
        places = [m[0] for m in members]
        if len(set(places)) < 2 or any(p in written for p in places):
            continue
        if sum(terms[place].coefficient * size for place, _, _, size, _ in members) == 0:
            for place, factor, inner, _, kind in members:
                written[place] = _rewritten(terms[place], factor, inner, kind)
    if not written and terms == list(tensor.terms):
        return tensor
    kept = [t for place, term in enumerate(terms) for t in written.get(place, [term])]
    return tensor_of(tensor.axes, kept)


def function_with_a_kink(name: str, inner: Tensor) -> Tensor:
    """relu or |·| of a tensor: itself, up to its sign, where it is of one sign everywhere."""
    if _never_negative(inner):
        return inner
    if name == "abs" and _never_negative(turned := scaled(inner, Fraction(-1))):
        return turned
    return function_of(name, inner)


NEVER_NEGATIVE = {"relu", "abs", "exp", "softplus", "sigmoid"}


def _never_negative(tensor: Tensor) -> bool:
    return bool(tensor.terms) and all(
        term.coefficient > 0
        and all(
            (factor.atom.kind == "map" and factor.atom.detail in NEVER_NEGATIVE)
            or (factor.exponent.denominator == 1 and factor.exponent % 2 == 0)
            for factor in term.factors
        )
        for term in tensor.terms
    )


def _unit(inner: Tensor) -> tuple[Tensor, Coefficient]:
    """±u/c, whichever comes first by its key, and c > 0: the size of its first term."""
    first = inner.terms[0].coefficient if inner.terms else Fraction(1)
    size = first if first > 0 else -first
    unit = scaled(inner, 1 / size)
    return min(unit, scaled(unit, Fraction(-1)), key=lambda each: each.key), size


def _kink(factor: Factor) -> tuple[Tensor, str] | None:
    """The u and the kind of a kink at u = 0."""
    if factor.atom.kind != "map" or factor.exponent != 1:
        return None
    name, inner = factor.atom.detail, factor.atom.inners[0]
    if name in {"relu", "abs"}:
        return inner, str(name)
    if name == "softplus" and (u := _minus_abs(inner)) is not None:
        return u, "softplus"
    return None


def _minus_abs(inner: Tensor) -> Tensor | None:
    """u, where the tensor is −|u|."""
    if len(inner.terms) != 1 or inner.terms[0].coefficient >= 0:
        return None
    factors = inner.terms[0].factors
    if len(factors) != 1 or factors[0].exponent != 1 or factors[0].atom.kind != "map":
        return None
    plain = factors[0].indices == tuple(range(inner.rank))
    found: Tensor = factors[0].atom.inners[0]
    if not plain or factors[0].atom.detail != "abs":
        return None
    return scaled(found, inner.terms[0].coefficient)


def _size(kind: str) -> Fraction:
    """Relu, |u| and softplus(−|u|) in terms of |u|: the rest is smooth."""
    return {"relu": HALF, "abs": Fraction(1), "softplus": -HALF}[kind]


def _rewritten(term: Term, factor: Factor, inner: Tensor, kind: str) -> list[Term]:
    """The smooth part: relu(u) is (u + |u|)/2, softplus(−|u|) is softplus(u) − (u + |u|)/2."""
    if kind == "abs":
        return []
    if kind == "relu":
        return _in_place(term, factor, inner, HALF)
    smooth = function_of("softplus", inner)
    return _in_place(term, factor, smooth, Fraction(1)) + _in_place(term, factor, inner, -HALF)


def _in_place(term: Term, factor: Factor, by: Tensor, times: Fraction) -> list[Term]:
    """The term with the tensor `by` where the factor stood, multiplied out."""
    rest = tuple(f for f in term.factors if f != factor)
    top = max([*term.indices, *(i for t in by.terms for i in t.indices), 0]) + 1
    found = []
    for part in by.terms:
        inside = {i: i + top + 100 for i in part.indices if i >= by.rank}
        moved = part.renamed(dict(enumerate(factor.indices)) | inside)
        coefficient = term.coefficient * part.coefficient * times
        found.append(Term(coefficient, (*rest, *moved.factors)))
    return found


def _smooth_products(term: Term) -> Term:
    """|u|^(2k) is u^(2k), sign(u)·|u| is u: neither has a kink."""
    factors = list(term.factors)
    for factor in term.factors:
        inner = factor.atom.inners[0] if factor.atom.inners else None
        if factor.atom.kind != "map" or factor.atom.detail != "abs" or inner is None:
            continue
        if len(inner.terms) != 1 or len(inner.terms[0].factors) != 1:
            continue
        lone, exponent = inner.terms[0], factor.exponent
        base = Factor(lone.factors[0].atom, factor.indices, lone.factors[0].exponent)
        if lone.factors[0].indices != tuple(range(inner.rank)) or base.exponent != 1:
            continue
        if exponent.denominator == 1 and exponent % 2 == 0 and abs(lone.coefficient) == 1:
            factors[factors.index(factor)] = Factor(base.atom, base.indices, exponent)
        sign = next((f for f in factors if _is_sign_of(f, inner, factor.indices)), None)
        if sign is not None and exponent == 1 and sign.exponent == 1 and lone.coefficient == 1:
            factors.remove(sign)
            factors[factors.index(factor)] = base
    return term if factors == list(term.factors) else Term(term.coefficient, tuple(factors))


def _is_sign_of(factor: Factor, inner: Tensor, indices: tuple[int, ...]) -> bool:
    named = factor.atom.kind == "map" and factor.atom.detail == "sign"
    return named and factor.indices == indices and factor.atom.inners[0] == inner
