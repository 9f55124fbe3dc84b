"""Random points at which formulas are checked: inside their domain and away from kinks.

Notes: C 118, §3.3
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.shapes import Size, is_scalar
from pellucid.calculus.codegen.emit import identifier
from pellucid.calculus.codegen.modules import function_names, parameters_of

Array = NDArray[np.float64]
Point = dict[str, Any]


def sizes_for(expressions: list[Expression], rng: np.random.Generator) -> dict[str, int]:
    """A different small number for each size name, so that a wrong transpose shows."""
    names = sorted(
        {s for e in expressions for node in ex.walk(e) for s in node.shape if isinstance(s, str)}
        | {str(n.detail) for e in expressions for n in ex.walk(e) if "size" in n.marks}
    )
    positions = [n.detail for e in expressions for n in ex.walk(e) if n.operation == "basis"]
    least = max([2, *(p for p in positions if isinstance(p, int))])
    names += sorted({p for p in positions if isinstance(p, str)} - set(names))
    pool = list(range(least, least + max(4, len(names))))
    drawn = rng.permutation(pool)[: len(names)]
    sizes = {name: int(k) for name, k in zip(names, drawn, strict=True)}
    # A position such as the i of W[:, i] must lie inside every size.
    return sizes | {p: int(rng.integers(1, 3)) for p in positions if isinstance(p, str)}


def random_points(
    expressions: list[Expression], rng: np.random.Generator, sizes: Mapping[str, int] | None = None
) -> Iterator[Point]:
    """Points in turn: any sign, then positive, then square matrices made positive definite."""
    given = parameters_of(expressions)
    functions = _unknown_functions(expressions)
    while True:
        named = dict(sizes or sizes_for(expressions, rng))
        for draw in (_normal, _positive, _definite, _small):
            point: Point = {identifier(s.detail): _entry(s, named, draw, rng) for s in given}
            yield point | functions


def _length(of: Size, named: Mapping[str, int]) -> int:
    return of if isinstance(of, int) else named[of]


def _entry(
    s: Expression,
    named: Mapping[str, int],
    draw: Callable[[tuple[int, ...], np.random.Generator], Array],
    rng: np.random.Generator,
) -> Any:
    if "size" in s.marks:
        return named[str(s.detail)]
    shape = tuple(_length(of, named) for of in s.shape)
    if is_scalar(s.shape):
        return float(draw((), rng))
    value = draw(shape, rng)
    if "symmetric" in s.marks:
        value = (value + value.T) / 2
    if "diagonal" in s.marks:
        value = np.diag(np.diag(value))
    if "distribution" in s.marks:
        value = np.abs(value) / np.abs(value).sum()
    return value


def _normal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return np.asarray(rng.normal(size=shape))


def _positive(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return np.asarray(rng.uniform(0.3, 1.5, size=shape))


def _small(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return np.asarray(rng.uniform(0.05, 0.3, size=shape))


def _definite(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    value = _positive(shape, rng)
    if len(shape) == 2 and shape[0] == shape[1] and shape[0] > 1:
        noise = rng.normal(size=shape)
        return np.asarray(noise @ noise.T / shape[0] + np.eye(shape[0]) + 0.1 * noise)
    return value


def _unknown_functions(expressions: list[Expression]) -> Point:
    """Stand-ins for unknown functions: a sine of its own for each, with true derivatives."""
    made: Point = {}
    for name in function_names(expressions):
        bare = name.replace("_prime", "")
        order = name.count("_prime")
        kind = _kind_of(bare, expressions)
        made[name] = _stand_in(bare, order, kind)
    return made


def _kind_of(name: str, expressions: list[Expression]) -> str:
    for e in expressions:
        for node in ex.walk(e):
            if node.operation in {"unknown", "slope"} and identifier(node.detail) == name:
                return "scalar"
    return "entry"


def _stand_in(name: str, order: int, kind: str) -> Callable[[Array], Any]:
    pace = 0.5 + (zlib.crc32(name.encode()) % 97) / 97
    if kind == "scalar":
        order_zero = lambda a: _library(a).sum(_library(a).sin(pace * a))  # noqa: E731
        return order_zero if order == 0 else lambda a: pace * _library(a).cos(pace * a)
    turn = order * np.pi / 2
    return lambda a: pace**order * _library(a).sin(pace * a + turn)


def _library(a: Any) -> Any:
    """NumPy, or jax.numpy for what JAX traces."""
    return np if isinstance(a, np.ndarray | np.generic | float) else sys.modules["jax.numpy"]
