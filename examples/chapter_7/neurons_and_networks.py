"""Chapter 7.0-7.4: neurons, layers, activations and losses, claim by claim, each with its picture.

python examples/chapter_7/neurons_and_networks.py [FOLDER]
"""

from __future__ import annotations

import warnings
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pellucid import LeastSquares, LogisticClassifier
from pellucid.errors import NetworkWarning
from pellucid.networks import (
    GELU,
    Dense,
    Identity,
    Layer,
    LeakyReLU,
    Mode,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
    Step,
    Tanh,
)
from pellucid.networks.linear_collapse import collapse_linear
from pellucid.networks.pairing import neuron
from pellucid.networks.training.train_network import train
from pellucid.pictures.activations import activation_curve, activation_curves
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.network_links import collapse, links
from pellucid.pictures.training import agreement, bars, fits, losses, regions

Points = tuple[Any, Any]


def wave(n: int = 80, noise: float = 0.05, seed: int = 0) -> Points:
    """A wave over one feature."""
    random = np.random.default_rng(seed)
    x = np.sort(random.uniform(-2, 2, n)).astype(np.float32)
    return x[:, None], np.sin(2.5 * x) + noise * random.normal(size=n)


def crossed(n: int = 200, seed: int = 0) -> Points:
    """Two classes in opposite corners of a square (exclusive or)."""
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, (n, 2)).astype(np.float32)
    X = X[np.abs(X).min(axis=1) > 0.1]
    return X, (X[:, 0] * X[:, 1] > 0).astype(np.float32)


def overlapping(n: int = 200, seed: int = 0) -> Points:
    """Two classes of two features, one a line away from the other, with overlap."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, 2))
    return X, (X @ [1.5, -1.0] + 0.3 + random.logistic(size=n) > 0).astype(int)


def regression(hidden: list[Layer]) -> Network:
    return Network([*hidden, Dense(1)], "square", in_shape=1, reduction="mean")


def neurons_add_functions() -> Figure:
    """Neurons in parallel or in series enlarge the class of functions.

    7.0.3-richer-class
    """
    x, y = wave()
    kinds: dict[str, list[Layer]] = {
        "one neuron": [Dense(1), Tanh()],
        "8 in parallel": [Dense(8), Tanh()],
        "8, then 8 in series": [Dense(8), Tanh(), Dense(8), Tanh()],
    }
    found = {
        name: train(regression(hidden), x, y, step_size=0.03, epochs=300, batch_size=80)
        for name, hidden in kinds.items()
    }
    one, parallel, series = (run.history["loss"][-1] for run in found.values())
    assert max(parallel, series) < 0.1 * one
    return fits(
        x[:, 0],
        y,
        {name: (lambda t, run=run: run.predict(t[:, None])[:, 0]) for name, run in found.items()},
    )


def prediction_is_one_pass() -> Figure:
    """Once trained a network answers with one forward pass; training takes very many, and data.

    7.0.5-fast-once-trained
    """
    network = regression([Dense(16), Tanh(), Dense(16), Tanh()])
    forward = sum(prod(own["W"]) for own in network.param_shapes if own)
    few, many, unseen = wave(8, 0.2), wave(400, 0.2, 1), wave(400, 0.2, 2)
    errors, products = {}, {"one answer": {"products": float(forward)}}
    for name, rows, epochs in (("8 rows", few, 1500), ("400 rows", many, 60)):
        run = train(network, *rows, step_size=0.01, epochs=epochs, batch_size=16)
        errors[name] = float(np.mean((run.predict(unseen[0])[:, 0] - unseen[1]) ** 2))
        # A training row goes forward once, and back with two products for each one forward.
        products[f"{name},\ntraining"] = {"products": 3.0 * forward * run.epochs * len(rows[0])}
    assert (
        min(each["products"] for at, each in products.items() if at != "one answer") > 1e4 * forward
    )
    assert errors["400 rows"] < 0.7 * errors["8 rows"]
    return bars(products, "products of two numbers", log=True)


def a_larger_weight_counts_more() -> Figure:
    """The larger the weight, the more its variable moves the answer: 100x₁ + 2x₂.

    7.1.2-larger-weight
    """
    neuron = Network([Dense(1)], "square", in_shape=2)
    params = [{"W": np.array([[100.0], [2.0]], np.float32), "W0": np.zeros(1, np.float32)}]
    start, moved = np.zeros((1, 2)), np.eye(2)
    change = (neuron.predict(params, moved) - neuron.predict(params, start))[:, 0]
    assert change.tolist() == [100.0, 2.0]
    return bars({f"x{'₁₂'[i]} + 1": {"g": float(change[i])} for i in range(2)}, "change of g")


def a_neuron_is_linear_regression() -> Figure:
    """A neuron with identity and square loss is linear regression, to the last digits.

    7.1.9-reproduces-regression
    """
    random = np.random.default_rng(0)
    X = random.normal(size=(120, 3))
    y = X @ [1.0, -2.0, 0.5] + 0.7 + 0.3 * random.normal(size=120)
    exact = LeastSquares().fit(X, y)
    run = train(
        neuron("regression", 3, "mean"), X, y, rule="gradient descent", step_size=0.2,
        epochs=300, batch_size=120, dtype="float64",
    )  # fmt: skip
    np.testing.assert_allclose(run.params[0]["W"][:, 0], exact.coef_, rtol=1e-10)
    np.testing.assert_allclose(run.params[0]["W0"][0], exact.intercept_, rtol=1e-10)
    return agreement(run.predict(X)[:, 0], exact.predict(X), "linear regression", "the neuron")


def the_identity_leaves_alone() -> Figure:
    """The identity leaves any input unchanged: f(g(x)) = g(x).

    7.1.9-identity-leaves-alone
    """
    g = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    a, backward = Identity().forward({}, g, Mode())
    assert (np.asarray(a) == g).all()
    assert (np.asarray(backward(g)[0]) == g).all()
    return activation_curve(Identity(), 1.0)


def a_neuron_is_the_logistic_classifier() -> Figure:
    """A neuron with sigmoid and NLL is the linear logistic classifier, to the last digits.

    7.1.10-reproduces-classifier
    """
    X, y = overlapping()
    exact = LogisticClassifier(lam=0.0, tol=1e-10).fit(X, y)
    run = train(
        neuron("binary", 2, "mean"), X, y, rule="gradient descent", step_size=2.0,
        epochs=2000, batch_size=len(X), dtype="float64",
    )  # fmt: skip
    np.testing.assert_allclose(run.params[0]["W"][:, 0], exact.coef_[0], rtol=1e-6)
    chances = exact.predict_proba(X)[:, 1]
    np.testing.assert_allclose(run.predict(X)[:, 0], chances, rtol=1e-6)
    return agreement(run.predict(X)[:, 0], chances, "logistic classifier", "the neuron")


def inputs_and_outputs_are_free() -> Figure:
    """The number of inputs of a layer says nothing about the number of its outputs.

    7.2.8-free-dimensions
    """
    for m, n in ((3, 1), (1, 5), (4, 4), (2, 7)):
        network = Network([Dense(n)], in_shape=m)
        assert network.points == ((m,), (n,))
        assert network.predict(network.init(0), np.ones((6, m))).shape == (6, n)
    return links([3, 1, 5], titles=["3", "1", "5"])


def one_neuron_cuts_along_a_line() -> Figure:
    """The boundary of one neuron is a line wherever f can be inverted, however curved f is.

    7.2.13-one-neuron-linear
    """
    w, w_0 = np.array([1.0, -2.0]), 0.5
    normal, along = w / (w @ w), np.array([2.0, 1.0])
    shown = []
    for f in (Sigmoid(), Tanh(), LeakyReLU(0.2)):
        for C in (-1.0, 0.0, 2.0):
            on_line = (C - w_0) * normal + np.linspace(-5, 5, 21)[:, None] * along
            beside = on_line + 0.1 * normal
            level = float(f.f(np.float32(C)))
            np.testing.assert_allclose(f.f(on_line @ w + w_0), level, rtol=1e-5, atol=1e-6)
            assert (np.asarray(f.f(beside @ w + w_0)) > level).all()
        cut = float(f.f(np.float32(0.0)))
        shown.append((type(f).__name__, lambda P, f=f, cut=cut: f.f(P @ w + w_0) > cut))
    X = np.random.default_rng(0).normal(size=(100, 2))
    return regions(shown, X, (X @ w + w_0 > 0).astype(int))


def one_layer_stays_linear() -> Figure:
    """One layer cannot part crossed classes, however wide; two in series can.

    7.2.13-one-layer-linear
    """
    X, y = crossed()
    codes = y.astype(int)
    kinds: list[tuple[str, list[Layer], str]] = [
        ("one neuron", [Dense(1), Sigmoid()], "nll"),
        ("two neurons", [Dense(2), Softmax()], "nllm"),
        ("two layers", [Dense(8), Tanh(), Dense(1), Sigmoid()], "nll"),
    ]
    shown, right = [], []
    for name, layers, loss in kinds:
        network = Network(layers, loss, in_shape=2, reduction="mean")
        run = train(network, X, codes, step_size=0.05, epochs=200, batch_size=len(X))

        def chance(P: Any, run: Any = run) -> Any:
            return np.asarray(run.predict(P))[:, -1]

        right.append(float(np.mean((chance(X) > 0.5) == codes)))
        shown.append((f"{name}: {right[-1]:.0%}", chance))
    assert max(right[:2]) < 0.75
    assert right[2] > 0.97
    return regions(shown, X, codes)


def linear_layers_collapse() -> Figure:
    """A stack of linear layers equals one; a linear hidden layer only costs.

    7.3.3-linear-stack-collapses
    """
    with warnings.catch_warnings(action="ignore", category=NetworkWarning):
        stack = Network([Dense(2), Identity(), Dense(3), Dense(2)], in_shape=2)
    params = stack.init(3, "float64")
    held = [own for own in params if own]
    W, W0 = np.eye(2), np.zeros(2)
    for own in held:
        W, W0 = W @ np.asarray(own["W"]), W0 @ np.asarray(own["W"]) + np.asarray(own["W0"])
    X = np.random.default_rng(0).normal(size=(40, 2))
    np.testing.assert_allclose(stack.predict(params, X), X @ W + W0, atol=1e-12)
    single, (own,) = collapse_linear(stack, params)
    assert len(single.layers) == 1
    np.testing.assert_allclose(own["W"], W, atol=1e-12)
    one = Network([Dense(2)], in_shape=2)
    assert sum(own["W"].size for own in held) > 4 * prod(one.param_shapes[0]["W"]) - 1
    example = [np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])]
    assert (example[0] @ example[1]).tolist() == [[19.0, 22.0], [43.0, 50.0]]
    return collapse(example)


def a_nonlinear_stack_does_not() -> Figure:
    """With a nonlinear f between them two layers are not one: |x| is two ReLUs.

    7.3.3-nonlinear-does-not
    """
    network = regression([Dense(2), ReLU()])
    params: list[Any] = [
        {"W": np.array([[1.0, -1.0]]), "W0": np.zeros(2)}, {},
        {"W": np.array([[1.0], [1.0]]), "W0": np.zeros(1)},
    ]  # fmt: skip
    x = np.linspace(-1, 1, 41)
    y = np.asarray(network.predict(params, x[:, None]))[:, 0]
    np.testing.assert_allclose(y, np.abs(x), atol=1e-7)
    assert len(collapse_linear(network, params)[0].layers) == 3  # nothing to take out
    line = LeastSquares().fit(x[:, None], y)
    assert np.abs(line.predict(x[:, None]) - y).max() > 0.4  # the best single layer is far off
    return fits(
        x, y,
        {"two layers": np.abs, "the best one layer": lambda t: line.predict(t[:, None])},
    )  # fmt: skip


def the_step_teaches_nothing() -> Figure:
    """The step has slope 0 everywhere, so descent makes no progress through it.

    7.3.4-step-no-progress
    """
    X, y = crossed()
    runs = {}
    for f in (Step(), ReLU()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the network warns of the step, as it should
            network = Network([Dense(8), f, Dense(1), Sigmoid()], "nll", in_shape=2)
            before = network.init(0)
            run = train(network, X, y, step_size=0.02, epochs=100, start=before)
        runs[type(f).__name__] = run
        moved = (run.params[0]["W"] != np.asarray(before[0]["W"])).any()
        assert moved == isinstance(f, ReLU)
    assert runs["ReLU"].history["loss"][-1] < 0.3 * runs["Step"].history["loss"][-1]
    return losses({name: run.history["loss"] for name, run in runs.items()})


def activations_keep_their_ranges() -> Figure:
    """Sigmoid, tanh, ReLU and step answer within their ranges; softmax sums to 1.

    7.3.4-ranges
    """
    z = np.linspace(-30, 30, 2001).astype(np.float32)
    shown = [Identity(), Step(), ReLU(), Sigmoid(), Tanh(), LeakyReLU(0.1), GELU()]
    for f in shown:
        a, (low, high) = np.asarray(f.f(z)), f.range
        assert low - 1e-6 <= a.min()
        assert a.max() <= high
        if low > -np.inf:
            assert a.min() < low + 0.01  # and the range is no wider than it need be
    chances = np.asarray(Softmax().forward({}, z[:2000].reshape(400, 5), Mode())[0])
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-6)
    assert chances.min() >= 0
    return activation_curves(shown)


def hidden_layers_are_free_to_choose() -> Figure:
    """Regression works with sigmoid and with ReLU hidden layers; only the output is bound.

    7.4.1-hidden-independent
    """
    x, y = wave()
    found = {
        type(f).__name__: train(
            regression([Dense(24), f]), x, y, step_size=0.05, epochs=600, batch_size=80
        )
        for f in (Sigmoid(), ReLU())
    }
    for run in found.values():
        assert run.history["loss"][-1] < 0.1 * np.var(y)
    return fits(
        x[:, 0],
        y,
        {name: (lambda t, run=run: run.predict(t[:, None])[:, 0]) for name, run in found.items()},
    )


CLAIMS = (
    neurons_add_functions,
    prediction_is_one_pass,
    a_larger_weight_counts_more,
    a_neuron_is_linear_regression,
    the_identity_leaves_alone,
    a_neuron_is_the_logistic_classifier,
    inputs_and_outputs_are_free,
    one_neuron_cuts_along_a_line,
    one_layer_stays_linear,
    linear_layers_collapse,
    a_nonlinear_stack_does_not,
    the_step_teaches_nothing,
    activations_keep_their_ranges,
    hidden_layers_are_free_to_choose,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
