"""Where a formula has no derivative, and what is taken there instead.

Notes: KE 450, KE 453, §9.4.7
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.functions import TABLE
from pellucid.calculus.algebra.index_form import Atom, Factor, Tensor, atoms_in
from pellucid.calculus.algebra.stable_forms import recognize_functions
from pellucid.calculus.algebra.to_index_form import index_form, symbol_atom
from pellucid.calculus.algebra.to_matrix_form import factor_form

TIES = "where several entries tie for the maximum, the first counts (KE 453)"
NORM1 = "norm1 has a kink wherever an entry is 0; there the derivative is taken as 0"
HALF = Fraction(1, 2)


def kink_warnings(of: Expression, by: Expression) -> tuple[str, ...]:
    """A sentence for each kink of the formula in this variable.

    Kinks that cancel, as in max(z, 0) + log(1 + exp(−|z|)), are none.

    Notes: KE 450, KE 453
    """
    found: dict[str, None] = {}
    variable = symbol_atom(by)
    typed = {node.operation for node in ex.walk(of)}
    for factor in _factors(index_form(recognize_functions(of))):
        atom = factor.atom
        if atom != variable and not any(a == variable for i in atom.inners for a in atoms_in(i)):
            continue
        sentence = _of_function(factor, typed) or _of_power(factor)
        if sentence:
            found[sentence] = None
    return tuple(found)


def _factors(tensor: Tensor) -> Iterator[Factor]:
    """Every factor at any depth."""
    stack, seen = [tensor], {tensor}
    while stack:
        for term in stack.pop().terms:
            for factor in term.factors:
                yield factor
                inner = [i for i in factor.atom.inners if i not in seen]
                seen.update(inner)
                stack.extend(inner)


def _of_function(factor: Factor, typed: set[str]) -> str:
    atom = factor.atom
    if atom.kind in {"max", "onehot"}:
        return TIES
    if atom.kind != "map" or atom.detail not in TABLE:
        return ""
    if atom.detail in {"abs", "relu"} and factor.exponent > 1:
        return ""  # |u|² and its like have the slope 0 there
    if atom.detail == "abs" and "norm1" in typed and "abs" not in typed:
        return NORM1
    return TABLE[str(atom.detail)].kink


def _of_power(factor: Factor) -> str:
    """‖u‖, √u and their like: B^q with q below 1."""
    exponent, atom = factor.exponent, factor.atom
    if atom.kind in {"delta", "basis", "shift"} or exponent.denominator == 1:
        return ""
    base = factor_form(Factor(atom, factor.indices, HALF))
    squares = atom.kind == "group" and _never_negative(atom.inners[0])
    if base.operation == "norm2":
        name, where = "norm2", "where its argument is 0"
    else:
        name = _short(factor_form(factor))
        where = f"where {_short(factor_form(Factor(atom, factor.indices, Fraction(1))))} is 0"
    if exponent < 0:
        return f"{name} has neither a value nor a derivative {where}"
    if exponent <= HALF and (squares or atom.kind == "group"):
        return f"{name} has no derivative {where}; there the derivative is taken as 0"
    if exponent < 1 and not squares:
        return f"{name} has no finite derivative {where}, and no value below"
    return ""


def _never_negative(tensor: Tensor) -> bool:
    return all(
        term.coefficient > 0 and all(_is_never_negative(f) for f in term.factors)
        for term in tensor.terms
    )


def _is_never_negative(factor: Factor) -> bool:
    if factor.exponent.denominator == 1 and factor.exponent % 2 == 0:
        return True
    positive = factor.atom.kind == "map" and factor.atom.detail in {"abs", "exp", "sigmoid"}
    inner = factor.atom.kind == "group" and _never_negative(factor.atom.inners[0])
    return positive or inner or "size" in factor.atom.marks or factor.atom.kind == "delta"


def _short(expression: Expression) -> str:
    spelled = str(expression)
    return spelled if len(spelled) < 50 else "the root's argument"


def kink_divisors(of: Expression, gradient: Tensor) -> frozenset[Expression]:
    """Divisors of a gradient that vanish at a kink, with what they divide.

    x/‖x‖ is 0/0 at x = 0. Where the formula itself has a value there, 0 is taken for 0/0.

    Parameters
    ----------
    of : Expression
        What was differentiated.
    gradient : Tensor

    Returns
    -------
    frozenset of Expression
        Powers with a negative exponent, as they stand in the matrix form.

    Notes: KE 450
    """
    undefined = {f.atom for f in _factors(index_form(recognize_functions(of))) if f.exponent < 0}
    found: dict[tuple[Atom, Fraction], None] = {}
    for factor in _factors(gradient):
        fractional = factor.exponent < 0 and factor.exponent.denominator != 1
        if fractional and factor.atom not in undefined:
            found[(factor.atom, factor.exponent)] = None
    return frozenset(
        factor_form(Factor(atom, tuple(range(len(atom.axes))), exponent))
        for atom, exponent in found
    )
