"""`pellucid check-gradient`: what is wrong with a learner's answer.

Notes: §2.6, Concept 56, KE 119
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pellucid.calculus.algebra.kinks import kink_warnings
from pellucid.calculus.algebra.shapes import shape_text
from pellucid.calculus.checking.mistakes import diagnose_answer, not_conforming
from pellucid.calculus.checking.numeric_check import Check, check_derivative
from pellucid.calculus.derivation.derivation import variable
from pellucid.calculus.derivation.derivative import Derivative, differentiate
from pellucid.calculus.derivation.layout import layout_legend
from pellucid.calculus.language.declarations import Declarations
from pellucid.calculus.language.expression_builder import build
from pellucid.calculus.language.grammar import Syntax
from pellucid.calculus.language.reading import read_declared, syntax_of
from pellucid.calculus.language.shape_inference import missing_names
from pellucid.calculus.render.names import pretty_name
from pellucid.calculus.render.text import shapes_text, unicode_text
from pellucid.errors import FormulaError, ShapeError


@dataclass(frozen=True)
class Diagnosis:
    """The verdict on an answer; `print` it.

    Parameters
    ----------
    verdict : str
        "right", "transposed", "wrong sign", "missing factor", "missing term", "scalar habit",
        "wrong shape" or "wrong".
    message : str
        What is wrong and what to do, in a sentence or two.
    derivative : Derivative
        The right answer.
    answer : str
        What was given.
    declared : Declarations
    inferred : tuple of str
        Names whose shapes were worked out.
    """

    verdict: str
    message: str
    derivative: Derivative
    answer: str
    declared: Declarations
    inferred: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.verdict == "right"

    @cached_property
    def check(self) -> Check:
        """The engine's own answer against central differences."""
        return check_derivative(self.derivative)

    def __str__(self) -> str:
        d = self.derivative
        by = pretty_name(d.by.detail)
        shapes = shapes_text(d.of)
        lines = [f"{self.verdict[0].upper()}{self.verdict[1:]}. {self.message}", ""]
        lines.append(f"  f        {unicode_text(d.of)}")
        lines.append(f"  shapes   {shapes}")
        if self.inferred:
            lines.append(f"           (worked out from the formula: {', '.join(self.inferred)})")
        lines.append(f"  ∂f/∂{by:<4} {unicode_text(d.expression)}  {shape_text(d.shape)}")
        lines.append(f"  typed    {d.expression}")
        lines.append(f"  layout   {layout_legend(d.of.shape, d.by.shape, d.layout)}")
        lines.append(f"  check    {self.check}")
        lines += [f"  mind     {note}" for note in kink_warnings(d.of, d.by)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        import html

        from pellucid.calculus.render.derivation_html import typeset
        from pellucid.calculus.render.latex import latex

        d = self.derivative
        shown = typeset(latex(d.expression), unicode_text(d.expression))
        return (
            f'<section class="diagnosis"><p><strong>{html.escape(self.verdict)}</strong>: '
            f"{html.escape(self.message)}</p>"
            f"<p>∂f/∂{html.escape(pretty_name(d.by.detail))} = {shown} "
            f"{html.escape(shape_text(d.shape))}</p></section>"
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "right": self.right,
            "verdict": self.verdict,
            "message": self.message,
            "answer": self.answer,
            "expected": str(self.derivative.expression),
            "shape": list(self.derivative.shape),
            "shapes": shapes_text(self.derivative.of),
            "inferred": list(self.inferred),
        }


def check_gradient_answer(
    expression: str, wrt: str, answer: str, where: str | Mapping[str, str] | None = None
) -> Diagnosis:
    """Judge an answer for ∂expression/∂wrt.

    Parameters
    ----------
    expression, wrt : str
        The formula and the symbol.
    answer : str
        The learner's answer, in the same grammar.
    where : str or mapping, optional
        Shapes; what is missing is worked out and stated.

    Returns
    -------
    Diagnosis

    Raises
    ------
    FormulaError
        The formula or the answer cannot be read.

    Examples
    --------
    >>> check_gradient_answer("norm2(X'*theta - y)^2", "theta", "2*X*(X'*theta-y)").verdict
    'right'
    >>> print(check_gradient_answer("x'*A*x", "x", "2*A*x").verdict)
    scalar habit

    Notes: §2.6, KE 119
    """
    of, declared, inferred = read_declared(expression, where)
    derivative = differentiate(of, variable(wrt, declared))

    def diagnosis(verdict: str, message: str) -> Diagnosis:
        return Diagnosis(verdict, message, derivative, answer, declared, inferred)

    syntax, answer = syntax_of(answer, declared)
    _refuse_unknown_names(syntax, declared, answer)
    try:
        given = build(syntax, declared, answer)
    except ShapeError as problem:
        return diagnosis(*not_conforming(syntax, declared, answer, derivative, str(problem)))
    return diagnosis(*diagnose_answer(given, derivative))


def _refuse_unknown_names(syntax: Syntax, declared: Declarations, answer: str) -> None:
    strange = missing_names(syntax, declared)
    if strange:
        known = ", ".join([*declared.symbols, *declared.sizes])
        raise FormulaError(
            f"The answer uses {', '.join(strange)}, which the formula does not know. "
            f"Known are {known}.\n  {answer}"
        )
