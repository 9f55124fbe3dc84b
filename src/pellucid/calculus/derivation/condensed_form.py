"""Tensors brought down: the notes' condensed form, where nothing needed is lost, and blocks.

Notes: Concept 483, Notation 484, (A.74)–(A.76)
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.calculus.algebra.canonical_tensors import tensor_of
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.index_form import Tensor, Term, einsum_letters
from pellucid.calculus.algebra.shapes import Shape, Size, shape_text
from pellucid.calculus.algebra.to_matrix_form import atom_form, matrix_form
from pellucid.calculus.render.text import text, unicode_text


@dataclass(frozen=True)
class Condensed:
    """A smaller array that holds everything in the tensor.

    Parameters
    ----------
    expression : Expression
        What is left.
    why : str
        What was dropped, and why nothing is lost.
    blocks : str
        The tensor as a grid of blocks, when equal blocks stand on its diagonal.
    """

    expression: Expression
    why: str
    blocks: str


def condensed(tensor: Tensor, letters: str) -> Condensed | None:
    """Drop a zero pattern, merge equal blocks; None when that cannot be proved to lose nothing.

    Examples
    --------
    >>> from pellucid.calculus.derivation.derivative import differentiate
    >>> from pellucid.calculus.algebra.expression import symbol
    >>> W, A = symbol("W", ("m", "n")), symbol("A", ("m", 1))
    >>> print(condensed(differentiate(W.T * A, W).tensor, "ijk").expression)
    A

    Notes: Concept 483, Notation 484
    """
    if tensor.rank < 3 or len(tensor.terms) != 1:
        return None
    term = tensor.terms[0]
    pairs = [
        f.indices for f in term.factors if f.atom.kind == "delta" and max(f.indices) < tensor.rank
    ]
    if not pairs:
        return None
    rest = tuple(f for f in term.factors if f.atom.kind != "delta" or f.indices not in pairs)
    used = {i for f in rest for i in f.indices}
    merged: list[tuple[int, ...]] = []
    kept_axes: list[Size] = []
    reasons: list[str] = []
    dropped = {max(pair) for pair in pairs}
    for one, other in pairs:
        place = f"{letters[one]} = {letters[other]}"
        if one in used or other in used:
            reasons.append(f"entries are zero unless {place}, so one of the two axes is dropped")
        else:
            merged.append((one, other))
            reasons.append(f"blocks are zero unless {place}, and all blocks there are equal")
    gone = dropped | {i for pair in merged for i in pair}
    names: dict[int, int] = {max(pair): min(pair) for pair in pairs}
    for index in range(tensor.rank):
        if index not in gone:
            names[index] = len(kept_axes)
            kept_axes.append(tensor.axes[index])
    renumber = {max(p): names.get(min(p), min(p)) for p in pairs}
    shift = {i: i + 100 for i in term.indices if i >= tensor.rank}
    small = Term(term.coefficient, rest).renamed(names | renumber | shift)
    if len(kept_axes) > 2:
        return None
    axes = tuple(kept_axes)
    shape: Shape = (1, 1) if not axes else (axes[0], 1) if len(axes) == 1 else axes
    left = matrix_form(tensor_of(axes, [small]), shape)
    blocks = ""
    if len(merged) == len(pairs) == 1 and len(axes) == 1:
        name = unicode_text(left)
        blocks = f"[{name} 0 … 0; 0 {name} … 0; …; 0 0 … {name}]"
    why = "; ".join(reasons)
    return Condensed(
        left, f"{why[0].upper()}{why[1:]}. What is left is {shape_text(shape)}.", blocks
    )


def einsum_text(tensor: Tensor) -> str:
    """The tensor as einsum products, free axes a, b, … in order."""
    products = []
    for term in tensor.terms:
        letters = einsum_letters(max(tensor.rank, *(i + 1 for i in term.indices), 0))
        operands, places = [], []
        for factor in term.factors:
            spelled = text(atom_form(factor.atom))
            operands.append(spelled if factor.exponent == 1 else f"{spelled}**{factor.exponent}")
            places.append("".join(letters[i] for i in factor.indices))
        spec = ",".join(places) + "->" + letters[: tensor.rank]
        number = "" if term.coefficient == 1 else f"{term.coefficient} * "
        products.append(f"{number}einsum('{spec}'{''.join(', ' + o for o in operands)})")
    return " + ".join(products) or "0"
