"""The engine's expressions in SymPy's words, for `calculus_peers.py`."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import is_scalar

ENTRY = {
    "exp": sp.exp,
    "log": sp.log,
    "tanh": sp.tanh,
    "sigmoid": lambda u: 1 / (1 + sp.exp(-u)),
    "softplus": lambda u: sp.log(1 + sp.exp(u)),
}


def _size(of: object) -> Any:
    return (
        sp.Integer(of) if isinstance(of, int) else sp.Symbol(str(of), integer=True, positive=True)
    )


def to_sympy(e: Expression, as_entry: bool) -> Any:
    """`as_entry`: a 1×1 product becomes its only entry, else it stays a 1×1 matrix."""

    def inner(k: int) -> Any:
        return to_sympy(e.arguments[k], as_entry)

    def scalar(u: Any) -> Any:
        return u[0, 0] if as_entry and isinstance(u, sp.MatrixExpr) else u

    if e.operation == "number":
        return sp.Rational(e.detail.numerator, e.detail.denominator)
    if e.operation == "symbol":
        if "size" in e.marks:
            return _size(e.detail)
        if is_scalar(e.shape):
            return sp.Symbol(e.detail)
        return sp.MatrixSymbol(e.detail, *(_size(s) for s in e.shape))
    if e.operation == "ones":
        return sp.OneMatrix(*(_size(s) for s in e.shape))
    if e.operation == "add":
        parts = [to_sympy(a, as_entry) for a in e.arguments]
        if any(isinstance(p, sp.MatrixExpr) for p in parts):
            shape = next(p.shape for p in parts if isinstance(p, sp.MatrixExpr))
            parts = [p if isinstance(p, sp.MatrixExpr) else p * sp.OneMatrix(*shape) for p in parts]
        return sum(parts[1:], parts[0])
    if e.operation == "multiply":
        whole = inner(0)
        for k in range(1, len(e.arguments)):
            whole = whole * inner(k)
        return scalar(whole)
    if e.operation == "transpose":
        return inner(0).T
    if e.operation == "hadamard":
        return sp.HadamardProduct(*(to_sympy(a, as_entry) for a in e.arguments))
    if e.operation == "power":
        return _power(e, as_entry)
    if e.operation == "norm2":
        u = inner(0)
        return sp.sqrt(_squared(u, as_entry))
    if e.operation == "inv":
        return sp.Inverse(inner(0))
    if e.operation == "tr":
        return sp.Trace(inner(0))
    if e.operation == "det":
        return sp.Determinant(inner(0))
    if e.operation == "logdet":
        return sp.log(sp.Determinant(inner(0)))
    if e.operation == "diag":
        return sp.DiagMatrix(inner(0))
    if e.operation == "sum":
        u = inner(0)
        rows, columns = u.shape
        return scalar(sp.OneMatrix(1, rows) * u * sp.OneMatrix(columns, 1))
    if e.operation == "logsumexp":
        u = inner(0).applyfunc(sp.exp)
        return sp.log(scalar(sp.OneMatrix(1, u.shape[0]) * u))
    if e.operation == "softmax":
        u = inner(0).applyfunc(sp.exp)
        return u * scalar(sp.OneMatrix(1, u.shape[0]) * u) ** -1
    if e.operation in ENTRY:
        u = inner(0)
        if isinstance(u, sp.MatrixExpr) and u.shape != (1, 1):
            return u.applyfunc(sp.Lambda((t := sp.Dummy("t")), ENTRY[e.operation](t)))
        return ENTRY[e.operation](u)
    raise NotImplementedError(e.operation)


def _squared(u: Any, as_entry: bool) -> Any:
    if u.shape[1] != 1:
        return sp.Trace(u.T * u)
    return (u.T * u)[0, 0] if as_entry else u.T * u


def _power(e: Expression, as_entry: bool) -> Any:
    base, exponent = e.arguments
    if base.operation == "norm2" and exponent.operation == "number" and exponent.detail == 2:
        return _squared(to_sympy(base.arguments[0], as_entry), as_entry)
    if is_scalar(base.shape):
        return to_sympy(base, as_entry) ** to_sympy(exponent, as_entry)
    return sp.HadamardPower(to_sympy(base, as_entry), to_sympy(exponent, as_entry))


def value_of(answer: Any, given: list[Expression], point: dict[str, Any]) -> np.ndarray:
    """The number that SymPy's answer has at a point."""
    sizes: dict[Any, int] = {}
    values: dict[Any, Any] = {}
    for s in given:
        if "size" in s.marks:
            sizes[_size(s.detail)] = point[s.detail]
        elif is_scalar(s.shape):
            values[sp.Symbol(s.detail)] = point[s.detail]
        else:
            for of, k in zip(s.shape, np.shape(point[s.detail]), strict=True):
                if isinstance(of, str):
                    sizes[_size(of)] = k
    sized = answer.subs(sizes)
    for s in given:
        if "size" not in s.marks and not is_scalar(s.shape):
            name = sp.MatrixSymbol(s.detail, *(sizes.get(_size(k), k) for k in s.shape))
            values[name] = sp.ImmutableMatrix(np.asarray(point[s.detail]).tolist())
    filled = sized.subs(values).doit()
    if hasattr(filled, "as_explicit"):
        filled = filled.as_explicit().doit()
    if hasattr(filled, "shape"):
        flat = [sp.N(v) for v in sp.flatten(filled)]
        return np.array([float(v) for v in flat])
    return np.array(float(sp.N(filled)))
