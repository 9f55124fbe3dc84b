"""The chain rule along named parts, input first, with the shape under each factor.

Notes: Definition 457, (9.32), Notation 304, Concept 488
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import Shape, axes_of, shape_text
from pellucid.calculus.checking.numeric_check import Check, check_derivative
from pellucid.calculus.derivation.condensed_form import condensed
from pellucid.calculus.derivation.derivative import Derivative, differentiate
from pellucid.calculus.language.declarations import Declarations, declare, symbol_name
from pellucid.calculus.language.expression_builder import build
from pellucid.calculus.language.reading import syntax_of
from pellucid.calculus.render.element_form import LETTERS
from pellucid.calculus.render.latex import shape_latex
from pellucid.calculus.render.names import name_latex, pretty_name
from pellucid.calculus.render.text import unicode_text
from pellucid.errors import FormulaError, ShapeError


@dataclass(frozen=True)
class Link:
    """One factor ∂output/∂input of a chain.

    Parameters
    ----------
    output, input : str
        Names.
    derivative : Derivative
        The local derivative.
    condensed : Expression or None
        For a tensor, the notes' condensed form (Notation 484).
    """

    output: str
    input: str
    derivative: Derivative
    condensed: Expression | None

    @property
    def name(self) -> str:
        """∂output/∂input"""
        return f"∂{pretty_name(self.output)}/∂{pretty_name(self.input)}"

    @property
    def shape(self) -> Shape:
        """Shape of the factor as it is multiplied."""
        return self.derivative.shape if self.condensed is None else self.condensed.shape

    @property
    def value(self) -> Expression:
        """The factor as it is multiplied."""
        return self.derivative.expression if self.condensed is None else self.condensed

    @property
    def diagonal(self) -> Expression | None:
        """r, where the factor is diag(r): it may multiply entry by entry (Concept 488)."""
        value = self.value
        return value.arguments[0] if value.operation == "diag" else None


@dataclass(frozen=True)
class Route:
    """Links from the input to the output, input first."""

    links: tuple[Link, ...]

    def __str__(self) -> str:
        return _product_text(self)


@dataclass(frozen=True)
class Chain:
    """A derivative along named parts.

    Parameters
    ----------
    output, input : str
    routes : tuple of Route
        Every way from the input to the output; their products are added (Definition 457).
    total : Derivative
        The total derivative, all parts put in.
    partial : Derivative
        The partial derivative: the other named parts held still (Definition 456).
    """

    output: str
    input: str
    routes: tuple[Route, ...]
    total: Derivative
    partial: Derivative

    @property
    def expression(self) -> Expression:
        """The total derivative."""
        return self.total.expression

    @property
    def check(self) -> Check:
        """Agreement with central differences."""
        return check_derivative(self.total)

    def __str__(self) -> str:
        head = f"∂{pretty_name(self.output)}/∂{pretty_name(self.input)}"
        lines = []
        for position, route in enumerate(self.routes):
            start = f"{head} = " if position == 0 else " " * len(head) + " + "
            lines += _underbraced(start, route)
        for route in self.routes:
            for link in route.links:
                lines.append(
                    f"  {link.name} = {unicode_text(link.value)}  {shape_text(link.shape)}"
                )
                if link.diagonal is not None:
                    inner = unicode_text(link.diagonal)
                    lines.append(f"    diagonal: may multiply entry by entry, {inner} ⊙ … (C 488)")
                if link.condensed is not None:
                    lines.append("    condensed from a tensor without loss (Notation 484)")
        lines.append(f"{head} = {unicode_text(self.expression)}  {shape_text(self.total.shape)}")
        if self.partial.expression != self.expression:
            still = unicode_text(self.partial.expression)
            lines.append(f"The partial derivative, the other parts held still (Def 456): {still}")
        lines.append(f"Check: {self.check}")
        return "\n".join(lines)

    @property
    def latex(self) -> str:
        """The chain in LaTeX, with the shape under each factor."""
        routes = []
        for route in self.routes:
            braces = []
            for k, link in enumerate(route.links):
                top, below = name_latex(link.output), name_latex(link.input)
                factor = rf"\frac{{\partial {top}}}{{\partial {below}}}"
                turned = _transposed_rest(route, k)
                factor = rf"\left({factor}\right)^{{\top}}" if turned else factor
                shape = _as_multiplied(route, k)
                braces.append(rf"\underbrace{{{factor}}}_{{{shape_latex(shape)}}}")
            routes.append(" ".join(braces))
        by = name_latex(self.input)
        return rf"\frac{{\partial {name_latex(self.output)}}}{{\partial {by}}} = " + " + ".join(
            routes
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "output": self.output,
            "input": self.input,
            "routes": [
                [
                    {
                        "factor": link.name,
                        "value": str(link.value),
                        "shape": list(link.shape),
                        "condensed": link.condensed is not None,
                    }
                    for link in route.links
                ]
                for route in self.routes
            ],
            "derivative": str(self.expression),
            "latex": self.latex,
        }

    def propose(self, order: Sequence[str]) -> str:
        """Judge an order of factors, such as `["dL/dZ", "dZ/dW"]`.

        Parameters
        ----------
        order : sequence of str
            Factors, left to right; `'` at the end transposes one.

        Returns
        -------
        str
            That the order conforms.

        Raises
        ------
        ShapeError
            Naming the first pair that does not conform, and the order that does.
        """
        return _judge_order(self, [_factor(word) for word in order])


def chain(
    definitions: str | Sequence[tuple[str, str]],
    output: str,
    wrt: str,
    where: str | Mapping[str, str],
) -> Chain:
    """The derivative of a named output by an input, along the named parts between them.

    Parameters
    ----------
    definitions : str or sequence of (name, formula)
        `"Z = W'*A + W_0; L = norm2(f(Z) - y)^2"`, each from symbols or earlier names.
    output, wrt : str
        Names.
    where : str or mapping
        Shapes of the symbols that are given.

    Returns
    -------
    Chain

    Raises
    ------
    FormulaError
        A name is defined twice or used before it is defined, or no route leads to the output.

    Examples
    --------
    >>> layers = chain("Z = W'*A; L = norm2(Z - y)^2", "L", "W", "W: m×n, A: m, y: n")
    >>> print(layers.routes[0])
    (∂Z/∂W)(∂L/∂Z)ᵀ  (m×1)(1×n)

    Notes: Definition 457, (9.32), Notation 304
    """
    declared = declare(where)
    parts = _defined(_pairs(definitions), declared)
    goal, start = symbol_name(output), symbol_name(wrt)
    if goal not in parts:
        raise FormulaError(f"{output} is not defined; defined are {', '.join(parts) or 'none'}.")
    names = dict(declared.symbols) | {n: ex.symbol(n, e.shape) for n, e in parts.items()}
    if start not in names:
        raise FormulaError(f"{wrt} is neither declared nor defined.")
    routes = tuple(Route(tuple(links)) for links in _routes(parts, names, start, goal))
    if not routes:
        raise FormulaError(
            f"No route leads from {wrt} to {output}: the derivative is zero, and no chain passes "
            "through what is not a function of it (Concept 296)."
        )
    full = _substituted(parts, names, goal, keep=start)
    return Chain(
        goal,
        start,
        routes,
        differentiate(full, names[start]),
        differentiate(parts[goal], names[start]),
    )


def _pairs(definitions: str | Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    if not isinstance(definitions, str):
        return [(symbol_name(name), formula) for name, formula in definitions]
    found = []
    for piece in re.split(r"[;\n]", definitions):
        if piece.strip():
            name, equals, formula = piece.partition("=")
            if not equals:
                raise FormulaError(f"{piece.strip()!r} is no definition; write name = formula.")
            found.append((symbol_name(name.strip()), formula.strip()))
    return found


def _defined(pairs: list[tuple[str, str]], declared: Declarations) -> dict[str, Expression]:
    known = Declarations(dict(declared.symbols), declared.functions)
    parts: dict[str, Expression] = {}
    for name, formula in pairs:
        if name in known.symbols:
            raise FormulaError(f"{name} is defined twice.")
        syntax, plain = syntax_of(formula, known)
        parts[name] = build(syntax, known, plain)
        known.symbols[name] = ex.symbol(name, parts[name].shape)
    return parts


def _routes(
    parts: dict[str, Expression], names: dict[str, Expression], start: str, goal: str
) -> list[list[Link]]:
    if start == goal:
        return [[]]
    found: list[list[Link]] = []
    for name, formula in parts.items():
        if name != start and ex.depends_on(formula, names[start]):
            local = differentiate(formula, names[start])
            link = Link(name, start, local, _condensed(local))
            found += [[link, *rest] for rest in _routes(parts, names, name, goal)]
        if len(found) > 64:
            raise FormulaError("More than 64 routes lead there; choose a nearer input.")
    return found


def _condensed(local: Derivative) -> Expression | None:
    if local.tensor.rank < 3:
        return None
    small = condensed(local.tensor, LETTERS)
    merged = small is not None and bool(small.blocks)
    return small.expression if small is not None and merged else None


def _substituted(
    parts: dict[str, Expression], names: dict[str, Expression], goal: str, keep: str
) -> Expression:
    full = parts[goal]
    for name in reversed(list(parts)):
        if name not in (goal, keep):
            full = ex.replace(full, names[name], parts[name])
    return full


# --- products of factors -------------------------------------------------------------------


def _transposed_rest(route: Route, position: int) -> bool:
    """After a condensed weight link the rest of the chain stands transposed (Notation 304)."""
    return position > 0 and route.links[0].condensed is not None


def _as_multiplied(route: Route, position: int) -> Shape:
    shape = route.links[position].shape
    return (shape[1], shape[0]) if _transposed_rest(route, position) and len(shape) == 2 else shape


def _order(route: Route) -> list[tuple[Link, bool]]:
    """Factors left to right, and whether each is transposed."""
    first, *rest = route.links
    if first.condensed is None:
        return [(link, False) for link in route.links]
    return [(first, False), *((link, True) for link in reversed(rest))]


def _product_text(route: Route) -> str:
    names, shapes = [], []
    for link, turned in _order(route):
        names.append(f"({link.name})" + ("ᵀ" if turned else ""))
        shape = link.shape
        shapes.append(shape_text((shape[1], shape[0]) if turned and len(shape) == 2 else shape))
    return "".join(names) + "  " + "".join(shapes)


def _underbraced(start: str, route: Route) -> list[str]:
    tops, bottoms = [], []
    for link, turned in _order(route):
        name = f"({link.name})" + ("ᵀ" if turned else "")
        shape = link.shape
        under = shape_text((shape[1], shape[0]) if turned and len(shape) == 2 else shape)
        width = max(len(name), len(under))
        tops.append(name.center(width))
        bottoms.append(under.center(width))
    return [start + " ".join(tops), " " * len(start) + " ".join(bottoms)]


def _factor(word: str) -> tuple[str, str, bool]:
    match = re.fullmatch(r"\(?\s*[d∂]([^/]+)/[d∂]([^/')ᵀ]+)\s*\)?\s*('|ᵀ|\.T)?", word.strip())
    if match is None:
        raise FormulaError(f"{word!r} is no factor; write dL/dZ, or dL/dZ' for its transpose.")
    return symbol_name(match[1].strip()), symbol_name(match[2].strip()), match[3] is not None


def _judge_order(chain: Chain, order: list[tuple[str, str, bool]]) -> str:
    known = {(k.output, k.input): k for route in chain.routes for k in route.links}
    right = " + ".join(str(route) for route in chain.routes)
    shapes: list[tuple[str, Shape]] = []
    for output, start, turned in order:
        link = known.get((output, start))
        shape = link.shape if link else _gathered(chain, output, start)
        if shape is None:
            name = f"∂{output}/∂{start}"
            raise FormulaError(f"{name} is not a factor of this chain. The chain is {right}.")
        name = f"∂{pretty_name(output)}/∂{pretty_name(start)}" + ("ᵀ" if turned else "")
        shapes.append((name, (shape[1], shape[0]) if turned else shape))
    for (one, left), (other, right_shape) in pairwise(shapes):
        if left[-1] != right_shape[0]:
            raise ShapeError(
                f"{one} {shape_text(left)} times {other} {shape_text(right_shape)} does not "
                f"conform: {left[-1]} meets {right_shape[0]}. In this layout the factor nearest "
                f"the input comes first: {right}."
            )
    shape = (shapes[0][1][0], shapes[-1][1][-1])
    if len(axes_of(chain.total.shape)) <= 2 and shape != chain.total.shape:
        raise ShapeError(
            f"The factors conform but give {shape_text(shape)}, and the derivative is "
            f"{shape_text(chain.total.shape)}. The chain is {right}."
        )
    _refuse_wrong_value(chain, order, known, right)
    return f"conforms, and gives {shape_text(shape)}"


def _gathered(chain: Chain, output: str, start: str) -> Shape | None:
    """Several links taken as one factor, such as dL/dZ for all later layers."""
    for route in chain.routes:
        names = [route.links[0].input, *(link.output for link in route.links)]
        if output in names and start in names and names.index(start) < names.index(output):
            first = next(link for link in route.links if link.input == start)
            last = next(link for link in route.links if link.output == output)
            rows = first.shape[0] if len(first.shape) == 2 else None
            if rows is not None:
                return (rows, last.shape[1])
    return None


def _refuse_wrong_value(
    chain: Chain,
    order: list[tuple[str, str, bool]],
    links: Mapping[tuple[str, str], Link],
    right: str,
) -> None:
    """Square or scalar factors may conform in a wrong order: the order of links is compared too."""
    for route in chain.routes:
        wanted = [((k.output, k.input), turned) for k, turned in _order(route)]
        if [(o, i) for o, i, _ in order] == [name for name, _ in wanted]:
            return
        if _telescopes(route, order):
            return
    if all((o, i) in links for o, i, _ in order):
        raise ShapeError(
            f"These shapes happen to conform, but the order is not that of the chain: {right}."
        )


def _telescopes(route: Route, order: list[tuple[str, str, bool]]) -> bool:
    names = [route.links[0].input, *(link.output for link in route.links)]
    place = route.links[0].input
    for output, start, _ in order:
        if start != place or output not in names:
            return False
        place = output
    return place == names[-1]
