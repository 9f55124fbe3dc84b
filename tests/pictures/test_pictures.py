"""Each picture: a figure from plain data, on axes of one's own if wanted, the same bytes twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from pellucid.evaluation.evaluation_results import Candidate, LearningCurve, Score
from pellucid.evaluation.roc_and_calibration import confusion_counts
from pellucid.jobs.fit.fit_result import Weight
from pellucid.pictures import evaluation, prediction_errors
from pellucid.pictures.style import to_svg, with_unique_ids

RNG = np.random.default_rng(0)
TRUTHS = RNG.normal(size=50)
GUESSES = TRUTHS + RNG.normal(size=50)
CHANCES = RNG.random(50)
POSITIVE = RNG.random(50) < CHANCES
SCORE = Score(0.3, 0.05)
TRIED = (Candidate("a", "a", SCORE, 0, 0.2, 1), Candidate("<b>", "b", Score(0.2, 0.1), 1, 0.1, 2))
PATH = ((0.0, SCORE, 0.1), (0.01, SCORE, 0.2), (1.0, SCORE, 0.3))
CURVE = LearningCurve((10, 100), (SCORE, SCORE), (SCORE, SCORE))
COUNTS = np.array([[3, 1], [0, 4]])

PICTURES: dict[str, Callable[..., Figure]] = {
    "candidates": lambda ax=None: evaluation.candidates(TRIED, "a", "square", ax=ax),
    "λ path": lambda ax=None: evaluation.lambda_path(PATH, 0.01, "square", ax=ax),
    "learning curve": lambda ax=None: evaluation.learning_curve(CURVE, "square", ax=ax),
    "weights": lambda ax=None: evaluation.weights([Weight("w", 1.0, -0.5, "b")], ax=ax),
    "actual": lambda ax=None: prediction_errors.predicted_against_actual(TRUTHS, GUESSES, ax=ax),
    "residuals": lambda ax=None: prediction_errors.residuals(TRUTHS, GUESSES, ax=ax),
    "confusion": lambda ax=None: prediction_errors.confusion(COUNTS, ["a", "<b>"], ax=ax),
    "roc": lambda ax=None: prediction_errors.roc(CHANCES, POSITIVE, ax=ax),
    "calibration": lambda ax=None: prediction_errors.calibration(CHANCES, POSITIVE, ax=ax),
    "costs": lambda ax=None: prediction_errors.costs_by_threshold(CHANCES, CHANCES, 0.2, ax=ax),
}


@pytest.mark.parametrize("name", PICTURES)
def test_returns_a_figure_and_draws_on_given_axes(name: str) -> None:
    assert isinstance(PICTURES[name](), Figure)
    mine = Figure()
    axes: Any = mine.add_subplot()
    assert PICTURES[name](ax=axes) is mine
    assert axes.has_data()


@pytest.mark.parametrize("name", PICTURES)
def test_same_bytes_twice(name: str) -> None:
    assert to_svg(PICTURES[name](), name) == to_svg(PICTURES[name](), name)


def test_label_is_spoken_and_escaped() -> None:
    svg = to_svg(PICTURES["roc"](), '<script>"')
    assert "<script" not in svg
    assert 'role="img" aria-label="&lt;script&gt;&quot;"' in svg


def test_scoped_ids_agree_with_their_uses() -> None:
    svg = with_unique_ids(to_svg(PICTURES["costs"](), "costs"), "p7")
    ids = set(re.findall(r'\bid="([^"]+)"', svg))
    uses = set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg))
    assert uses
    assert uses <= ids
    assert all(i.startswith("p7-") for i in ids)


def test_confusion_counts_by_hand() -> None:
    counts = confusion_counts(np.array(["a", "b", "b"]), np.array(["b", "b", "a"]), "ab")
    assert counts.tolist() == [[0, 1], [1, 1]]


@pytest.mark.parametrize("most", [5, 16, 28])
def test_shortened_names_keep_both_ends(most: int) -> None:
    short = evaluation.shorten_name("abcdefghijklmnopqrstuvwxyz0123456789", most)
    assert len(short) == most
    assert short[0] == "a"
    assert short[-1] == "9"
