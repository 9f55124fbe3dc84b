"""Small networks and autoencoders of tables as SQL, as Python and, whole, as ONNX.

Pellucid computes networks in 32 bits and the text in 64: they agree to about six digits.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from fitted_machines import CODES, MODELS, features, mixed
from hypothesis import given
from hypothesis import strategies as st
from onnx_answers import run, session_of
from test_onnx_machine import feed_of, rows_of
from test_python_file import answered as python_answered
from test_sql import RUN, broken
from test_sql import answered as sql_answered

from pellucid import Autoencoder, LinearAutoencoder, VariationalAutoencoder
from pellucid import networks as layers
from pellucid.autoencoders.code_sample import CodeSample
from pellucid.autoencoders.column_activation import ColumnActivation
from pellucid.data.framing import frame
from pellucid.data.table_encoder import TableEncoder
from pellucid.data.table_reader import read_table
from pellucid.errors import CodeWarning, FramingError, PellucidWarning
from pellucid.exchange import machine_to_onnx, to_python, to_sql
from pellucid.exchange.formulas import autoencoder_scores, network_scores
from pellucid.exchange.formulas.expressions import Constant, Sum
from pellucid.exchange.formulas.program import Program, Step
from pellucid.exchange.printed.python_file import python_of
from pellucid.jobs.encode.encoding_machine import EncodingMachine
from pellucid.jobs.fit.candidates import recipe_named
from pellucid.jobs.fit.machine import Machine
from pellucid.networks.layers.layer import Mode
from pellucid.networks.network import Network

SHORT: dict[str, Any] = {"hidden": (6,), "epochs": 3, "random_state": 0, "standardize": False}
NETWORKS = ("grown", "side", "third")
ENCODERS = ("linear", "variational")


@lru_cache
def machine(name: str) -> Any:
    """A machine with a network: of a target, or an autoencoder."""
    return _coded(name) if name in ENCODERS else _predicting(name)


def _predicting(target: str) -> Machine:
    table = read_table(mixed().drop_columns([name for name in MODELS if name != target]))
    framing = frame(table, target)
    recipe = recipe_named(framing.problem, "network")
    recipe = recipe.on_scale("log") if target == "grown" else recipe
    pipeline = recipe.pipeline(0, None, CODES)
    inner = pipeline[-1].estimator if target == "grown" else pipeline[-1]
    inner.set_params(hidden=(7, 5), epochs=4, dropout=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CodeWarning)
        warnings.simplefilter("ignore", PellucidWarning)
        pipeline.fit(table.select(framing.features), framing.answers(table))
    steps = tuple(step for _, step in pipeline.steps[:-1])
    threshold = 0.4 if target == "side" else None
    return Machine(framing, table.schema, steps, pipeline[-1], threshold, {"rows": 240})


def _coded(name: str) -> EncodingMachine:
    table = read_table(features())
    encoder = TableEncoder().fit(table)
    X = encoder.transform(table)
    held = list(encoder.get_feature_names_out())
    tags = [j for j, column in enumerate(held) if column.startswith("tag")]
    yes = [j for j in range(X.shape[1]) if set(X[:, j]) <= {0.0, 1.0} and j not in tags]
    columns = {"binary": yes, "categories": [tags]}
    model: Any = {
        "linear": LinearAutoencoder(2),
        "variational": VariationalAutoencoder(2, **columns, **SHORT),
    }[name]
    model.fit(X)
    return EncodingMachine(table.schema, table.names, "codes", encoder, (), model, {"rows": 240})


def near(found: dict[str, Any], machine: Any, table: pa.Table) -> None:
    """Labels equal, numbers to five digits of the largest."""
    wanted = machine.answers(table)
    assert set(wanted) - {"caution"} <= set(found)
    for name in set(wanted) - {"caution"}:
        values = wanted[name]
        if isinstance(values[0], str):
            assert list(found[name]) == list(values), name
        else:
            got = np.asarray(found[name], dtype=float)
            size = max(1.0, float(np.abs(values).max()))
            np.testing.assert_allclose(got, values, rtol=1e-5, atol=1e-5 * size, err_msg=name)


@pytest.mark.filterwarnings("ignore::pellucid.errors.UnseenCategoryWarning")
@pytest.mark.parametrize("name", [*NETWORKS, *ENCODERS])
def test_sql_and_python_answer_as_the_machine_does(name: str) -> None:
    for table in (features(), broken()):
        near(python_answered(machine(name), table), machine(name), table)
        for dialect in RUN:
            query = to_sql(machine(name), dialect)
            near(sql_answered(query, table, dialect), machine(name), table)


@pytest.mark.filterwarnings("ignore::pellucid.errors.UnseenCategoryWarning")
@pytest.mark.parametrize("name", ["grown", "side", "variational"])
def test_python_alone_answers_as_the_machine_does(name: str) -> None:
    near(python_answered(machine(name), features()), machine(name), features())


LOGITS = st.floats(-1e3, 1e3)


@given(st.lists(LOGITS, min_size=2, max_size=4), LOGITS, st.booleans())
def test_losses_of_classes_are_those_of_their_scores_however_large(
    scores: list[float], u: float, yes: bool
) -> None:
    """−y log σ(u) − (1 − y) log(1 − σ(u)), and −log softmax(u) of the class that is there."""
    program = Program()
    names = [f"u{j}" for j in range(len(scores))] + ["u", "y"]
    read: list[Any] = [program.read(name, "number") for name in names]
    there = [Constant(float(j == 1)) for j in range(len(scores))]
    of_yes_or_no = autoencoder_scores._of_yes_or_no(read[-2], read[-1])
    of_category = autoencoder_scores._of_category(program, read[:-2], there)
    program.answers += [Step("yes", of_yes_or_no), Step("class", Sum(tuple(of_category)))]
    found: dict[str, Any] = {"__name__": "exported"}
    exec(python_of(program), found)
    row = dict(zip(names, [*scores, u, float(yes)], strict=True))
    said = found["predict"](row)
    assert said["yes"] == pytest.approx(np.logaddexp(0, -u if yes else u), abs=1e-12)
    total = np.logaddexp.reduce(scores)
    assert said["class"] == pytest.approx(total - scores[1], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", ENCODERS)
def test_the_graph_of_a_machine_gives_its_codes_and_losses(name: str) -> None:
    of = machine(name)
    found = run(session_of(machine_to_onnx(of)), feed_of(of, rows_of(read_table(features()))))
    assert list(found) == ["a1", "a2", "reconstruction_loss"]
    near(found, of, features())


def test_the_graph_of_images_gives_their_codes_and_losses() -> None:
    images = np.random.default_rng(0).random((30, 2, 3, 1))
    model = Autoencoder(2, **SHORT).fit(images.reshape(30, -1))
    of = EncodingMachine([], (), "codes", None, (2, 3, 1), model, {})
    found = run(session_of(machine_to_onnx(of)), {"images": images})
    for name, values in of.answers(images).items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5, atol=1e-5)
    with pytest.raises(FramingError, match="An EncodingMachine of images has no export to SQL"):
        to_python(of)


LAYERS = {
    "dense": (layers.Dense(3),),
    "masked": (layers.Dense(2, mask=((1, 0), (0, 1), (1, 1), (0, 0))),),
    "without offset": (layers.Dense(3, offset=False), layers.LeakyReLU(0.2)),
    "normalised": (layers.Dense(3), layers.BatchNorm(), layers.Tanh()),
    "steps": (layers.Dense(3), layers.Step()),
    "chances": (layers.Dense(3), layers.Softmax()),
    "one chance": (layers.Dense(1), layers.Sigmoid()),
    "plain dropout": (layers.Dropout(0.25, inverted=False), layers.Identity()),
    "residual": (layers.Residual((layers.Dense(4), layers.ReLU())),),
    "both summed": (layers.Parallel(((layers.Dense(2),), (layers.Dense(2), layers.ReLU()))),),
    "both kept": (layers.Parallel(((layers.Dense(2),), (layers.Dense(3),)), join="concatenate"),),
    "columns": (ColumnActivation(layers.Sigmoid(), (1, 3)),),
    "a code at its mean": (CodeSample(), layers.Tanh()),
}


@pytest.mark.filterwarnings("ignore::pellucid.errors.NetworkWarning")  # as outputs of a loss
@pytest.mark.parametrize("name", LAYERS)
def test_each_layer_says_what_it_computes(name: str) -> None:
    network = Network(LAYERS[name], "square", (4,))
    params, state = network.init(1), network.init_state()
    rows = np.random.default_rng(2).normal(size=(5, 4)) * [[1.0, 3.0, 0.1, 30.0]]
    program = Program()
    read: list[Any] = [program.read(f"c{j}", "number") for j in range(4)]
    found = network_scores.layers_in_series(program, network.layers, params, state, read)
    program.answers += [Step(f"y{j}", each) for j, each in enumerate(found)]
    names: dict[str, Any] = {"__name__": "exported"}
    exec(python_of(program), names)
    got = [list(names["predict"](dict(zip(("c0", "c1", "c2", "c3"), row, strict=True))).values())
           for row in rows.tolist()]  # fmt: skip
    wanted = rows
    for layer, own, remembered in zip(network.layers, params, state, strict=True):
        wanted = layer.forward(own, wanted, Mode(state=remembered))[0]
    np.testing.assert_allclose(got, np.asarray(wanted), rtol=1e-5, atol=1e-5)


def test_what_no_text_says_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network([layers.Dense(2), layers.GELU(), layers.Dense(1)], "square", (3,))
    params, state = network.init(0), network.init_state()
    program = Program()
    read: list[Any] = [program.read(f"c{j}", "number") for j in range(3)]
    with pytest.raises(FramingError, match="A network with the layer GELU has no export"):
        network_scores.layers_in_series(program, network.layers, params, state, read)
    monkeypatch.setattr(network_scores, "MOST_WEIGHTS", 10)
    with pytest.raises(FramingError, match=r"NetworkClassifier has [\d,]+ weights; at most 10"):
        to_sql(machine("side"))
    with pytest.raises(FramingError, match=r"VariationalAutoencoder has [\d,]+ weights"):
        to_python(machine("variational"))
