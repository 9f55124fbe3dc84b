"""What clusters, curves, autoencoders, convolutions and text models print of themselves is true.

Each printed objective is evaluated beside the number that it stands by; each printed layer is
computed from what is printed.

Notes: Notation 44, KE 220, KE 279, KE 452, Def 353, Def 375
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.special import expit, xlogy

from members import Member, rows
from pellucid import (
    Autoencoder,
    ConvNetClassifier,
    ConvNetRegressor,
    CurvesClassifier,
    CurvesRegressor,
    DenoisingAutoencoder,
    EncoderDecoder,
    HierarchicalClusters,
    KMeans,
    NetworkClassifier,
    NextToken,
    RobustClassifier,
    VariationalAutoencoder,
)
from pellucid.additive.terms import model_features
from pellucid.autoencoders.gan_training import discriminator_gradient, generator_gradient
from pellucid.networks import Dense, Network, ReLU, Sigmoid

Array = NDArray[np.float64]
# One step over all rows that moves next to nothing: the loss of the epoch is that at the end.
STILL: dict[str, Any] = {"epochs": 1, "step_size": 1e-9}
ALONE: dict[str, Any] = {**STILL, "batch_size": 200}


def fact(model: Any, label: str) -> float:
    """The number beside a label; of "from → to" the last."""
    told = dict(model.explain().happened)[label]
    return float(told.split(" → ")[-1].replace(",", ""))


def grouped_loss(X: Array, labels: NDArray[Any]) -> float:
    """Σⱼ Σᵢ 1(y⁽ⁱ⁾ = j) ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖², each μ the average of its points."""
    return sum(
        float(((X[labels == j] - X[labels == j].mean(axis=0)) ** 2).sum())
        for j in np.unique(labels)
    )


def test_the_loss_of_k_means_is_its_printed_formula() -> None:
    """KE 220: labels by the printed hypothesis, the loss from labels and averages."""
    X = np.random.default_rng(0).normal(size=(80, 3))
    h = KMeans(4).fit(X)
    told = h.explain()
    assert told.hypothesis.text == "y⁽ⁱ⁾ = argmin_j ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖²"
    nearest = ((X[:, None] - h.cluster_centers_) ** 2).sum(axis=2).argmin(axis=1)
    np.testing.assert_array_equal(h.predict(X), nearest)
    assert told.objective.text == "L = Σⱼ Σᵢ 1(y⁽ⁱ⁾ = j) ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖²"
    assert fact(h, "loss L") == pytest.approx(grouped_loss(X, nearest), rel=1e-5)
    for j, mean in enumerate(h.cluster_centers_):  # ∂L/∂μ⁽ʲ⁾ = −2 Σᵢ 1(y⁽ⁱ⁾ = j) (x⁽ⁱ⁾ − μ⁽ʲ⁾)
        assert np.abs(2 * (X[nearest == j] - mean).sum(axis=0)).max() < 1e-9


@pytest.mark.parametrize("algorithm", ["split", "merge"])
def test_a_tree_lowers_or_raises_the_loss_that_it_prints(algorithm: str) -> None:
    """Def 235: a height is √(2 · change of L) from one level to the next."""
    X = np.random.default_rng(1).normal(size=(40, 2))
    h = HierarchicalClusters(n_clusters=3, algorithm=algorithm).fit(X)
    text = h.explain().objective.text
    assert ("one group fewer" if algorithm == "merge" else "one group more") in text
    losses = [grouped_loss(X, h.cut(k)) for k in (1, 2, 3)]
    heights = [float(part) for part in dict(h.explain().happened)["highest joinings"].split(", ")]
    np.testing.assert_allclose(np.sqrt(-2 * np.diff(losses)), heights[:2], rtol=5e-3)
    by_means = HierarchicalClusters(algorithm="merge", linkage="average").fit(X)
    assert by_means.explain().objective is None


@pytest.mark.parametrize("kind", [CurvesRegressor, CurvesClassifier])
def test_curves_are_lowest_where_their_printed_objective_is(kind: Any) -> None:
    """J = loss + [½] Σ_t λ_t ‖θ_t‖², as printed, rises along every direction from θ and θ₀."""
    X, y = rows(Member(kind(), "numbers" if kind is CurvesRegressor else "two labels"))
    h = kind(pairs=0).fit(X, y)
    B = model_features(h.terms_, X)
    text, lams = h.explain().objective.text, np.ravel(h.lams_)[_owners(h)]

    def objective(theta: Array, offset: Array) -> float:
        u = B @ theta + offset
        if text == "J = Σᵢ (h(x⁽ⁱ⁾) − y⁽ⁱ⁾)² + Σ_t λ_t ‖θ_t‖²":
            return float(((np.ravel(u) - y) ** 2).sum() + (lams @ theta**2).sum())
        assert text == "J = Σᵢ L_nll(g⁽ⁱ⁾, y⁽ⁱ⁾) + ½ Σ_t λ_t ‖θ_t‖²"
        g, one = expit(np.ravel(u)), y == h.classes_[1]
        nll = -(xlogy(one, g) + xlogy(~one, 1 - g)).sum()
        return float(nll + 0.5 * (lams @ theta**2).sum())

    added = [B[:, _owners(h) == t] @ h.theta_[_owners(h) == t] for t in range(len(h.terms_))]
    np.testing.assert_allclose(h.sizes_, [np.sqrt((a**2).mean()) for a in added])
    rng = np.random.default_rng(2)
    lowest = objective(h.theta_, h.theta_0_)
    for _ in range(8):
        step = 1e-3 * rng.normal(size=np.shape(h.theta_)) / np.sqrt(1 + lams)[:, None]
        assert objective(h.theta_ + step, h.theta_0_ + 1e-3 * rng.normal()) > lowest


def _owners(h: Any) -> NDArray[np.intp]:
    return np.repeat(np.arange(len(h.terms_)), [len(term["centre"]) for term in h.terms_])


CODED: tuple[Any, ...] = (
    Autoencoder(2, **ALONE, validation=0.0),
    Autoencoder(2, sparsity=0.3, **ALONE, validation=0.0),
    DenoisingAutoencoder(2, input_noise=0.0, **ALONE, validation=0.0),
    VariationalAutoencoder(2, prior_weight=0.7, **ALONE, validation=0.0),
)


@pytest.mark.parametrize("model", CODED, ids=lambda model: repr(model)[:50])
def test_an_autoencoders_loss_is_its_printed_formula(model: Any) -> None:
    """Concept 357, eq 8.5: squares of standardised columns, and what is added as printed."""
    X = np.random.default_rng(3).normal(size=(60, 4)) * [1, 5, 0.2, 1] + [0, 3, 1, 0]
    h = model.fit(X)
    text = h.explain().objective.text
    rebuilt = h.reconstruct(X)
    squares = (((X - rebuilt) / X.std(axis=0)) ** 2).sum(axis=1).mean()
    assert text.startswith("J = (1/n) Σᵢ L(x̃⁽ⁱ⁾, x⁽ⁱ⁾); L = Σⱼ (xⱼ − x̃ⱼ)²")
    label = "mean reconstruction loss of a training row"
    assert fact(h, label) == pytest.approx(squares, rel=5e-3)
    added = text.partition("(xⱼ − x̃ⱼ)²")[2]
    if isinstance(h, VariationalAutoencoder):
        assert added == " + 0.7 KL(N(m, s²) ‖ N(0, 1))"
        m, s = h.distribution(X)
        kl = 0.5 * (m**2 + s**2 - 1 - np.log(s**2)).sum(axis=1).mean()
        assert h.divergence_ == pytest.approx(kl, rel=1e-4)
        assert h.elbo_ == pytest.approx(-squares - 0.7 * kl, rel=1e-3)
        return
    if h.get_params().get("sparsity"):
        assert added == " + 0.3 Σⱼ|aⱼ|"
        squares += 0.3 * np.abs(h.encode(X)).sum(axis=1).mean()
    else:
        assert added == ""
    assert fact(h, "mean training loss") == pytest.approx(squares, rel=5e-3)


def test_noise_in_training_is_printed() -> None:
    X = np.random.default_rng(3).normal(size=(40, 3))
    text = DenoisingAutoencoder(2, **ALONE).fit(X).explain().objective.text
    assert text.endswith("; in training x̃ is decoded from x + N, N ~ N(0, 0.5²)")


def windows(a: Array, size: int, pad: int = 0) -> Array:
    padded = np.pad(a, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    return sliding_window_view(padded, (size, size), axis=(1, 2))


def by_print(kind: str, text: str) -> Callable[[Any, Array, Any], Array]:
    """A layer from nothing but its printed formula, of images n×r×c×channels."""
    found: dict[str, Callable[[Any, Array, Any], Array]] = {
        "Aˡ = Wˡ ∗ Aˡ⁻¹ + W₀ˡ": lambda of, a, p: (
            np.einsum("nrcfij,ijfm->nrcm", windows(a, len(p["W"]), len(p["W"]) // 2), p["W"])
            + np.ravel(p["W0"])
        ),
        "Aˡ = max(0, Aˡ⁻¹)": lambda of, a, p: np.maximum(0, a),
        "Aˡ_i = max of Aˡ⁻¹ over field i": lambda of, a, p: windows(a, 2)[:, ::2, ::2].max(
            axis=(-2, -1)
        ),
        "Aˡ = vec(Aˡ⁻¹)": lambda of, a, p: a.reshape(len(a), -1),
        "Aˡ = (Wˡ)ᵀ Aˡ⁻¹ + W₀ˡ": lambda of, a, p: a @ p["W"] + np.ravel(p["W0"]),
        "Aˡ = Wˡᵀ Aˡ⁻¹ + W₀ˡ": lambda of, a, p: a @ p["W"] + np.ravel(p["W0"]),
        "Aˡ = 1/(1 + e^(−Aˡ⁻¹))": lambda of, a, p: expit(a),
        "Aˡ = softmax(Aˡ⁻¹)": lambda of, a, p: np.exp(a) / np.exp(a).sum(axis=1, keepdims=True),
    }
    return found[text]


@pytest.mark.parametrize("classes", [2, 3])
def test_a_convolutional_network_is_what_its_printed_hypothesis_says(classes: int) -> None:
    """KE 452: each layer by its own printed formula gives the chances; and the objective is J."""
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(30, 6, 6, 1)), np.arange(30) % classes
    h = ConvNetClassifier(
        filters=(2,), hidden=(5,), dropout=0.0, shift=0, standardize=False, **ALONE
    ).fit(X, y)
    told = h.explain()
    assert "Convolution: ∂L/∂Wˡ_u = Σᵢ Aˡ⁻¹_{i+u} (∂L/∂Aˡ_i)ᵀ" in told.gradient.text
    printed = dict(re.findall(r"(\w+): (A[^;]+)", told.hypothesis.text))
    a = X.astype(float)
    for layer, params in zip(h.network_.layers, h.params_, strict=True):
        kind = type(layer).__name__
        if kind in printed:
            a = by_print(kind, printed[kind])(layer, a, params)
    chances = h.predict_proba(X)
    np.testing.assert_allclose(a if classes > 2 else np.c_[1 - a, a], chances, atol=1e-5)
    J = -np.log(chances[np.arange(30), y]).mean()
    assert fact(h, "mean training loss") == pytest.approx(J, rel=5e-3)


def test_a_convolutional_network_of_numbers_prints_the_loss_beside_it() -> None:
    """Notation 44: of targets brought to deviation 1."""
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(30, 6, 6, 1)), rng.normal(3, 5, size=30)
    h = ConvNetRegressor(filters=(2,), hidden=(5,), dropout=0.0, shift=0, **ALONE).fit(X, y)
    assert h.explain().objective.text == "J = (1/n) Σᵢ ‖a⁽ⁱ⁾ − y⁽ⁱ⁾‖²"
    J = (((h.predict(X) - y) / y.std()) ** 2).mean()
    assert fact(h, "mean training loss") == pytest.approx(J, rel=5e-3)


def test_a_robust_classifiers_loss_is_that_of_moved_rows() -> None:
    """Def 373: no less than of the rows as they are, no more than a whole step of ε up adds."""
    X, y = rows(Member(NetworkClassifier(), "labels"))
    plain = NetworkClassifier(hidden=(4,), standardize=False, **ALONE)
    h = RobustClassifier(plain, budget=0.1).fit(X, y)
    assert h.explain().objective.text.endswith("of moved rows, a = h(x + δ), |δⱼ| ≤ 0.1")
    at = np.searchsorted(h.classes_, y)

    def losses(Z: Array) -> Array:
        return -np.log(h.predict_proba(Z)[np.arange(len(Z)), at])

    assert "from a random place within ε: x + η sign ∂L/∂x, once" in h.explain().algorithm
    steps = 1e-2 * np.eye(X.shape[1])
    slope = np.column_stack([losses(X + e) - losses(X - e) for e in steps])
    most = losses(X + 0.1 * np.sign(slope)).mean()
    assert losses(X).mean() + 0.01 < fact(h, "mean training loss") < most


def test_the_losses_of_text_models_are_their_printed_formulas() -> None:
    """Concept 259: the mean over stretches and places, evaluated from the printed chances."""
    small: dict[str, Any] = {"width": 8, "heads": 2, "hidden": 8, "dropout": 0.0, **ALONE}
    text = "abcabdabc" * 6
    h = NextToken(places=6, blocks=1, **small).fit(text)
    assert h.explain().objective.text.startswith("J = (1/(KT)) Σ Σ_t −log h_t[next character]")
    stretches = h._stretches([text])
    p = np.asarray(h.network_.predict(h.params_, stretches[:, :-1].astype(float)))
    assert fact(h, "loss a character") == pytest.approx(_mean_nll(p, stretches[:, 1:]), rel=5e-3)

    X, y = rows(Member(EncoderDecoder(), "sentences", text=True), n=40)
    e = EncoderDecoder(blocks=1, **small).fit(X, y)
    assert "over K pairs of T places" in e.explain().objective.text
    said = [[1 + e.words_out_.index(word) for word in each.split()] for each in y]
    ids = np.array([[*each, *[0] * (e.places_out_ - len(each))] for each in said])
    read = np.array([e._read(sentence.split()) for sentence in X])
    past = np.hstack([np.zeros((len(ids), 1), int), ids[:, :-1] + 1])
    p = np.asarray(e.network_.predict(e.params_, np.hstack([read, past]).astype(float)))
    assert fact(e, "loss a word") == pytest.approx(_mean_nll(p, ids), rel=5e-3)


def _mean_nll(p: Array, ids: NDArray[Any]) -> float:
    return float(-np.log(np.take_along_axis(p, ids[..., None], axis=-1)).mean())


def test_the_losses_of_an_adversarial_pair_are_as_printed() -> None:
    """Def 375: D minimises −½ (log D(x) + log(1 − D(G(z)))), G minimises −log D(G(z))."""
    G = Network([Dense(3), ReLU(), Dense(2)], in_shape=2)
    D = Network([Dense(3), ReLU(), Dense(1), Sigmoid()], "nll", in_shape=2, reduction="mean")
    g, d = G.init(seed=0), D.init(seed=1)
    rng = np.random.default_rng(5)
    z, x = (rng.normal(size=(7, 2)).astype(np.float32) for _ in range(2))
    made, real = D.predict(d, G.predict(g, z)), D.predict(d, x)
    value, _ = discriminator_gradient(D, d, x, np.asarray(G.predict(g, z)))
    assert float(value) == pytest.approx(-0.5 * float((np.log(real) + np.log(1 - made)).mean()))
    value, _ = generator_gradient(G, D, g, d, z)
    assert float(value) == pytest.approx(-float(np.log(made).mean()), rel=1e-5)
