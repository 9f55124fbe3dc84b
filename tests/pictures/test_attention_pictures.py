"""Pictures of attention, transformer stacks, adversaries and made rows show what they are given."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import ShapeError
from pellucid.pictures.adversarial import accuracy_by_budget, real_and_generated
from pellucid.pictures.attention import attention, transformer_stacks


def test_attention_has_a_square_a_head_with_its_words() -> None:
    """8.5.5-attention-figure"""
    P = np.full((2, 2, 3), 1 / 3)
    figure = attention(P, ["I", "am"], ["a", " ", "b"])
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["head 1", "head 2"]
    first = figure.axes[0]
    assert [each.get_text() for each in first.get_yticklabels()] == ["I", "am"]
    assert [each.get_text() for each in first.get_xticklabels()] == ["a", "␣", "b"]
    np.testing.assert_array_equal(first.images[0].get_array(), P[0])
    with pytest.raises(ShapeError, match="heads×2×2 for these words; got 2×2×3"):
        attention(P, ["I", "am"])


def test_stacks_name_each_block() -> None:
    """8.5.6-transformer-figure"""
    texts = [each.get_text() for each in transformer_stacks(2, 3).axes[0].texts]
    assert texts.count("self-attention") == 5
    assert texts.count("attention to it") == 3
    assert {"encoder 2", "decoder 3", "internal representation", "past output"} <= set(texts)


def test_curves_and_rows_are_those_given() -> None:
    figure = accuracy_by_budget([0.0, 0.1], {"plain": [0.9, 0.2], "trained": [0.9, 0.8]})
    assert [line.get_label() for line in figure.axes[0].lines] == ["plain", "trained"]
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), [0.9, 0.2])
    made = real_and_generated(np.zeros((3, 2)), np.ones((4, 2))).axes[0]
    assert [len(line.get_xdata()) for line in made.lines] == [3, 4]
    assert real_and_generated(np.zeros((3, 1)), np.ones((4, 1))).axes[0].patches
    with pytest.raises(ShapeError, match="the same columns"):
        real_and_generated(np.zeros((3, 2)), np.ones((4, 1)))
