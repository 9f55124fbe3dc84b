"""From text to an expression with shapes.

Notes: (A.3), A.1, §2.6
"""

from __future__ import annotations

from collections.abc import Mapping

from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.language.declarations import Declarations, declare
from pellucid.calculus.language.expression_builder import build
from pellucid.calculus.language.grammar import Syntax, read_syntax
from pellucid.calculus.language.latex_input import plain_text
from pellucid.calculus.language.shape_inference import infer, missing_names


def read(text: str, where: str | Mapping[str, str] | Declarations | None = None) -> Expression:
    """Read a formula.

    Parameters
    ----------
    text : str
        The formula: `'` or `.T` transposes, `*` or `@` is the matrix product, `.*` entry by entry.
        LaTeX is read too.
    where : str, mapping or Declarations
        Shapes of the symbols, `"X: d×n, y: n×1"`. Scalars need no declaration when their name is
        declared nowhere but the shapes follow from the formula; see `infer`.

    Returns
    -------
    Expression

    Raises
    ------
    FormulaError
        The text is no formula, or a name is unknown.
    ShapeError
        Two shapes do not agree; a caret shows where.

    Examples
    --------
    >>> print(read("norm2(X.T @ theta - y)**2 / n", "X: d×n, y: n, theta: d"))
    norm2(X'*theta - y)^2/n

    Notes: (A.3)
    """
    return read_declared(text, where)[0]


def read_declared(
    text: str,
    where: str | Mapping[str, str] | Declarations | None,
    *,
    scalar: bool = False,
) -> tuple[Expression, Declarations, tuple[str, ...]]:
    """The expression, all declarations, and the names whose shapes were worked out.

    Parameters
    ----------
    text : str
    where : str, mapping or Declarations
    scalar : bool
        Whether the formula is known to be a single number.
    """
    declared = where if isinstance(where, Declarations) else declare(where)
    syntax, plain = syntax_of(text, declared)
    missing = missing_names(syntax, declared)
    if missing:
        declared = infer(syntax, declared, plain, scalar=scalar)
    inferred = tuple(name for name in missing if name in declared.symbols)
    return build(syntax, declared, plain), declared, inferred


def syntax_of(text: str, declared: Declarations) -> tuple[Syntax, str]:
    """The tree of a formula in either spelling, and its text in the grammar.

    `e^(…)` is the exponential function, unless e is declared.
    """
    names = [*declared.symbols, *declared.functions]
    plain = plain_text(text, names)
    done: dict[int, Syntax] = {}
    syntax = read_syntax(plain)
    for node in syntax.walk():
        inner = tuple(done[id(a)] for a in node.arguments)
        done[id(node)] = (
            _declared_layer(node, declared)
            or _natural_exponential(node, inner, declared)
            or _transposed_power(node, inner)
            or Syntax(node.operation, inner, node.span, node.value)
        )
    return done[id(syntax)], plain


def _declared_layer(node: Syntax, declared: Declarations) -> Syntax | None:
    """`W^1` where a symbol of that name is declared (a layer, not a power); `W^1'` transposed."""
    if node.operation != "power" or node.arguments[0].operation != "name":
        return None
    exponent, flipped = node.arguments[1], False
    if exponent.operation == "transpose":
        exponent, flipped = exponent.arguments[0], True
    spelled = exponent.value
    if exponent.operation in {"subtract", "add"}:
        sign = "-" if exponent.operation == "subtract" else "+"
        spelled = f"({exponent.arguments[0].value}{sign}{exponent.arguments[1].value})"
    name = f"{node.arguments[0].value}^{spelled}"
    if name not in declared.symbols:
        return None
    found = Syntax("name", (), node.span, name)
    return Syntax("transpose", (found,), node.span) if flipped else found


def _transposed_power(node: Syntax, inner: tuple[Syntax, ...]) -> Syntax | None:
    """In `A^2'` the sign turns the whole power round: an exponent has no transpose."""
    if node.operation != "power" or inner[1].operation != "transpose":
        return None
    power = Syntax("power", (inner[0], inner[1].arguments[0]), node.span)
    return Syntax("transpose", (power,), node.span)


def _natural_exponential(
    node: Syntax, inner: tuple[Syntax, ...], declared: Declarations
) -> Syntax | None:
    if node.operation != "power" or "e" in declared.symbols:
        return None
    base, exponent = inner
    if base.operation != "name" or base.value != "e":
        return None
    return Syntax("call", (exponent,), node.span, "exp")
