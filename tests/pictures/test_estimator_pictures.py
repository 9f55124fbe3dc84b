"""Every estimator shows its picture, or says by name why it has none; so do results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from members import MEMBERS, rows
from pellucid import (
    BagOfWords,
    KMeans,
    LogisticCV,
    MeanBaseline,
    NetworkClassifier,
    Ridge,
    choose_k,
)
from pellucid.descent import Objective, Steps, minimize
from pellucid.errors import FramingError
from pellucid.pictures.estimator_pictures import DRAWN, WITHOUT, inline_svg

# A network's curve is one function of its trace: one stands for all that take long to train.
QUICK = {
    type(m.estimator).__name__: m
    for m in MEMBERS
    if "trace_" not in vars(m.estimator) and "Net" not in type(m.estimator).__name__
}
LONG = ("Autoencoder", "GenerativeAdversarialPair", "NextToken", "Robust", "Few", "Boosted")


def quick() -> list[str]:
    """Names of the members that are fitted within a moment."""
    return sorted(n for n in QUICK if not any(word in n for word in LONG) and n in DRAWN)


def test_every_member_has_a_picture_or_a_reason() -> None:
    names = {type(m.estimator).__name__ for m in MEMBERS}
    assert names == {n for n in names if (n in DRAWN) != (n in WITHOUT)}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", quick())
def test_a_fitted_member_shows_its_picture(name: str) -> None:
    X, y = rows(QUICK[name], n=40)
    with pytest.raises(NotFittedError):
        clone(QUICK[name].estimator).picture()
    fitted = clone(QUICK[name].estimator).fit(X, y)
    if name == "BagOfWords":  # the member's words fall into buckets
        assert inline_svg(fitted) == ""
        with pytest.raises(FramingError, match="n_buckets=32"):
            fitted.picture()
        fitted = BagOfWords().fit(X)
    figure = fitted.picture()
    assert any(ax.lines or ax.patches or ax.collections or ax.images for ax in figure.axes)


def test_the_bars_are_the_weights_largest_first() -> None:
    fitted = Ridge(lam=0.1).fit(np.eye(5), [0.0, -4.0, 2.0, 1.0, 3.0])
    (axes,) = fitted.picture().axes
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == sorted(fitted.coef_, key=lambda w: -abs(w))
    assert axes.get_yticklabels()[0].get_text() == "x2"


@pytest.mark.parametrize("folds", [1, 2, 4])
def test_the_path_has_its_standard_error_about_it(folds: int) -> None:
    """Concept 87: of held-out losses, over the folds; of one fold there is none."""
    cut = [(np.arange(5, 20), np.arange(5)), (np.arange(15), np.arange(15, 20))] * 2
    random = np.random.default_rng(0)
    X = random.normal(size=(20, 2))
    y = X[:, 0] + random.normal(size=20) > 0
    fitted = LogisticCV(lams=(0.01, 0.1, 1.0), cv=cut[:folds]).fit(X, y)
    (axes,) = fitted.picture().axes
    losses = fitted.cv_losses_
    error = losses.std(axis=1, ddof=1) / folds**0.5 if folds > 1 else np.zeros(3)
    np.testing.assert_allclose(axes.lines[0].get_xydata(), np.c_[fitted.lams_, losses.mean(axis=1)])
    band = axes.collections[0].get_paths()[0].vertices
    for lam, mean, off in zip(fitted.lams_, losses.mean(axis=1), error, strict=True):
        ends = band[np.isclose(band[:, 0], lam), 1]
        np.testing.assert_allclose([ends.min(), ends.max()], [mean - off, mean + off])
    assert axes.lines[1].get_xdata()[0] == fitted.lam_


def test_a_network_shows_its_losses() -> None:
    X, y = rows(QUICK["LogisticClassifier"], n=40)
    fitted = NetworkClassifier(hidden=(4,), epochs=3, step_size=0.01).fit(X, y)
    (axes,) = fitted.picture().axes
    np.testing.assert_allclose(axes.lines[0].get_ydata(), fitted.trace_["loss"])


def test_what_has_no_picture_says_why() -> None:
    with pytest.raises(FramingError, match="MeanBaseline has no picture: it is one number"):
        MeanBaseline().fit([[0.0], [1.0]], [1.0, 2.0]).picture()


def test_a_notebook_shows_the_picture_once_it_is_fitted() -> None:
    unfitted = KMeans(2)
    assert "<svg" not in unfitted._repr_html_().split("</style>")[-1]
    shown = unfitted.fit([[0.0, 1.0], [0.1, 1.1], [5.0, 4.0], [5.1, 4.2]])._repr_html_()
    assert "Picture of KMeans" in shown
    assert "Picture of" not in MeanBaseline().fit([[0.0]], [1.0])._repr_html_()


def test_results_show_theirs() -> None:
    square = Objective(lambda t: float(t**2), lambda t: 2 * t, text="θ²")
    found = minimize(square, 1.0, step_size=0.3, stop=Steps(5))
    np.testing.assert_allclose(found.picture().axes[0].lines[0].get_ydata(), found.values)
    assert "<svg" in found._repr_html_()
    X = np.r_[np.random.default_rng(0).normal(size=(30, 2)), [[9.0, 9.0]] * 30]
    choice: Any = choose_k(X, ks=(2, 3))
    assert choice.picture().axes
    assert "<svg" in choice._repr_html_()
