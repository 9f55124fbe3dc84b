"""Making a matrix expression read well: transposes inward, common factors outward.

Notes: C 466
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import Size, is_scalar


def distributed_transpose(expression: Expression) -> Expression:
    """The transpose, carried into products: (AB)' = B'A'."""
    if expression.operation == "multiply":
        scalars = [a for a in expression.arguments if is_scalar(a.shape)]
        arrays = [a for a in expression.arguments if not is_scalar(a.shape)]
        return ex.multiply(*scalars, *(distributed_transpose(a) for a in reversed(arrays)))
    if expression.operation == "inv" and _is_symmetric(expression.arguments[0]):
        return expression
    return ex.transpose(expression)


def _is_symmetric(expression: Expression) -> bool:
    from pellucid.calculus.algebra.canonical_tensors import group_marks
    from pellucid.calculus.algebra.to_index_form import index_form

    return "symmetric" in group_marks(index_form(expression))


def ordered_scalars(scalars: list[Expression]) -> list[Expression]:
    """Plain symbols first, then functions, divisors last; each group by its text."""

    def rank(scalar: Expression) -> tuple[int, str]:
        base = scalar.arguments[0] if scalar.operation == "power" else scalar
        divisor = scalar.operation == "power" and _negative(scalar.arguments[1])
        return (2 if divisor else 0 if base.operation == "symbol" else 1, str(scalar))

    exponents: dict[Expression, Fraction | float] = {}
    for scalar in scalars:
        power = scalar.operation == "power" and ex.is_number(scalar.arguments[1])
        base = scalar.arguments[0] if power else scalar
        exponent = scalar.arguments[1].detail if power else Fraction(1)
        exponents[base] = exponents.get(base, Fraction(0)) + exponent
    merged = [ex.entrywise_power(b, ex.number(k)) for b, k in exponents.items() if k != 0]
    return sorted(merged, key=rank) if len(merged) > 1 else merged


def ordered_columns(columns: list[Expression]) -> list[Expression]:
    """Plain symbols before functions of them."""
    return sorted(columns, key=lambda c: (c.operation != "symbol", str(c)))


def _negative(exponent: Expression) -> bool:
    return ex.is_number(exponent) and exponent.detail < 0


def term_parts(term: Expression) -> tuple[Fraction | float, list[Expression], list[Expression]]:
    """Number, scalar factors and array factors of a term."""
    parts = term.arguments if term.operation == "multiply" else (term,)
    coefficient: Fraction | float = Fraction(1)
    scalars, arrays = [], []
    for part in parts:
        if ex.is_number(part):
            coefficient = coefficient * part.detail
        elif is_scalar(part.shape):
            scalars.append(part)
        else:
            arrays.append(part)
    return coefficient, scalars, arrays


def in_reading_order(expression: Expression) -> Expression:
    """Terms in reading order, with a common last or first factor taken out."""
    if expression.operation != "add":
        return expression
    terms = sorted(expression.arguments, key=_reading_order)
    whole = ex.add(*terms) if all(t.shape == expression.shape for t in terms) else expression
    if whole.operation != "add" or is_scalar(expression.shape) or len(expression.shape) != 2:
        return _one_number_out(whole)
    for take in (_common_last, _common_first):
        whole = take(whole)
        if whole.operation != "add":
            break
    return _one_number_out(whole)


def _reading_order(term: Expression) -> tuple[int, int, str]:
    coefficient, _, _ = term_parts(term)
    plain = ex.is_number(term) or term.operation in {"ones", "identity"}
    return (1 if coefficient < 0 else 0, 1 if plain and coefficient > 0 else 0, str(term))


def _one_number_out(expression: Expression) -> Expression:
    """2a + 2b is 2(a + b); −a − b is −(a + b)."""
    if expression.operation != "add":
        return expression
    if any(
        len(term_parts(term)[1]) + len(term_parts(term)[2]) > 1 for term in expression.arguments
    ):
        return expression
    numbers = {term_parts(term)[0] for term in expression.arguments}
    if len({abs(n) for n in numbers}) != 1:
        return expression
    size: Fraction | float = max(next(iter(numbers)), -next(iter(numbers)))
    if all(n < 0 for n in numbers):
        size = -size
    if size == 1:
        return expression
    inverse = Fraction(1) / size
    inner = ex.add(*(ex.multiply(ex.number(inverse), term) for term in expression.arguments))
    return ex.multiply(ex.number(size), inner)


def _common_last(expression: Expression) -> Expression:
    return _common(expression, lambda arrays: arrays[-1], lambda arrays: arrays[:-1], last=True)


def _common_first(expression: Expression) -> Expression:
    return _common(expression, lambda arrays: arrays[0], lambda arrays: arrays[1:], last=False)


def _common(
    expression: Expression,
    shared_of: Callable[[list[Expression]], Expression],
    rest_of: Callable[[list[Expression]], list[Expression]],
    *,
    last: bool,
) -> Expression:
    """Terms with the same scalars and the same outer factor are bracketed together."""
    groups: dict[tuple[object, ...], list[tuple[Fraction | float, list[Expression]]]] = {}
    order: list[tuple[object, ...]] = []
    for term in expression.arguments:
        coefficient, scalars, arrays = term_parts(term)
        place: tuple[object, ...] = (term,)
        if len(arrays) > 1 and not is_scalar(rest_of(arrays)[0].shape):
            place = (tuple(scalars), shared_of(arrays))
        if place not in groups:
            groups[place] = []
            order.append(place)
        groups[place].append((coefficient, arrays))
    terms: list[Expression] = []
    for place in order:
        members = groups[place]
        if len(members) == 1 or len(place) == 1:
            terms.append(_rebuilt(place, members))
            continue
        scalars_, shared = place
        assert isinstance(scalars_, tuple)
        assert isinstance(shared, Expression)
        if any(not _joins(rest_of(arrays), shared, last) for _, arrays in members):
            terms.extend(ex.multiply(ex.number(c), *scalars_, *arrays) for c, arrays in members)
            continue
        bracket = in_reading_order(
            ex.add(*(ex.multiply(ex.number(c), *rest_of(arrays)) for c, arrays in members))
        )
        pair = (bracket, shared) if last else (shared, bracket)
        terms.append(ex.multiply(*scalars_, *pair))
    return ex.add(*terms)


def _joins(rest: list[Expression], shared: Expression, last: bool) -> bool:
    """Only true matrix prefixes: an outer product keeps its own shape."""
    shape = ex.multiply(*rest).shape
    inner: Size = shape[1] if last else shape[0]
    return len(rest) > 0 and inner != 1 and not is_scalar(shape) and not is_scalar(shared.shape)


def _rebuilt(
    place: tuple[object, ...], members: list[tuple[Fraction | float, list[Expression]]]
) -> Expression:
    if len(place) == 1:
        assert isinstance(place[0], Expression)
        return place[0]
    scalars, _ = place
    assert isinstance(scalars, tuple)
    coefficient, arrays = members[0]
    return ex.multiply(ex.number(coefficient), *scalars, *arrays)
