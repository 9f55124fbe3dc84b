"""What `explain()` returns: the open book about a fitted object.

An `Explanation` is plain data. It prints as text in a terminal, as HTML with typeset formulas in a
notebook or report, and as a dictionary for programs.

Notes: §1.0.5, §1.0.7
"""

from __future__ import annotations

import html
import textwrap
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Formula:
    """A formula in two spellings, with the shapes of what stands in it.

    Parameters
    ----------
    text : str
        Unicode, for a terminal.
    latex : str
        LaTeX without dollar signs, for typesetting.
    shapes : str
        Shapes of the symbols, for example "X: d×n, θ: d×1".
    source : str
        Where it stands in the notes.
    """

    text: str
    latex: str
    shapes: str = ""
    source: str = ""

    def typeset(self) -> str:
        """SVG of the formula, drawn offline; its title is the plain text, for screen readers."""
        from pellucid.typesetting import svg

        return svg(self.latex, title=self.text)


@dataclass(frozen=True)
class Explanation:
    """How a fitted object was framed, what it minimises, what ran, and what to be wary of.

    Parameters
    ----------
    name : str
        The object explained.
    problem : str
        Problem class, assumptions and evaluation criterion, in a sentence or two.
    hypothesis, objective, gradient : Formula or None
        The formulas, in the notes' layout (points are columns) unless `layout` says otherwise.
    algorithm : str
        What ran, and why that.
    happened : tuple of (str, str)
        Facts of this fit: label and value, in reading order.
    warnings : tuple of str
        Caveats; empty when there is none.
    notes : str
        Sources in the notes.
    layout : str
        Layout of the formulas.

    Examples
    --------
    >>> print(Explanation("Mean", problem="Regression.", happened=(("mean", "3"),)))
    Mean
    ====
    Problem        Regression.
    What happened  mean: 3
    """

    name: str
    problem: str = ""
    hypothesis: Formula | None = None
    objective: Formula | None = None
    gradient: Formula | None = None
    algorithm: str = ""
    happened: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    notes: str = ""
    layout: str = "points are columns: X is d×n"
    parts: tuple[Explanation, ...] = field(default=())

    def __str__(self) -> str:
        lines = [self.name, "=" * len(self.name)]
        for label, paragraphs in self._sections():
            for position, paragraph in enumerate(paragraphs):
                head = f"{label if position == 0 else '':<15}"
                lines += textwrap.wrap(
                    paragraph, 98, initial_indent=head, subsequent_indent=" " * 15
                )
        for part in self.parts:
            lines += ["", str(part)]
        return "\n".join(lines)

    def _sections(self) -> list[tuple[str, list[str]]]:
        formulas = [(label, formula) for label, formula in self.formulas()]
        sections = [("Problem", [self.problem])]
        sections += [(label, _spoken(formula)) for label, formula in formulas]
        sections += [("Layout", [self.layout if formulas else ""])]
        sections += [("Algorithm", [self.algorithm])]
        sections += [("What happened", [f"{label}: {value}" for label, value in self.happened])]
        sections += [("Warnings", list(self.warnings)), ("Notes", [self.notes])]
        live = self._own_page()
        sections += [("Live page", [f"pellucid lab --page {live}" if live else ""])]
        kept = [(label, [p for p in paragraphs if p]) for label, paragraphs in sections]
        return [(label, paragraphs) for label, paragraphs in kept if paragraphs]

    @property
    def page(self) -> str:
        """The page of the lab that shows its idea, or that of a part; empty when there is none.

        Examples
        --------
        >>> Explanation("Machine", parts=(Explanation("Ridge", notes="KE 71"),)).page
        'lambda'

        Notes: §1.0.3
        """
        pages = (self._own_page(), *(part.page for part in self.parts))
        return next(filter(None, pages), "")

    def _own_page(self) -> str:
        if not self.notes:
            return ""
        from pellucid.notes_map.illustrations import lab_page

        return lab_page(self.notes)

    def formulas(self) -> list[tuple[str, Formula]]:
        """The formulas that are there, each with its label."""
        pairs = (
            ("Hypothesis", self.hypothesis),
            ("Objective", self.objective),
            ("Gradient", self.gradient),
        )
        return [(label, formula) for label, formula in pairs if formula is not None]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain Python values, ready for JSON."""
        return asdict(self)

    def _repr_html_(self) -> str:
        return self.to_html()

    def to_html(self, heading: int = 3) -> str:
        """A self-contained HTML fragment: no script, no network, formulas as SVG."""
        typeset = dict(self.formulas())
        rows = []
        for label, paragraphs in self._sections():
            if label in typeset:
                body = _typeset_cell(typeset[label])
            else:
                body = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
            mark = ' class="warnings"' if label == "Warnings" else ""
            rows.append(f"<tr{mark}><th scope='row'>{label}</th><td>{body}</td></tr>")
        parts = "".join(part.to_html(heading + 1) for part in self.parts)
        return (
            f'<section class="explanation"><h{heading}>{html.escape(self.name)}</h{heading}>'
            f"<table>{''.join(rows)}</table>{parts}</section>"
        )


def _spoken(formula: Formula) -> list[str]:
    tail = "; ".join(p for p in (formula.shapes, formula.source) if p)
    return [formula.text, f"({tail})" if tail else ""]


def _typeset_cell(formula: Formula) -> str:
    tail = html.escape("; ".join(p for p in (formula.shapes, formula.source) if p))
    return f'<div class="formula">{formula.typeset()}</div><small>{tail}</small>'
