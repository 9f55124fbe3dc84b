"""Training: steps are those of the rules, PyTorch agrees, each promise of `train` is kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.descent.batches import Batches
from pellucid.descent.rules import RULES, adam, rule_named
from pellucid.descent.step_sizes import Cosine
from pellucid.descent.stopping import SmallChange, Steps
from pellucid.errors import (
    ConvergenceWarning,
    ExplodingGradientWarning,
    FramingError,
    HyperparameterError,
    NetworkWarning,
    OutputError,
    PellucidWarning,
    ShapeError,
    TableError,
    VanishingGradientWarning,
)
from pellucid.networks import (
    Dense,
    Dropout,
    LeakyReLU,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
    Stream,
    Tanh,
    computing_in,
    train,
)
from pellucid.networks.layers.layer import Mode

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(150, 4))
CODES = (X @ RANDOM.normal(size=(4, 3))).argmax(axis=1)
NET = Network([Dense(8), ReLU(), Dense(3), Softmax()], "nllm", in_shape=4, reduction="mean")
ONE_NUMBER = Network([Dense(1, offset=False)], "square", in_shape=1, reduction="sum")


def same_bits(one: Any, other: Any) -> bool:
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return all((np.asarray(a) == np.asarray(b)).all() for a, b in pairs)


def w_squared(**how: Any) -> list[float]:
    """W = 1 under J = W², after each of three steps: the loss of x = 1 with truth 0."""
    start = [{"W": np.ones((1, 1))}]
    found: list[float] = []
    done = train(
        ONE_NUMBER, np.ones((1, 1)), np.zeros(1), start=start, epochs=3, step_size=0.1,
        dtype="float64", watch=lambda e: found.append(float(e.params()[0]["W"][0, 0])), **how,
    )  # fmt: skip
    assert found[2:] == done.params[0]["W"].ravel().tolist()
    return found


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("gradient descent", [0.8, 0.64, 0.512]),
        ("momentum", [0.98, 0.9424, 0.889712]),
        ("adadelta", [0.683772, 0.498871, 0.369181]),
        ("adagrad", [0.9, 0.833104, 0.780456]),
        ("adam", [0.9, 0.800412, 0.701586]),
    ],
)
def test_three_steps_of_each_rule(rule: str, wanted: list[float]) -> None:
    np.testing.assert_allclose(w_squared(rule=rule), wanted, atol=5e-7)


def test_weight_decay_by_both_readings() -> None:
    """7.8.1.2-weight-decay, 7.8.1.2-three-steps: they coincide for gradient descent only."""
    wanted = [0.78, 0.6084, 0.474552]
    for reading in ("loss", "step"):
        found = w_squared(rule="gradient descent", decay=0.1, decay_in=reading)
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
    in_loss, in_step = (w_squared(rule="adam", decay=0.1, decay_in=r) for r in ("loss", "step"))
    assert abs(in_loss[-1] - in_step[-1]) > 1e-3


def test_without_a_slope_decay_shrinks_weights_and_leaves_offsets() -> None:
    """7.8.1.2-shrinks-weights: by 1 − 2λη a step."""
    network = Network([Dense(2)], "square", in_shape=1, reduction="sum")
    start = [{"W": np.array([[2.0, -3.0]]), "W0": np.zeros(2)}]
    how: dict[str, Any] = {"rule": "gradient descent", "step_size": 0.1, "epochs": 4}
    done = train(
        network, np.zeros((1, 1)), np.zeros((1, 2)), start=start, decay=0.5, dtype="float64", **how
    )
    np.testing.assert_allclose(done.params[0]["W"], 0.9**4 * start[0]["W"], rtol=1e-12)
    offsets = [{"W": np.zeros((1, 2)), "W0": np.ones(2)}]
    rows = np.zeros((1, 1)), np.ones((1, 2))
    kept = train(network, *rows, start=offsets, decay=0.5, dtype="float64", **how)
    np.testing.assert_allclose(kept.params[0]["W0"], 1.0)
    pulled = train(
        network, *rows, start=offsets, decay=0.5, decay_offsets=True, dtype="float64", **how
    )
    assert (pulled.params[0]["W0"] < 1).all()


def test_too_strong_a_decay_is_warned_of() -> None:
    """7.8.1.2-too-strong."""
    with pytest.warns(ConvergenceWarning, match="2λη ≥ 1"):
        train(ONE_NUMBER, np.ones((1, 1)), np.zeros(1), decay=5.0, step_size=0.1, epochs=1)


@jax.jit  # once for all rules: its operations one by one take longer than the training
def slope_on_batch(params: Any, x: Any, truths: Any) -> Any:
    mode = Mode(training=True, state=NET.init_state())
    return NET.loss_and_gradient(params, x, truths, mode)[1]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_compiled_loop_is_the_plain_loop(rule: str) -> None:
    """7.6.2-training-loop: the loop of §7.6.2 in NumPy's order, with decay and clipping."""
    made, batches = rule_named(rule), Batches(1, seed=3)
    how: dict[str, Any] = {"step_size": 0.01, "epochs": 2, "batch_size": 32, "seed": 3}
    found = train(NET, X, CODES, rule=made, dtype="float64", decay=0.01, clip=0.5, **how)
    with computing_in("float64"):
        params = jax.tree.map(np.asarray, NET.init(3, "float64"))
        state, truths = made.init(params), np.eye(3)[CODES]
        for epoch in range(2):
            order = batches.epoch(epoch, 150)
            for first in range(0, 150, 32):
                rows = order[first : first + 32]
                g = jax.device_get(slope_on_batch(params, X[rows], truths[rows]))
                length = np.sqrt(sum(float((leaf**2).sum()) for leaf in jax.tree.leaves(g)))
                shorter = min(1, 0.5 / length)
                g = jax.tree.map(lambda leaf, s=shorter: leaf * s, g)
                g = [
                    {k: v + 2 * 0.01 * own[k] if k == "W" else v for k, v in part.items()}
                    for part, own in zip(g, params, strict=True)
                ]
                params, state = made.step(g, state, params, 0.01)
    for mine, plain in zip(found.params, params, strict=True):
        for name in mine:
            np.testing.assert_allclose(mine[name], plain[name], rtol=1e-7, atol=1e-9)


def test_pytorch_ends_at_the_same_weights() -> None:
    torch = pytest.importorskip("torch")
    done = train(
        NET, X, CODES, rule=adam(epsilon_place="outside"), step_size=0.01, epochs=3, dtype="float64"
    )
    model = torch.nn.Sequential(
        torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3)
    ).double()
    first = [own for own in NET.init(0, "float64") if own]
    with torch.no_grad():
        for part, own in zip((model[0], model[2]), first, strict=True):
            part.weight.copy_(torch.tensor(np.array(own["W"]).T))
            part.bias.copy_(torch.tensor(np.array(own["W0"])))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(3):
        order = Batches(1, seed=0).epoch(epoch, 150)
        for first_row in range(0, 150, 32):
            rows = torch.tensor(order[first_row : first_row + 32])
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(
                model(torch.tensor(X)[rows]), torch.tensor(CODES)[rows]
            )
            loss.backward()
            optimizer.step()
    np.testing.assert_allclose(
        done.params[2]["W"], model[2].weight.detach().numpy().T, rtol=1e-7, atol=1e-9
    )


@given(batch=st.integers(1, 40), weight=st.integers(1, 3), seed=st.integers(0, 3))
@settings(max_examples=6, deadline=None)
def test_a_weight_counts_in_a_batch(batch: int, weight: int, seed: int) -> None:
    """Weights scale with none but each other, and the sum of losses weighs rows as they are."""
    rows, codes, w = X[:30], CODES[:30], np.full(30, float(weight))
    how: dict[str, Any] = {"epochs": 1, "batch_size": batch, "seed": seed, "dtype": "float64"}
    mean = train(NET, rows, codes, **how)
    weighed = train(NET, rows, codes, weights=w, **how)
    np.testing.assert_allclose(mean.params[0]["W"], weighed.params[0]["W"], rtol=1e-6, atol=1e-12)


def test_equal_weights_keep_neurons_alike_and_random_ones_do_not() -> None:
    """7.6.1-symmetry, 7.5-random-start."""
    alike = jax.tree.map(lambda leaf: np.full(leaf.shape, 0.1), NET.init(0))
    stuck = train(NET, X, CODES, start=alike, epochs=20, step_size=0.05)
    W = stuck.params[0]["W"]
    np.testing.assert_allclose(W, np.repeat(W[:, :1], 8, axis=1), atol=1e-6)
    free = train(NET, X, CODES, epochs=20, step_size=0.05)
    assert np.ptp(free.params[0]["W"], axis=1).min() > 0.1
    assert free.history["loss"][-1] < stuck.history["loss"][-1]


@pytest.mark.slow
def test_seeds_end_in_different_minima() -> None:
    """7.6.1-seeds, 7.6.1-initialization."""
    ends = [
        train(NET, X, CODES, epochs=60, step_size=0.02, seed=s).history["loss"][-1]
        for s in (0, 1, 2)
    ]
    assert len({round(end, 4) for end in ends}) == 3


def test_early_stopping_returns_the_best_weights() -> None:
    """7.8.1.1-early-stopping, 7.8.1.1-validation-turns-up."""
    noisy = np.random.default_rng(1).permutation(CODES)
    wide = Network([Dense(64), ReLU(), Dense(3), Softmax()], "nllm", 4, reduction="mean")
    held = (X[:60], noisy[:60])
    how: dict[str, Any] = {"validation": held, "step_size": 0.01, "seed": 1}
    literal = train(wide, X[60:], noisy[60:], patience=1, epochs=60, **how)
    validation = literal.history["validation_loss"]
    assert literal.verdict == "early stop"
    assert validation[-1] >= min(validation[:-1])
    assert literal.best_epoch == int(np.argmin(validation)) + 1 < literal.epochs
    best = train(wide, X[60:], noisy[60:], epochs=literal.best_epoch, **how)
    assert same_bits(best.params, literal.params)
    longer = train(wide, X[60:], noisy[60:], epochs=60, **how)
    assert longer.history["loss"][-1] < min(longer.history["loss"][:5])
    assert longer.history["validation_loss"][-1] > min(longer.history["validation_loss"]) + 0.1


@pytest.mark.parametrize(
    ("how", "verdict"),
    [
        ({"patience": 3, "step_size": 0.02}, "early stop"),
        ({"decay": 0.01, "gradient_norms": True}, "finished"),
        ({"step_size": 1e5, "rule": "gradient descent"}, "diverged"),
    ],
)
def test_epochs_of_one_call_are_those_of_a_call_each(how: dict[str, Any], verdict: str) -> None:
    """Held-out rows judge epochs a block at a time; a watcher asks for each of them alone."""
    line = Network([Dense(4), Tanh(), Dense(1)], in_shape=4, reduction="mean")
    targets = X[:, 0] + RANDOM.normal(size=150)
    rows: Any = (line, X[:70], targets[:70])
    held = {"validation": (X[70:], targets[70:]), "epochs": 70}
    asked: list[int] = []
    alone = train(*rows, **held, **how, watch=lambda epoch: asked.append(epoch.number))
    together = train(*rows, **held, **how)
    assert together.verdict == verdict
    assert len(asked) >= alone.epochs - 1
    for name in ("epochs", "steps", "best_epoch", "reason", "history"):
        np.testing.assert_equal(getattr(together, name), getattr(alone, name), name)
    assert same_bits(together.params, alone.params)


def test_rules_of_stopping_and_watchers_are_asked_each_epoch() -> None:
    """7.6.2-open-details: the stopping rule is explicit."""
    counted = train(NET, X, CODES, epochs=50, stop=Steps(3))
    assert (counted.epochs, counted.verdict) == (3, "stopped")
    flat = train(NET, X, CODES, epochs=500, stop=SmallChange(1e-3), step_size=0.05)
    assert flat.epochs < 500
    assert "J changed" in flat.reason
    seen: list[float] = []
    watched = train(NET, X, CODES, epochs=9, watch=lambda e: seen.append(e.loss) or len(seen) == 4)
    assert (watched.epochs, watched.reason) == (4, "a callback asked to stop")
    assert seen == watched.history["loss"]


def test_schedules_count_steps() -> None:
    """η may depend on time."""
    start = [{"W": np.ones((1, 1))}]
    run = train(
        ONE_NUMBER, np.ones((1, 1)), np.zeros(1), rule="gradient descent", epochs=4, start=start,
        step_size=Cosine(0.1, 4), dtype="float64",
    )  # fmt: skip
    wanted = np.prod([1 - 2 * Cosine(0.1, 4)(t) for t in (1, 2, 3, 4)])
    np.testing.assert_allclose(run.params[0]["W"], wanted, rtol=1e-12)


def test_gone_on_with_the_same_bits() -> None:
    dropped = Network(
        [Dense(8), ReLU(), Dropout(0.3), Dense(3), Softmax()], "nllm", 4, reduction="mean"
    )
    whole = train(dropped, X, CODES, epochs=6)
    half = train(dropped, X, CODES, epochs=2)
    rest = train(dropped, X, CODES, epochs=6, start=half)
    assert same_bits(whole.params, rest.params)
    assert rest.history["loss"] == whole.history["loss"]


KILLED = """
import os, sys, numpy as np, time
sys.path.insert(0, {tests!r})
from networks_job import NET, X, CODES
from pellucid.networks import train
slow = (lambda e: time.sleep(0.05)) if sys.argv[2] == "slow" else None
done = train(NET, X, CODES, epochs=40, checkpoint=sys.argv[1], watch=slow,
             validation=(X[:30], CODES[:30]), patience=39)
np.savez(sys.argv[3], *[v for own in done.params for v in own.values()])
"""


def test_a_killed_training_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    """`kill -9` in the middle; the next run ends where an undisturbed one does."""
    script = KILLED.format(tests=str(Path(__file__).parent))

    def start(folder: str, pace: str) -> subprocess.Popen[bytes]:
        arguments = [str(tmp_path / folder), pace, str(tmp_path / f"{folder}.npz")]
        return subprocess.Popen([sys.executable, "-c", script, *arguments], env=dict(os.environ))

    killed = start("killed", "slow")
    while len(list((tmp_path / "killed").glob("epoch-*.checkpoint"))) < 2:
        assert killed.poll() is None
        time.sleep(0.02)
    killed.kill()
    killed.wait()
    assert not (tmp_path / "killed.npz").exists()
    assert len(list((tmp_path / "killed").glob("epoch-*.checkpoint"))) in (2, 3)
    assert start("killed", "fast").wait() == 0
    assert start("plain", "fast").wait() == 0
    with np.load(tmp_path / "killed.npz") as one, np.load(tmp_path / "plain.npz") as other:
        assert all((one[name] == other[name]).all() for name in one.files)
    assert len(list((tmp_path / "plain").glob("epoch-*.checkpoint"))) == 2


def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path: Path) -> None:
    train(NET, X, CODES, epochs=3, checkpoint=tmp_path)
    newest, before = sorted(tmp_path.glob("*.checkpoint"), reverse=True)
    assert (newest.name, before.name) == (
        "epoch-00000003.checkpoint", "epoch-00000002.checkpoint",
    )  # fmt: skip
    spoiled = bytearray(newest.read_bytes())
    spoiled[-3] ^= 255
    newest.write_bytes(spoiled)
    with pytest.warns(PellucidWarning, match="The checkpoint before it is taken"):
        again = train(NET, X, CODES, epochs=5, checkpoint=tmp_path)
    assert same_bits(again.params, train(NET, X, CODES, epochs=5).params)
    with pytest.raises(HyperparameterError, match=r"of another training: there, η = 0\.001"):
        train(NET, X, CODES, epochs=5, step_size=0.5, checkpoint=tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file"):
        train(NET, X, CODES, epochs=1, checkpoint=tmp_path / "file")


def test_divergence_stops_with_the_last_good_weights() -> None:
    far = train(NET, X * 1e4, CODES, rule="gradient descent", step_size=1e6, epochs=8)
    assert far.verdict == "diverged"
    assert far.epochs < 8
    assert same_bits(far.params, jax.tree.map(np.asarray, NET.init(0)))
    broken = X.copy()
    broken[7, 2] = np.nan
    lost = train(NET, broken, CODES, epochs=3)
    assert lost.verdict == "diverged"
    assert lost.reason == "the rows hold NaN or infinite numbers, the first in row 7"
    assert "Divide step_size by ten" in far.warnings[0]
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(lost.params))


def test_gradients_that_vanish_or_explode_are_named() -> None:
    """7.7.3-gradient-monitor, 7.7.3-deep-chain."""

    def chain(scale: float) -> Network:
        hidden = [
            part for _ in range(8) for part in (Dense(4, initial="lecun", scale=scale), Sigmoid())
        ]
        return Network([*hidden, Dense(3), Softmax()], "nllm", 4, reduction="mean")

    with pytest.warns(VanishingGradientWarning, match="hardly learn"):
        told = train(chain(0.5), X, CODES, epochs=2, gradient_norms=True)
    norms = np.array(told.history["gradient_norms"])
    assert norms.shape == (2, 9)
    assert (norms[0, :-1] < norms[0, 1:]).sum() >= 7
    hidden = [part for _ in range(9) for part in (Dense(4, scale=90.0), LeakyReLU(0.9))]
    steep = Network([*hidden, Dense(3), Softmax()], "nllm", 4, reduction="mean")
    start = jax.tree.map(np.asarray, steep.init(0))
    start[18]["W"] = np.zeros((4, 3)) + 1e-3
    start[0]["W"] = start[0]["W"] * 1e-20
    with pytest.warns(ExplodingGradientWarning, match="explodes"):
        train(steep, X, CODES, start=start, epochs=1, batch_size=150, gradient_norms=True)


@pytest.mark.slow
def test_gradients_as_long_in_every_layer_are_named_too() -> None:
    """7.7.3-gradient-monitor: activations grow forward as gradients grow backward."""

    def told(scale: float, reduction: str, y: Any) -> Any:
        hidden = [part for _ in range(8) for part in (Dense(30, scale=scale), ReLU())]
        network = Network([*hidden, Dense(1)], "square", 4, reduction=reduction)
        return train(network, X, y, rule="adam", epochs=2, gradient_norms=True)

    random = np.random.default_rng(1)
    y = random.normal(size=(len(X), 1))
    for reduction in ("sum", "mean"):
        with pytest.warns(ExplodingGradientWarning, match="explodes in every layer"):
            told(6.0, reduction, y)
        with warnings.catch_warnings(action="error", category=ExplodingGradientWarning):
            told(1.0, reduction, y)
    with warnings.catch_warnings(action="error", category=ExplodingGradientWarning):
        told(1.0, "sum", 1e5 * y)  # a target in its own units is no explosion


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"epochs": 0}, "epochs is a whole number ≥ 1"),
        ({"decay": -1.0}, "decay"),
        ({"decay_in": "both"}, "decay_in"),
        ({"clip": 0.0}, "clip"),
        ({"patience": 2}, "needs validation"),
        ({"step_size": "line search"}, "Cosine"),
        ({"step_size": -1.0}, "step_size"),
        ({"start": [{}, {}, {}, {}]}, "Layer 1|layers, but params has"),
        ({"dtype": "float16"}, "dtype"),
    ],
)
def test_settings_that_do_not_serve_are_named(how: dict[str, Any], message: str) -> None:
    with pytest.raises((HyperparameterError, ShapeError), match=message):
        train(NET, X, CODES, **how)


def test_answers_that_do_not_fit_are_named() -> None:
    with pytest.raises(ShapeError, match="from 0 to 2"):
        train(NET, X, CODES + 1, epochs=1)
    with pytest.raises(ShapeError, match="as many"):
        train(NET, X, CODES[:-1], epochs=1)


def test_a_checkpoint_is_of_its_rows_and_of_no_others(tmp_path: Path) -> None:
    """Other rows, answers, weights, held-out rows or first weights are refused, each by name."""
    how: dict[str, Any] = {"epochs": 2, "checkpoint": tmp_path}
    held = (X[:30], CODES[:30])
    first = train(NET, X, CODES, validation=held, **how)
    again = train(NET, X, CODES, validation=held, **how)
    assert same_bits(first.params, again.params)
    others: list[tuple[str, Any, dict[str, Any]]] = [
        ("rows", (X + 5, CODES), {"validation": held}),
        ("rows", (X, CODES[::-1]), {"validation": held}),
        ("rows", (X, CODES), {"validation": held, "weights": np.arange(150) + 1.0}),
        ("held-out rows", (X, CODES), {"validation": (X[30:60], CODES[30:60])}),
        ("first weights", (X, CODES), {"validation": held, "start": NET.init(5)}),
        ("λ", (X, CODES), {"validation": held, "stop": Steps(9)}),
    ]
    for what, rows, further in others:
        with pytest.raises(HyperparameterError, match=f"another training: there, {what}"):
            train(NET, *rows, **{**how, **further})


def test_a_training_that_stopped_early_stays_stopped(tmp_path: Path) -> None:
    """The same call again answers the same; a training that a person stopped goes on."""
    noise = np.random.default_rng(3).integers(0, 3, 60)
    how: dict[str, Any] = {
        "epochs": 200, "validation": (X[:60], noise), "patience": 2, "step_size": 0.05,
    }  # fmt: skip
    first = train(NET, X, CODES, checkpoint=tmp_path / "a", **how)
    assert first.verdict == "early stop"
    for _ in range(2):
        again = train(NET, X, CODES, checkpoint=tmp_path / "a", **how)
        assert (again.verdict, again.epochs, again.best_epoch) == (
            first.verdict, first.epochs, first.best_epoch,
        )  # fmt: skip
        assert same_bits(first.params, again.params)
    stopped = train(
        NET, X, CODES, epochs=4, checkpoint=tmp_path / "b", watch=lambda e: e.number == 2
    )
    assert stopped.epochs == 2
    assert train(NET, X, CODES, epochs=4, checkpoint=tmp_path / "b").epochs == 4


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"weights": np.zeros(150)}, ValueError, "not be all zero"),
        ({"weights": np.full(150, -1.0)}, ValueError, "≥ 0"),
        ({"weights": np.ones(149)}, ShapeError, "one weight for each row"),
        ({"epochs": 2.5}, HyperparameterError, "whole number"),
        ({"seed": -1}, HyperparameterError, "whole number ≥ 0"),
        ({"stop": "soon"}, HyperparameterError, "descent.stopping"),
        ({"step_size": lambda t: 0.1 - t}, HyperparameterError, "at step 1 it is -0.9"),
        ({"validation": (X, CODES[:9])}, ShapeError, "150 rows and 9 targets"),
        ({"y": CODES + 0.5}, ShapeError, "whole numbers"),
        ({"y": CODES.astype(str)}, FramingError, "loss compares numbers"),
        ({"y": None}, ShapeError, "rows X and targets y"),
        ({"X": X.astype(str)}, ShapeError, "computes with numbers"),
        ({"X": X[:, :3]}, ShapeError, "takes batches of shape n×4"),
        ({"X": Stream(lambda _: [(X[:, :3], CODES)]), "y": None}, ShapeError, "shape n×4"),
        ({"X": Stream(lambda _: [(X, CODES)]), "y": None, "weights": np.ones(150)},
         HyperparameterError, "a source gives its own"),
        ({"X": Stream(lambda _: []), "y": None}, TableError, "no rows .* in epoch 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_trained_on_is_named(
    given: dict[str, Any], error: type[Exception], words: str
) -> None:
    given = {"X": X, "y": CODES, "epochs": 2, **given}
    with pytest.raises(error, match=words):
        train(NET, given.pop("X"), given.pop("y"), **given)


def test_a_generator_that_is_used_up_is_named() -> None:
    used_up = iter([(X, CODES)])
    with pytest.raises(TableError, match="in epoch 2"):
        train(NET, Stream(lambda _: used_up), epochs=3)


@pytest.mark.parametrize("size", [2, 3, 8, 32])
@pytest.mark.parametrize("n", [5, 9, 33, 65])
def test_the_last_batches_share_their_rows_where_a_layer_takes_statistics(
    n: int, size: int
) -> None:
    """Def 341: no batch of a few rows, each row once, whatever chunks they come in."""
    from pellucid.networks.training.batch_blocks import batch_rows

    chunks = [(np.arange(at, min(at + 7, n)), None) for at in range(0, n, 7)]
    places, weights = map(np.concatenate, zip(*batch_rows(chunks, size, even=True), strict=True))
    assert sorted(places[weights > 0]) == list(range(n))
    counts = (weights > 0).sum(axis=1)
    assert counts.min() >= min(size, n) // 2
    assert len(counts) == -(-n // size)


def test_columns_that_collapse_are_named() -> None:
    """Of float64 columns near 10⁹ that vary by 1, nothing is left in 32 bits."""
    net = Network([Dense(1)], in_shape=2, reduction="mean")
    X = np.random.default_rng(0).normal(size=(10, 2)) + [0.0, 1e9]
    with pytest.warns(NetworkWarning, match="Column 1 of the rows"):
        found = train(net, X, X[:, 0], epochs=1, step_size=1e-20)
    assert any("float64" in said for said in found.warnings)
    assert not train(net, X - [0, 1e9], X[:, 0], epochs=1).warnings
    assert not train(net, X, X[:, 0], epochs=1, dtype="float64", step_size=1e-20).warnings


def test_held_out_rows_are_finite() -> None:
    net = Network([Dense(1)], in_shape=2, reduction="mean")
    X = np.ones((4, 2))
    bad = X.copy()
    bad[2, 1] = np.nan
    for held in ((bad, np.ones(4)), (X, bad[:, 1])):
        with pytest.raises(TableError, match="NaN or infinite numbers, the first in row 2"):
            train(net, X, np.ones(4), validation=held, patience=2)


def test_what_is_there_already_is_no_remedy() -> None:
    """Def 314: the rule in use, and layers that stand there, are not recommended."""
    from pellucid.networks.training.gradient_norms import gradient_norm_verdict

    net = Network([Dense(2), Sigmoid(), Dense(1)], in_shape=2)
    with pytest.warns(VanishingGradientWarning):
        (said,) = gradient_norm_verdict(net, [[1e-9, 1.0]], "adam")
    assert "adam" not in said
    assert "ReLU instead of Sigmoid" in said
    with pytest.warns(VanishingGradientWarning):
        (said,) = gradient_norm_verdict(
            Network([Dense(2), Tanh(), Dense(1)], in_shape=2), [[1e-9, 1.0]], "momentum"
        )
    assert "adam" in said


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_few_rows_and_one_neuron_are_trained_too(n: int) -> None:
    """Loops over so few bytes took a way through the compiler that ended the whole process."""
    X, y = np.linspace(-1, 1, 2 * n).reshape(n, 2), np.linspace(0, 0.5, n)
    network = Network([Dense(1), Tanh()], "square", in_shape=2)
    run = train(network, X, y, epochs=3, rule="gradient descent", step_size=0.05, batch_size=n)
    assert run.history["loss"][-1] < run.history["loss"][0]
