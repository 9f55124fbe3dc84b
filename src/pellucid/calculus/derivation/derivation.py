"""`pellucid derive`: the derivative of a written formula, with shapes, steps, check and code.

Notes: A.1–A.9
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.convexity import curvature
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.kinks import kink_warnings
from pellucid.calculus.algebra.shapes import axes_of, is_scalar, shape_text
from pellucid.calculus.checking.numeric_check import Check, check_derivative, check_with_jax
from pellucid.calculus.codegen.modules import module_code
from pellucid.calculus.derivation.condensed_form import Condensed, condensed, einsum_text
from pellucid.calculus.derivation.derivative import Derivative, differentiate
from pellucid.calculus.derivation.layout import layout_legend
from pellucid.calculus.derivation.quadratic import ClosedForm, closed_form
from pellucid.calculus.derivation.steps import Step, steps_of
from pellucid.calculus.language.declarations import Declarations, symbol_name
from pellucid.calculus.language.reading import read_declared
from pellucid.calculus.render.derivation_html import derivation_html
from pellucid.calculus.render.derivation_text import derivation_text
from pellucid.calculus.render.element_form import element_text, letters_free_of
from pellucid.calculus.render.latex import latex as latex_text
from pellucid.calculus.render.names import name_latex, pretty_name
from pellucid.calculus.render.text import shapes_text, unicode_text
from pellucid.errors import FormulaError, PellucidError


@dataclass(frozen=True)
class Derivation:
    """A derivative and everything worth seeing about it; `print` it.

    Parameters
    ----------
    derivative : Derivative
        The answer in its forms.
    declared : Declarations
        Shapes of the symbols.
    inferred : tuple of str
        Names whose shapes were worked out, not declared.
    options : frozenset of str
        What is printed beyond the answer: "latex", "element".
    code_target : str or None
        When given, printing gives the module only.
    """

    derivative: Derivative
    declared: Declarations
    inferred: tuple[str, ...] = ()
    options: frozenset[str] = frozenset()
    code_target: str | None = None

    @property
    def expression(self) -> Expression:
        """The answer."""
        return self.derivative.expression

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The derivation, step by step."""
        d = self.derivative
        return steps_of(d.of, d.by, d.expression, d.layout, self.label)

    @cached_property
    def check(self) -> Check:
        """Agreement with central differences at random points."""
        return check_derivative(self.derivative)

    @cached_property
    def check_jax(self) -> Check:
        """Agreement with `jax.grad` at random points."""
        return check_with_jax(self.derivative)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Kinks, and conventions that were taken."""
        notes = list(kink_warnings(self.derivative.of, self.derivative.by))
        if "symmetric" in self.derivative.by.marks:
            notes.append(
                f"{self.derivative.by} is symmetric: its entries are still moved one by one"
            )
        notes.extend(
            f"{node} is declared a distribution: its entries sum to 1"
            for node in ex.symbols_of(self.derivative.of)
            if "distribution" in node.marks
        )
        notes.extend(self._unused())
        notes.extend(_norms_of_matrices(self.derivative.of))
        if _adds_scalars(self.derivative.of):
            notes.append("a scalar is added to an array here: it is added to every entry")
        return tuple(notes)

    def _unused(self) -> list[str]:
        """Names that were declared, and do not occur: a slip of the pen, as a rule."""
        of = self.derivative.of
        used = {str(s.detail) for s in ex.symbols_of(of)} | {str(self.derivative.by.detail)}
        called = {node.operation.rstrip("'") for node in ex.walk(of)}
        called |= {str(node.detail) for node in ex.walk(of) if node.operation == "unknown"}
        sizes = set(self.declared.sizes)
        idle = [n for n in self.declared.symbols if n not in used | sizes]
        idle += [n for n in self.declared.functions if n not in called]
        if not idle:
            return []
        verb = "is" if len(idle) == 1 else "are"
        does = "does" if len(idle) == 1 else "do"
        return [f"{', '.join(idle)} {verb} declared, but {does} not occur in the formula"]

    @cached_property
    def condensed(self) -> Condensed | None:
        """The notes' condensed form of a tensor, where provable (Concept 483)."""
        return condensed(self.derivative.tensor, self._letters)

    @cached_property
    def convexity(self) -> str:
        """convex, concave, linear, constant or unknown in the variable; empty if not scalar."""
        d = self.derivative
        return curvature(d.of, d.by) if is_scalar(d.of.shape) else ""

    @cached_property
    def closed_form(self) -> ClosedForm | None:
        """The stationary point of a quadratic in the variable."""
        return closed_form(self.derivative.of, self.derivative.by)

    @property
    def label(self) -> str:
        """What the formula is called: f, or J where f means something else."""
        used = set(self.declared.symbols) | {
            node.operation.rstrip("'") for node in ex.walk(self.derivative.of)
        }
        used |= {str(n.detail) for n in ex.walk(self.derivative.of) if n.operation == "unknown"}
        return next(name for name in ("f", "J", "F", "h", "f_0") if name not in used)

    @property
    def _letters(self) -> str:
        return letters_free_of(set(self.declared.symbols) | set(self.declared.sizes))

    @property
    def element(self) -> str:
        """The answer entry by entry."""
        d, letters = self.derivative, self._letters
        inputs, outputs = len(axes_of(d.by.shape)), len(axes_of(d.of.shape))
        names = letters[: d.tensor.rank]
        first, last = names[:inputs], names[inputs:]
        if d.layout == "numerator" or (inputs == 0 and outputs == 2):
            last, first = names[:outputs], names[outputs:]
            if inputs == 0 and d.layout == "denominator":
                last = last[::-1]
        below = pretty_name(d.by.detail) + (f"_{first}" if first else "")
        above = self.label + (f"_{last}" if last else "")
        return f"∂{above}/∂{below} = {element_text(d.tensor, letters)}"

    @property
    def latex(self) -> str:
        """The answer in LaTeX."""
        d = self.derivative
        by = name_latex(d.by.detail)
        return (
            rf"\frac{{\partial}}{{\partial {by}}}\left({latex_text(d.of)}\right) = "
            f"{latex_text(d.expression)}"
        )

    @property
    def shapes(self) -> str:
        """The shapes of all symbols of the formula."""
        return shapes_text(self.derivative.of)

    @property
    def unicode(self) -> str:
        """The answer as one line of mathematical signs."""
        return unicode_text(self.derivative.expression)

    @property
    def einsum(self) -> str:
        """The answer as einsum products."""
        return einsum_text(self.derivative.tensor)

    def code(self, target: str) -> str:
        """A module with `value`, `gradient` and, where it is a matrix, `hessian`.

        Parameters
        ----------
        target : {"numpy", "jax", "torch"}

        Returns
        -------
        str
        """
        d = self.derivative
        functions = {"value": d.of, "gradient": d.expression}
        hessian = self._hessian()
        if hessian is not None:
            functions["hessian"] = hessian
        title = f"f = {d.of} and its derivative by {d.by}, made by Pellucid."
        return module_code(functions, target, title, d.guarded)

    def _hessian(self) -> Expression | None:
        d = self.derivative
        if not is_scalar(d.of.shape) or len(axes_of(d.by.shape)) > 1:
            return None
        try:
            return differentiate(differentiate(d.of, d.by).expression, d.by).expression
        except PellucidError:
            return None

    def __str__(self) -> str:
        if self.code_target:
            return self.code(self.code_target)
        return derivation_text(self)

    def _repr_html_(self) -> str:
        return derivation_html(self)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        d = self.derivative
        return {
            "expression": str(d.of),
            "wrt": str(d.by),
            "shapes": self.shapes,
            "inferred": list(self.inferred),
            "layout": d.layout,
            "shape": list(d.shape),
            "derivative": str(d.expression),
            "unicode": self.unicode,
            "latex": self.latex,
            "element": self.element,
            "einsum": self.einsum,
            "matrix_form": d.in_matrix_form,
            "condensed": None if self.condensed is None else str(self.condensed.expression),
            "legend": layout_legend(d.of.shape, d.by.shape, d.layout),
            "steps": [vars_of(step) for step in self.steps],
            "check": self.check.as_dict(),
            "check_jax": self.check_jax.as_dict(),
            "convexity": self.convexity,
            "closed_form": None if self.closed_form is None else str(self.closed_form.expression),
            "warnings": list(self.warnings),
            "code": self.code(self.code_target) if self.code_target else None,
        }


def vars_of(step: Step) -> dict[str, str]:
    """A step as plain values."""
    return {"what": step.what, "text": step.text, "latex": step.latex, "source": step.source}


def _norms_of_matrices(of: Expression) -> list[str]:
    for node in ex.walk(of):
        if node.operation in {"norm1", "norm2"} and 1 not in node.arguments[0].shape:
            what = {
                "norm2": "the root of the sum of the squares of all its entries (Frobenius)",
                "norm1": "the sum of the absolute values of all its entries",
            }[node.operation]
            return [f"{node.operation} of a matrix is {what}, not the norm of a linear map"]
    return []


def _adds_scalars(of: Expression) -> bool:
    for node in ex.walk(of):
        if node.operation == "add" and not is_scalar(node.shape):
            scalars = [a for a in node.arguments if is_scalar(a.shape)]
            if any(not ex.is_number(a) for a in scalars):
                return True
    return False


def variable(name: str, declared: Declarations) -> Expression:
    """The declared symbol of that name."""
    plain = symbol_name(name.strip())
    if plain in declared.symbols:
        return declared.symbols[plain]
    known = ", ".join(declared.symbols) or "none"
    if plain in declared.sizes:
        raise FormulaError(f"{plain} is a size, not something to differentiate by.")
    raise FormulaError(f"{name} is not among the symbols of this formula: {known}.")


def derive(
    expression: str | Expression,
    wrt: str | Expression,
    where: str | Mapping[str, str] | None = None,
    *,
    latex: bool = False,
    code: str | None = None,
    element: bool = True,
    layout: str = "denominator",
) -> Derivation:
    """Differentiate a formula and show how.

    Parameters
    ----------
    expression : str or Expression
        The formula, in the grammar of `read` or in LaTeX, or built with Python operators.
    wrt : str or Expression
        The symbol to differentiate by.
    where : str or mapping, optional
        Shapes, `"X: d×n, y: n×1"`. What is not declared is worked out from the formula and stated.
    latex, element : bool
        Print these forms as well.
    code : {"numpy", "jax", "torch"}, optional
        Print a module instead, with `value`, `gradient` and `hessian`.
    layout : {"denominator", "numerator"}
        The notes use the denominator layout: gradients are columns.

    Returns
    -------
    Derivation
        Prints as text; HTML in a notebook; `as_dict()` for programs.

    Raises
    ------
    FormulaError
        The formula cannot be read or has no derivative.
    ShapeError
        Shapes do not agree; a caret shows where.

    Examples
    --------
    >>> answer = derive("norm2(X'*theta - y)^2/n + lam*norm2(theta)^2", "theta")
    >>> print(answer.expression)
    2*X*(X'*theta - y)/n + 2*lam*theta
    >>> answer.check.agrees
    True

    Notes: Definition 463, §3.3, (3.23)
    """
    if isinstance(expression, Expression):
        built, inferred = expression, tuple[str, ...]()
        declared = Declarations({str(s.detail): s for s in ex.symbols_of(expression)})
    else:
        built, declared, inferred = read_declared(expression, where)
    by = wrt if isinstance(wrt, Expression) else variable(wrt, declared)
    options = frozenset(name for name, wanted in (("latex", latex), ("element", element)) if wanted)
    if code is not None and code not in ("numpy", "jax", "torch"):
        raise FormulaError(f"Code is written for numpy, jax or torch, not for {code!r}.")
    found = differentiate(built, by, layout)
    return Derivation(found, declared, inferred, options, code)


__all__ = ["Derivation", "derive", "shape_text", "variable"]
