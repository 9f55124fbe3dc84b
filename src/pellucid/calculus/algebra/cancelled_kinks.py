"""Kinks that cancel: max(z, 0) + log(1 + exp(−|z|)) is smooth, though each part has a kink.

In a sum, relu(±u), |±u| and softplus(−|u|) of one u are the same kink in different sizes. Where the
sizes add up to zero the sum is written without them, so that its derivative exists everywhere, as
it should; sign(u)·|u| is u, and |u|² is u².

Notes: KE 450, Concept 149
"""

from __future__ import annotations

from fractions import Fraction

from pellucid.calculus.algebra.canonical_tensors import tensor_of
from pellucid.calculus.algebra.index_form import Factor, Tensor, Term
from pellucid.calculus.algebra.tensor_arithmetic import function_of, scaled

HALF = Fraction(1, 2)


def without_cancelled_kinks(tensor: Tensor) -> Tensor:
    """The same tensor, with kinks that cancel written away."""
    terms = [_smooth_products(term) for term in tensor.terms]
    groups: dict[object, list[tuple[int, Factor, Tensor, Fraction, str]]] = {}
    for place, term in enumerate(terms):
        for factor in term.factors:
            kink = _kink(factor)
            if kink is None:
                continue
            inner, sign, kind = kink
            rest = frozenset((f.atom, f.indices, f.exponent) for f in term.factors if f != factor)
            name = (rest, factor.indices, inner.key)
            groups.setdefault(name, []).append((place, factor, inner, sign, kind))
    written: dict[int, list[Term]] = {}
    for members in groups.values():
        places = [m[0] for m in members]
        if len(set(places)) < 2 or any(p in written for p in places):
            continue
        total = sum(terms[p].coefficient * _size(kind) for p, _, _, _, kind in members)
        if total == 0:
            for place, factor, inner, sign, kind in members:
                written[place] = _rewritten(terms[place], factor, inner, sign, kind)
    if not written and terms == list(tensor.terms):
        return tensor
    kept = [t for place, term in enumerate(terms) for t in written.get(place, [term])]
    return tensor_of(tensor.axes, kept)


def _canonical_sign(inner: Tensor) -> tuple[Tensor, Fraction]:
    """u or −u, whichever comes first by its key, and the sign that was taken out."""
    turned = scaled(inner, Fraction(-1))
    return (inner, Fraction(1)) if inner.key <= turned.key else (turned, Fraction(-1))


def _kink(factor: Factor) -> tuple[Tensor, Fraction, str] | None:
    """The u (up to sign), the sign, and the kind of a kink at u = 0."""
    if factor.atom.kind != "map" or factor.exponent != 1:
        return None
    name, inner = factor.atom.detail, factor.atom.inners[0]
    if name in {"relu", "abs"}:
        return (*_canonical_sign(inner), name)
    if name == "softplus" and (u := _minus_abs(inner)) is not None:
        return (*_canonical_sign(u), "softplus")
    return None


def _minus_abs(inner: Tensor) -> Tensor | None:
    """u, where the tensor is −|u|."""
    if len(inner.terms) != 1 or inner.terms[0].coefficient != -1:
        return None
    factors = inner.terms[0].factors
    if len(factors) != 1 or factors[0].exponent != 1 or factors[0].atom.kind != "map":
        return None
    plain = factors[0].indices == tuple(range(inner.rank))
    found: Tensor = factors[0].atom.inners[0]
    return found if plain and factors[0].atom.detail == "abs" else None


def _size(kind: str) -> Fraction:
    """Relu, |u| and softplus(−|u|) in terms of |u|: the rest is smooth."""
    return {"relu": HALF, "abs": Fraction(1), "softplus": -HALF}[kind]


def _rewritten(term: Term, factor: Factor, inner: Tensor, sign: Fraction, kind: str) -> list[Term]:
    """The smooth part: relu(u) is (u + |u|)/2, softplus(−|u|) is softplus(u) − (u + |u|)/2."""
    if kind == "abs":
        return []
    if kind == "relu":
        return _in_place(term, factor, inner, HALF * sign)
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
