"""From an expression to its index form.

Notes: A.1, (A.67), Concept 481
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.cancelled_kinks import (
    function_with_a_kink,
    without_cancelled_kinks,
)
from pellucid.calculus.algebra.canonical_tensors import tensor_of
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.functions import TABLE
from pellucid.calculus.algebra.index_form import ONE, Atom, Factor, Tensor, Term, delta
from pellucid.calculus.algebra.shapes import axes_of, is_scalar
from pellucid.calculus.algebra.tensor_arithmetic import (
    atom_tensor,
    constant,
    contracted,
    entrywise,
    entrywise_tensor_power,
    function_of,
    scaled,
    sum_of,
)
from pellucid.errors import FormulaError

MOST_NODES = 3000


def index_form(expression: Expression) -> Tensor:
    """The tensor of an expression, over the axes of its shape (sizes 1 left out)."""
    done: dict[Expression, Tensor] = {}
    for count, node in enumerate(ex.walk(expression)):
        if count > MOST_NODES:
            raise FormulaError(f"The formula has more than {MOST_NODES} parts; name some of them.")
        done[node] = _index_form_rule(node, [done[argument] for argument in node.arguments])
        if node.operation in {"add", "multiply", "hadamard", "power", "sum", "dot"}:
            done[node] = without_cancelled_kinks(done[node])
    return done[expression]


def _index_form_rule(node: Expression, inner: list[Tensor]) -> Tensor:
    rule = _RULES.get(node.operation)
    if rule is not None:
        return rule(node, inner)
    if node.operation in {"relu", "abs"}:
        return function_with_a_kink(node.operation, inner[0])
    if len(inner) == 1:
        return function_of(node.operation, inner[0])
    raise FormulaError(f"{node.operation!r} cannot be differentiated.")


def symbol_atom(node: Expression) -> Atom:
    """The atom of a declared symbol."""
    return Atom("symbol", axes_of(node.shape), node, marks=node.marks)


def _symbol(node: Expression, _: list[Tensor]) -> Tensor:
    atom = symbol_atom(node)
    if "diagonal" in node.marks and len(atom.axes) == 2:
        on_diagonal = (Factor(delta(atom.axes[0]), (0, 1)), Factor(atom, (0, 0)))
        return tensor_of(atom.axes, [Term(ONE, on_diagonal)])
    return atom_tensor(atom)


def _number(node: Expression, _: list[Tensor]) -> Tensor:
    return constant(node.detail)


def _filled(value: int) -> Callable[[Expression, list[Tensor]], Tensor]:
    return lambda node, _: constant(Fraction(value), axes_of(node.shape))


def _identity(node: Expression, _: list[Tensor]) -> Tensor:
    return atom_tensor(delta(node.shape[0]))


def _basis(node: Expression, _: list[Tensor]) -> Tensor:
    return atom_tensor(Atom("basis", axes_of(node.shape), node.detail))


def _add(node: Expression, inner: list[Tensor]) -> Tensor:
    return sum_of(constant(Fraction(0), axes_of(node.shape)), *inner)


def _multiply(node: Expression, inner: list[Tensor]) -> Tensor:
    """Neighbouring matrices share an index; scalars need none."""
    operands: list[tuple[Tensor, tuple[int, ...]]] = []
    rank = len(axes_of(node.shape))
    arrays = [(a, t) for a, t in zip(node.arguments, inner, strict=True) if not is_scalar(a.shape)]
    operands += [(t, ()) for a, t in zip(node.arguments, inner, strict=True) if is_scalar(a.shape)]
    if len(arrays) == 1:
        operands.append((arrays[0][1], tuple(range(rank))))
        return contracted(operands, axes_of(node.shape), rank)
    if any(len(a.shape) > 2 for a, _ in arrays):
        raise FormulaError("Only one factor of a product may be a tensor; use dot or .* instead.")
    links = [10_000 + k for k in range(len(arrays) + 1)]
    links[0] = 0
    links[-1] = 1 if node.shape[0] != 1 else 0
    for position, (array, tensor) in enumerate(arrays):
        ends = ((array.shape[0], links[position]), (array.shape[1], links[position + 1]))
        operands.append((tensor, tuple(link for of, link in ends if of != 1)))
    return contracted(operands, axes_of(node.shape), rank)


def _hadamard(_: Expression, inner: list[Tensor]) -> Tensor:
    return entrywise(*inner)


def _power(node: Expression, inner: list[Tensor]) -> Tensor:
    base, exponent = inner
    if ex.is_number(node.arguments[1]):
        value = node.arguments[1].detail
        fraction = (
            value if isinstance(value, Fraction) else Fraction(value).limit_denominator(10**6)
        )
        return entrywise_tensor_power(base, fraction)
    return atom_tensor(Atom("power", base.axes, None, (base, exponent)))


def _transpose(node: Expression, inner: list[Tensor]) -> Tensor:
    if inner[0].rank < 2:
        return inner[0]
    return contracted([(inner[0], (1, 0))], axes_of(node.shape), 2)


def _inverse(node: Expression, inner: list[Tensor]) -> Tensor:
    from pellucid.calculus.algebra.canonical_tensors import group_marks

    return atom_tensor(Atom("inv", inner[0].axes, None, (inner[0],), group_marks(inner[0])))


def _whole(kind: str) -> Callable[[Expression, list[Tensor]], Tensor]:
    def lowered(node: Expression, inner: list[Tensor]) -> Tensor:
        return atom_tensor(Atom(kind, axes_of(node.shape), None, (inner[0],)))

    return lowered


def _logdet(_: Expression, inner: list[Tensor]) -> Tensor:
    if inner[0].rank == 0:
        return function_of("log", inner[0])
    return atom_tensor(Atom("logdet", (), None, (inner[0],)))


def _trace(_: Expression, inner: list[Tensor]) -> Tensor:
    return contracted([(inner[0], (9, 9))], (), 0)


def _diag(node: Expression, inner: list[Tensor]) -> Tensor:
    axes = axes_of(node.shape)
    return contracted([(atom_tensor(delta(axes[0])), (0, 1)), (inner[0], (0,))], axes, 2)


def _diagonal(node: Expression, inner: list[Tensor]) -> Tensor:
    return contracted([(inner[0], (0, 0))], axes_of(node.shape), 1)


def _sum(_: Expression, inner: list[Tensor]) -> Tensor:
    return contracted([(inner[0], tuple(range(9, 9 + inner[0].rank)))], (), 0)


def _dot(_: Expression, inner: list[Tensor]) -> Tensor:
    every = tuple(range(9, 9 + inner[0].rank))
    return contracted([(inner[0], every), (inner[1], every)], (), 0)


def _norm1(node: Expression, inner: list[Tensor]) -> Tensor:
    return _sum(node, [function_of("abs", inner[0])])


def _norm2(node: Expression, inner: list[Tensor]) -> Tensor:
    return entrywise_tensor_power(
        _sum(node, [entrywise_tensor_power(inner[0], Fraction(2))]), Fraction(1, 2)
    )


def _mean(node: Expression, inner: list[Tensor]) -> Tensor:
    over = [index_form(ex.size(of)) for of in inner[0].axes]
    return entrywise(_sum(node, inner), *(entrywise_tensor_power(of, Fraction(-1)) for of in over))


def shift_atom(out: object, width: object, signal: object) -> Atom:
    """1 where signal position = output position + filter position − 1 (KE 452)."""
    return Atom("shift", (out, width, signal))  # type: ignore[arg-type]


def _conv(node: Expression, inner: list[Tensor]) -> Tensor:
    signal, taps = inner
    if not (signal.axes and taps.axes):
        raise FormulaError("conv takes a signal and a filter of at least two entries.")
    shift = atom_tensor(shift_atom(node.shape[0], taps.axes[0], signal.axes[0]))
    return contracted([(shift, (0, 8, 9)), (taps, (8,)), (signal, (9,))], axes_of(node.shape), 1)


def _unshifted(role: str) -> Callable[[Expression, list[Tensor]], Tensor]:
    """`windows(x)`: rows are weights, columns outputs (KE 452); `band(f)`: rows are positions."""

    def lowered(node: Expression, inner: list[Tensor]) -> Tensor:
        if role == "windows":
            shift = shift_atom(node.shape[1], node.shape[0], inner[0].axes[0])
            operands = [(atom_tensor(shift), (1, 0, 9)), (inner[0], (9,))]
        elif role == "band":
            shift = shift_atom(node.shape[1], inner[0].axes[0], node.shape[0])
            operands = [(atom_tensor(shift), (1, 9, 0)), (inner[0], (9,))]
        else:
            shift = shift_atom(inner[0].axes[0], inner[1].axes[0], node.shape[0])
            operands = [(atom_tensor(shift), (8, 9, 0)), (inner[0], (8,)), (inner[1], (9,))]
        return contracted(operands, axes_of(node.shape), len(axes_of(node.shape)))

    return lowered


def _shift(node: Expression, _: list[Tensor]) -> Tensor:
    return atom_tensor(shift_atom(*node.shape))


def _unknown_scalar(node: Expression, inner: list[Tensor]) -> Tensor:
    return atom_tensor(Atom("unknown", (), node.detail, (inner[0],)))


def _unknown_slope(node: Expression, inner: list[Tensor]) -> Tensor:
    return atom_tensor(Atom("slope", inner[0].axes, node.detail, (inner[0],)))


def _contract(node: Expression, inner: list[Tensor]) -> Tensor:
    *places, out = node.detail
    names = {index: position for position, index in enumerate(out)}
    renamed = [tuple(names.get(i, 10_000 + i) for i in place) for place in places]
    operands = list(zip(inner, renamed, strict=True))
    return contracted(operands, axes_of(node.shape), len(out))


_RULES: dict[str, Callable[[Expression, list[Tensor]], Tensor]] = {
    "symbol": _symbol,
    "number": _number,
    "ones": _filled(1),
    "zeros": _filled(0),
    "identity": _identity,
    "basis": _basis,
    "add": _add,
    "multiply": _multiply,
    "hadamard": _hadamard,
    "power": _power,
    "transpose": _transpose,
    "inv": _inverse,
    "tr": _trace,
    "det": _whole("det"),
    "logdet": _logdet,
    "diag": _diag,
    "diagonal": _diagonal,
    "sum": _sum,
    "mean": _mean,
    "dot": _dot,
    "norm1": _norm1,
    "norm2": _norm2,
    "max": _whole("max"),
    "onehot": _whole("onehot"),
    "logsumexp": _whole("logsumexp"),
    "softmax": _whole("softmax"),
    "conv": _conv,
    "windows": _unshifted("windows"),
    "band": _unshifted("band"),
    "spread": _unshifted("spread"),
    "shift": _shift,
    "unknown": _unknown_scalar,
    "slope": _unknown_slope,
    "contract": _contract,
}

ENTRY_FUNCTIONS = frozenset(TABLE)

__all__ = ["ENTRY_FUNCTIONS", "index_form", "scaled", "symbol_atom"]
