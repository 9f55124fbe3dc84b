"""Sums and quotients of exponentials, computed without overflow.

exp(1000)/(1 + exp(1000)) is 1, and log(mean(exp(z))) is about max(z); written out, both overflow.
Every exponent is lowered by the same m, the largest of them: a quotient doesn't change, and a
logarithm gives m back. So softmax, sigmoid, logsumexp and tanh are safe however they are spelled.

Notes: Concept 149, §4.4
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import SCALAR, Shape, is_scalar

MOST_EXPONENTS = 8
ENTRYWISE = {"add", "multiply", "hadamard", "power", "exp"}
LINEAR = {"sum", "mean", "transpose", "tr", "diag", "diagonal", "dot", "norm2"}


def without_overflow(expression: Expression) -> Expression:
    """The expression with the exponents of every quotient and logarithm lowered.

    Examples
    --------
    >>> from pellucid.calculus.language.reading import read
    >>> quotient = read("exp(s)/(1 + exp(s))", "s: scalar")
    >>> [e.operation for e in ex.walk(without_overflow(quotient))].count("top")
    1

    Notes: Concept 149, §4.4
    """
    if not any(node.operation == "exp" for node in ex.walk(expression)):
        return expression
    return _Rewriting().of(expression)


class _Rewriting:
    """Outermost first: what a quotient of sums makes safe needs no care inside."""

    def __init__(self) -> None:
        self.done: dict[Expression, Expression] = {}

    def of(self, node: Expression) -> Expression:
        if node not in self.done:
            self.done[node] = self._shifted(node) or ex.with_arguments(
                node, tuple(self.of(a) for a in node.arguments)
            )
        return self.done[node]

    def _shifted(self, node: Expression) -> Expression | None:
        if node.operation == "log":
            return self._logarithm(node)
        if node.operation in ENTRYWISE | LINEAR and _has_quotient(node):
            return self._quotient(node)
        return None

    def _logarithm(self, node: Expression) -> Expression | None:
        inner = node.arguments[0]
        if inner.operation not in ENTRYWISE | LINEAR:
            return None
        made = self._lifted(inner)
        if made is None or made[0].degree == 0 or made[0].expression.shape != inner.shape:
            return None
        found, top = made
        rest = ex.apply("log", found.expression)
        whole = ex.add(ex.multiply(ex.number(found.degree), top), rest)
        return whole if whole.shape == node.shape else None

    def _quotient(self, node: Expression) -> Expression | None:
        made = self._lifted(node)
        if made is None or made[0].expression.shape != node.shape:
            return None
        found, top = made
        if found.degree == 0:
            return found.expression
        left = ex.apply("exp", ex.multiply(ex.number(found.degree), top))
        whole = _times(left, found.expression)
        return whole if whole.shape == node.shape and node.operation != "add" else None

    def _lifted(self, node: Expression) -> tuple[_Lifted, Expression] | None:
        exponents = _exponents(node)
        if not exponents or len(exponents) > MOST_EXPONENTS:
            return None
        shape = _top_shape(node, exponents)
        lower = [self.of(u) for u in exponents]
        for floor in ([], [ex.number(0)]):
            top = Expression("top", (*lower, *floor), shape)
            shift = _Shift(top, self)
            found = shift.of(node)
            if not shift.raised:
                break
        return found, top


@dataclass(frozen=True)
class _Lifted:
    """An expression without its factor exp(degree · m)."""

    expression: Expression
    degree: Fraction


class _Shift:
    """Takes exp(m) out of everything that is made of exponentials."""

    def __init__(self, top: Expression, rewriting: _Rewriting) -> None:
        self.top = top
        self.rewriting = rewriting
        self.raised = False  # whether a constant had to follow, as in 1 + exp(u)
        self.done: dict[Expression, _Lifted] = {}

    def of(self, node: Expression) -> _Lifted:
        if node not in self.done:
            self.done[node] = self._lifted(node)
        return self.done[node]

    def _lifted(self, node: Expression) -> _Lifted:
        if node.operation == "exp":
            _, times = _base(node.arguments[0])
            top = ex.multiply(ex.number(-times), self.top)
            lower = ex.add(self.rewriting.of(node.arguments[0]), top)
            return _Lifted(ex.apply("exp", lower), times)
        if not _exponents(node):
            return _Lifted(self.rewriting.of(node), Fraction(0))
        parts = [self.of(argument) for argument in node.arguments]
        if node.operation == "add":
            return self.sum(node, parts)
        if node.operation == "multiply":
            whole = ex.multiply(*(p.expression for p in parts))
            return _Lifted(whole, sum((p.degree for p in parts), Fraction(0)))
        if node.operation == "hadamard":
            whole = ex.hadamard(*(p.expression for p in parts))
            return _Lifted(whole, sum((p.degree for p in parts), Fraction(0)))
        if node.operation == "power":
            exponent = node.arguments[1]
            whole = ex.entrywise_power(parts[0].expression, exponent)
            return _Lifted(whole, parts[0].degree * Fraction(exponent.detail))
        inner = tuple(p.expression for p in parts)
        degree = sum((p.degree for p in parts), Fraction(0))
        return _Lifted(ex.with_arguments(node, inner), degree)

    def sum(self, node: Expression, parts: list[_Lifted]) -> _Lifted:
        most = max(p.degree for p in parts)
        terms = []
        for part in parts:
            gap = most - part.degree
            if gap:
                self.raised = True
                down = ex.apply("exp", ex.multiply(ex.number(-gap), self.top))
                terms.append(_times(part.expression, down))
            else:
                terms.append(part.expression)
        whole = ex.add(*terms)
        return _Lifted(whole if whole.shape == node.shape else node, most)


def _times(one: Expression, other: Expression) -> Expression:
    if is_scalar(one.shape) or is_scalar(other.shape):
        return ex.multiply(one, other)
    return ex.hadamard(one, other)


def _top_shape(node: Expression, exponents: list[Expression]) -> Shape:
    """The largest exponent of each entry by itself, where nothing mixes entries; else of all."""
    parts = _parts(node)
    mixing = any(p.operation in LINEAR for p in parts) or any(
        p.operation == "multiply" and sum(not is_scalar(a.shape) for a in p.arguments) > 1
        for p in parts
    )
    entrywise = not mixing and all(u.shape == node.shape for u in exponents)
    return node.shape if entrywise else SCALAR


def _parts(node: Expression) -> list[Expression]:
    """What stands in sums, products and quotients here; nothing inside a function."""
    found: dict[Expression, None] = {}
    stack = [node]
    while stack:
        part = stack.pop()
        if part in found:
            continue
        found[part] = None
        if part.operation == "power":
            stack.extend(part.arguments[:1] if ex.is_number(part.arguments[1]) else ())
        elif part.operation in (ENTRYWISE | LINEAR) - {"exp"}:
            stack.extend(part.arguments)
    return list(found)


def _exponents(node: Expression) -> list[Expression]:
    """The different exponents, without positive numbers in front: exp(2u) is exp(u)²."""
    found = (_base(p.arguments[0])[0] for p in _parts(node) if p.operation == "exp")
    return list(dict.fromkeys(found))


def _base(exponent: Expression) -> tuple[Expression, Fraction]:
    """u or −u, and the positive number in front of it."""
    if exponent.operation != "multiply" or not ex.is_number(exponent.arguments[0]):
        return exponent, Fraction(1)
    times = Fraction(exponent.arguments[0].detail)
    sign = ex.number(1 if times > 0 else -1)
    return ex.multiply(sign, *exponent.arguments[1:]), abs(times)


def _has_quotient(node: Expression) -> bool:
    """Whether exponentials stand below a line, and others above one."""
    parts = _parts(node)
    return any(
        p.operation == "power" and ex.is_number(p.arguments[1]) and p.arguments[1].detail < 0
        and _exponents(p.arguments[0])
        for p in parts
    )  # fmt: skip
