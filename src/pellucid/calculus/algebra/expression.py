"""Expressions with shapes: the tree that is read, differentiated, printed and turned into code.

An `Expression` is an operation on arguments and the shape of its result. Build one with Python
operators: `+ -` and `*` or `@` (matrix product), `.T`, `**` (power), `/` (by a scalar).

Notes: A.8, Definition 476
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

from pellucid.calculus.algebra.numbers import Value, folded_power, within_range
from pellucid.calculus.algebra.shapes import (
    SCALAR,
    Shape,
    Size,
    axes_of,
    is_scalar,
    kind_of,
    shape_of_product,
    shape_of_sum,
    shape_text,
    transposed,
)
from pellucid.errors import FormulaError, ShapeError

ExpressionLike: TypeAlias = "Expression | int | float | Fraction"


# How an expression is printed is not its business: `pellucid.calculus` enters the notations here.
NOTATIONS: dict[str, Callable[[Expression], str]] = {}


@dataclass(frozen=True, eq=False)
class Expression:
    """One operation on arguments, with the shape of the result.

    Parameters
    ----------
    operation : str
        Name of the operation: "symbol", "number", "add", "multiply", "exp", …
    arguments : tuple of Expression
        What it works on.
    shape : tuple
        Rows × columns; each a number or a name.
    detail : object
        The name of a symbol, the value of a number, the indices of a contraction.
    marks : frozenset of str
        Facts about a symbol: "symmetric", "diagonal", "constant", "size", "distribution".

    Examples
    --------
    >>> X, theta = symbol("X", ("d", "n")), symbol("theta", ("d", 1))
    >>> print(X.T * theta)
    X'*theta
    >>> (X.T * theta).shape
    ('n', 1)

    Notes: Definition 476
    """

    operation: str
    arguments: tuple[Expression, ...]
    shape: Shape
    detail: Any = None
    marks: frozenset[str] = frozenset()
    key: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = (self.operation, self.shape, self.detail, tuple(a.key for a in self.arguments))
        object.__setattr__(self, "key", hash(parts))

    def __hash__(self) -> int:
        return self.key

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Expression)
            and self.key == other.key
            and self.operation == other.operation
            and self.detail == other.detail
            and self.shape == other.shape
            and self.arguments == other.arguments
        )

    def __str__(self) -> str:
        return NOTATIONS["text"](self)

    def _repr_latex_(self) -> str:
        return f"${NOTATIONS['latex'](self)}$"

    @property
    def T(self) -> Expression:
        """The transpose."""
        return transpose(self)

    def __add__(self, other: ExpressionLike) -> Expression:
        return add(self, as_expression(other))

    def __radd__(self, other: ExpressionLike) -> Expression:
        return add(as_expression(other), self)

    def __sub__(self, other: ExpressionLike) -> Expression:
        return add(self, negative(as_expression(other)))

    def __rsub__(self, other: ExpressionLike) -> Expression:
        return add(as_expression(other), negative(self))

    def __neg__(self) -> Expression:
        return negative(self)

    def __mul__(self, other: ExpressionLike) -> Expression:
        return multiply(self, as_expression(other))

    def __rmul__(self, other: ExpressionLike) -> Expression:
        return multiply(as_expression(other), self)

    __matmul__ = __mul__

    def __truediv__(self, other: ExpressionLike) -> Expression:
        return divide(self, as_expression(other))

    def __rtruediv__(self, other: ExpressionLike) -> Expression:
        return divide(as_expression(other), self)

    def __pow__(self, exponent: ExpressionLike) -> Expression:
        return power(self, as_expression(exponent))


def walk(expression: Expression) -> Iterator[Expression]:
    """Each different sub-expression once, arguments before what they stand in."""
    seen: set[Expression] = set()
    stack = [(expression, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((argument, False) for argument in reversed(node.arguments))


def symbols_of(expression: Expression) -> tuple[Expression, ...]:
    """The declared symbols in the order in which they are met; sizes used as scalars included."""
    return tuple(node for node in walk(expression) if node.operation == "symbol")


def depends_on(expression: Expression, variable: Expression) -> bool:
    """Whether `variable` occurs in the expression."""
    return any(node == variable for node in walk(expression))


# --- leaves ---------------------------------------------------------------------------------


def symbol(name: str, shape: Shape = SCALAR, marks: frozenset[str] = frozenset()) -> Expression:
    """A named scalar, vector, matrix or tensor."""
    return Expression("symbol", (), shape, name, marks)


def number(value: Value) -> Expression:
    """A number; kept exact where it is a fraction."""
    exact = Fraction(value) if isinstance(value, int) else value
    if isinstance(exact, float) and exact.is_integer() and abs(exact) < 1e15:
        exact = Fraction(int(exact))
    if exact and not within_range(exact):
        raise FormulaError("A number here lies beyond 1e±300; no computer's number holds it.")
    return Expression("number", (), SCALAR, exact)


def as_expression(value: Expression | int | float | Fraction) -> Expression:
    """Numbers become expressions; expressions stay what they are."""
    return value if isinstance(value, Expression) else number(value)


def size(of: Size) -> Expression:
    """A size used as a scalar: the n of 1/n."""
    return number(of) if isinstance(of, int) else symbol(of, SCALAR, frozenset({"size"}))


def ones(shape: Shape) -> Expression:
    """All ones."""
    return number(1) if is_scalar(shape) else Expression("ones", (), shape)


def zeros(shape: Shape) -> Expression:
    """All zeros."""
    return number(0) if is_scalar(shape) else Expression("zeros", (), shape)


def identity(of: Size) -> Expression:
    """The identity matrix."""
    return number(1) if of == 1 else Expression("identity", (), (of, of))


def basis(position: Size, of: Size) -> Expression:
    """The column with 1 in row `position` (counted from 1) and 0 elsewhere."""
    return Expression("basis", (), (of, 1), position)


def is_number(expression: Expression, value: Value | None = None) -> bool:
    """Whether it is a number (that number)."""
    return expression.operation == "number" and (value is None or expression.detail == value)


def is_zero(expression: Expression) -> bool:
    """Whether it is identically zero as written."""
    return expression.operation == "zeros" or is_number(expression, 0)


# --- arithmetic -----------------------------------------------------------------------------


def add(*terms: Expression) -> Expression:
    """Sum of terms of one shape; scalars are added to every entry."""
    shape: Shape = SCALAR
    flat: list[Expression] = []
    for term in terms:
        shape = shape_of_sum(shape, term.shape)
        flat.extend(term.arguments if term.operation == "add" else (term,))
    kept = [term for term in flat if not is_zero(term)]
    if not kept:
        return zeros(shape)
    if len(kept) == 1 and kept[0].shape == shape:
        return kept[0]
    if all(is_number(term) for term in kept):
        return number(sum(term.detail for term in kept))
    return Expression("add", tuple(kept), shape)


def negative(expression: Expression) -> Expression:
    """Minus the expression."""
    return multiply(number(-1), expression)


def multiply(*factors: Expression) -> Expression:
    """Matrix product, left to right; scalars multiply every entry and are put in front."""
    shape: Shape = SCALAR
    coefficient: Value = Fraction(1)
    scalars: list[Expression] = []
    arrays: list[Expression] = []
    for factor in factors:
        shape = shape_of_product(shape, factor.shape)
        for part in _parts(factor):
            if is_number(part):
                coefficient = coefficient * part.detail
            else:
                (scalars if is_scalar(part.shape) else arrays).append(part)
    arrays = [a for a in arrays if a.operation != "identity"] or arrays[:1]
    if coefficient == 0 or any(is_zero(a) for a in arrays):
        return zeros(shape)
    front = [] if coefficient == 1 else [number(coefficient)]
    parts = front + scalars + arrays
    if is_scalar(shape) and arrays and len(parts) > len(arrays):
        parts = [*front, *scalars, Expression("multiply", tuple(arrays), SCALAR)]
    if len(parts) == 1:
        return parts[0]
    return Expression("multiply", tuple(parts), shape) if parts else number(1)


def _parts(factor: Expression) -> tuple[Expression, ...]:
    """Factors of a product; an inner product u'v stays whole, else a'x b would change meaning."""
    if factor.operation != "multiply":
        return (factor,)
    if not is_scalar(factor.shape):
        return factor.arguments
    arrays = [a for a in factor.arguments if not is_scalar(a.shape)]
    scalars = [a for a in factor.arguments if is_scalar(a.shape)]
    if not arrays:
        return factor.arguments
    return (*scalars, Expression("multiply", tuple(arrays), SCALAR)) if scalars else (factor,)


def divide(left: Expression, right: Expression) -> Expression:
    """Division by a scalar."""
    if not is_scalar(right.shape):
        same = left.shape == right.shape or is_scalar(left.shape)
        hint = "Use ./ to divide entry by entry." if same else "Only a scalar can divide."
        raise ShapeError(
            f"{shape_text(left.shape)} cannot be divided by the {kind_of(right.shape)} "
            f"{shape_text(right.shape)}. {hint} For a matrix equation use inv(A) * b."
        )
    return multiply(left, power(right, number(-1)))


def hadamard(*factors: Expression) -> Expression:
    """Product entry by entry."""
    shape: Shape = SCALAR
    flat: list[Expression] = []
    scalars: list[Expression] = []
    for factor in factors:
        shape = shape_of_sum(shape, factor.shape, "multiplied entry by entry")
        parts = factor.arguments if factor.operation == "hadamard" else (factor,)
        for part in parts:
            if part.operation == "multiply" and not is_scalar(part.shape):
                # (−y) ⊙ z is −(y ⊙ z): signs and scalars stand in front.
                scalars += [a for a in part.arguments if is_scalar(a.shape)]
                part = multiply(*(a for a in part.arguments if not is_scalar(a.shape)))
            if is_scalar(part.shape):
                scalars.append(part)
            elif part.operation != "ones":
                flat.append(part)
    if any(is_zero(part) for part in flat):
        return zeros(shape)
    if not flat:
        inner = ones(shape)
    else:
        inner = flat[0] if len(flat) == 1 else Expression("hadamard", tuple(flat), shape)
    return multiply(*scalars, inner) if scalars else inner


def power(base: Expression, exponent: Expression) -> Expression:
    """Power of a scalar; of a square matrix with a whole exponent, repeated product."""
    if is_scalar(base.shape):
        return entrywise_power(base, exponent)
    whole = is_number(exponent) and Fraction(exponent.detail).denominator == 1
    if whole and exponent.detail == 1:
        return base
    if len(base.shape) == 2 and base.shape[0] == base.shape[1] and whole:
        times = int(exponent.detail)
        if abs(times) > 16:
            raise FormulaError(f"Matrix power {times}: exponents from -16 to 16 are supported.")
        if times == 0:
            return identity(base.shape[0])
        factor = base if times > 0 else inverse(base)
        return multiply(*[factor] * abs(times))
    raise ShapeError(
        f"^ of a {kind_of(base.shape)} {shape_text(base.shape)} is not defined. "
        "Entry by entry it is .^ ; for the squared length write norm2(x)^2 or x' * x."
    )


def entrywise_power(base: Expression, exponent: Expression) -> Expression:
    """Power of each entry by a scalar exponent."""
    if not is_scalar(exponent.shape):
        raise ShapeError(
            f"The exponent must be a scalar; it has shape {shape_text(exponent.shape)}."
        )
    if is_number(exponent, 1):
        return base
    if is_number(exponent, 0):
        return ones(base.shape)
    if is_number(base) and is_number(exponent):
        folded = folded_power(base.detail, exponent.detail)
        if folded is not None:
            return number(folded)
    if base.operation == "power" and is_number(exponent) and is_number(base.arguments[1]):
        inner = base.arguments[1].detail
        whole = Fraction(exponent.detail).denominator == 1
        if whole:
            return entrywise_power(base.arguments[0], number(inner * exponent.detail))
    return Expression("power", (base, exponent), base.shape)


# --- structure ------------------------------------------------------------------------------


def transpose(expression: Expression) -> Expression:
    """Rows become columns."""
    shape = transposed(expression.shape)
    if is_scalar(shape) or expression.operation == "identity":
        return expression
    if expression.operation in {"ones", "zeros"}:
        return Expression(expression.operation, (), shape)
    if expression.operation == "transpose":
        return expression.arguments[0]
    if "symmetric" in expression.marks or expression.operation == "diag":
        return expression
    return Expression("transpose", (expression,), shape)


def _square(expression: Expression, operation: str) -> Size:
    shape = expression.shape
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ShapeError(
            f"{operation} needs a square matrix; this one has shape {shape_text(shape)}."
        )
    return shape[0]


def inverse(expression: Expression) -> Expression:
    """Inverse of a square matrix."""
    _square(expression, "inv")
    if is_scalar(expression.shape):
        return power(expression, number(-1))
    if expression.operation == "inv":
        return expression.arguments[0]
    if expression.operation == "identity":
        return expression
    return Expression("inv", (expression,), expression.shape)


def square_to_scalar(operation: str, expression: Expression) -> Expression:
    """`tr`, `det` or `logdet` of a square matrix."""
    _square(expression, operation)
    if is_scalar(expression.shape):
        return apply("log", expression) if operation == "logdet" else expression
    return Expression(operation, (expression,), SCALAR)


def diag(expression: Expression) -> Expression:
    """The diagonal matrix of a column."""
    if len(expression.shape) != 2 or expression.shape[1] != 1:
        raise ShapeError(
            f"diag of {shape_text(expression.shape)}: a column makes a diagonal matrix, "
            "a square matrix gives its diagonal."
        )
    if is_scalar(expression.shape):
        return expression
    if expression.operation == "ones":
        return identity(expression.shape[0])
    of = expression.shape[0]
    return Expression("diag", (expression,), (of, of))


def diagonal(expression: Expression) -> Expression:
    """The diagonal of a square matrix, as a column."""
    of = _square(expression, "diagonal")
    if expression.operation == "diag":
        return expression.arguments[0]
    return Expression("diagonal", (expression,), (of, 1))


def to_scalar(operation: str, *arguments: Expression) -> Expression:
    """`sum`, `norm1`, `norm2`, `max`, `logsumexp`: an array becomes a scalar."""
    if operation in {"max", "logsumexp"} and is_scalar(arguments[0].shape):
        return arguments[0]
    return Expression(operation, arguments, SCALAR)


def softmax(expression: Expression) -> Expression:
    """exp(u) over its sum; of a column."""
    if len(expression.shape) != 2 or expression.shape[1] != 1:
        raise ShapeError(
            f"softmax takes a column; this has shape {shape_text(expression.shape)}. "
            "It normalises within one data point."
        )
    if is_scalar(expression.shape):
        return number(1)
    return Expression("softmax", (expression,), expression.shape)


def onehot(expression: Expression) -> Expression:
    """1 at the largest entry, 0 elsewhere."""
    if is_scalar(expression.shape):
        return number(1)
    return Expression("onehot", (expression,), expression.shape)


def apply(function: str, expression: Expression) -> Expression:
    """A function of each entry."""
    return Expression(function, (expression,), expression.shape)


def dot(left: Expression, right: Expression) -> Expression:
    """Sum of the entrywise product of two arrays of one shape (Definition 410)."""
    if axes_of(left.shape) != axes_of(right.shape):
        raise ShapeError(
            f"dot pairs every entry, so both need one shape: {shape_text(left.shape)} "
            f"and {shape_text(right.shape)} differ."
        )
    return Expression("dot", (left, right), SCALAR)


def with_arguments(node: Expression, arguments: tuple[Expression, ...]) -> Expression:
    """The same operation on other arguments of the same shapes."""
    if node.arguments == arguments:
        return node
    if any(a.shape != b.shape for a, b in zip(node.arguments, arguments, strict=True)):
        raise ShapeError("A part may only be replaced by one of the same shape.")
    return Expression(node.operation, arguments, node.shape, node.detail, node.marks)


def replace(expression: Expression, old: Expression, new: Expression) -> Expression:
    """The expression with every occurrence of `old` replaced by `new`."""
    done: dict[Expression, Expression] = {}
    for node in walk(expression):
        if node == old:
            done[node] = new
        else:
            done[node] = with_arguments(node, tuple(done[a] for a in node.arguments))
    return done[expression]
