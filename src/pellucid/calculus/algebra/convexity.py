"""Convex, concave or unknown, by composition rules.

A rule proves; where no rule applies the answer is "unknown", never a guess.

Notes: T103, Concept 104, Definition 105
"""

from __future__ import annotations

from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import is_scalar
from pellucid.calculus.algebra.stable_forms import stable_form
from pellucid.calculus.algebra.to_index_form import index_form
from pellucid.calculus.algebra.to_matrix_form import matrix_form
from pellucid.calculus.derivation.derivative import differentiate

CONSTANT, LINEAR, CONVEX, CONCAVE, UNKNOWN = "constant", "linear", "convex", "concave", "unknown"
NONNEGATIVE = {"exp", "sigmoid", "softplus", "relu", "abs", "norm1", "norm2", "step", "softmax"}
POSITIVE_NAMES = {"lam", "lambda", "n", "d", "k", "m", "eps"}
# name: (curvature, monotone: +1 rising, −1 falling, 0 neither)
KNOWN: dict[str, tuple[str, int]] = {
    "exp": (CONVEX, 1),
    "softplus": (CONVEX, 1),
    "relu": (CONVEX, 1),
    "abs": (CONVEX, 0),
    "norm1": (CONVEX, 0),
    "norm2": (CONVEX, 0),
    "log": (CONCAVE, 1),
    "logsumexp": (CONVEX, 1),
    "max": (CONVEX, 1),
    "logdet": (CONCAVE, 0),
}


def curvature(of: Expression, by: Expression) -> str:
    """Curvature of a scalar formula in one symbol.

    Parameters
    ----------
    of : Expression
        Scalar. λ, ε and sizes count as positive.
    by : Expression
        The symbol.

    Returns
    -------
    str
        "constant", "linear", "convex", "concave" or "unknown".

    Examples
    --------
    >>> from pellucid.calculus.language.reading import read
    >>> J = read("norm2(X'*theta - y)^2/n + lam*norm1(theta)")
    >>> curvature(J, next(s for s in ex.symbols_of(J) if s.detail == "theta"))
    'convex'

    Notes: T103, Definition 105
    """
    found = _composed_curvature(stable_form(of), by)
    if found != UNKNOWN:
        return found
    # Canonical spelling shows squares: x'x is norm2(x)², which the rules know.
    return _composed_curvature(stable_form(matrix_form(index_form(of), of.shape)), by)


def _composed_curvature(of: Expression, by: Expression) -> str:
    done: dict[Expression, str] = {}
    for node in ex.walk(of):
        done[node] = _of_node(node, by, done)
    return done[of]


def sign_of(node: Expression) -> int:
    """+1 nonnegative, −1 nonpositive, 0 unknown; of every entry."""
    if node.operation == "number":
        return 1 if node.detail >= 0 else -1
    if node.operation == "symbol":
        positive = "size" in node.marks or "distribution" in node.marks
        return 1 if positive or node.detail in POSITIVE_NAMES else 0
    if node.operation in NONNEGATIVE | {"ones", "identity", "basis", "onehot"}:
        return 1
    if node.operation == "power":
        base, exponent = node.arguments
        if ex.is_number(exponent) and exponent.detail % 2 == 0:
            return 1
        return 1 if sign_of(base) == 1 else 0
    if node.operation in {"multiply", "hadamard"}:
        return _sign_of_product(node)
    if node.operation == "add":
        signs = {sign_of(a) for a in node.arguments}
        return signs.pop() if len(signs) == 1 else 0
    if node.operation in {"transpose", "sum", "mean", "diag", "max"}:
        return sign_of(node.arguments[0])
    return 0


def _sign_of_product(node: Expression) -> int:
    total = 1
    for argument in node.arguments:
        total *= sign_of(argument)
    return total


def _flipped(kind: str) -> str:
    return {CONVEX: CONCAVE, CONCAVE: CONVEX}.get(kind, kind)


def _scaled(kind: str, sign: int) -> str:
    if kind in (CONSTANT, LINEAR):
        return kind
    return kind if sign == 1 else _flipped(kind) if sign == -1 else UNKNOWN


def _summed(kinds: list[str]) -> str:
    present = set(kinds) - {CONSTANT}
    if UNKNOWN in present or {CONVEX, CONCAVE} <= present:
        return UNKNOWN
    for kind in (CONVEX, CONCAVE, LINEAR):
        if kind in present:
            return kind
    return CONSTANT


def _of_node(node: Expression, by: Expression, done: dict[Expression, str]) -> str:
    if node == by:
        return LINEAR
    kinds = [done[a] for a in node.arguments]
    if all(kind == CONSTANT for kind in kinds):
        return CONSTANT
    if node.operation == "add":
        return _summed(kinds)
    if node.operation in {"transpose", "sum", "mean", "diag", "diagonal", "tr"}:
        return kinds[0]
    if node.operation in {"multiply", "hadamard", "dot", "conv"}:
        return _product(node, kinds, by)
    if node.operation == "power":
        return _power(node, kinds)
    if node.operation in KNOWN:
        return _composed(*KNOWN[node.operation], kinds[0], node)
    return UNKNOWN


def _product(node: Expression, kinds: list[str], by: Expression) -> str:
    moving = [k for k, kind in enumerate(kinds) if kind != CONSTANT]
    if len(moving) == 1:
        sign = 1
        for position, argument in enumerate(node.arguments):
            if position != moving[0]:
                sign *= sign_of(argument)
        return _scaled(kinds[moving[0]], sign)
    return _quadratic(node, by)


def _quadratic(node: Expression, by: Expression) -> str:
    """x'Px: convex when P is a Gram matrix A'A, a nonnegative diagonal, or the identity."""
    if not is_scalar(node.shape) or node.operation != "multiply":
        return UNKNOWN
    arrays = [a for a in node.arguments if not is_scalar(a.shape)]
    scalars = [a for a in node.arguments if is_scalar(a.shape)]
    if len(arrays) != len(node.arguments) - len(scalars) or any(
        ex.depends_on(s, by) for s in scalars
    ):
        return UNKNOWN
    half = [a for a in arrays if a.operation != "diag"]
    middle = [a for a in arrays if a.operation == "diag"]
    if len(middle) > 1 or any(sign_of(m.arguments[0]) != 1 for m in middle):
        return UNKNOWN
    mirrored = [ex.transpose(a) for a in reversed(half)] == half and len(half) % 2 == 0
    if not mirrored or sum(ex.depends_on(a, by) for a in half) != 2:
        return UNKNOWN
    inner = half[len(half) // 2 :]
    if any(ex.depends_on(a, by) and a != by and not _is_linear(a, by) for a in inner):
        return UNKNOWN
    sign = 1
    for scalar in scalars:
        sign *= sign_of(scalar)
    return _scaled(CONVEX, sign)


def _is_linear(node: Expression, by: Expression) -> bool:
    return not ex.depends_on(differentiate(node, by).expression, by)


def _power(node: Expression, kinds: list[str]) -> str:
    base, exponent = node.arguments
    if kinds[1] != CONSTANT or not ex.is_number(exponent):
        return UNKNOWN
    value = exponent.detail
    whole = isinstance(value, Fraction) and value.denominator == 1
    if whole and value > 0 and value % 2 == 0 and kinds[0] == LINEAR:
        return CONVEX
    if sign_of(base) != 1:
        return UNKNOWN
    if value > 1 and kinds[0] in (CONVEX, LINEAR):
        return CONVEX
    if 0 < value < 1 and kinds[0] in (CONCAVE, LINEAR):
        return CONCAVE
    if value < 0 and kinds[0] in (CONCAVE, LINEAR):
        return CONVEX
    return UNKNOWN


def _composed(outer: str, monotone: int, inner: str, node: Expression) -> str:
    if inner == LINEAR:
        return outer if node.operation != "logdet" or _symmetric(node.arguments[0]) else UNKNOWN
    if node.operation in {"norm1", "norm2", "abs"}:
        rising = sign_of(node.arguments[0]) == 1
        return CONVEX if rising and inner == CONVEX else UNKNOWN
    if monotone == 1 and inner == outer:
        return outer
    return UNKNOWN


def _symmetric(node: Expression) -> bool:
    return "symmetric" in node.marks
