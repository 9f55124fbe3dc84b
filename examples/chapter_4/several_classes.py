"""Chapter 4.5-4.6: several classes, and how a classifier is judged; each claim with its picture.

python examples/chapter_4/several_classes.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_auc_score

from pellucid import LogisticClassifier, SoftmaxClassifier, accuracy
from pellucid.losses import softmax
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.prediction_errors import binary_errors, confusion_counts
from pellucid.pictures.sigmoids import softmax_of_one_score


def one_score_moves_every_probability() -> Figure:
    """As u₃ rises, g₃ rises from 0 to 1 and the others fall in proportion; they always sum to 1.

    4.5.6-softmax-figure
    """
    t = np.linspace(-6, 6, 121)
    u = np.column_stack([np.full(121, 1.0), np.full(121, 2.0), t])
    g = softmax(u)
    np.testing.assert_allclose(g.sum(axis=1), 1)
    assert (np.diff(g[:, 2]) > 0).all()
    assert (np.diff(g[:, :2], axis=0) < 0).all()
    np.testing.assert_allclose(g[:, 1] / g[:, 0], np.e)  # the ratio of the others stays
    assert (g.argmax(axis=1) == u.argmax(axis=1)).all()
    np.testing.assert_allclose(softmax([1.0, 2.0, 3.0]), [0.0900, 0.2447, 0.6652], atol=5e-5)
    # A fitted classifier makes its probabilities of its scores in this very way.
    X = np.random.default_rng(0).normal(size=(60, 2))
    h = SoftmaxClassifier(lam=0.1).fit(X, np.arange(60) % 3)
    np.testing.assert_allclose(h.predict_proba(X), softmax(h.decision_function(X)), atol=1e-12)
    return softmax_of_one_score([1.0, 2.0, 3.0], moved=3)


def accuracy_confusion_roc_and_calibration() -> Figure:
    """Accuracy is the share of the confusion matrix on its diagonal; chances tell more than that.

    4.6-errors-figure
    """
    rng = np.random.default_rng(1)
    y = np.where(rng.random(1200) < 0.4, "ill", "well")
    X = rng.normal(size=(1200, 2)) + 1.1 * (y == "well")[:, None]
    h = LogisticClassifier().fit(X[:400], y[:400])
    new, truths = X[400:], y[400:]
    said, chance = h.predict(new), h.predict_proba(new)[:, 1]
    counts = confusion_counts(truths, said, ["ill", "well"])
    assert counts.sum() == 800
    assert abs(np.trace(counts) / 800 - accuracy(h, new, truths)) < 1e-12
    assert roc_auc_score(truths == "well", chance) > 0.8
    for low in (0.0, 0.25, 0.5, 0.75):  # of those given 60 %, about 60 % are well
        there = (chance >= low) & (chance < low + 0.25)
        assert abs(chance[there].mean() - (truths[there] == "well").mean()) < 0.08
    return binary_errors(chance, truths, said, ["ill", "well"])


CLAIMS = (one_score_moves_every_probability, accuracy_confusion_roc_and_calibration)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
