"""`program_of`: a whole machine as formulas, from the columns of a table to its answers.

Notes: §1.0.5, §1.0.7, Notation 229
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.additive.additive_curves import AdditiveCurves
from pellucid.additive.weighted_average import WeightedAverage
from pellucid.clusters.k_means import KMeans
from pellucid.data.column_values import ColumnValues
from pellucid.data.table_encoder import TableEncoder
from pellucid.errors import FramingError
from pellucid.exchange.formulas.additive_scores import curve_scores
from pellucid.exchange.formulas.autoencoder_scores import add_codes
from pellucid.exchange.formulas.encoded_columns import encoded_columns
from pellucid.exchange.formulas.expressions import (
    Call,
    Constant,
    Difference,
    Expression,
    Greater,
    If,
    IsLargest,
    Joined,
    Product,
    Quotient,
    Ref,
    Sigmoid,
    Square,
    Sum,
    Text,
    dot,
    scaled_by,
)
from pellucid.exchange.formulas.linear_scores import linear_scores, monomials
from pellucid.exchange.formulas.network_scores import network_scores, softmax_of
from pellucid.exchange.formulas.program import Program, Step
from pellucid.exchange.formulas.tree_scores import tree_scores
from pellucid.exchange.formulas.unencoded_columns import whole_columns
from pellucid.features.strongest_monomials import StrongestMonomials
from pellucid.formatting import number
from pellucid.jobs.cluster.cluster_machine import ClusterMachine
from pellucid.jobs.encode.encoding_machine import EncodingMachine
from pellucid.jobs.fit.machine import MISSING, Machine
from pellucid.linear.logistic_classifier import TwoClasses
from pellucid.linear.majority_baseline import MajorityBaseline
from pellucid.linear.mean_baseline import MeanBaseline
from pellucid.linear.random_regression import RandomRegression
from pellucid.linear.sigmoids_classifier import SigmoidsClassifier
from pellucid.linear.softmax_classifier import SeveralClasses
from pellucid.linear.square_loss import SquareLossRegressor
from pellucid.linear.transformed_target import FURTHEST, TransformedTarget
from pellucid.trees.forest import ForestClassifier
from pellucid.trees.sum_of_trees import SumOfTrees

Inputs = Sequence[Any]  # expressions of an encoded row, or whole columns


def program_of(machine: Any) -> Program:
    """The formulas of a machine.

    Parameters
    ----------
    machine : Machine, ClusterMachine or EncodingMachine
        As `pellucid fit`, `cluster` and `encode` leave it.

    Returns
    -------
    Program
        Its answers are the columns that `machine.answers` adds, but for `caution`.

    Raises
    ------
    FramingError
        For a model or a code without formulas; says why, and what to do.

    Notes: §1.0.7
    """
    program = Program()
    if isinstance(machine, ClusterMachine):
        _groups(program, machine)
    elif isinstance(machine, Machine):
        _predictions(program, machine)
    elif isinstance(machine, EncodingMachine) and not machine.reads_images:
        add_codes(program, machine)
    else:
        what = f"An {type(machine).__name__} of images" if _reads_images(machine) else None
        raise FramingError(
            f"{what or type(machine).__name__} has no export to SQL or Python: there is one of "
            "what `pellucid fit`, `cluster` and `encode` make of a table."
        )
    return program


def _reads_images(machine: Any) -> bool:
    return bool(getattr(machine, "reads_images", False))


def _predictions(program: Program, machine: Machine) -> None:
    framing = machine.framing
    inputs = _inputs(program, machine)
    program.about += [
        f"{framing.problem}: {framing.target} from {len(framing.features)} columns",
        f"model: {type(machine.model).__name__}",
        *(f"{name}: {_figure(value)}" for name, value in machine.evidence.items()),
    ]
    if framing.problem == "regression":
        found = _amount(program, machine.model, inputs)
        if machine.lower_bound is not None:
            found = Call("largest", (found, Constant(float(machine.lower_bound))))
        program.answers.append(Step("prediction", found, f"in units of {framing.target}"))
    elif framing.problem == "overlapping classes":
        _overlapping(program, machine, inputs)
    else:
        _classes(program, machine, inputs)


def _figure(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _inputs(program: Program, machine: Machine) -> Inputs:
    """The rows as the model takes them; of an average those of each part."""
    if isinstance(machine.model, WeightedAverage):
        return [
            _rows_after(program, before, machine.input_schema, model)
            for *before, model in machine.model.steps_
        ]
    return _rows_after(program, machine.steps, machine.input_schema, machine.model)


def _rows_after(program: Program, steps: Sequence[Any], schema: Any, model: Any) -> Inputs:
    _refuse_without_formulas(model)
    encoder, *features = steps
    if isinstance(encoder, ColumnValues):
        return whole_columns(program, encoder, schema)
    found: Inputs = encoded_columns(program, encoder, schema)
    names = encoder.get_feature_names_out()
    for step in features:
        if not isinstance(step, StrongestMonomials):
            raise FramingError(f"{type(step).__name__} has no export to SQL or Python.")
        found = monomials(program, step, found, names)
    return found


def _refuse_without_formulas(model: Any) -> None:
    name = type(model.estimator_ if isinstance(model, TransformedTarget) else model).__name__
    if name.startswith("NearestNeighbor"):
        raise FramingError(
            f"{name} answers from its training rows: the text would be the table itself. "
            "Export it with --to onnx, or fit another model (--model)."
        )


def _scores(program: Program, model: Any, inputs: Inputs) -> list[Expression]:
    """The scores of a model, or of a regression its prediction."""
    if isinstance(model, AdditiveCurves):
        return curve_scores(program, model, inputs)
    if isinstance(model, SumOfTrees):
        return tree_scores(model, inputs)
    if isinstance(
        model,
        SquareLossRegressor | RandomRegression | TwoClasses | SeveralClasses | SigmoidsClassifier,
    ):
        return linear_scores(model, inputs)
    raise FramingError(
        f"{type(model).__name__} has no export to SQL or Python: there is one of linear models, "
        "curves, trees, networks, groups and codes. Serve it: pellucid serve."
    )


def _is_network(model: Any) -> bool:
    return hasattr(model, "network_") and hasattr(model, "params_")


def _weighted(model: WeightedAverage, outputs: Sequence[Expression]) -> Expression:
    """The weighted average of the predictions of the parts."""
    return dot([float(w) for w in model.weights_], outputs, 0.0)


def _amount(program: Program, model: Any, inputs: Inputs) -> Expression:
    """A regression's prediction."""
    if isinstance(model, WeightedAverage):
        parts = [
            program.bind("h", _amount(program, steps[-1], rows), f"predicted by {name}")
            for steps, rows, name in zip(model.steps_, inputs, model.names_, strict=True)
        ]
        return _weighted(model, parts)
    if isinstance(model, MeanBaseline):
        return Constant(float(np.ravel(model.mean_)[0]))
    if _is_network(model):
        mean, scale = (float(np.ravel(n)[0]) for n in (model.target_mean_, model.target_scale_))
        return dot([scale], [network_scores(program, model, inputs)[0]], mean)
    if not isinstance(model, TransformedTarget):
        return _scores(program, model, inputs)[0]
    u = program.bind("u", _amount(program, model.estimator_, inputs), f"on the {model.scale} scale")
    if model.scale == "log":
        inside = Call("smallest", (Call("largest", (u, Constant(-FURTHEST))), Constant(FURTHEST)))
        grown = Product((Constant(model.smearing_), Call("exp", (inside,))))
        found: Expression = Sum((grown, Constant(-model.shift_)))
    else:
        root = program.bind("r", Call("largest", (u, Constant(0.0))), "the root, at least 0")
        found = Sum((Square(root), Constant(model.smearing_)))
    return Call("largest", (found, Constant(0.0)))


def _chances(program: Program, model: Any, inputs: Inputs, names: Sequence[str]) -> list[Ref]:
    """Names of the probabilities of the classes."""

    def bound(formulas: Sequence[Expression]) -> list[Ref]:
        return [
            program.bind("p", formula, f"probability of {name}")
            for formula, name in zip(formulas, names, strict=True)
        ]

    def all_of(outputs: Sequence[Expression]) -> list[Ref]:
        """Of two classes a model gives the probability of the second."""
        if len(outputs) > 1:
            return bound(outputs)
        second = program.bind("p", outputs[0], f"probability of {names[1]}")
        left = Difference(Constant(1.0), second)
        return [program.bind("p", left, f"probability of {names[0]}"), second]

    if isinstance(model, WeightedAverage):
        answers = [
            _chances(program, steps[-1], rows, names)
            for steps, rows in zip(model.steps_, inputs, strict=True)
        ]
        return bound([_weighted(model, each) for each in zip(*answers, strict=True)])
    if isinstance(model, MajorityBaseline):
        shares = [float(share) for share in model.shares_]
        return [
            Ref(_fresh(program, "p", Constant(share), f"share of {name}"))
            for share, name in zip(shares, names, strict=True)
        ]
    if _is_network(model):
        return all_of(network_scores(program, model, inputs))
    if isinstance(model, ForestClassifier):
        return all_of(tree_scores(model, inputs))
    scores = _scores(program, model, inputs)
    of = names if len(scores) == len(names) else names[1:]
    u = [
        program.bind("u", score, f"score of {name}") for score, name in zip(scores, of, strict=True)
    ]
    if len(u) == 1:
        return bound([Sigmoid(Product((Constant(-1.0), u[0]))), Sigmoid(u[0])])
    if not isinstance(model, SigmoidsClassifier):
        return bound(softmax_of(program, u, names))
    tiny = Constant(float(np.finfo(float).tiny))
    parts = [
        program.bind("g", Call("largest", (Sigmoid(score), tiny)), f"of {name} alone")
        for score, name in zip(u, names, strict=True)
    ]
    total = program.bind("s", Sum(tuple(parts)), "their sum")
    return bound([Quotient(part, total) for part in parts])


def _fresh(program: Program, letter: str, formula: Expression, words: str) -> str:
    """A name of its own, though another formula may be equal."""
    count = sum(step.name.rstrip("0123456789") == letter for step in program.steps)
    program.steps.append(Step(f"{letter}{count + 1}", formula, words))
    return program.steps[-1].name


def _classes(program: Program, machine: Machine, inputs: Inputs) -> None:
    names = [str(c) for c in machine.model.classes_]
    chances = _chances(program, machine.model, inputs, names)
    if len(names) == 2:
        cut = 0.5 if machine.threshold is None else float(machine.threshold)
        label: Expression = If(Greater(chances[1], Constant(cut)), Text(names[1]), Text(names[0]))
        words = f"{names[1]} above a probability of {cut:g}"
    else:
        label, said = Text(names[-1]), chances
        words = "the likeliest class; a tie goes to the first"
        if machine.class_weights is not None:
            said = [
                Ref(_fresh(program, "w", Product((Constant(weight), chance)), f"{name}, weighed"))
                for weight, chance, name in zip(machine.class_weights, chances, names, strict=True)
            ]
            words = "the class of the largest probability × weight; a tie goes to the first"
        for at in reversed(range(len(names) - 1)):
            others = tuple(c for i, c in enumerate(said) if i != at)
            label = If(IsLargest(said[at], others), Text(names[at]), label)
    program.answers.append(Step("prediction", label, words))
    program.answers += [
        Step(f"probability_{name}", chance) for name, chance in zip(names, chances, strict=True)
    ]


def _overlapping(program: Program, machine: Machine, inputs: Inputs) -> None:
    names, model = list(machine.framing.classes), machine.model
    if not isinstance(model, SigmoidsClassifier):
        raise FramingError(f"{type(model).__name__} has no export to SQL or Python.")
    scores = _scores(program, model, inputs)
    u = [
        Ref(_fresh(program, "u", score, f"score of {name}"))
        for score, name in zip(scores, names, strict=True)
    ]
    cut = Constant(float(np.log(model.threshold / (1 - model.threshold))))
    chosen = tuple((Greater(score, cut), name) for score, name in zip(u, names, strict=True))
    words = f"every class above a probability of {model.threshold:g}"
    program.answers.append(Step("prediction", Joined(chosen, ";", MISSING), words))
    program.answers += [
        Step(f"probability_{name}", Sigmoid(score)) for name, score in zip(names, u, strict=True)
    ]


def _groups(program: Program, machine: ClusterMachine) -> None:
    """The group of the nearest mean, and the distance to it."""
    if not isinstance(machine.model, KMeans) or not isinstance(machine.encoder, TableEncoder):
        raise FramingError(f"{type(machine.model).__name__} has no export to SQL or Python.")
    program.about += [machine.problem, *(f"group {g}: {w}" for g, w in machine.words.items())]
    encoded = encoded_columns(program, machine.encoder, machine.input_schema)
    names = machine.encoder.get_feature_names_out()
    seen: list[Expression] = [
        scaled_by(float(scale), encoded[int(at)])
        for at, scale in zip(machine.used_columns, machine.scale, strict=True)
    ]
    words = [f"{names[int(at)]}, scaled" for at in machine.used_columns]
    if machine.view is not None:
        seen = [dot(along.tolist(), seen, 0.0) for along in np.asarray(machine.view).T]
        words = [f"direction {q + 1}" for q in range(len(seen))]
    z = [program.bind("z", each, told) for each, told in zip(seen, words, strict=True)]
    squares = [
        Ref(
            _fresh(
                program,
                "q",
                Sum(
                    tuple(
                        Square(Difference(at, Constant(m))) for at, m in zip(z, mean, strict=True)
                    )
                ),
                f"squared distance to the mean of group {group}",
            )
        )
        for mean, group in zip(
            np.asarray(machine.model.cluster_centers_).tolist(), machine.numbers, strict=True
        )
    ]
    least = program.bind("m", Call("smallest", tuple(squares)), "to the nearest mean")
    groups = [Constant(int(group)) for group in machine.numbers]
    label: Expression = groups[-1]
    for square, group in zip(reversed(squares[:-1]), reversed(groups[:-1]), strict=True):
        label = If(IsLargest(least, (square,)), group, label)
    program.answers.append(Step("prediction", label, "the group, from 1, the largest first"))
    program.answers.append(Step("distance", Call("sqrt", (least,)), "to the mean of the group"))
