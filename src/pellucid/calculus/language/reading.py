"""From text to an expression with shapes; a mismatch is reported where it is typed.

Notes: (A.3), A.1, §2.6
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.functions import TABLE
from pellucid.calculus.algebra.shapes import SCALAR, Size, is_scalar, kind_of, shape_text
from pellucid.calculus.language.declarations import Declarations, declare
from pellucid.calculus.language.grammar import Syntax, pointed, read_syntax
from pellucid.calculus.language.latex_input import plain_text
from pellucid.errors import FormulaError, PellucidError, ShapeError

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


def read(text: str, where: str | Mapping[str, str] | Declarations | None = None) -> Expression:
    """Read a formula.

    Parameters
    ----------
    text : str
        The formula: `'` or `.T` transposes, `*` or `@` is the matrix product, `.*` entry by entry.
        LaTeX is read too.
    where : str, mapping or Declarations
        Shapes of the symbols, `"X: d×n, y: n×1"`. Scalars need no declaration when their name is
        declared nowhere but the shapes follow from the formula; see `infer`.

    Returns
    -------
    Expression

    Raises
    ------
    FormulaError
        The text is no formula, or a name is unknown.
    ShapeError
        Two shapes do not agree; a caret shows where.

    Examples
    --------
    >>> print(read("norm2(X.T @ theta - y)**2 / n", "X: d×n, y: n, theta: d"))
    norm2(X'*theta - y)^2/n

    Notes: (A.3)
    """
    text = plain_text(text)
    syntax = read_syntax(text)
    declared = where if isinstance(where, Declarations) else declare(where)
    if missing_names(syntax, declared):
        from pellucid.calculus.language.shape_inference import infer

        declared = infer(syntax, declared, text)
    return build(syntax, declared, text)


def missing_names(syntax: Syntax, declared: Declarations) -> tuple[str, ...]:
    """Names that the formula uses and nobody declared."""
    found: dict[str, None] = {}
    known = set(declared.symbols) | set(declared.sizes)
    stack = [syntax]
    while stack:
        node = stack.pop()
        superscripted = _superscripted(node, declared)
        if superscripted is not None:
            continue
        if node.operation == "name" and node.value not in known:
            found[node.value] = None
        stack.extend(reversed(node.arguments))
    return tuple(found)


def build(syntax: Syntax, declared: Declarations, text: str) -> Expression:
    """The expression of a syntax tree whose names are all declared."""
    try:
        return _Builder(declared, text).build(syntax)
    except RecursionError:
        raise FormulaError("The formula is nested too deeply; name some of its parts.") from None


def _superscripted(node: Syntax, declared: Declarations) -> tuple[str, bool] | None:
    """`W^1` where a symbol of that name is declared (a layer, not a power); `W^1'` transposed."""
    if node.operation != "power" or node.arguments[0].operation != "name":
        return None
    exponent, flipped = node.arguments[1], False
    if exponent.operation == "transpose":
        exponent, flipped = exponent.arguments[0], True
    spelled = exponent.value
    if exponent.operation == "subtract":
        spelled = f"({exponent.arguments[0].value}-{exponent.arguments[1].value})"
    name = f"{node.arguments[0].value}^{spelled}"
    return (name, flipped) if name in declared.symbols else None


class _Builder:
    def __init__(self, declared: Declarations, text: str) -> None:
        self.declared = declared
        self.text = text

    def build(self, node: Syntax) -> Expression:
        layer = _superscripted(node, self.declared)
        if layer is not None:
            found = self.declared.symbols[layer[0]]
            return ex.transpose(found) if layer[1] else found
        if node.operation == "name":
            return self._name(node)
        if node.operation == "index":
            return self._index(node)
        arguments = [self.build(argument) for argument in node.arguments]
        try:
            if node.operation == "call":
                return self._call(node, arguments)
            return _OPERATIONS[node.operation](node, arguments)
        except PellucidError as problem:
            if "\n" in str(problem):
                raise
            message = self._named(node, arguments, str(problem))
            raise type(problem)(pointed(self.text, node.span, message)) from None

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
        raise FormulaError(pointed(self.text, node.span, message))

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
            close = f" Did you mean {_closest(name)}?" if _closest(name) else ""
            raise FormulaError(
                f"The function {name} is not known.{close} An unknown function is declared "
                f'as "{name}: function".'
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
                pointed(self.text, node.span, "Subscripts are read on vectors and matrices only.")
            )
        if len(places) == 1:
            places = [*places, Syntax("number", (), node.span, "1")]
            if base.shape[1] != 1:
                message = f"A {shape_text(base.shape)} matrix needs two subscripts, [row, column]."
                raise FormulaError(pointed(self.text, node.span, message))
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
                raise FormulaError(pointed(self.text, place.span, message))
            return ex.basis(position, of)
        if place.operation == "name":
            return ex.basis(place.value, of)
        message = "A subscript is a whole number or a name; counting starts at 1."
        raise FormulaError(pointed(self.text, place.span, message))


def _short(expression: Expression) -> str:
    text = str(expression)
    if re.fullmatch(r"\w+", text):
        return text
    return f"({text})" if len(text) < 30 else "(…)"


def _closest(name: str) -> str:
    import difflib

    found = difflib.get_close_matches(name, [*CALLS, *TABLE], n=1)
    return found[0] if found else ""


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


def _size_of(expression: Expression) -> Size:
    if ex.is_number(expression) and Fraction(expression.detail).denominator == 1:
        return int(expression.detail)
    if "size" in expression.marks:
        return str(expression.detail)
    raise FormulaError("A size must be a whole number or the name of a declared size.")


def _vector(arguments: list[Expression]) -> Expression:
    """`vector(1)` (as long as the sum needs: written vector(1, n)), `vector(0, n)`."""
    if len(arguments) == 1:
        return ex.add(arguments[0])
    return ex.multiply(arguments[0], ex.ones((_size_of(arguments[1]), 1)))


def _matrix(arguments: list[Expression]) -> Expression:
    if len(arguments) == 1:
        return ex.add(arguments[0])
    shape = (_size_of(arguments[1]), _size_of(arguments[2]))
    return ex.multiply(arguments[0], ex.ones(shape))


def _diag(arguments: list[Expression]) -> Expression:
    inner = arguments[0]
    square = len(inner.shape) == 2 and inner.shape[0] == inner.shape[1]
    return ex.diagonal(inner) if square and not is_scalar(inner.shape) else ex.diag(inner)


def _max(arguments: list[Expression]) -> Expression:
    if len(arguments) == 2:
        zero = next((k for k, a in enumerate(arguments) if ex.is_number(a, 0)), None)
        if zero is not None:
            return ex.apply("relu", arguments[1 - zero])
        one, other = arguments
        return ex.add(other, ex.apply("relu", ex.add(one, ex.negative(other))))
    inner = arguments[0]
    if len(inner.shape) != 2 or inner.shape[1] != 1:
        raise ShapeError(f"max takes a column; this is {shape_text(inner.shape)}.")
    return ex.to_scalar("max", inner)


def _logsumexp(arguments: list[Expression]) -> Expression:
    inner = arguments[0]
    if len(inner.shape) != 2 or inner.shape[1] != 1:
        raise ShapeError(f"logsumexp takes a column; this is {shape_text(inner.shape)}.")
    return ex.to_scalar("logsumexp", inner)


def _column(name: str, expression: Expression) -> Size:
    if len(expression.shape) != 2 or expression.shape[1] != 1:
        raise ShapeError(
            f"{name} takes columns; this is a {kind_of(expression.shape)} "
            f"{shape_text(expression.shape)}."
        )
    return expression.shape[0]


def _conv(arguments: list[Expression]) -> Expression:
    """The notes' convolution slides the filter without turning it round (Definition 398)."""
    signal, taps = arguments
    return Expression("conv", (signal, taps), (_windows(signal, taps), 1))


def _windows(signal: Expression, taps: Expression) -> Size:
    n, k = _column("conv", signal), _column("conv", taps)
    if isinstance(n, int) and isinstance(k, int):
        if n < k:
            raise ShapeError(f"The filter ({k}) is longer than the signal ({n}).")
        return n - k + 1
    raise ShapeError("conv needs sizes given as numbers: its output has n − (k − 1) entries.")


def _mean(arguments: list[Expression]) -> Expression:
    return ex.to_scalar("mean", arguments[0])


_Make = Callable[[list[Expression]], Expression]
CALLS: dict[str, tuple[tuple[int, ...], _Make]] = {
    "norm1": ((1,), lambda a: ex.to_scalar("norm1", a[0])),
    "norm2": ((1,), lambda a: ex.to_scalar("norm2", a[0])),
    "norm": ((1,), lambda a: ex.to_scalar("norm2", a[0])),
    "tr": ((1,), lambda a: ex.square_to_scalar("tr", a[0])),
    "trace": ((1,), lambda a: ex.square_to_scalar("tr", a[0])),
    "det": ((1,), lambda a: ex.square_to_scalar("det", a[0])),
    "logdet": ((1,), lambda a: ex.square_to_scalar("logdet", a[0])),
    "inv": ((1,), lambda a: ex.inverse(a[0])),
    "diag": ((1,), _diag),
    "vector": ((1, 2), _vector),
    "matrix": ((1, 3), _matrix),
    "eye": ((1,), lambda a: ex.identity(_size_of(a[0]))),
    "basis": ((2,), lambda a: ex.basis(_position(a[0]), _size_of(a[1]))),
    "sum": ((1,), lambda a: ex.to_scalar("sum", a[0])),
    "mean": ((1,), _mean),
    "dot": ((2,), lambda a: ex.dot(a[0], a[1])),
    "sqrt": ((1,), lambda a: ex.entrywise_power(a[0], ex.number(Fraction(1, 2)))),
    "square": ((1,), lambda a: ex.entrywise_power(a[0], ex.number(2))),
    "max": ((1, 2), _max),
    "softmax": ((1,), lambda a: ex.softmax(a[0])),
    "logsumexp": ((1,), _logsumexp),
    "conv": ((2,), _conv),
    "transpose": ((1,), lambda a: ex.transpose(a[0])),
    "onehot": ((1,), lambda a: ex.onehot(a[0])),
    "windows": ((2,), lambda a: _windows_of(a)),
    "band": ((2,), lambda a: _band_of(a)),
    "spread": ((2,), lambda a: _spread_of(a)),
    "flatten": ((1,), lambda a: _refuse_flatten(a)),
    "pow": ((2,), lambda a: ex.entrywise_power(a[0], a[1])),
}
CALLS["ln"] = ((1,), lambda a: ex.apply("log", a[0]))
CALLS["logistic"] = ((1,), lambda a: ex.apply("sigmoid", a[0]))


def _position(expression: Expression) -> Size:
    return _size_of(expression)


def _windows_of(arguments: list[Expression]) -> Expression:
    """`windows(x, k)`: column i is the i-th window, row j what weight j meets (KE 452)."""
    n, k = _column("windows", arguments[0]), _size_of(arguments[1])
    if not isinstance(n, int) or not isinstance(k, int) or n < k:
        raise ShapeError("windows(x, k) needs numeric sizes, with k at most the length of x.")
    return Expression("windows", (arguments[0],), (k, n - k + 1))


def _band_of(arguments: list[Expression]) -> Expression:
    """`band(f, n)`: the n×(n−k+1) matrix whose transpose multiplies the signal."""
    k, n = _column("band", arguments[0]), _size_of(arguments[1])
    if not isinstance(n, int) or not isinstance(k, int) or n < k:
        raise ShapeError("band(f, n) needs numeric sizes, with n at least the length of f.")
    return Expression("band", (arguments[0],), (n, n - k + 1))


def _spread_of(arguments: list[Expression]) -> Expression:
    k, n = (_column("spread", a) for a in arguments)
    if not isinstance(n, int) or not isinstance(k, int):
        raise ShapeError("spread needs sizes given as numbers.")
    return Expression("spread", tuple(arguments), (n + k - 1, 1))


def _refuse_flatten(_: list[Expression]) -> Expression:
    raise FormulaError("flatten is not differentiated as one object; use the matrix itself.")
