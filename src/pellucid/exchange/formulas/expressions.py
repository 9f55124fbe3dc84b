"""The shapes of a formula: what every exported machine is made of, and every printer prints.

A reference may be *missing* (a column's cell that holds no value); `Line`, `Lookup`, `Curve`,
`Steps` and `IfMissing` say what then holds, so nothing that is built on them is ever missing.

Notes: §1.0.7, Def 19
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Numbers = tuple[float, ...]
NEW = "(new)"  # a category not met in training


@dataclass(frozen=True)
class Ref:
    """A value that was read or computed before, by its name."""

    name: str


@dataclass(frozen=True)
class Constant:
    """A number; a whole one is the number of a group."""

    value: float | int


@dataclass(frozen=True)
class Text:
    """A label."""

    value: str


@dataclass(frozen=True)
class Sum:
    """Σ terms."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True)
class Product:
    """Π factors."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True)
class Square:
    """of · of."""

    of: Expression


@dataclass(frozen=True)
class Difference:
    """left − right."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Quotient:
    """over / under."""

    over: Expression
    under: Expression


@dataclass(frozen=True)
class Call:
    """A function of numbers: exp, ln, sqrt, sin, cos, floor, largest, smallest."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Modulo:
    """What is left of `of` beyond whole multiples of `period`: from 0 up to it."""

    of: Expression
    period: float


@dataclass(frozen=True)
class Sigmoid:
    """1/(1 + exp(−of))."""

    of: Expression


@dataclass(frozen=True)
class IfMissing:
    """`missing` where `of` is missing, else `otherwise`."""

    of: Ref
    missing: float
    otherwise: Expression


@dataclass(frozen=True)
class Line:
    """slope·(of − centre) + offset, or `missing`."""

    of: Ref
    slope: float
    centre: float = 0.0
    offset: float = 0.0
    missing: float = 0.0


@dataclass(frozen=True)
class Lookup:
    """A number for each category of `of`, one for a missing and one for a new category."""

    of: Ref
    levels: tuple[str, ...]
    values: Numbers
    missing: float = 0.0
    unseen: float = 0.0


@dataclass(frozen=True)
class Curve:
    """Straight between knots, constant beyond the outer ones; or `missing`."""

    of: Ref
    knots: Numbers
    values: Numbers
    missing: float = 0.0


@dataclass(frozen=True)
class Steps:
    """values[number of edges ≤ of]: constant between edges; or `missing`."""

    of: Ref
    edges: Numbers
    values: Numbers
    missing: float = 0.0


@dataclass(frozen=True)
class LessOrEqual:
    """Whether of ≤ bound; of a missing value `missing` says."""

    of: Ref
    bound: float
    missing: bool = False


@dataclass(frozen=True)
class IsOneOf:
    """Whether a category is one of `levels`; of a missing or new one `missing` and `unseen` say."""

    of: Ref
    levels: tuple[str, ...]
    missing: bool = False
    unseen: bool = False


@dataclass(frozen=True)
class Greater:
    """Whether left > right."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class IsLargest:
    """Whether left ≥ each of the others."""

    left: Ref
    others: tuple[Ref, ...]


@dataclass(frozen=True)
class If:
    """`then` where the condition holds, else `otherwise`."""

    condition: Condition
    then: Expression
    otherwise: Expression

    def cases(self) -> tuple[list[tuple[Condition, Expression]], Expression]:
        """The conditions that are asked one after another, and what holds where none does."""
        found: list[tuple[Condition, Expression]] = []
        rest: Expression = self
        while isinstance(rest, If):
            found.append((rest.condition, rest.then))
            rest = rest.otherwise
        return found, rest


@dataclass(frozen=True)
class Joined:
    """The labels whose condition holds, joined; or `none`."""

    labels: tuple[tuple[Condition, str], ...]
    separator: str
    none: str


Condition = LessOrEqual | IsOneOf | Greater | IsLargest
Expression = (
    Ref | Constant | Text | Sum | Product | Square | Difference | Quotient | Call | Modulo | Sigmoid
    | IfMissing | Line | Lookup | Curve | Steps | If | Joined
)  # fmt: skip


def scaled_by(weight: float, feature: Expression) -> Expression:
    """weight · feature, taken inside where the shape has numbers of its own.

    Examples
    --------
    >>> scaled_by(2.0, Line(Ref("x"), 3.0, centre=1.0))
    Line(of=Ref(name='x'), slope=6.0, centre=1.0, offset=0.0, missing=0.0)
    """
    if isinstance(feature, Constant):
        return Constant(weight * feature.value)
    if isinstance(feature, Line):
        # + 0.0 makes the zero of a negative weight the usual one.
        scaled = {n: weight * getattr(feature, n) + 0.0 for n in ("slope", "offset", "missing")}
        return replace(feature, **scaled)
    if isinstance(feature, Lookup | Curve | Steps):
        found: Any = replace(
            feature,
            values=tuple(weight * v + 0.0 for v in feature.values),
            missing=weight * feature.missing + 0.0,
        )
        if isinstance(found, Lookup):
            return replace(found, unseen=weight * found.unseen + 0.0)
        return found  # type: ignore[no-any-return]
    if isinstance(feature, Product):
        first, *rest = feature.factors
        if isinstance(first, Constant):
            return Product((Constant(weight * first.value), *rest))
        return Product((Constant(weight), *feature.factors))
    return Product((Constant(weight), feature))


def merge_features(one: Expression, other: Expression) -> Expression | None:
    """The sum of two features of one column as one feature; None where they have no such shape.

    Examples
    --------
    >>> x = Ref("x")
    >>> merge_features(Line(x, 2.0, centre=1.0), Line(x, 0.0, missing=1.0)).missing
    1.0
    """
    if type(one) is not type(other) or getattr(one, "of", one) != getattr(other, "of", other):
        return None
    if isinstance(one, Line) and isinstance(other, Line):
        if one.centre != other.centre and one.slope and other.slope:
            return None
        return Line(
            one.of,
            one.slope + other.slope,
            one.centre if one.slope else other.centre,
            one.offset + other.offset,
            one.missing + other.missing,
        )
    if isinstance(one, Lookup) and isinstance(other, Lookup) and one.levels == other.levels:
        values, missing = _added(one, other)
        return Lookup(one.of, one.levels, values, missing, one.unseen + other.unseen)
    if isinstance(one, Curve) and isinstance(other, Curve) and one.knots == other.knots:
        return Curve(one.of, one.knots, *_added(one, other))
    if isinstance(one, Steps) and isinstance(other, Steps) and one.edges == other.edges:
        return Steps(one.of, one.edges, *_added(one, other))
    return None


def _added(one: Lookup | Curve | Steps, other: Lookup | Curve | Steps) -> tuple[Numbers, float]:
    values = tuple(a + b for a, b in zip(one.values, other.values, strict=True))
    return values, one.missing + other.missing


def dot(weights: Iterable[float], features: Sequence[Expression], offset: float) -> Expression:
    """Σ wⱼ·φⱼ + offset, features of one column put together.

    Examples
    --------
    >>> c = Ref("c")
    >>> one_hot = [Lookup(c, ("a", "b"), (1.0, 0.0)), Lookup(c, ("a", "b"), (0.0, 1.0))]
    >>> dot([0.5, 2.0], one_hot, 0.0).values
    (0.5, 2.0)

    Notes: KE 45
    """
    terms: list[Expression] = []
    for weight, feature in zip(weights, features, strict=True):
        if weight == 0:
            continue
        own = scaled_by(float(weight), feature)
        for at, term in enumerate(terms):
            together = merge_features(term, own)
            if together is not None:
                terms[at] = together
                break
        else:
            terms.append(own)
    if offset or not terms:
        terms.insert(0, Constant(float(offset)))
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def numbers_in(expression: Any) -> int:
    """How many numbers and categories a formula spells out: its size on paper."""
    if isinstance(expression, float | str | bool):
        return 1
    if isinstance(expression, tuple):
        return sum(map(numbers_in, expression))
    if isinstance(expression, Ref):
        return 1
    names = getattr(expression, "__dataclass_fields__", {})
    return sum(numbers_in(getattr(expression, name)) for name in names)


def numbers(values: Any) -> Numbers:
    """An array as plain numbers."""
    return tuple(float(v) for v in np.asarray(values, dtype=np.float64).ravel())


def references(expression: Any) -> set[str]:
    """The names that a formula stands on."""
    if isinstance(expression, Ref):
        return {expression.name}
    if isinstance(expression, tuple):
        return {name for each in expression for name in references(each)}
    names = getattr(expression, "__dataclass_fields__", {})
    return {found for name in names for found in references(getattr(expression, name))}


def marker(levels: tuple[str, ...]) -> str:
    """The text that stands for a category not met in training: none of the categories."""
    found = NEW
    while found in levels:
        found += "'"
    return found
