"""The derivative of anything by anything, in the index form.

Sensitivities run from the output back to the input, as in back-propagation: each atom collects all
its routes (Definition 457) before it passes the sum on, so nothing is multiplied out on the way.

Notes: Definition 457, Concept 458, Notation 304
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from pellucid.calculus.algebra.canonical_tensors import tensor_factor, tensor_of
from pellucid.calculus.algebra.functions import derivative_of
from pellucid.calculus.algebra.index_form import (
    ONE,
    Atom,
    Factor,
    Tensor,
    Term,
    atoms_in,
    delta,
    unused_indices,
)
from pellucid.calculus.algebra.tensor_arithmetic import (
    atom_tensor,
    constant,
    contracted,
    entrywise,
    function_of,
    scaled,
    sum_of,
)
from pellucid.errors import FormulaError


def derivative(of: Tensor, by: Atom) -> Tensor:
    """Entries ∂of[j…]/∂by[i…]: the input's axes first, then the output's (denominator layout).

    Notes: Definition 467, Concept 474
    """
    axes_out = of.axes
    affected = [atom for atom in atoms_in(of) if atom == by or _involves(atom, by)]
    collected: dict[Atom, list[Term]] = {atom: [] for atom in affected}
    _push(of, _seed(axes_out), axes_out, collected)
    for atom in reversed(affected):
        total = tensor_of(atom.axes + axes_out, collected[atom])
        if atom == by:
            return _symmetrised(total, atom)
        if total.terms:
            for inner, local in _local_derivatives(atom):
                if any(a in collected for a in atoms_in(inner)):
                    passed = _through(local, total, inner.axes, atom.axes, axes_out)
                    _push(inner, passed, axes_out, collected)
    return tensor_of(by.axes + axes_out, collected.get(by, []))


def _symmetrised(total: Tensor, atom: Atom) -> Tensor:
    if "diagonal" not in atom.marks or len(atom.axes) != 2:
        return total
    on_diagonal = Factor(delta(atom.axes[0]), (0, 1))
    return tensor_of(
        total.axes, [Term(t.coefficient, (*t.factors, on_diagonal)) for t in total.terms]
    )


def _involves(atom: Atom, by: Atom) -> bool:
    return any(a == by for inner in atom.inners for a in atoms_in(inner))


def _seed(axes: tuple[int | str, ...]) -> Tensor:
    rank = len(axes)
    factors = tuple(Factor(delta(of), (k, rank + k)) for k, of in enumerate(axes))
    return tensor_of(axes + axes, [Term(ONE, factors)])


def _through(
    local: Tensor,
    total: Tensor,
    inner: tuple[int | str, ...],
    middle: tuple[int | str, ...],
    out: tuple[int | str, ...],
) -> Tensor:
    """Chain rule: ∂out/∂inner = Σ_middle (∂middle/∂inner)(∂out/∂middle)."""
    first = tuple(range(len(inner)))
    last = tuple(range(len(inner), len(inner) + len(out)))
    between = tuple(range(1000, 1000 + len(middle)))
    # A short local derivative (softmax has two terms) is spread out: its deltas then meet the rest.
    parts = [
        contracted(
            [(Tensor(local.axes, (term,)), first + between), (total, between + last)],
            inner + out,
            len(inner) + len(out),
        )
        for term in local.terms
    ]
    return sum_of(constant(Fraction(0), inner + out), *parts)


def _push(
    tensor: Tensor,
    sensitivity: Tensor,
    axes_out: tuple[int | str, ...],
    collected: dict[Atom, list[Term]],
) -> None:
    """Product rule: each factor receives the sensitivity times all the other factors."""
    rank, rank_out = tensor.rank, len(axes_out)
    shift = 5000
    for raw in tensor.terms:
        term = raw.renamed({i: i + shift for i in raw.indices})
        for position, factor in enumerate(term.factors):
            if factor.atom not in collected:
                continue
            own = len(factor.indices)
            rest = [f for k, f in enumerate(term.factors) if k != position]
            if factor.exponent != 1:
                rest.append(Factor(factor.atom, factor.indices, factor.exponent - 1))
            links = [
                Factor(delta(of), (k, index))
                for k, (of, index) in enumerate(zip(factor.atom.axes, factor.indices, strict=True))
            ]
            outer = tuple(range(shift, shift + rank)) + tuple(range(own, own + rank_out))
            names = unused_indices(term.indices, {20_000})
            arriving = tensor_factor(sensitivity, outer, names)
            coefficient = term.coefficient * factor.exponent
            if isinstance(arriving, Term):
                coefficient, arrived = coefficient * arriving.coefficient, arriving.factors
            else:
                arrived = arriving
            # Axes the sensitivity does not vary over are summed all the same.
            present = [
                Factor(delta(of), (shift + k, shift + k)) for k, of in enumerate(tensor.axes)
            ]
            collected[factor.atom].append(Term(coefficient, (*rest, *links, *arrived, *present)))


# --- one line a rule: ∂atom/∂inner over the axes inner + atom ---------------------------------


def _along(slope: Tensor) -> Tensor:
    """diag(slope): each entry depends on its own entry only (Concept 486)."""
    rank = slope.rank
    operands = [(slope, tuple(range(rank)))]
    operands += [(atom_tensor(delta(of)), (k, rank + k)) for k, of in enumerate(slope.axes)]
    return contracted(operands, slope.axes + slope.axes, 2 * rank)


def _of_map(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    inner = atom.inners[0]
    return [(inner, _along(derivative_of(atom.detail, inner)))]


def _of_group(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    return [(atom.inners[0], _along(constant(ONE, atom.axes)))]


def _of_power(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    base, exponent = atom.inners
    whole = atom_tensor(atom)
    less_one = sum_of(exponent, constant(Fraction(-1)))
    lower = atom_tensor(Atom("power", base.axes, None, (base, less_one)))
    by_exponent = entrywise(whole, function_of("log", base))
    return [(base, _along(entrywise(exponent, lower))), (exponent, by_exponent)]


def _of_inverse(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    y = atom_tensor(atom)
    local = contracted([(y, (2, 0)), (y, (1, 3))], atom.axes + atom.axes, 4)
    return [(atom.inners[0], scaled(local, Fraction(-1)))]


def _of_logdet(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    return [(atom.inners[0], _inverse_transposed(atom.inners[0]))]


def _of_det(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    inner = atom.inners[0]
    return [(inner, entrywise(atom_tensor(atom), _inverse_transposed(inner)))]


def _inverse_transposed(inner: Tensor) -> Tensor:
    from pellucid.calculus.algebra.canonical_tensors import group_marks, transposed_tensor

    return transposed_tensor(
        atom_tensor(Atom("inv", inner.axes, None, (inner,), group_marks(inner)))
    )


def _of_softmax(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    s = atom_tensor(atom)
    outer = contracted([(s, (0,)), (s, (1,))], atom.axes * 2, 2)
    return [(atom.inners[0], sum_of(_along(s), scaled(outer, Fraction(-1))))]


def _of_logsumexp(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    inner = atom.inners[0]
    return [(inner, atom_tensor(Atom("softmax", inner.axes, None, (inner,))))]


def _of_max(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    inner = atom.inners[0]
    return [(inner, atom_tensor(Atom("onehot", inner.axes, None, (inner,))))]


def _of_onehot(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    return [(atom.inners[0], constant(Fraction(0), atom.axes * 2))]


def _of_unknown(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    inner = atom.inners[0]
    return [(inner, atom_tensor(Atom("slope", inner.axes, atom.detail, (inner,))))]


def _of_slope(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    raise FormulaError(
        f"The second derivative of the unknown scalar function {atom.detail} is not named; "
        "write the function out."
    )


RULES: dict[str, Callable[[Atom], list[tuple[Tensor, Tensor]]]] = {
    "map": _of_map,
    "group": _of_group,
    "power": _of_power,
    "inv": _of_inverse,
    "logdet": _of_logdet,
    "det": _of_det,
    "softmax": _of_softmax,
    "logsumexp": _of_logsumexp,
    "max": _of_max,
    "onehot": _of_onehot,
    "unknown": _of_unknown,
    "slope": _of_slope,
}


def _local_derivatives(atom: Atom) -> list[tuple[Tensor, Tensor]]:
    return RULES[atom.kind](atom)
