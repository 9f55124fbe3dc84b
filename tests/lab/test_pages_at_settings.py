"""Pages at settings that neither their defaults nor the ends of their controls reach.

Each is small and quick, so that what a page shows of a network that learns, of points placed by
hand or of a column of a table is looked at with every change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lab_pages as table
import numpy as np
import pytest
from test_pages import agree, parts_of, whole

from fingerprints import check
from pellucid.errors import TextError
from pellucid.lab.pages.appendix_a import derive_and_answer
from pellucid.lab.pages.chapter_1 import drawing_rows
from pellucid.lab.pages.chapter_8 import next_token
from pellucid.lab.pages.chapter_8.latent_explorer import TABLE

DRAWN = Path(__file__).with_name("drawn_at_settings.json")

PLACED = [[-1.0, 0.5, 9.0], [0.5, 1.5, 9.0], [1.5, -0.5, 9.0]]  # the third numbers are not read
TWO = [[-1.0, 0.5], [0.5, 1.5]]
NOT_PLACED = [[1.0], [2.0]]
SETTINGS: dict[str, tuple[dict[str, Any], ...]] = {
    "events": (
        {"source": "a column of the table", "column": "sex", "A": [[0, 1]], "B": [[1, 1]]},
        {"A": [[1, 1, 0]], "B": [[1, 0, 0]]},
        {"A": [[1, 1, 0]], "B": [[0, 0, 1]]},
        {"A": [[0, 0, 0]]},
    ),
    "drawing-rows": (
        {"source": "a column of the table", "rows": 50},
        {"source": "a column of the table", "rows": 2000, "split": "at random"},
    ),
    "line-by-hand": (
        {"by_hand": True, "points": PLACED},
        {"by_hand": True, "points": TWO},
        {"by_hand": True, "points": TWO[:1]},
        {"by_hand": True, "points": NOT_PLACED},
        {"x2": "flipper_length_mm", "theta": 0.5, "theta_2": -0.4},
    ),
    "matrix-form": ({"X": [[-1.0, 0.0, 1.0, 2.0], [1.0, 0.0, 3.0, 1.0]]},),
    "numeric-gradient": ({"added": "to all entries at once (a mistake)"},),
    "separability": ({"points": [[0.0, 1.0, 1.0], [2.0, 1.0, 1.0]]},),
    "separator": (
        {"size": "one input"},
        {"size": "three inputs", "x3": "flipper_length_mm"},
        {"size": "three inputs", "theta_1": 0.0, "theta_2": 0.0, "theta_3": 0.0},
    ),
    "scale": ({"standardise": True}, {"lam": 0.0}, {"stretch": 1.0}),
    "radial-features": ({"show": "sides of a linear machine on φ"},),
    "half-steps": (
        {"placed": True, "points": PLACED, "start": "by hand", "means": PLACED[:2], "k": 3},
        {"placed": True, "points": TWO, "start": "by hand", "means": TWO, "k": 2},
        {"placed": True, "points": NOT_PLACED, "start": "by hand", "means": NOT_PLACED},
    ),
    "simpson-and-rings": (
        {"view": "a line for each group"},
        {"view": "clusters of the radius"},
    ),
    "judging-clusters": ({"method": "a tree, cut", "trusted": "species", "k": 3},),
    "back-propagation": (
        {"weight": "here"},
        {"view": "factors", "weight": "0,1,2"},
        {"view": "factors", "weight": "1,2,0"},
    ),
    "optimisers": ({"rule": "gradient descent"},),
    "regularisation": ({"dropout": 0.5, "noise": 0.1, "stopping": True, "draw": 3},),
    "training": ({"epochs": 20, "hidden": 3, "eta": 0.01},),
    "attention": ({"sharp": 0.0},),
    "generative-pair": (
        {"epochs": 1},
        {"hand": "by hand, turn by turn", "turns": [[1, 0, 1, 0], [0, 1, 1, 0]]},
    ),
    "latent-explorer": (
        {"rows": TABLE, "kind": "with a hidden layer", "without": "bill_depth_mm", "group": "sex"},
    ),
    "next-token": (
        {"text": "ab ba b a ", "prompt": "ab ba ab a", "length": 3, "temperature": 0.5},
        {
            "learns": "pairs of sentences",
            "pairs": "a = b; b = a; c = c",
            "sentence": "a",
            "past": "b",
            "temperature": 2.0,
        },
    ),
    "variational-and-denoising": (
        {"beta": 0.5, "draw": 1},
        {"view": "denoising", "noise": 0.2},
    ),
    "filters": (
        {"over": "an image", "f2": [[1.0, -1.0] * 3] * 6},
        {"over": "a bank of filters"},
        {"over": "two channels"},
    ),
    "max-pooling": ({"pool": "max, then blur", "shift": 1},),
    "derivative-by-shape": tuple(
        {"by": by, "of": of, "layout": layout, "n": 4}
        for by, of in (("matrix", "scalar"), ("scalar", "matrix"), ("vector", "matrix"))
        for layout in ("denominator", "numerator")
    ),
    "planar-approximation": (
        {"order": "2: with its curvature"},
        {"order": "2: with its curvature", "length": 0.3},
        {"order": "2: with its curvature", "formula": "x'*x"},
    ),
    "derive-and-answer": (
        {"exercise": "your own", "formula": "A*x", "by": "x", "shapes": "A: m×n, x: n×1"},
        {"exercise": "your own", "formula": "A*x", "by": "A", "shapes": "A: m×n, x: n×1"},
    ),
}


def shown_parts(page: Any, scene: Any, state: dict[str, Any]) -> dict[str, Any]:
    """All that a page shows; of a picture, beside its marks, each thing by itself but its words."""
    found = parts_of(page, scene, state)
    for name, drawn in scene.pictures.items():
        drawn = {k: v for k, v in drawn.items() if k not in ("marks", "items")}
        found[f"picture {name}"] = {k: v for k, v in drawn.items() if not _is_long(v)}
        found |= {f"picture {name}, {k}": v for k, v in drawn.items() if _is_long(v)}
    return found


def _is_long(value: Any) -> bool:
    return not isinstance(value, str | bool | float | int)


@pytest.mark.parametrize(
    ("name", "place"), [(name, i) for name, tried in SETTINGS.items() for i in range(len(tried))]
)
def test_a_page_at_a_setting_shows_what_was_looked_at(
    name: str, place: int, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.chdir(pytestconfig.rootpath)
    page, given = table.page(name), SETTINGS[name][place]
    data = table.tables_of(page)[-1]
    scene = agree(page, given, data)
    whole(page, scene)
    check(DRAWN, f"{name}, {given}", shown_parts(page, scene, page.checked_state(given, data)))


def test_a_text_is_repeated_to_four_hundred_characters_and_a_long_one_is_cut() -> None:
    assert next_token._repeated("x" * 399) == ("x" * 399, 2)
    assert next_token._repeated("x" * 400) == ("x" * 400, 1)
    assert next_token._repeated("x" * 2001) == ("x" * 2000, 1)
    assert next_token._repeated("") == (next_token.TEXT, 9)
    assert [next_token._repeats(["x"] * n) for n in (63, 64, 65)] == [2, 1, 1]


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ("a = b = c", "'a = b = c' is no pair"),
        ("a = b; c", "'c' is no pair"),
        ("a = ", "'a =' is no pair"),
        (" ; ", "There are no pairs"),
    ],
)
def test_what_is_no_pair_of_sentences_is_told(pairs: str, told: str) -> None:
    with pytest.raises(TextError, match=told):
        next_token._sentences(pairs)


def test_values_that_are_all_the_same_get_a_range_about_them() -> None:
    drawn = drawing_rows._histograms(np.full(4, 2.0), np.full(3, 2.0), True, 0.0)
    assert drawn["box"][:2] == [1.5, 2.5]


@pytest.mark.parametrize(
    ("formula", "shapes", "right"),
    [
        ("A*x", "A: m×n, x: n×1", 1),
        ("A*x'", "A: m×n, x: 1×n", 1),  # of a row, too
        ("x'*A", "A: n×m, x: n×1", 1),  # and of a row by a column
        ("x*y", "x: scalar, y: 1×n", 2),  # n×1: those of f × that of the variable
        ("x*A", "x: scalar, A: m×n", 2),
        ("A*x", "A: m×n, x: n×k", 2),
        ("x*y", "x: 1×n, y: n×1", 0),
    ],
)
def test_the_shape_of_a_derivative_is_named(formula: str, shapes: str, right: int) -> None:
    page, (data,) = (
        table.page("derive-and-answer"),
        table.tables_of(table.page("derive-and-answer")),
    )
    given = {"exercise": "your own", "formula": formula, "shapes": shapes}
    state = page.checked_state(given, data)
    said, _ = page.questions[0].judge(state, table.scene_of(page, state, data))
    assert said == derive_and_answer.SHAPES[right]
