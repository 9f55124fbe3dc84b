"""Whole functions and modules of code, from expressions.

Notes: §A.8.3
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression, symbols_of
from pellucid.calculus.algebra.functions import TABLE
from pellucid.calculus.algebra.shapes import is_scalar, shape_text
from pellucid.calculus.algebra.stable_forms import stable_form
from pellucid.calculus.codegen.emit import RULES, Emitter, identifier
from pellucid.calculus.codegen.targets import PRELUDES, TARGETS
from pellucid.errors import FormulaError


def parameters_of(expressions: list[Expression]) -> list[Expression]:
    """The symbols a function needs, sizes that an array shows left out."""
    found: dict[Expression, None] = {}
    for expression in expressions:
        for node in symbols_of(expression):
            found[node] = None
    arrays = [s for s in found if "size" not in s.marks]
    shown = {s for a in arrays for s in a.shape if isinstance(s, str)}
    needed = _sizes_needed(expressions)
    extra = [ex.size(s) for s in needed if s not in shown]
    return arrays + extra


def _sizes_needed(expressions: list[Expression]) -> list[str]:
    found: dict[str, None] = {}
    for expression in expressions:
        for node in ex.walk(expression):
            if "size" in node.marks:
                found[str(node.detail)] = None
            if node.operation in {
                "ones",
                "zeros",
                "identity",
                "basis",
                "shift",
                "contract",
                "mean",
            }:
                of = node.arguments[0].shape if node.operation == "mean" else node.shape
                found.update({s: None for s in of if isinstance(s, str)})
            if node.operation == "basis" and isinstance(node.detail, str):
                found[node.detail] = None
    return list(found)


def function_names(expressions: list[Expression]) -> list[str]:
    """Unknown functions that the code expects as arguments."""
    found: dict[str, None] = {}
    for expression in expressions:
        for node in ex.walk(expression):
            if node.operation == "unknown":
                found[identifier(node.detail)] = None
            elif node.operation == "slope":
                found[identifier(node.detail + "'")] = None
            elif len(node.arguments) == 1 and node.operation not in {*TABLE, *RULES, "symbol"}:
                found[identifier(node.operation)] = None
    return list(found)


def function_code(
    name: str,
    results: list[Expression],
    target: str,
    given: list[Expression],
    docstring: str = "",
    sizes: Mapping[str, int] | None = None,
    guarded: frozenset[Expression] = frozenset(),
) -> tuple[str, set[str]]:
    """Source of `def name(*, …)` returning the results, and the prelude functions it uses.

    `guarded` are divisors that vanish at a kink: 0/0 is 0 there.
    """
    emitter = Emitter(target, sizes)
    emitter.guarded = guarded
    safe = [stable_form(result) for result in results]
    if target == "torch":
        # torch fills in single precision unless told: follow the arrays that came in.
        arrays = [s for s in given if not is_scalar(s.shape)]
        kind = f"{identifier(arrays[0].detail)}.dtype" if arrays else "torch.float64"
        emitter.dtype = f", dtype={kind}"
    if target == "numpy":
        nodes = [node for result in safe for node in ex.walk(result)]
        inside = [
            {n.arguments[0] for n in nodes if n.operation == name}
            for name in ("softplus", "sigmoid")
        ]
        emitter.shared_decay = inside[0] & inside[1]
    returned = [emitter.of(result) for result in safe]
    functions = function_names(safe)
    arguments = [identifier(s.detail) for s in given] + functions
    twice = [str(s.detail) for s in given if arguments.count(identifier(s.detail)) > 1]
    if twice:
        raise FormulaError(
            f"In Python {' and '.join(twice)} would be one name: rename one of them."
        )
    signature = f"def {name}(*, {', '.join(arguments)}):" if arguments else f"def {name}():"
    body = [f'"""{docstring}"""'] if docstring else []
    body += [emitter.target.column(identifier(s.detail), s.shape) for s in given]
    emitter.used |= {"as_array", "one_size"}
    body += _size_lines(safe, given)
    body += emitter.lines
    body.append(f"return {', '.join(returned)}")
    return signature + "\n" + "\n".join("    " + line for line in body), emitter.used


def _size_lines(results: list[Expression], given: list[Expression]) -> list[str]:
    """Sizes are read off the arrays; arrays that disagree are an error, never broadcast."""
    places: dict[str, list[str]] = {}
    for array in given:
        for axis, size in enumerate(array.shape):
            if isinstance(size, str):
                code = f"{identifier(array.detail)}.shape[{axis}]"
                places.setdefault(size, []).append(code)
    needed = _sizes_needed(results)
    return [
        f'{identifier(size)} = one_size("{size}", {", ".join(codes)})'
        for size, codes in places.items()
        if len(codes) > 1 or size in needed
    ]


def _prelude(target: str, used: set[str]) -> list[str]:
    wanted = used | ({"band"} if "spread" in used else set())
    return [code for name, code in PRELUDES[target].items() if name in wanted]


def module_code(
    functions: Mapping[str, Expression],
    target: str,
    title: str,
    guarded: frozenset[Expression] = frozenset(),
) -> str:
    """A module with one keyword-only function for each expression.

    Parameters
    ----------
    functions : mapping of str to Expression
        Such as value, gradient, hessian.
    target : {"numpy", "jax", "torch"}
    title : str
        First line of the module.
    guarded : frozenset of Expression
        Divisors of the gradient that vanish at a kink.

    Returns
    -------
    str

    Examples
    --------
    >>> from pellucid.calculus.language.reading import read
    >>> x = read("x' * x", "x: d×1")
    >>> scope = {}
    >>> exec(module_code({"value": x}, "numpy", "A square."), scope)
    >>> print(float(scope["value"](x=[3.0, 4.0])))
    25.0

    Notes: §A.8.3
    """
    given = parameters_of(list(functions.values()))
    blocks, used = [], set()
    for name, expression in functions.items():
        shape = shape_text(expression.shape)
        code, names = function_code(
            name,
            [expression],
            target,
            given,
            f"{expression} {shape}".replace("\\", "\\\\"),
            guarded=guarded if name == "gradient" else frozenset(),
        )
        blocks.append(code)
        used |= names
    shapes = ", ".join(f"{s.detail}: {shape_text(s.shape)[1:-1]}" for s in given)
    head = f'"""{title}\n\n{shapes}\n"""\n\n{TARGETS[target].imports}'
    prelude = _prelude(target, used)
    return "\n\n\n".join([head, *prelude, *blocks]) + "\n"


def callable_for(
    results: list[Expression],
    target: str = "numpy",
    sizes: Mapping[str, int] | None = None,
    given: list[Expression] | None = None,
    guarded: frozenset[Expression] = frozenset(),
) -> Callable[..., Any]:
    """The results as one Python function of keyword arguments."""
    arguments = parameters_of(results) if given is None else given
    code, used = function_code("computed", results, target, arguments, "", sizes, guarded)
    prelude = _prelude(target, used)
    source = "\n\n".join([TARGETS[target].imports, *prelude, code])
    scope: dict[str, Any] = {}
    # The source is written here from a parsed formula; names pass through `identifier`.
    exec(compile(source, "<pellucid formula>", "exec"), scope)
    made: Callable[..., Any] = scope["computed"]
    return made
