"""The functions that a formula may call, apart from those of each entry.

Notes: A.1, Definition 398, Definition 410
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import Size, is_scalar, kind_of, shape_text
from pellucid.errors import FormulaError, ShapeError


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


def _bars(arguments: list[Expression]) -> Expression:
    """|a| of a number is its absolute value, |A| of a square matrix its determinant."""
    inner = arguments[0]
    if is_scalar(inner.shape):
        return ex.apply("abs", inner)
    if len(inner.shape) == 2 and inner.shape[0] == inner.shape[1]:
        return ex.square_to_scalar("det", inner)
    raise ShapeError(
        f"Bars around a {kind_of(inner.shape)} {shape_text(inner.shape)} may mean its length or "
        r"its entries' absolute values: write \|…\|, or \operatorname{abs}(…)."
    )


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
    "bars": ((1,), _bars),
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
