"""A derivation as an HTML fragment with typeset formulas: no script, no network.

Notes: A.2
"""

from __future__ import annotations

import html
import re

from pellucid.calculus.derivation.layout import layout_legend
from pellucid.calculus.render.derivation_text import DisplayedDerivation, convexity_sentence
from pellucid.calculus.render.latex import latex
from pellucid.calculus.render.names import pretty_name
from pellucid.calculus.render.text import shapes_text, unicode_text

LONGEST = 1500  # characters of LaTeX that are typeset
MOST_STEPS = 20  # steps that are typeset
DEEPEST = 6  # brackets that grow with what they hold: each doubles the work


def _depth(formula: str) -> int:
    depth = deepest = 0
    for word in re.findall(r"\\left|\\right|\\frac|\\sqrt|\\lVert|\\rVert", formula):
        depth += {"\\left": 1, "\\lVert": 1, "\\right": -1, "\\rVert": -1}.get(word, 0)
        deepest = max(deepest, depth)
    return deepest


def typeset(formula: str, title: str) -> str:
    """The formula as SVG; its text where it cannot be typeset, or not in bounded time."""
    from pellucid.typesetting import svg

    if len(formula) > LONGEST or _depth(formula) > DEEPEST:
        return f"<code>{html.escape(title)}</code>"
    try:
        return svg(formula, title=title)
    except Exception:  # A formula that the typesetter does not know is still shown as text.
        return f"<code>{html.escape(title)}</code>"


def derivation_html(derivation: DisplayedDerivation) -> str:
    """The derivation as `<section>`."""
    d = derivation.derivative
    by = pretty_name(d.by.detail)
    name = derivation.label
    rows = [
        ("Formula", typeset(f"{name} = {latex(d.of)}", f"{name} = {unicode_text(d.of)}")),
        ("Shapes", html.escape(shapes_text(d.of))),
        ("Derivative", typeset(derivation.latex, f"∂{name}/∂{by} = {unicode_text(d.expression)}")),
        ("Layout", html.escape(layout_legend(d.of.shape, d.by.shape, d.layout))),
        ("By element", f"<code>{html.escape(derivation.element)}</code>"),
    ]
    if derivation.condensed is not None:
        small = derivation.condensed
        shown = typeset(latex(small.expression), unicode_text(small.expression))
        rows.append(("Condensed", f"{shown} <p>{html.escape(small.why)}</p>"))
    checks = f"{derivation.check}; {derivation.check_jax}"
    rows.append(("Check", html.escape(checks)))
    if derivation.convexity:
        rows.append(("Convexity", html.escape(convexity_sentence(derivation.convexity, by))))
    if derivation.closed_form is not None:
        rows.append(("Closed form", html.escape(str(derivation.closed_form))))
    rows += [("Mind", html.escape(warning)) for warning in derivation.warnings]
    table = "".join(f"<tr><th scope='row'>{head}</th><td>{body}</td></tr>" for head, body in rows)
    steps = "".join(
        f"<li><p>{html.escape(step.what)}"
        + (f" <cite>{html.escape(step.source)}</cite>" if step.source else "")
        + "</p>"
        + (
            typeset(step.latex, step.text)
            if step.latex and place < MOST_STEPS
            else f"<p>{html.escape(step.text)}</p>"
        )
        + "</li>"
        for place, step in enumerate(derivation.steps)
    )
    return (
        f'<section class="derivation"><h3>The derivative by {html.escape(by)}</h3>'
        f"<table>{table}</table><h4>Steps</h4><ol>{steps}</ol></section>"
    )
