"""Arithmetic on tensors in the index form: sums, products with shared indices, powers, functions.

Notes: Concept 482, Definition 410
"""

from __future__ import annotations

from fractions import Fraction

from pellucid.calculus.algebra.canonical_tensors import power_of, tensor_factor, tensor_of
from pellucid.calculus.algebra.index_form import (
    ONE,
    Atom,
    Coefficient,
    Factor,
    Tensor,
    Term,
    delta,
    unused_indices,
)
from pellucid.calculus.algebra.shapes import Size
from pellucid.errors import FormulaError


def constant(value: Coefficient, axes: tuple[Size, ...] = ()) -> Tensor:
    """The same number in every entry."""
    return tensor_of(axes, [Term(value, ())])


def atom_tensor(atom: Atom, exponent: Fraction = ONE) -> Tensor:
    """The atom as a tensor over its own axes."""
    return tensor_of(
        atom.axes, [Term(ONE, (Factor(atom, tuple(range(len(atom.axes))), exponent),))]
    )


def sum_of(*tensors: Tensor) -> Tensor:
    """Sum; tensors without axes are added to every entry."""
    axes = max((tensor.axes for tensor in tensors), key=len)
    terms: list[Term] = []
    for tensor in tensors:
        shift = {i: i + len(axes) + 100 for t in tensor.terms for i in t.indices}
        shift = {i: j for i, j in shift.items() if i >= tensor.rank}
        terms.extend(term.renamed(shift) for term in tensor.terms)
    return tensor_of(axes, terms)


def scaled(tensor: Tensor, by: Coefficient) -> Tensor:
    """A number times the tensor."""
    return tensor_of(tensor.axes, [Term(t.coefficient * by, t.factors) for t in tensor.terms])


def contracted(
    operands: list[tuple[Tensor, tuple[int, ...]]], axes: tuple[Size, ...], rank: int
) -> Tensor:
    """Product of tensors at named indices, summed over all indices from `rank` on (einsum)."""
    used = {index for _, indices in operands for index in indices} | set(range(rank))
    names = unused_indices(used)
    coefficient: Coefficient = ONE
    factors: list[Factor] = []
    mentioned: dict[int, Size] = {}
    for tensor, indices in operands:
        mentioned.update(zip(indices, tensor.axes, strict=True))
        part = tensor_factor(tensor, indices, names)
        if isinstance(part, Term):
            coefficient = coefficient * part.coefficient
            factors.extend(part.factors)
        else:
            factors.extend(part)
    present = {index for factor in factors for index in factor.indices}
    for index, of in mentioned.items():
        if index >= rank and index not in present:
            factors.append(Factor(delta(of), (index, index)))
    return tensor_of(axes, [Term(coefficient, tuple(factors))])


def entrywise(*tensors: Tensor) -> Tensor:
    """Product entry by entry; tensors without axes multiply every entry."""
    axes = max((tensor.axes for tensor in tensors), key=len)
    every = tuple(range(len(axes)))
    return contracted([(t, every if t.rank else ()) for t in tensors], axes, len(axes))


def entrywise_tensor_power(tensor: Tensor, exponent: Fraction) -> Tensor:
    """Each entry to a numeric power."""
    every = tuple(range(tensor.rank))
    if exponent == 0:
        return constant(ONE, tensor.axes)
    if len(tensor.terms) == 1 and _distributes(tensor, exponent):
        term = tensor.terms[0]
        factors = tuple(Factor(f.atom, f.indices, f.exponent * exponent) for f in term.factors)
        return tensor_of(tensor.axes, [Term(power_of(term.coefficient, exponent), factors)])
    if not tensor.terms:
        if exponent > 0:
            return tensor
        raise FormulaError("This divides by something that is identically zero.")
    atom = Atom("group", tensor.axes, None, (tensor,))
    return tensor_of(tensor.axes, [Term(ONE, (Factor(atom, every, exponent),))])


def _distributes(tensor: Tensor, exponent: Fraction) -> bool:
    term = tensor.terms[0]
    if any(index >= tensor.rank for index in term.indices):
        return False
    if exponent.denominator == 1:
        return all(f.exponent.denominator == 1 or len(term.factors) >= 1 for f in term.factors)
    # √(x²) is |x|, not x: a fractional power enters only a lone positive first power.
    positive = isinstance(term.coefficient, Fraction | float) and term.coefficient > 0
    return positive and len(term.factors) <= 1 and all(f.exponent == 1 for f in term.factors)


def function_of(name: str, *inners: Tensor) -> Tensor:
    """An entrywise function of a tensor."""
    return atom_tensor(Atom("map", inners[0].axes, name, inners))
