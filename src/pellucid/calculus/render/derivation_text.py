"""A derivation as text for a terminal.

Notes: A.2
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Protocol

from pellucid.calculus.algebra.shapes import is_scalar, shape_text
from pellucid.calculus.derivation.layout import layout_legend
from pellucid.calculus.render.names import pretty_name
from pellucid.calculus.render.text import shapes_text, unicode_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pellucid.calculus.algebra.expression import Expression
    from pellucid.calculus.checking.numeric_check import Check
    from pellucid.calculus.derivation.condensed_form import Condensed
    from pellucid.calculus.derivation.derivative import Derivative
    from pellucid.calculus.derivation.quadratic import ClosedForm
    from pellucid.calculus.derivation.steps import Step

WIDTH = 98
INDENT = " " * 14


class DisplayedDerivation(Protocol):
    """What a page shows of a derivation: all that the two pages know of it."""

    @property
    def derivative(self) -> Derivative: ...
    @property
    def label(self) -> str: ...
    @property
    def inferred(self) -> Sequence[str]: ...
    @property
    def options(self) -> frozenset[str]: ...
    @property
    def element(self) -> str: ...
    @property
    def latex(self) -> str: ...
    @property
    def einsum(self) -> str: ...
    @property
    def condensed(self) -> Condensed | None: ...
    @property
    def steps(self) -> Sequence[Step]: ...
    @property
    def check(self) -> Check: ...
    @property
    def check_jax(self) -> Check: ...
    @property
    def convexity(self) -> str: ...
    @property
    def closed_form(self) -> ClosedForm | None: ...
    @property
    def warnings(self) -> Sequence[str]: ...


def derivation_text(derivation: DisplayedDerivation) -> str:
    """Everything worth seeing, in reading order."""
    d = derivation.derivative
    by = pretty_name(d.by.detail)
    lines = _labelled(
        "Formula", f"{derivation.label} = {unicode_text(d.of)}  {shape_text(d.of.shape)}"
    )
    shapes = ", ".join(
        part for part in (shapes_text(d.of), "" if _occurs(d) else f"{by}: {_bare(d.by)}") if part
    )
    lines += _labelled("Shapes", shapes)
    if derivation.inferred:
        worked_out = ", ".join(derivation.inferred)
        lines += _labelled("", f"worked out from the formula, not declared: {worked_out}")
    lines += [
        "",
        f"∂{derivation.label}/∂{by} = {unicode_text(d.expression)}",
        *_shapes_below(d.expression),
        "",
    ]
    lines += _labelled("As typed", str(d.expression))
    lines += _labelled("Layout", layout_legend(d.of.shape, d.by.shape, d.layout))
    if "element" in derivation.options:
        lines += _labelled("By element", derivation.element)
    lines += _tensor_lines(derivation)
    if "latex" in derivation.options:
        lines += [f"{'LaTeX':<14}{derivation.latex}"]
    lines += ["", "Steps"]
    for number, step in enumerate(derivation.steps, 1):
        source = f" [{step.source}]" if step.source else ""
        lines += textwrap.wrap(
            f"{step.what}{source}",
            WIDTH,
            initial_indent=f"{number:>3}. ",
            subsequent_indent=" " * 5,
        )
        if step.text:
            lines += textwrap.wrap(
                step.text, WIDTH, initial_indent=" " * 7, subsequent_indent=" " * 9
            )
    lines.append("")
    lines += _labelled("Check", str(derivation.check))
    lines += _labelled("", str(derivation.check_jax))
    if derivation.convexity:
        lines += _labelled("Convexity", convexity_sentence(derivation.convexity, by))
    if derivation.closed_form is not None:
        lines += _labelled("Closed form", str(derivation.closed_form))
    for warning in derivation.warnings:
        lines += _labelled("Mind", warning)
    return "\n".join(lines)


def _occurs(d: object) -> bool:
    from pellucid.calculus.algebra.expression import depends_on

    return depends_on(d.of, d.by)  # type: ignore[attr-defined]


def _bare(symbol: Expression) -> str:
    return shape_text(symbol.shape)[1:-1]


def _labelled(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=f"{label:<14}", subsequent_indent=INDENT, break_long_words=False
    ) or [label]


def _tensor_lines(derivation: DisplayedDerivation) -> list[str]:
    if derivation.derivative.in_matrix_form and derivation.derivative.tensor.rank < 3:
        return []
    lines = _labelled("einsum", derivation.einsum)
    if derivation.condensed is not None:
        small = derivation.condensed
        lines += _labelled("Condensed", f"{unicode_text(small.expression)}  ({small.why})")
        lines += _labelled("", "Concept 483, Notation 484: no information is lost.")
        if small.blocks:
            lines += _labelled("Blocks", small.blocks)
    return lines


def _shapes_below(expression: Expression) -> list[str]:
    """The shape of every factor of every term."""
    terms = expression.arguments if expression.operation == "add" else (expression,)
    lines = []
    for term in terms:
        factors = term.arguments if term.operation in {"multiply", "hadamard"} else (term,)
        shown = [
            f"{_bracketed(f)} {shape_text(f.shape)}"
            for f in factors
            if not is_scalar(f.shape) or f.operation == "symbol"
        ]
        if shown:
            lines += textwrap.wrap(
                " · ".join(shown), WIDTH, initial_indent=INDENT, subsequent_indent=INDENT + "  "
            )
    return lines


def _bracketed(factor: Expression) -> str:
    spelled = unicode_text(factor)
    return f"({spelled})" if factor.operation in {"add", "hadamard"} else spelled


def convexity_sentence(curvature: str, by: str) -> str:
    """What a verdict of the composition rules means."""
    return {
        "convex": f"convex in {by} (by composition rules): every local minimum is global (T103)",
        "concave": f"concave in {by} (by composition rules)",
        "linear": f"linear in {by}: convex and concave at once",
        "constant": f"does not depend on {by}",
        "unknown": f"convexity in {by} is unknown: the composition rules do not decide",
    }[curvature]
