"""The expression of a syntax tree; a mismatch is reported where it is typed.

Notes: (A.3), A.1, §2.6
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.functions import TABLE
from pellucid.calculus.algebra.shapes import SCALAR, Size, shape_text
from pellucid.calculus.language.calls import CALLS
from pellucid.calculus.language.declarations import Declarations
from pellucid.calculus.language.grammar import Syntax, with_caret
from pellucid.errors import FormulaError, PellucidError

UNKNOWN_FUNCTIONS = ("f", "g", "h", "phi", "psi")
_WORDS = {
    "multiply": "product",
    "add": "sum",
    "subtract": "difference",
    "hadamard": "entrywise product",
    "divide": "quotient",
    "divide_entries": "entrywise quotient",
    "power": "power",
    "power_entries": "entrywise power",
}


def build(syntax: Syntax, declared: Declarations, text: str) -> Expression:
    """The expression of a syntax tree whose names are all declared."""
    try:
        return _Builder(declared, text).build(syntax)
    except RecursionError:
        raise FormulaError("The formula is nested too deeply; name some of its parts.") from None


class _Builder:
    def __init__(self, declared: Declarations, text: str) -> None:
        self.declared = declared
        self.text = text

    def build(self, syntax: Syntax) -> Expression:
        """Arguments before what they stand in, without recursion: sums may be long."""
        built: dict[int, Expression] = {}
        stack = [(syntax, False)]
        while stack:
            node, ready = stack.pop()
            leaf = self._leaf(node)
            if leaf is not None:
                built[id(node)] = leaf
            elif ready:
                built[id(node)] = self._joined(node, [built[id(a)] for a in node.arguments])
            else:
                stack.append((node, True))
                stack.extend((argument, False) for argument in reversed(node.arguments))
        return built[id(syntax)]

    def _leaf(self, node: Syntax) -> Expression | None:
        if node.operation == "name":
            return self._name(node)
        if node.operation == "index":
            return self._index(node)
        return None

    def _joined(self, node: Syntax, arguments: list[Expression]) -> Expression:
        try:
            if node.operation == "call":
                return self._call(node, arguments)
            return _OPERATIONS[node.operation](node, arguments)
        except PellucidError as problem:
            if "\n" in str(problem):
                raise
            message = self._named(node, arguments, str(problem))
            raise type(problem)(with_caret(self.text, node.span, message)) from None

    def _named(self, node: Syntax, arguments: list[Expression], message: str) -> str:
        word = _WORDS.get(node.operation)
        if word is None or len(arguments) != 2:
            return message
        one, other = arguments
        message = message.replace("A' * B", f"{_short(one)}' * {_short(other)}")
        message = message.replace("A * B'", f"{_short(one)} * {_short(other)}'")
        message = message.replace("B * A", f"{_short(other)} * {_short(one)}")
        message = message.replace("A .* B", f"{_short(one)} .* {_short(other)}")
        message = message.replace("With A and B for the two: ", "Perhaps: ")
        sides = f"{one} is {shape_text(one.shape)}, {other} is {shape_text(other.shape)}"
        return (
            f"The shapes in this {word} do not agree: {sides}.\n  {message}"
            if (len(sides) < 90)
            else f"The shapes in this {word} do not agree. {message}"
        )

    def _name(self, node: Syntax) -> Expression:
        name = node.value
        if name in self.declared.symbols:
            return self.declared.symbols[name]
        if name in self.declared.sizes:
            return ex.size(name)
        message = f"{name} is not declared. Add it to the shapes, as in {name}: d×1."
        raise FormulaError(with_caret(self.text, node.span, message))

    def _call(self, node: Syntax, arguments: list[Expression]) -> Expression:
        name = node.value
        bare = name.rstrip("'")
        declared = self.declared.functions.get(bare)
        if declared == "scalar":
            self._count(name, arguments, 1)
            if name == bare:
                return Expression("unknown", tuple(arguments), SCALAR, bare)
            return Expression("slope", tuple(arguments), arguments[0].shape, bare)
        if declared == "entry" or (bare in UNKNOWN_FUNCTIONS and bare not in self.declared.symbols):
            self._count(name, arguments, 1)
            return ex.apply(name, arguments[0])
        if name in TABLE:
            self._count(name, arguments, 1)
            return ex.apply(name, arguments[0])
        if name not in CALLS:
            raise FormulaError(
                f"The function {name} is not known.{_suggestion(name)} An unknown function is "
                f'declared as "{name}: function".'
            )
        counts, make = CALLS[name]
        self._count(name, arguments, *counts)
        return make(arguments)

    def _count(self, name: str, arguments: list[Expression], *allowed: int) -> None:
        if len(arguments) not in allowed:
            wanted = " or ".join(str(count) for count in allowed)
            raise FormulaError(f"{name} takes {wanted} argument(s), not {len(arguments)}.")

    def _index(self, node: Syntax) -> Expression:
        whole, *places = node.arguments
        base = self.build(whole)
        if len(base.shape) != 2 or len(places) > 2:
            raise FormulaError(
                with_caret(
                    self.text, node.span, "Subscripts are read on vectors and matrices only."
                )
            )
        if len(places) == 1:
            places = [*places, Syntax("number", (), node.span, "1")]
            if base.shape[1] != 1:
                message = f"A {shape_text(base.shape)} matrix needs two subscripts, [row, column]."
                raise FormulaError(with_caret(self.text, node.span, message))
        left = self._selector(places[0], base.shape[0])
        right = self._selector(places[1], base.shape[1])
        parts = [ex.transpose(left)] if left is not None else []
        parts += [base] + ([right] if right is not None else [])
        return ex.multiply(*parts)

    def _selector(self, place: Syntax, of: Size) -> Expression | None:
        if place.operation == "every" or of == 1:
            return None
        if place.operation == "number" and place.value.isdigit():
            position: Size = int(place.value)
            if int(place.value) < 1 or (isinstance(of, int) and int(place.value) > of):
                message = (
                    f"The subscript {place.value} lies outside 1 … {of}; counting starts at 1."
                )
                raise FormulaError(with_caret(self.text, place.span, message))
            return ex.basis(position, of)
        if place.operation == "name":
            return ex.basis(place.value, of)
        message = "A subscript is a whole number or a name; counting starts at 1."
        raise FormulaError(with_caret(self.text, place.span, message))


def _short(expression: Expression) -> str:
    text = str(expression)
    if re.fullmatch(r"\w+", text):
        return text
    return f"({text})" if len(text) < 30 else "(…)"


# Functions that people type and that have another spelling here, or no derivative to speak of.
SPELLED = {
    "min": "min(a, b) is written -max(-a, -b).",
    "argmin": "argmin answers a place, and has no derivative.",
    "argmax": "argmax answers a place, and has no derivative.",
    "var": "A variance is written norm2(x - mean(x))^2/n.",
}


def _suggestion(name: str) -> str:
    """What to write instead: the spelling here, or a name but a letter away."""
    import difflib

    if name in SPELLED:
        return f" {SPELLED[name]}"
    found = difflib.get_close_matches(name, [*CALLS, *TABLE], n=1, cutoff=0.7)
    return f" Did you mean {found[0]}?" if found else ""


def _number(node: Syntax, _: list[Expression]) -> Expression:
    if len(node.value) > 40:
        raise FormulaError("This number has too many digits.")
    value = Fraction(node.value) if "e" not in node.value.lower() else float(node.value)
    if value > 1e100:
        raise FormulaError("This number is too large.")
    return ex.number(value)


def _power(_: Syntax, arguments: list[Expression]) -> Expression:
    base, exponent = arguments
    if exponent.operation == "symbol" and exponent.detail == "T":
        return ex.transpose(base)
    return ex.power(base, exponent)


def _divide_entries(_: Syntax, arguments: list[Expression]) -> Expression:
    above, below = arguments
    return ex.hadamard(above, ex.entrywise_power(below, ex.number(-1)))


_OPERATIONS: dict[str, Callable[[Syntax, list[Expression]], Expression]] = {
    "number": _number,
    "add": lambda _, a: ex.add(*a),
    "subtract": lambda _, a: ex.add(a[0], ex.negative(a[1])),
    "multiply": lambda _, a: ex.multiply(*a),
    "hadamard": lambda _, a: ex.hadamard(*a),
    "divide": lambda _, a: ex.divide(*a),
    "divide_entries": _divide_entries,
    "negative": lambda _, a: ex.negative(a[0]),
    "power": _power,
    "power_entries": lambda _, a: ex.entrywise_power(*a),
    "transpose": lambda _, a: ex.transpose(a[0]),
    "norm": lambda _, a: ex.to_scalar("norm2", a[0]),
}
