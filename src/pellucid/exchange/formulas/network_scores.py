"""Networks of dense layers as formulas: each unit a value of its own, in 64-bit arithmetic.

Pellucid computes them in 32 bits, so answers agree to about six digits.

Notes: KE 279, Concept 284, Def 353
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import FramingError
from pellucid.exchange.formulas.expressions import (
    Call,
    Constant,
    Difference,
    Expression,
    Greater,
    If,
    Product,
    Quotient,
    Sigmoid,
    Sum,
    dot,
)
from pellucid.exchange.formulas.program import Program

if TYPE_CHECKING:
    from pellucid.networks.layers.layer import Layer

Values = list[Expression]
MOST_WEIGHTS = 20_000  # more are no text that somebody reads or a database plans
LEAST_LOGARITHM = -700.0  # exp of less is 0 for a probability


def network_scores(program: Program, model: Any, features: Sequence[Expression]) -> Values:
    """What a fitted network puts out for an encoded row, before its target's units.

    Raises
    ------
    FramingError
        For a layer that no formula of a row says, by its name, or too many weights.

    Notes: KE 279
    """
    refuse_large(model)
    scaled = standardised(program, model, features)
    layers = model.network_.layers
    return layers_in_series(program, layers, model.params_, model.state_, scaled)


def refuse_large(model: Any) -> None:
    """Refuse a network with more weights than a text spells out.

    Raises
    ------
    FramingError
        With the figure.
    """
    weights = _count(model.params_)
    if weights > MOST_WEIGHTS:
        raise FramingError(
            f"{type(model).__name__} has {weights:,} weights; at most {MOST_WEIGHTS:,} are spelled "
            "out in SQL or Python. Export it with --to onnx."
        )


def _count(params: Any) -> int:
    if isinstance(params, Mapping):
        return sum(map(_count, params.values()))
    if isinstance(params, list | tuple):
        return sum(map(_count, params))
    return int(np.size(params))


def standardised(program: Program, model: Any, features: Sequence[Expression]) -> Values:
    """(x − mean)/scale of each entry of an encoded row.

    Notes: Def 207
    """
    found: Values = []
    for at, (feature, mean, scale) in enumerate(
        zip(features, np.ravel(model.mean_), np.ravel(model.scale_), strict=True), 1
    ):
        scaled = dot([1 / float(scale)], [feature], -float(mean) / float(scale))
        found.append(program.bind("z", scaled, f"entry {at} of the row, standardised"))
    return found


def layers_in_series(
    program: Program, layers: Sequence[Layer], params: Any, state: Any, values: Values
) -> Values:
    """Layers in order, each asked for the values of its units.

    Raises
    ------
    FramingError
        For a layer that no formula of a row says.

    Notes: KE 279
    """
    for at, (layer, own) in enumerate(zip(layers, params, strict=True)):
        remembered = (state[at] if state else None) or {}
        values = _layer(program, layer, own, remembered, values)
    return values


def _layer(program: Program, layer: Any, params: Any, state: Any, values: Values) -> Values:
    name = type(layer).__name__
    if name in UNCHANGED:
        return values
    if name in ENTRY_BY_ENTRY:
        return [program.bind("a", ENTRY_BY_ENTRY[name](layer, z), name) for z in values]
    if name in OF_ALL:
        return OF_ALL[name](program, layer, params, state, values)
    raise FramingError(
        f"A network with the layer {name} has no export to SQL or Python, which say dense layers "
        "and their activations. Export it with --to onnx."
    )


def _dense(program: Program, layer: Any, params: Any, state: Any, values: Values) -> Values:
    W = np.asarray(params["W"], dtype=np.float64)
    if layer.mask is not None:
        W = W * np.asarray(layer.mask)
    offsets = np.ravel(np.asarray(params["W0"])) if layer.offset else np.zeros(W.shape[1])
    return [
        program.bind("u", dot(weights, values, float(offset)), f"unit {unit}")
        for unit, (weights, offset) in enumerate(zip(W.T.tolist(), offsets, strict=True), 1)
    ]


def _softmax(program: Program, layer: Any, params: Any, state: Any, values: Values) -> Values:
    return softmax_of(program, values)


def softmax_of(program: Program, scores: Sequence[Expression], names: Sequence[str] = ()) -> Values:
    """e^uᵢ / Σⱼ e^uⱼ, taken from the largest score so that nothing overflows.

    Notes: Def 170
    """
    of = list(names) or [f"unit {at}" for at in range(1, len(scores) + 1)]
    best = program.bind("m", Call("largest", tuple(scores)), "the largest score")
    less = [Difference(score, best) for score in scores]
    # exp of a very negative number is an error to some databases, and 0 to all.
    safe = [Call("largest", (each, Constant(LEAST_LOGARITHM))) for each in less]
    parts = [
        program.bind("e", Call("exp", (each,)), f"exp(score of {name} − the largest)")
        for each, name in zip(safe, of, strict=True)
    ]
    total = program.bind("s", Sum(tuple(parts)), "their sum")
    return [Quotient(part, total) for part in parts]


def _batch_norm(program: Program, layer: Any, params: Any, state: Any, values: Values) -> Values:
    """Once trained a line for each unit: what it makes of 0 and of 1 tells both numbers."""
    from pellucid.networks.layers.layer import Mode

    at = np.repeat(np.array([[0.0], [1.0]], dtype=np.float32), len(values), axis=1)
    zero, one = np.asarray(layer.forward(params, at, Mode(state=state))[0], dtype=np.float64)
    return [
        program.bind("n", dot([float(slope)], [value], float(offset)), "normalised")
        for value, slope, offset in zip(values, one - zero, zero, strict=True)
    ]


def _residual(program: Program, layer: Any, params: Any, state: Any, values: Values) -> Values:
    inner = layers_in_series(program, layer.layers, params["layers"], state, values)
    return [program.bind("r", Sum((x, f)), "x + F(x)") for x, f in zip(values, inner, strict=True)]


def _parallel(program: Program, layer: Any, params: Any, state: Any, values: Values) -> Values:
    states = state or [None] * len(layer.branches)
    outs = [
        layers_in_series(program, branch, own, remembered, values)
        for branch, own, remembered in zip(layer.branches, params["branches"], states, strict=True)
    ]
    if layer.join != "sum":
        return [value for out in outs for value in out]
    return [program.bind("r", Sum(unit), "both branches") for unit in zip(*outs, strict=True)]


def _columns(program: Program, layer: Any, params: Any, state: Any, values: Values) -> Values:
    chosen = {int(j) for j in layer.columns}
    inner = _layer(program, layer.activation, {}, {}, values)
    return [inner[j] if j in chosen else values[j] for j in range(len(values))]


def _mean_code(program: Program, layer: Any, params: Any, state: Any, values: Values) -> Values:
    return values[: len(values) // 2]


def _dropout(program: Program, layer: Any, params: Any, state: Any, values: Values) -> Values:
    if layer.inverted:
        return values
    kept = Constant(1 - float(layer.p))
    return [program.bind("a", Product((kept, value)), "the share kept") for value in values]


def _tanh(layer: Any, z: Expression) -> Expression:
    """2σ(2z) − 1, which every database has."""
    twice = Sigmoid(Product((Constant(2.0), z)))
    return Sum((Product((Constant(2.0), twice)), Constant(-1.0)))


def _leaky(layer: Any, z: Expression) -> Expression:
    return Call("largest", (z, Product((Constant(float(layer.alpha)), z))))


def _step(layer: Any, z: Expression) -> Expression:
    return If(Greater(Constant(0.0), z), Constant(0.0), Constant(1.0))


# Layers that leave a row as it is once the network is trained; rows are flat here.
UNCHANGED = ("Identity", "Flatten", "InputNoise")
ENTRY_BY_ENTRY: dict[str, Callable[[Any, Expression], Expression]] = {
    "LeakyReLU": _leaky,
    "ReLU": lambda layer, z: Call("largest", (z, Constant(0.0))),
    "Sigmoid": lambda layer, z: Sigmoid(z),
    "Step": _step,
    "Tanh": _tanh,
}
OF_ALL: dict[str, Callable[[Program, Any, Any, Any, Values], Values]] = {
    "BatchNorm": _batch_norm,
    "CodeSample": _mean_code,
    "ColumnActivation": _columns,
    "Dense": _dense,
    "Dropout": _dropout,
    "Parallel": _parallel,
    "Residual": _residual,
    "Softmax": _softmax,
}
