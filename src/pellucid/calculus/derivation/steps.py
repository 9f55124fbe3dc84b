"""The steps a person can follow: parts named, local derivatives, and the chain rule input first.

Notes: Definition 457, Concept 470, (9.32), Notation 304
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import axes_of, kind_of, shape_text
from pellucid.calculus.algebra.stable_forms import recognize_functions
from pellucid.calculus.derivation.derivative import differentiate
from pellucid.calculus.derivation.layout import derivative_shape, layout_legend
from pellucid.calculus.derivation.local_rules import rules_between
from pellucid.calculus.render.latex import latex
from pellucid.calculus.render.names import name_latex, pretty_name
from pellucid.calculus.render.text import unicode_text

LINEAR = {"add", "multiply", "transpose", "sum", "mean", "tr", "diag", "diagonal", "dot"}
MOST_PARTS = 8


@dataclass(frozen=True)
class Step:
    """One step: what is done, the formula, the shapes, and where the rule stands in the notes.

    Parameters
    ----------
    what : str
        In words.
    text, latex : str
        The formula in Unicode and LaTeX; empty for a step in words only.
    source : str
        Box or section of the notes.
    """

    what: str
    text: str = ""
    latex: str = ""
    source: str = ""


def steps_of(
    of: Expression, by: Expression, answer: Expression, layout: str, label: str = "f"
) -> tuple[Step, ...]:
    """The derivation of `answer` = ∂of/∂by.

    Parameters
    ----------
    of, by : Expression
    answer : Expression
        The simplified derivative.
    layout : str

    Returns
    -------
    tuple of Step

    Notes: Definition 457, Concept 481
    """
    first = Step(
        f"What shape must the answer have? The output is a {kind_of(of.shape)} "
        f"{shape_text(of.shape)}, {pretty_name(by.detail)} is a {kind_of(by.shape)} "
        f"{shape_text(by.shape)}.",
        layout_legend(of.shape, by.shape, layout),
    )
    steps = [first]
    if not ex.depends_on(of, by):
        steps.append(Step(f"{by.detail} does not occur, so every entry is 0.", source="A.1.1"))
        return tuple(steps)
    known = recognize_functions(of)
    if known != of:
        steps.append(
            Step(
                "Written out, these are known functions: log(1 + exp(u)) is softplus(u), "
                "log(sum(exp(u))) is logsumexp(u), 1/(1 + exp(-u)) is sigmoid(u).",
                f"{label} = {unicode_text(known)}",
                f"{label} = {latex(known)}",
                "§4.4",
            )
        )
    steps += _Derivation(known, by, label).steps()
    equation, equation_latex = _equation(label, by, answer)
    end = "Put the parts back and simplify."
    if layout == "numerator":
        end += " The numerator layout is the transpose."
    steps.append(Step(end, f"{equation}  {shape_text(answer.shape)}", equation_latex))
    return tuple(steps)


def _equation(name: str, by: Expression, value: Expression) -> tuple[str, str]:
    text = f"∂{name}/∂{pretty_name(by.detail)} = {unicode_text(value)}"
    top = rf"\partial {name_latex(name)}"
    return text, rf"\frac{{{top}}}{{\partial {name_latex(by.detail)}}} = {latex(value)}"


class _Derivation:
    """Named parts of a formula, from the input outwards."""

    def __init__(self, of: Expression, by: Expression, label: str) -> None:
        self.of, self.by, self.label = of, by, label
        chosen = _parts(of, by)
        taken = {str(node.detail) for node in ex.symbols_of(of)}
        self.names = _names(chosen, taken)
        self.parts = chosen
        self.spelled: dict[Expression, Expression] = {}
        for part in chosen:
            self.spelled[part] = self._with_names(part)

    def _with_names(self, node: Expression) -> Expression:
        """The part with the parts inside it replaced by their names."""
        done: dict[Expression, Expression] = {}
        for inner in ex.walk(node):
            if inner in self.names and inner != node:
                done[inner] = self.names[inner]
            else:
                done[inner] = ex.with_arguments(inner, tuple(done[a] for a in inner.arguments))
        return done[node]

    def steps(self) -> list[Step]:
        outer = self._with_names(self.of)
        steps = []
        if self.parts:
            steps.append(self._naming(outer))
        targets = [*reversed(self.parts), self.by]
        for target in targets:
            name = self.names.get(target, target)
            consumers = [(self.label, outer, self.of)]
            consumers += [
                (str(self.names[p].detail), self.spelled[p], p) for p in reversed(self.parts)
            ]
            users = [c for c in consumers if ex.depends_on(c[1], name) and c[2] != target]
            several = len(users) > 1
            steps += [self._local(label, spelled, name, several) for label, spelled, _ in users]
            indirect = [u for u in users if u[0] != self.label]
            if indirect:
                steps.append(self._chain(users, name))
        return steps

    def _naming(self, outer: Expression) -> Step:
        lines = [
            f"{self.names[p].detail} = {unicode_text(self.spelled[p])} {shape_text(p.shape)}"
            for p in self.parts
        ]
        lines.append(f"{self.label} = {unicode_text(outer)} {shape_text(outer.shape)}")
        typeset = [f"{self.names[p].detail} = {latex(self.spelled[p])}" for p in self.parts]
        typeset.append(f"{self.label} = {latex(outer)}")
        return Step(
            "Name the parts, innermost first.",
            "; ".join(lines),
            r",\quad ".join(typeset),
            "Concept 470",
        )

    def _local(self, label: str, expression: Expression, name: Expression, several: bool) -> Step:
        rule, source = rules_between(expression, name)
        if several and label == self.label:
            rule = f"Directly, the named parts held still: {rule[0].lower()}{rule[1:]}"
        found = differentiate(expression, name)
        text, typeset = _equation(label, name, found.expression)
        return Step(rule, f"{text}  {shape_text(found.shape)}", typeset, source)

    def _chain(self, users: list[tuple[str, Expression, Expression]], name: Expression) -> Step:
        by = pretty_name(str(name.detail))
        products, shapes, typeset, tensors = [], [], [], False
        top = name_latex(str(name.detail))
        for label, spelled, _ in users:
            if label == self.label:
                products.append(f"∂{self.label}/∂{by} (direct)")
                shapes.append(shape_text(derivative_shape(spelled.shape, name.shape)))
                typeset.append(
                    rf"\left.\frac{{\partial {self.label}}}{{\partial {top}}}\right|"
                    r"_{\mathrm{direct}}"
                )
                continue
            tensors |= len(axes_of(spelled.shape)) + len(axes_of(name.shape)) > 2
            tensors |= len(axes_of(spelled.shape)) > 1
            products.append(f"(∂{label}/∂{by})(∂{self.label}/∂{label})")
            shapes.append(
                shape_text(derivative_shape(spelled.shape, name.shape))
                + shape_text(derivative_shape(self.of.shape, spelled.shape))
            )
            typeset.append(
                rf"\frac{{\partial {label}}}{{\partial {top}}}"
                rf"\frac{{\partial {self.label}}}{{\partial {label}}}"
            )
        what = "Chain rule, the factor nearest the input first"
        what += "; every route to it is added." if len(users) > 1 else "."
        if tensors:
            what += " With a matrix in between, the factors are joined by summing shared indices."
        return Step(
            what,
            f"∂{self.label}/∂{by} = {' + '.join(products)}  {' + '.join(shapes)}",
            rf"\frac{{\partial {self.label}}}{{\partial {top}}} = {' + '.join(typeset)}",
            "Definition 457, (9.32)" if not tensors else "Definition 457, §A.8.3",
        )


def _parts(of: Expression, by: Expression) -> list[Expression]:
    """What a nonlinear operation takes in, wherever it depends on the input."""
    affected = {node for node in ex.walk(of) if ex.depends_on(node, by)}
    found: dict[Expression, None] = {}
    for node in ex.walk(of):
        if node not in affected or node.operation in LINEAR:
            continue
        if node.operation == "hadamard" and sum(a in affected for a in node.arguments) == 1:
            continue
        squared_length = node.operation == "power" and node.arguments[0].operation == "norm2"
        if squared_length and ex.is_number(node.arguments[1]):
            continue
        for argument in node.arguments:
            if argument in affected and argument != by and argument != of:
                found[argument] = None
    ordered = [node for node in ex.walk(of) if node in found]
    return ordered[:MOST_PARTS]


def _names(parts: list[Expression], used_names: set[str]) -> dict[Expression, Expression]:
    small = [c for c in "uvwzrpq" if c not in used_names] + [f"u_{k}" for k in range(1, 40)]
    large = [c for c in "UVQRZ" if c not in used_names] + [f"U_{k}" for k in range(1, 40)]
    names: dict[Expression, Expression] = {}
    for part in parts:
        pool = large if len(axes_of(part.shape)) > 1 else small
        names[part] = ex.symbol(pool.pop(0), part.shape)
    return names
