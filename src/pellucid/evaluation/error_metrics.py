"""Figures on the test rows that people ask for, beside the loss itself.

Notes: Def 129, Def 175, KE 159, KE 171
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.evaluation.training_and_test_error import one_hot
from pellucid.losses import LOSSES

Array = NDArray[Any]


def regression_metrics(g: Array, y: Array) -> dict[str, float]:
    """Square, root-mean-square and absolute error, and R², of guesses (m,) against answers (m,)."""
    square = float(np.mean((g - y) ** 2))
    spread = float(np.mean((y - y.mean()) ** 2))
    return {
        "square": square,
        "root mean square": float(np.sqrt(square)),
        "absolute": float(np.mean(np.abs(g - y))),
        "R²": 1.0 - square / spread if spread > 0 else float("nan"),
    }


def classification_metrics(
    predicted: Array, p: Array, y: Array, classes: Array, *, ranked: bool = True
) -> dict[str, float]:
    """0-1 loss, accuracy (over rows and over classes), NLL of labels (m,), probabilities (m, k).

    Of two classes also the area under ROC, where it is to be `ranked` for.
    """
    wrong = float(np.mean(predicted != y))
    found = {"zero-one": wrong, "accuracy": 1.0 - wrong}
    rows = [y == name for name in np.unique(y)]
    found["mean over classes"] = float(
        np.mean([np.mean(predicted[mine] == y[mine]) for mine in rows])
    )
    truth = one_hot(y, classes)
    found["nll"] = float(np.mean(np.asarray(LOSSES["nllm"].value(p, truth))))
    if ranked and len(classes) == 2 and 0 < truth[:, 1].sum() < len(y):
        from sklearn.metrics import roc_auc_score

        found["area under ROC"] = float(roc_auc_score(truth[:, 1], p[:, 1]))
    return found


def multilabel_metrics(p: Array, y: Array) -> dict[str, float]:
    """Per-decision 0-1 loss, accuracy and NLL, and the share of rows right in every class."""
    said = p > 0.5
    wrong = float(np.mean(said != (y > 0)))
    return {
        "zero-one": wrong,
        "accuracy": 1.0 - wrong,
        "every class right": float(np.mean((said == (y > 0)).all(axis=1))),
        "nll": float(np.mean(np.asarray(LOSSES["nll"].value(p, y)))),
    }
