"""The entries of a tensor, written out with their indices and sums.

Notes: C 466, Concept 481, (A.67)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.index_form import Atom, Factor, Tensor, Term
from pellucid.calculus.algebra.to_index_form import index_form
from pellucid.calculus.algebra.to_matrix_form import atom_form
from pellucid.calculus.render.names import function_name, name_latex, number_text, pretty_name

LETTERS = "ijklpqrstuvabcefgh"


def contraction_text(e: Expression, render: Callable[[Expression], str]) -> str:
    """A contraction inside matrix text: `[Σ_l A_il B_jl C_kl]_ijk`."""
    tensor = index_form(e)
    outer = LETTERS[: tensor.rank]
    entry = Entries(LETTERS, False, render).tensor(tensor, tuple(outer), tensor.rank)
    return f"[{entry}]" + (f"_{outer}" if outer else "")


def contraction_latex(e: Expression, render: Callable[[Expression], str]) -> str:
    r"""The same in LaTeX."""
    tensor = index_form(e)
    outer = LETTERS[: tensor.rank]
    subscript = f"_{{{' '.join(outer)}}}" if outer else ""
    entry = Entries(LETTERS, True, render).tensor(tensor, tuple(outer), tensor.rank)
    return rf"\left[{entry}\right]{subscript}"


class Entries:
    """Writes single entries; what has no entries to write is left to `render`."""

    def __init__(self, letters: str, latex: bool, render: Callable[[Expression], str]) -> None:
        self.letters = letters + "".join(f"{c}'" for c in letters)
        self.pool = list(letters) + [f"{c}_{k}" for k in range(1, 400) for c in letters[:9]]
        self.latex = latex
        self.render = render

    def tensor(self, tensor: Tensor, free: tuple[str, ...], used: int) -> str:
        if not tensor.terms:
            return "0"
        pieces = []
        for position, term in enumerate(sorted(tensor.terms, key=lambda t: t.coefficient < 0)):
            spelled = self.term(term, free, used, tensor.rank)
            negative = spelled.startswith("-")
            if position == 0:
                pieces.append(spelled)
            else:
                pieces.append((" - " + spelled[1:]) if negative else " + " + spelled)
        return "".join(pieces)

    def term(self, term: Term, free: tuple[str, ...], used: int, rank: int) -> str:
        names = dict(enumerate(free))
        sums = []
        for index in sorted(term.indices):
            if index >= rank:
                names[index] = self.pool[used]
                sums.append(names[index])
                used += 1
        above, below = [], []
        for factor in sorted(term.factors, key=_plain_first):
            if factor.exponent < 0 and not factor.indices:
                turned = Factor(factor.atom, factor.indices, -factor.exponent)
                below.append(self.factor(turned, names, used))
            else:
                above.append(self.factor(factor, names, used))
        return self._assembled(term.coefficient, sums, above, below)

    def _assembled(
        self, coefficient: Fraction | float, sums: list[str], above: list[str], below: list[str]
    ) -> str:
        sign = "-" if coefficient < 0 else ""
        size: Fraction | float = max(coefficient, -coefficient)
        if isinstance(size, Fraction) and size.denominator != 1:
            below = [str(size.denominator), *below]
            size = Fraction(size.numerator)
        if size != 1 or not above:
            above = [number_text(size), *above]
        total = "".join(f"\\sum_{{{s}}} " if self.latex else f"Σ_{s} " for s in sums)
        product = " ".join(above)
        if below and self.latex:
            return f"{sign}{total}\\frac{{{product}}}{{{' '.join(below)}}}"
        over = " ".join(below)
        bar = f"/({over})" if len(below) > 1 else f"/{over}" if below else ""
        return f"{sign}{total}{product}{bar}"

    def factor(self, factor: Factor, names: dict[int, str], used: int) -> str:
        places = tuple(names[i] for i in factor.indices)
        base = self.atom(factor.atom, places, used)
        if factor.exponent == 1:
            return base
        if factor.exponent == Fraction(1, 2):
            return f"\\sqrt{{{base}}}" if self.latex else f"sqrt({base})"
        exponent = number_text(factor.exponent)
        if self.latex:
            return f"{{{base}}}^{{{exponent}}}"
        exponent = exponent if re.fullmatch(r"\d", exponent) else f"({exponent})"
        return f"{base}^{exponent}"

    def atom(self, atom: Atom, indices: tuple[str, ...], used: int) -> str:
        subscript = self._subscript(indices)
        if atom.kind == "symbol":
            return self._symbol(atom, subscript)
        if atom.kind == "delta":
            return (r"\delta" if self.latex else "δ") + subscript
        if atom.kind == "basis":
            return "e" + self._subscript((str(atom.detail),)) + subscript
        if atom.kind == "shift":
            out, taps, signal = indices
            return f"[{signal}={out}+{taps}-1]"
        if atom.kind == "group":
            return f"({self.tensor(atom.inners[0], indices, used)})"
        if atom.kind == "map":
            name = self._function(atom.detail)
            return f"{name}({self.tensor(atom.inners[0], indices, used)})"
        if atom.kind == "power":
            base = self.tensor(atom.inners[0], indices, used)
            return f"({base})^{{{self.tensor(atom.inners[1], (), used)}}}"
        spelled = self.render(atom_form(atom))
        return f"[{spelled}]{subscript}" if subscript else spelled

    def _function(self, name: str) -> str:
        return function_name(name) if self.latex else "σ" if name == "sigmoid" else name

    def _symbol(self, atom: Atom, subscript: str) -> str:
        if self.latex:
            spelled = name_latex(atom.detail.detail)
            return f"{{{spelled}}}{subscript}" if subscript else spelled
        name = pretty_name(atom.detail.detail)
        return (
            f"({name}){subscript}"
            if subscript and ("_" in name or "^" in name)
            else (name + subscript)
        )

    def _subscript(self, indices: tuple[str, ...]) -> str:
        if not indices:
            return ""
        if self.latex:
            return "_{" + " ".join(indices) + "}"
        joined = "".join(indices)
        return f"_{joined}" if all(len(p) == 1 for p in indices) else "_{" + ",".join(indices) + "}"


def _plain_first(factor: Factor) -> tuple[bool, bool]:
    """Scalars, then symbols, then brackets and functions."""
    return (bool(factor.indices), factor.atom.kind != "symbol")
