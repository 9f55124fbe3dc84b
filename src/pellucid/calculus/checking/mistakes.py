"""The mistakes a learner makes, each recognised by numbers at random points.

Notes: §2.6, Concept 56, Clarification 464
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import (
    SCALAR,
    Shape,
    axes_of,
    is_scalar,
    shape_text,
    transposed,
)
from pellucid.calculus.checking.numeric_check import (
    MOST_TRIES,
    accepted_arguments,
    inverses_are_sound,
)
from pellucid.calculus.checking.sample_points import random_points, sizes_for
from pellucid.calculus.codegen.modules import callable_for, parameters_of
from pellucid.calculus.derivation.derivative import Derivative, differentiate
from pellucid.calculus.language.declarations import Declarations
from pellucid.calculus.language.expression_builder import build
from pellucid.calculus.language.grammar import Syntax
from pellucid.calculus.language.reading import syntax_of
from pellucid.calculus.render.names import pretty_name
from pellucid.calculus.render.text import unicode_text
from pellucid.errors import FormulaError, ShapeError

Array = NDArray[np.float64]
TOLERANCE = 1e-7
MOST_SCALARS = 12
SIMPLE_FACTORS = {
    2.0: "2",
    0.5: "1/2",
    -2.0: "-2",
    -0.5: "-1/2",
    3.0: "3",
    1 / 3: "1/3",
    4.0: "4",
    0.25: "1/4",
}


def not_conforming(
    syntax: Syntax, declared: Declarations, answer: str, derivative: Derivative, problem: str
) -> tuple[str, str]:
    """The verdict on an answer whose shapes do not agree."""
    right = f"{unicode_text(derivative.expression)} {shape_text(derivative.shape)}"
    if _right_for_scalars(syntax, declared, answer, derivative):
        return (
            "scalar habit",
            "With single numbers this would be right, but matrices do not commute: the factors "
            f"need their order and transposes. {problem}",
        )
    return "wrong shape", f"The answer does not conform. {problem}\n  The derivative is {right}."


def _right_for_scalars(
    syntax: Syntax, declared: Declarations, answer: str, derivative: Derivative
) -> bool:
    """Whether the answer is right once every array is a single number."""
    tiny = Declarations(
        {n: ex.symbol(n, SCALAR, s.marks & {"size"}) for n, s in declared.symbols.items()}
        | {n: ex.symbol(n, SCALAR) for n in declared.sizes},
        declared.functions,
    )
    try:
        given = build(syntax, tiny, answer)
        of = build(*_parsed(str(derivative.of), tiny))
        return _ratio_is_one(given, differentiate(of, tiny.symbols[str(derivative.by.detail)]))
    except (ShapeError, FormulaError, KeyError):
        return False


def _parsed(text: str, declared: Declarations) -> tuple[Syntax, Declarations, str]:
    syntax, plain = syntax_of(text, declared)
    return syntax, declared, plain


def _ratio_is_one(given: Expression, derivative: Derivative) -> bool:
    pairs = _compared(given, derivative)
    return bool(pairs) and all(_equal(a, b) for a, b, _ in pairs)


def _compared(
    given: Expression, derivative: Derivative, trials: int = 4
) -> list[tuple[Array, Array, dict[str, int]]]:
    """Values of the answer and of the derivative at random points of different sizes."""
    of = [derivative.of, derivative.expression, given, derivative.by]
    arguments = parameters_of(of)
    mine = callable_for([derivative.expression], given=arguments, guarded=derivative.guarded)
    sound = inverses_are_sound(of)
    theirs = callable_for([given], given=arguments)
    rng = np.random.default_rng(7)
    found: list[tuple[Array, Array, dict[str, int]]] = []
    with np.errstate(all="ignore"):
        for tries in range(MOST_TRIES):
            sizes = sizes_for(of, rng)
            stream = random_points(of, rng, sizes)
            point = [next(stream) for _ in range(1 + tries % 4)][-1]
            if not sound(point):
                continue
            try:
                a = np.asarray(theirs(**accepted_arguments(theirs, point)), dtype=float)
                b = np.asarray(mine(**accepted_arguments(mine, point)), dtype=float)
            except (np.linalg.LinAlgError, ArithmeticError):
                continue
            if np.isfinite(a).all() and np.isfinite(b).all():
                found.append((a, b, sizes | {k: v for k, v in point.items() if _plain(v)}))
            if len(found) == trials:
                break
    return found


def _plain(value: object) -> bool:
    return isinstance(value, float | int)


def _equal(one: Array, other: Array) -> bool:
    if one.shape != other.shape:
        return False
    scale = max(1.0, float(np.abs(other).max(initial=0.0)))
    return bool(np.abs(one - other).max(initial=0.0) < TOLERANCE * scale)


def diagnose_answer(given: Expression, derivative: Derivative) -> tuple[str, str]:
    """The verdict on an answer that conforms, and a sentence about it."""
    wanted = derivative.shape
    pairs = _compared(given, derivative)
    if not pairs:
        raise FormulaError("No point was found at which both formulas have a value.")
    if given.shape == wanted and all(_equal(a, b) for a, b, _ in pairs):
        return "right", "The answer agrees with the derivative at random points of random sizes."
    rules: list[Callable[[], tuple[str, str] | None]] = [
        lambda: _transposed(given.shape, wanted, pairs),
        lambda: _shape(given, derivative, pairs),
        lambda: _other_power(given, derivative),
        lambda: _factor(pairs),
        lambda: _missing_factor(given, derivative),
        lambda: _missing_term(derivative, pairs),
        lambda: _inner_transpose(given, derivative),
        lambda: _scalar_factor(given, derivative),
    ]
    for rule in rules:
        found = rule()
        if found is not None:
            return found
    right = unicode_text(derivative.expression)
    return "wrong", f"The shape is right, the values are not. The derivative is {right}."


def _transposed(
    shape: Shape, target: Shape, pairs: list[tuple[Array, Array, dict[str, int]]]
) -> tuple[str, str] | None:
    if len(shape) != 2 or len(target) != 2:
        return None
    if all(a.ndim == 2 and _equal(a.T, b) for a, b, _ in pairs):
        if shape == target:
            return "transposed", "The answer is the transpose of the derivative."
        return (
            "transposed",
            f"The answer {shape_text(shape)} is the transpose of the derivative "
            f"{shape_text(target)}: in the notes' denominator layout rows follow the input, so a "
            "gradient is a column with the input's shape (Clarification 464).",
        )
    return None


def _shape(
    given: Expression, derivative: Derivative, pairs: list[tuple[Array, Array, dict[str, int]]]
) -> tuple[str, str] | None:
    shape, wanted = given.shape, derivative.shape
    if shape == wanted:
        return None
    flipped = len(shape) == 2 and transposed(shape) == wanted and not is_scalar(shape)
    if flipped:
        turned = [(a.T, b, s) for a, b, s in pairs]
        found = _factor(turned) or ("", "and its values are wrong as well")
        return (
            "wrong shape",
            f"The answer is {shape_text(shape)}, the derivative {shape_text(wanted)}: transposed, "
            f"{found[1][0].lower()}{found[1][1:]}",
        )
    by = pretty_name(derivative.by.detail)
    same = ""
    if is_scalar(derivative.of.shape):
        same = f" The derivative of a scalar has the shape of {by} (Concept 117)."
    return (
        "wrong shape",
        f"The answer is {shape_text(shape)}, the derivative is {shape_text(wanted)}.{same}",
    )


def _factor(pairs: list[tuple[Array, Array, dict[str, int]]]) -> tuple[str, str] | None:
    """The answer is right up to one number at each point."""
    ratios = []
    for a, b, _ in pairs:
        if a.shape != b.shape:
            return None
        weight = float(np.vdot(a, a))
        if weight == 0 or float(np.abs(b).max(initial=0)) == 0:
            return None
        ratio = float(np.vdot(a, b)) / weight
        if not _equal(ratio * a, b):
            return None
        ratios.append(ratio)
    if all(abs(r + 1) < 1e-7 for r in ratios):
        return "wrong sign", "The answer is right but for its sign."
    return _named_factor(ratios, [sizes for _, _, sizes in pairs])


def _other_power(given: Expression, derivative: Derivative) -> tuple[str, str] | None:
    """‖w‖ and ‖w‖² confused, or another power: the answer is the gradient of that."""
    of = derivative.of
    for node in ex.walk(of):
        if not ex.depends_on(node, derivative.by):
            continue
        power = node.operation == "power" and ex.is_number(node.arguments[1])
        base = node.arguments[0] if power else node
        exponent = Fraction(node.arguments[1].detail) if power else Fraction(1)
        if base.operation not in {"norm2", "norm1", "abs", "symbol"} or (
            not power and (base.operation == "symbol")
        ):
            continue
        for other in _confusable(base, exponent):
            changed = ex.replace(of, node, other)
            if _is_gradient_of(given, changed, derivative):
                meant, typed = unicode_text(other), unicode_text(node)
                return "missing factor", (
                    f"This is the derivative with {meant} in place of {typed}: the two powers were "
                    f"confused. The derivative is {unicode_text(derivative.expression)}."
                )
    return None


def _confusable(base: Expression, exponent: Fraction) -> list[Expression]:
    """The other powers of a length that people take for this one."""
    others = [ex.entrywise_power(base, ex.number(k)) for k in (1, 2, 3, 4) if k != exponent]
    if base.operation in {"norm1", "norm2"}:
        twin = "norm1" if base.operation == "norm2" else "norm2"
        swapped = ex.to_scalar(twin, base.arguments[0])
        others += [ex.entrywise_power(swapped, ex.number(exponent))]
    return others


def _is_gradient_of(given: Expression, changed: Expression, derivative: Derivative) -> bool:
    if not ex.depends_on(changed, derivative.by):
        return False
    try:
        other = differentiate(changed, derivative.by, derivative.layout)
    except FormulaError:
        return False
    return other.shape == given.shape and _same_values(given, other.expression, derivative)


def _scalar_factor(given: Expression, derivative: Derivative) -> tuple[str, str] | None:
    """The answer times, or over, a number that stands in the formula is right."""
    nodes = [*ex.walk(derivative.of), *ex.walk(derivative.expression)]
    scalars = dict.fromkeys(
        n for n in nodes if is_scalar(n.shape) and n.operation not in {"number", "power"}
    )
    for scalar in list(scalars)[:MOST_SCALARS]:
        for exponent in (1, -1, 2, -2):
            factor = ex.entrywise_power(scalar, ex.number(exponent))
            ratio = _compared(ex.multiply(factor, given), derivative)
            found = _factor(ratio) if ratio else None
            right = bool(ratio) and all(_equal(a, b) for a, b, _ in ratio)
            if right or found is not None:
                rest = "" if right or found is None else f" Then: {found[1]}"
                return "missing factor", (
                    f"The answer must be multiplied by {unicode_text(factor)}.{rest}"
                )
    return None


def _named_factor(ratios: list[float], sizes: list[dict[str, int]]) -> tuple[str, str] | None:
    for value, name in SIMPLE_FACTORS.items():
        if all(abs(r - value) < 1e-7 for r in ratios):
            return "missing factor", f"The answer must be multiplied by {name}."
    for name in sorted({n for s in sizes for n in s}):
        values = [s.get(name, float("nan")) for s in sizes]
        for number in (1.0, -1.0, 2.0, 0.5):
            spelled = {1.0: "1", -1.0: "-1", 2.0: "2", 0.5: "1/2"}[number]
            if _all_close(ratios, [number * value for value in values]):
                shown = name if number == 1.0 else f"{spelled}*{name}"
                return "missing factor", f"The answer must be multiplied by {shown}."
            if _all_close(ratios, [number / value if value else 0.0 for value in values]):
                return "missing factor", f"The answer must be multiplied by {spelled}/{name}."
    if max(ratios) - min(ratios) < 1e-7 * abs(ratios[0]):
        near = Fraction(ratios[0]).limit_denominator(60)
        name = str(near) if abs(float(near) - ratios[0]) < 1e-9 else f"{ratios[0]:.6g}"
        return "missing factor", f"The answer must be multiplied by {name}."
    return None


def _all_close(ratios: list[float], values: list[float]) -> bool:
    return all(abs(r - v) < 1e-7 * abs(r) for r, v in zip(ratios, values, strict=True))


def _missing_factor(given: Expression, derivative: Derivative) -> tuple[str, str] | None:
    """A factor of the true product was left out, matrices included."""
    true = derivative.expression
    factors = true.arguments if true.operation in {"multiply", "hadamard"} else ()
    for position, factor in enumerate(factors):
        if ex.is_number(factor):
            continue
        rest = [f for k, f in enumerate(factors) if k != position]
        try:
            make = ex.multiply if true.operation == "multiply" else ex.hadamard
            without = make(*rest)
        except ShapeError:
            continue
        if without.shape == given.shape and _same_values(without, given, derivative):
            return "missing factor", f"The factor {unicode_text(factor)} is missing."
    return _chain_factor(given, derivative)


def _chain_factor(given: Expression, derivative: Derivative) -> tuple[str, str] | None:
    """The derivative of an inner function was forgotten: a slope in an entrywise product."""
    for node in ex.walk(derivative.expression):
        if node.operation != "hadamard":
            continue
        for position in range(len(node.arguments)):
            rest = [a for k, a in enumerate(node.arguments) if k != position]
            reduced = ex.hadamard(*rest)
            if reduced.shape != node.shape:
                continue
            without = ex.replace(derivative.expression, node, reduced)
            if without.shape == given.shape and _same_values(without, given, derivative):
                lost = unicode_text(node.arguments[position])
                return (
                    "missing factor",
                    f"The entrywise factor {lost} is missing: the chain rule multiplies by the "
                    "inner slope too.",
                )
    return None


def _same_values(one: Expression, other: Expression, derivative: Derivative) -> bool:
    stand_in = Derivative(derivative.of, derivative.by, derivative.tensor, one, derivative.layout)
    pairs = _compared(other, stand_in, 3)
    return bool(pairs) and all(_equal(a, b) for a, b, _ in pairs)


def _missing_term(
    derivative: Derivative, pairs: list[tuple[Array, Array, dict[str, int]]]
) -> tuple[str, str] | None:
    """One term of the true sum is absent, has the wrong sign, or the wrong factor."""
    true = derivative.expression
    if true.operation != "add":
        return None
    of = [derivative.of, derivative.expression, derivative.by]
    for term in true.arguments:
        gaps = _compared_terms(term, derivative, pairs, of)
        if gaps is None:
            continue
        name = unicode_text(term)
        if all(_equal(gap, value) for gap, value in gaps):
            return "missing term", f"The term {name} is missing."
        if all(_equal(gap, 2 * value) for gap, value in gaps):
            return "wrong sign", f"The term {name} has the wrong sign."
        ratios = []
        for gap, value in gaps:
            weight = float(np.vdot(value, value))
            share = float(np.vdot(value, gap)) / weight if weight else float("nan")
            if not _equal(share * value, gap):
                break
            ratios.append(1 / (1 - share) if share != 1 else float("nan"))
        else:
            found = _named_factor(ratios, [s for _, _, s in pairs])
            if found is not None:
                return "missing factor", f"In the term {name}: {found[1]}"
    return None


def _compared_terms(
    term: Expression,
    derivative: Derivative,
    pairs: list[tuple[Array, Array, dict[str, int]]],
    of: list[Expression],
) -> list[tuple[Array, Array]] | None:
    """(true − answer, term) at each of the same points: the points are drawn again."""
    stand_in = Derivative(
        derivative.of, derivative.by, derivative.tensor, derivative.expression, derivative.layout
    )
    again = _compared(term, stand_in)
    if term.shape != derivative.shape or len(again) != len(pairs):
        return None
    gaps = []
    for (answer, true, _), (value, same, _) in zip(pairs, again, strict=True):
        if answer.shape != true.shape or not _equal(true, same):
            return None
        gaps.append((true - answer, value))
    return gaps


def _inner_transpose(given: Expression, derivative: Derivative) -> tuple[str, str] | None:
    """One factor inside was transposed, or the scalar rule was used."""
    for node in ex.walk(given):
        square = len(node.shape) == 2 and node.shape[0] == node.shape[1]
        if node.operation != "symbol" or not square or is_scalar(node.shape):
            continue
        if "symmetric" in node.marks:
            continue
        turned = _with_transposed(given, node)
        if _same_values(turned, derivative.expression, derivative):
            return "transposed", f"{node.detail} stands in the answer where its transpose belongs."
    if _scalar_rule(given, derivative):
        return (
            "scalar habit",
            "The answer follows the rule for single numbers. For matrices the two sides of a "
            f"product differ: the derivative is {unicode_text(derivative.expression)}.",
        )
    return None


def _with_transposed(expression: Expression, symbol: Expression) -> Expression:
    done: dict[Expression, Expression] = {}
    for node in ex.walk(expression):
        if node == symbol:
            done[node] = ex.transpose(symbol)
        else:
            done[node] = ex.with_arguments(node, tuple(done[a] for a in node.arguments))
    return done[expression]


def _scalar_rule(given: Expression, derivative: Derivative) -> bool:
    """Right when every array is 1×1, wrong as it stands."""
    text, of = str(given), str(derivative.of)
    names = {str(s.detail): s for s in ex.symbols_of(given)}
    names |= {str(s.detail): s for s in ex.symbols_of(derivative.of)}
    names[str(derivative.by.detail)] = derivative.by
    declared = Declarations({n: ex.symbol(n, SCALAR) for n in names})
    try:
        small = build(*_parsed(text, declared))
        whole = build(*_parsed(of, declared))
    except (ShapeError, FormulaError):
        return False
    if axes_of(small.shape):
        return False
    return _ratio_is_one(small, differentiate(whole, declared.symbols[str(derivative.by.detail)]))
