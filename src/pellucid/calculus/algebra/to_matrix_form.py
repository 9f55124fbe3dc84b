"""From the index form back to matrix notation, whenever at most two axes remain.

Operands with one or two named indices are joined until none is left to sum: vectors become inner
products, shared indices matrix products, repeated ones entrywise products or diagonals. What
resists stays a contraction and is printed in element form.

Notes: C 466, C 470, Concept 488
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.canonical_order import (
    distributed_transpose,
    in_reading_order,
    ordered_columns,
    ordered_scalars,
)
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.index_form import Atom, Factor, Tensor, Term
from pellucid.calculus.algebra.shapes import SCALAR, Shape, Size


@dataclass(frozen=True)
class Operand:
    """A column or a matrix at indices."""

    expression: Expression
    indices: tuple[int, ...]


class _NoMatrixForm(Exception):
    """The term has no matrix form."""


def matrix_form(tensor: Tensor, shape: Shape) -> Expression:
    """The tensor as an expression of this shape, whose sizes other than 1 are its axes.

    Notes: Concept 483
    """
    if _FORMS.get() is not None:
        return _matrix_form(tensor, shape)
    token = _FORMS.set({})
    try:
        return _matrix_form(tensor, shape)
    finally:
        _FORMS.reset(token)


# Atoms met before within one conversion: a part that occurs often is converted once.
_FORMS: ContextVar[dict[Atom, Expression] | None] = ContextVar("forms of atoms", default=None)


def _matrix_form(tensor: Tensor, shape: Shape) -> Expression:
    terms = [_term_form(term, tensor.axes, shape) for term in tensor.terms]
    return in_reading_order(ex.add(ex.zeros(shape), *terms))


def is_matrix_form(expression: Expression) -> bool:
    """Whether no contraction is left in it."""
    return all(node.operation != "contract" for node in ex.walk(expression))


def _term_form(term: Term, axes: tuple[Size, ...], shape: Shape) -> Expression:
    try:
        return _raised(term, axes, shape)
    except _NoMatrixForm:
        return _contraction(term, axes, shape)


def _natural_shape(axes: tuple[Size, ...]) -> Shape:
    return SCALAR if not axes else (axes[0], 1) if len(axes) == 1 else axes


def _contraction(term: Term, axes: tuple[Size, ...], shape: Shape) -> Expression:
    operands, places = [], []
    rank = len(axes)
    for factor in term.factors:
        operands.append(factor_form(factor))
        places.append(factor.indices)
    covered = {index for place in places for index in place}
    for index in range(rank):
        if index not in covered:
            operands.append(ex.ones((axes[index], 1)))
            places.append((index,))
    detail = (*places, tuple(range(rank)))
    if not operands:
        return ex.multiply(ex.number(term.coefficient), ex.ones(shape))
    body = Expression("contract", tuple(operands), shape, detail)
    return ex.multiply(ex.number(term.coefficient), body)


# --- atoms ----------------------------------------------------------------------------------


def factor_form(factor: Factor) -> Expression:
    """The expression of an atom to its power; ‖u‖ where it is the root of a sum of squares."""
    base = atom_form(factor.atom)
    if factor.exponent == 1:
        return base
    if factor.exponent == Fraction(1, 2) and base.operation == "power":
        inner, exponent = base.arguments
        if ex.is_number(exponent, 2) and inner.operation == "norm2":
            return inner
    whole_half = factor.exponent * 2
    if factor.atom.kind == "group" and not factor.atom.axes and base.operation == "power":
        inner, exponent = base.arguments
        if inner.operation == "norm2" and ex.is_number(exponent, 2):
            return ex.entrywise_power(inner, ex.number(whole_half))
    return ex.entrywise_power(base, ex.number(factor.exponent))


def atom_form(atom: Atom) -> Expression:
    """The expression of an atom: a scalar, a column or a matrix."""
    known = _FORMS.get()
    if known is None:
        return _atom_form(atom)
    if atom not in known:
        known[atom] = _atom_form(atom)
    return known[atom]


def _atom_form(atom: Atom) -> Expression:
    leaf = _LEAVES.get(atom.kind)
    if leaf is not None:
        return leaf(atom)
    shape = _natural_shape(atom.axes)
    inners = [matrix_form(inner, _natural_shape(inner.axes)) for inner in atom.inners]
    if atom.kind == "group":
        return inners[0]
    if atom.kind == "map":
        return ex.apply(atom.detail, inners[0])
    if atom.kind == "inv":
        return ex.inverse(inners[0])
    if atom.kind == "power":
        return ex.entrywise_power(inners[0], inners[1])
    detail = atom.detail
    return Expression(atom.kind, tuple(inners), shape, detail)


def _symbol_form(atom: Atom) -> Expression:
    node: Expression = atom.detail
    if len(node.shape) == 2 and len(atom.axes) == 1 and node.shape[0] == 1:
        return ex.transpose(node)
    return node


_LEAVES: dict[str, Callable[[Atom], Expression]] = {
    "symbol": _symbol_form,
    "delta": lambda atom: ex.identity(atom.axes[0]),
    "basis": lambda atom: ex.basis(atom.detail, atom.axes[0]),
    "shift": lambda atom: Expression("shift", (), atom.axes),
}


# --- one term -------------------------------------------------------------------------------


def _raised(term: Term, axes: tuple[Size, ...], shape: Shape) -> Expression:
    rank = len(axes)
    if rank > 2:
        return _raised_tensor(term, axes, shape)
    factors, diagonal = _diagonal_first(term, rank)
    scalars: list[Expression] = [factor_form(f) for f in factors if not f.indices]
    factors = [f for f in factors if f.indices]
    parts, numbers = _sums_of_squares(factors, rank)
    scalars += numbers
    operands = _shift_forms(parts, rank)
    free = 1 if diagonal else rank
    operands, found = _joined(operands, free)
    scalars += found
    body = _assembled(operands, axes[:free])
    if diagonal:
        body = ex.diag(body)
    if rank == 1 and shape[0] == 1:
        body = distributed_transpose(body)
    ordered = ordered_scalars(scalars)
    return ex.multiply(ex.number(term.coefficient), *ordered, body)


def _raised_tensor(term: Term, axes: tuple[Size, ...], shape: Shape) -> Expression:
    """More than two axes: only a lone tensor, or an entrywise product of whole ones, is plain."""
    every = tuple(range(len(axes)))
    arrays = [f for f in term.factors if f.indices]
    scalars = [factor_form(f) for f in term.factors if not f.indices]
    if not all(f.indices == every for f in arrays):
        raise _NoMatrixForm
    body = ex.hadamard(*(factor_form(f) for f in arrays)) if arrays else ex.ones(shape)
    return ex.multiply(ex.number(term.coefficient), *ordered_scalars(scalars), body)


def _diagonal_first(term: Term, rank: int) -> tuple[list[Factor], bool]:
    """Delta(row, column) makes the answer diagonal: both are one index from here on."""
    factors = list(term.factors)
    if rank != 2:
        return factors, False
    for position, factor in enumerate(factors):
        if factor.atom.kind == "delta" and set(factor.indices) == {0, 1}:
            rest = factors[:position] + factors[position + 1 :]
            return [f.renamed({1: 0}) for f in rest], True
    return factors, False


def _sums_of_squares(factors: list[Factor], rank: int) -> tuple[list[Factor], list[Expression]]:
    """Σ v_i² is norm2(v)², Σ |v_i| is norm1(v)."""
    uses = Counter(i for f in factors for i in f.indices)
    kept: list[Factor] = []
    found: list[Expression] = []
    for factor in factors:
        alone = all(i >= rank and uses[i] == 1 for i in factor.indices)
        if alone and factor.exponent == 2:
            norm = ex.to_scalar("norm2", atom_form(factor.atom))
            found.append(ex.entrywise_power(norm, ex.number(2)))
        elif alone and factor.exponent == 1 and factor.atom.detail == "abs":
            found.append(ex.to_scalar("norm1", atom_form(factor.atom).arguments[0]))
        else:
            kept.append(factor)
    return kept, found


def _shift_forms(factors: list[Factor], rank: int) -> list[Operand]:
    """A shift tensor takes a vector with it: windows of the signal, a band of the filter."""
    shifts = [f for f in factors if f.atom.kind == "shift"]
    others = [f for f in factors if f.atom.kind != "shift"]
    operands = [Operand(factor_form(f), f.indices) for f in others]
    for shift in shifts:
        out, taps, signal = shift.indices
        uses = Counter(i for f in factors for i in f.indices)
        vectors = {o.indices[0]: o for o in operands if len(o.indices) == 1}
        pairs = [i for i in (signal, taps, out) if i in vectors and i >= rank and uses[i] == 2]
        if not pairs:
            raise _NoMatrixForm
        made = _two_vectors(shift, vectors, pairs) or _one_vector(shift, vectors[pairs[0]])
        consumed, operand = made
        operands = [o for o in operands if o not in consumed] + [operand]
    for operand in operands:
        if len(operand.indices) > 2:
            raise _NoMatrixForm
    return operands


def _two_vectors(
    shift: Factor, vectors: dict[int, Operand], pairs: list[int]
) -> tuple[list[Operand], Operand] | None:
    if len(pairs) < 2:
        return None
    out, taps, signal = shift.indices
    axes = shift.atom.axes
    names = {out: 0, taps: 1, signal: 2}
    if signal in pairs:
        other = taps if taps in pairs else out
        free = out if other == taps else taps
        node = Expression(
            "conv",
            (vectors[signal].expression, vectors[other].expression),
            (axes[names[free]], 1),
        )
        return [vectors[signal], vectors[other]], Operand(node, (free,))
    arguments = (vectors[out].expression, vectors[taps].expression)
    node = Expression("spread", arguments, (axes[2], 1))
    return [vectors[out], vectors[taps]], Operand(node, (signal,))


def _one_vector(shift: Factor, vector: Operand) -> tuple[list[Operand], Operand]:
    out, taps, signal = shift.indices
    size_out, size_taps, size_signal = shift.atom.axes
    index = vector.indices[0]
    if index == signal:
        node = Expression("windows", (vector.expression,), (size_taps, size_out))
        return [vector], Operand(node, (taps, out))
    if index == taps:
        node = Expression("band", (vector.expression,), (size_signal, size_out))
        return [vector], Operand(node, (signal, out))
    node = Expression("band", (vector.expression,), (size_signal, size_taps))
    return [vector], Operand(node, (signal, taps))


# --- joining --------------------------------------------------------------------------------


def _joined(operands: list[Operand], rank: int) -> tuple[list[Operand], list[Expression]]:
    scalars: list[Expression] = []
    while True:
        operands = _self_diagonals(operands)
        operands, found = _scalars_from(operands, rank)
        scalars += found
        step = _merged(operands, rank) or _absorbed(operands, rank)
        if step is None:
            break
        operands = step
    if any(index >= rank for operand in operands for index in operand.indices):
        raise _NoMatrixForm
    return operands, scalars


def _self_diagonals(operands: list[Operand]) -> list[Operand]:
    return [
        Operand(ex.diagonal(o.expression), o.indices[:1])
        if len(o.indices) == 2 and o.indices[0] == o.indices[1]
        else o
        for o in operands
    ]


def _uses(operands: list[Operand]) -> Counter[int]:
    return Counter(index for operand in operands for index in operand.indices)


def _scalars_from(operands: list[Operand], rank: int) -> tuple[list[Operand], list[Expression]]:
    """Inner products, traces and plain sums leave the product as scalars."""
    found: list[Expression] = []
    changed = True
    while changed:
        changed = False
        for group in _closed_groups(operands, rank):
            found.append(_closed_form(group))
            operands = [o for o in operands if all(o is not member for member in group)]
            changed = True
            break
    return operands, found


def _closed_groups(operands: list[Operand], rank: int) -> list[list[Operand]]:
    by_place: dict[frozenset[int], list[Operand]] = {}
    for operand in operands:
        by_place.setdefault(frozenset(operand.indices), []).append(operand)
    uses = _uses(operands)
    closed = []
    for place, group in by_place.items():
        if all(i >= rank and uses[i] == len(group) for i in place):
            closed.append(group)
    return closed


def _closed_form(group: list[Operand]) -> Expression:
    if len(group) > 2:
        group = [group[0], _entrywise(group[1:])]
    if len(group) == 1:
        whole = group[0].expression
        if whole.operation == "diagonal":
            return ex.square_to_scalar("tr", whole.arguments[0])
        return ex.to_scalar("sum", whole)
    one, other = group
    if len(one.indices) == 1:
        return _inner(one.expression, other.expression)
    if one.expression == other.expression and one.indices == other.indices:
        return ex.entrywise_power(ex.to_scalar("norm2", one.expression), ex.number(2))
    left = one.expression
    if one.indices == other.indices:
        left = distributed_transpose(left)
    return ex.square_to_scalar("tr", ex.multiply(left, other.expression))


def _inner(one: Expression, other: Expression) -> Expression:
    if one == other:
        return ex.entrywise_power(ex.to_scalar("norm2", one), ex.number(2))
    one, other = ordered_columns([one, other])
    return ex.multiply(distributed_transpose(one), other)


def _entrywise(group: list[Operand]) -> Operand:
    first = group[0]
    expressions = [first.expression]
    for other in group[1:]:
        same = other.indices == first.indices
        expressions.append(other.expression if same else distributed_transpose(other.expression))
    return Operand(ex.hadamard(*ordered_columns(expressions)), first.indices)


def _merged(operands: list[Operand], rank: int) -> list[Operand] | None:
    """A summed index that exactly two operands share: a matrix product."""
    uses = _uses(operands)
    ready = sorted(i for i in uses if i >= rank and uses[i] == 2)
    candidates = []
    for index in ready:
        pair = [o for o in operands if index in o.indices]
        if len(pair) != 2 or set(pair[0].indices) == set(pair[1].indices):
            continue
        vectors = sum(len(o.indices) == 1 for o in pair)
        candidates.append((-vectors, index, pair))
    for _, index, pair in sorted(candidates, key=lambda c: c[:2]):
        return [o for o in operands if o is not pair[0] and o is not pair[1]] + [
            _product(pair[0], pair[1], index)
        ]
    return _same_place(operands) or _lone_sums(operands, rank)


def _same_place(operands: list[Operand]) -> list[Operand] | None:
    """Operands at the same indices multiply entry by entry."""
    places: dict[frozenset[int], list[Operand]] = {}
    for operand in operands:
        places.setdefault(frozenset(operand.indices), []).append(operand)
    if all(len(group) == 1 for group in places.values()):
        return None
    return [group[0] if len(group) == 1 else _entrywise(group) for group in places.values()]


def _lone_sums(operands: list[Operand], rank: int) -> list[Operand] | None:
    """Σ over an index that only one matrix has: that matrix times the vector of ones."""
    uses = _uses(operands)
    for operand in operands:
        if len(operand.indices) != 2:
            continue
        for index in operand.indices:
            if index >= rank and uses[index] == 1:
                position = operand.indices.index(index)
                ones = Operand(ex.ones((operand.expression.shape[position], 1)), (index,))
                return [o for o in operands if o is not operand] + [_product(operand, ones, index)]
    return None


def _product(one: Operand, other: Operand, index: int) -> Operand:
    if len(one.indices) == 1:
        one, other = other, one
    if len(other.indices) == 2 and _reads_better_swapped(one, other, index):
        one, other = other, one
    left = one.expression if one.indices[1] == index else distributed_transpose(one.expression)
    row = one.indices[0] if one.indices[1] == index else one.indices[1]
    if len(other.indices) == 1:
        return Operand(ex.multiply(left, other.expression), (row,))
    right = (
        other.expression if other.indices[0] == index else distributed_transpose(other.expression)
    )
    column = other.indices[1] if other.indices[0] == index else other.indices[0]
    return Operand(ex.multiply(left, right), (row, column))


def _reads_better_swapped(one: Operand, other: Operand, index: int) -> bool:
    """Free rows go left, free columns right."""
    row = next(i for i in (*one.indices, -1) if i != index)
    column = next(i for i in (*other.indices, -1) if i != index)
    return column < row


def _absorbed(operands: list[Operand], rank: int) -> list[Operand] | None:
    """A vector at an index two matrices share scales it: M diag(v) N."""
    uses = _uses(operands)
    for vector in operands:
        if len(vector.indices) != 1:
            continue
        index = vector.indices[0]
        if index < rank or uses[index] < 3:
            continue
        holders = [o for o in operands if index in o.indices and len(o.indices) == 2]
        if holders:
            scaled = Operand(ex.diag(vector.expression), (index, -7))
            partner = min(holders, key=lambda o: min(i for i in o.indices if i != index))
            product = _product(partner, scaled, index)
            place = tuple(index if i == -7 else i for i in product.indices)
            rest = [o for o in operands if o is not partner and o is not vector]
            return [*rest, Operand(product.expression, place)]
    return None


def _assembled(operands: list[Operand], axes: tuple[Size, ...]) -> Expression:
    """What is left stands on the free indices."""
    if not axes:
        return ex.number(1)
    if len(axes) == 1:
        columns = [o.expression for o in operands]
        return ex.hadamard(*ordered_columns(columns)) if columns else ex.ones((axes[0], 1))
    matrices = [
        o.expression if o.indices == (0, 1) else distributed_transpose(o.expression)
        for o in operands
        if len(o.indices) == 2
    ]
    rows = [o.expression for o in operands if o.indices == (0,)]
    columns = [o.expression for o in operands if o.indices == (1,)]
    if matrices:
        middle = ex.hadamard(*matrices)
        left = [ex.diag(ex.hadamard(*rows))] if rows else []
        right = [ex.diag(ex.hadamard(*columns))] if columns else []
        return ex.multiply(*left, middle, *right)
    if not rows and not columns:
        return ex.ones(axes)
    row = ex.hadamard(*rows) if rows else ex.ones((axes[0], 1))
    column = ex.hadamard(*columns) if columns else ex.ones((axes[1], 1))
    return ex.multiply(row, distributed_transpose(column))
