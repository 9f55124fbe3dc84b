"""Autoencoders as formulas: the numbers of a row's code, and what its reconstruction loses.

Notes: Def 353, Concept 357, eq 8.3, eq 8.4
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.exchange.formulas.encoded_columns import encoded_columns
from pellucid.exchange.formulas.expressions import (
    Call,
    Constant,
    Difference,
    Expression,
    Product,
    Square,
    Sum,
    dot,
)
from pellucid.exchange.formulas.network_scores import (
    layers_in_series,
    refuse_large,
    standardised,
)
from pellucid.exchange.formulas.program import Program, Step
from pellucid.jobs.encode.encoding_machine import EncodingMachine

Values = list[Expression]
LOSS = "reconstruction_loss"


def add_codes(program: Program, machine: EncodingMachine) -> None:
    """The answers of a machine that encodes tables.

    Raises
    ------
    FramingError
        For a code of a column, or a layer, that no formula says.

    Notes: Def 353
    """
    model = machine.model
    program.about += [machine.problem, f"model: {type(model).__name__}"]
    encoded = encoded_columns(program, machine.encoder, machine.input_schema)
    names = machine.encoder.get_feature_names_out()
    row: Values = [
        feature if isinstance(feature, Constant) else program.bind("f", feature, str(name))
        for feature, name in zip(encoded, names, strict=True)
    ]
    halves = _linear if hasattr(model, "encoder_weights_") else _trained
    code, losses = halves(program, model, row)
    named = model.get_feature_names_out()
    program.answers += [Step(str(name), each) for name, each in zip(named, code, strict=True)]
    program.answers.append(Step(LOSS, Sum(tuple(losses)), "what decoding the code loses"))


def _linear(program: Program, model: Any, row: Values) -> tuple[Values, Values]:
    """The code, and what each column loses.

    Notes: Concept 358
    """
    mean = np.ravel(np.asarray(model.mean_, dtype=np.float64))
    into = np.asarray(model.encoder_weights_, dtype=np.float64)
    code: Values = [
        program.bind("b", dot(weights, row, float(-mean @ weights)), f"number {at} of the code")
        for at, weights in enumerate(into.T, 1)
    ]
    offsets = np.broadcast_to(np.ravel(model.decoder_offsets_), mean.shape)
    back = [
        program.bind("y", dot(weights, code, float(offset)), f"entry {at}, decoded")
        for at, (weights, offset) in enumerate(
            zip(np.asarray(model.decoder_weights_).T, offsets, strict=True), 1
        )
    ]
    return code, [Square(Difference(x, y)) for x, y in zip(row, back, strict=True)]


def _trained(program: Program, model: Any, row: Values) -> tuple[Values, Values]:
    """The code, and what each column loses.

    Notes: Concept 357, Def 370
    """
    refuse_large(model)
    encoder, encoding = model._half(decoding=False)
    decoder, decoding = model._half(decoding=True)
    x = standardised(program, model, row)
    coded = layers_in_series(program, encoder.layers, encoding, None, x)
    code = coded[: int(model.code_length)]  # log-variances stand behind the means
    scores = layers_in_series(program, decoder.layers, decoding, None, code)
    loss = model.loss_
    parts: Values = [Square(Difference(scores[j], x[j])) for j in loss.squares]
    for j in loss.binary:
        parts.append(_of_yes_or_no(scores[j], x[j]))
    for group in loss.categories:
        parts += _of_category(program, [scores[j] for j in group], [x[j] for j in group])
    return code, parts


def _of_yes_or_no(u: Expression, y: Expression) -> Expression:
    """max(u, 0) − y·u + log(1 + e^−|u|)."""
    size = Call("largest", (u, Product((Constant(-1.0), u))))
    less = Call("largest", (Product((Constant(-1.0), size)), Constant(-700.0)))
    tail = Call("ln", (Sum((Constant(1.0), Call("exp", (less,)))),))
    return Sum((Call("largest", (u, Constant(0.0))), Product((Constant(-1.0), y, u)), tail))


def _of_category(program: Program, scores: Values, y: Values) -> Values:
    """−yⱼ log softmax(u)ⱼ of each class."""
    best = program.bind("m", Call("largest", tuple(scores)), "the largest score")
    less = [Call("largest", (Difference(u, best), Constant(-700.0))) for u in scores]
    total = Sum(tuple(Call("exp", (each,)) for each in less))
    log = program.bind("l", Sum((best, Call("ln", (total,)))), "log Σ e^u")
    return [Product((each, Difference(log, u))) for each, u in zip(y, scores, strict=True)]
