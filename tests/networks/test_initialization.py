"""Weights are the draws of `jax.random.normal`, and a training compiles itself alone."""

from __future__ import annotations

import logging
import re

import jax
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pellucid import NetworkClassifier
from pellucid.networks.layers.initialization import FEWEST, gaussian

SHAPES = st.sampled_from([(1,), (3, 3, 1, 8), (FEWEST,), (FEWEST + 1,)])


@given(
    SHAPES,
    st.integers(0, 2**31),
    st.sampled_from(["float32", "float64"]),
    st.sampled_from([0.0, 0.05, 1.0, 3.7]),
)
@example((784, 100), 0, "float32", 0.05)
@settings(max_examples=6)
def test_the_first_numbers_of_a_longer_draw_are_the_draw(
    shape: tuple[int, ...], seed: int, dtype: str, deviation: float
) -> None:
    with jax.enable_x64(dtype == "float64"):
        key = jax.random.key(seed)
        wanted = np.dtype(dtype).type(deviation) * np.asarray(jax.random.normal(key, shape, dtype))
        drawn = gaussian(key, shape, deviation, dtype)
        np.testing.assert_array_equal(np.asarray(drawn), wanted)
        traced = jax.jit(lambda key: gaussian(key, shape, deviation, dtype))(key)
        np.testing.assert_allclose(np.asarray(traced), wanted, rtol=1e-6)


def test_a_fit_of_a_new_shape_compiles_one_program(caplog: pytest.LogCaptureFixture) -> None:
    X, y = np.random.default_rng(0).normal(size=(40, 3)), ["no", "yes"] * 20
    NetworkClassifier(epochs=1).fit(X, y)  # what serves every shape: the random numbers
    with caplog.at_level(logging.WARNING), jax.log_compiles():
        NetworkClassifier(epochs=1, hidden=(5, 3)).fit(X, y)
    compiled = re.findall(r"Finished XLA compilation of jit\((\w+)\)", caplog.text)
    assert compiled == ["run"]
