"""The autoencoders of `pellucid encode`: epochs that fit the time, and what is said of training."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import Autoencoder, LinearAutoencoder, TableEncoder, read_table
from pellucid.cli.encode_output import command
from pellucid.data.image_files import ImageSet
from pellucid.descent.step_sizes import Cosine
from pellucid.errors import FramingError
from pellucid.jobs.encode.encode_job import encode_images
from pellucid.jobs.encode.encoding_input import EncodedRows
from pellucid.jobs.encode.encoding_machine import EncodingMachine
from pellucid.jobs.encode.encoding_models import (
    LEAST_EPOCHS,
    MOST_EPOCHS,
    PIXELS,
    autoencoder_for,
    usual_epochs,
)
from pellucid.jobs.encode.encoding_result import EncodeSettings
from pellucid.jobs.encode.encoding_statements import (
    MOST_ODD,
    ODD,
    outlier_rows,
    still_learning,
    trained,
)


def of_images(n: int, size: tuple[int, int, int] = (8, 8, 1)) -> EncodedRows:
    d = int(np.prod(size))
    return EncodedRows(np.zeros((n, d)), [""] * d, "images", {}, size=size)


@given(st.integers(1, 10**11))
def test_epochs_of_convolutions_are_as_many_as_time_allows(pixels: int) -> None:
    epochs = usual_epochs(pixels)
    assert LEAST_EPOCHS <= epochs <= MOST_EPOCHS
    if LEAST_EPOCHS < epochs < MOST_EPOCHS:
        assert abs(epochs * pixels - PIXELS) <= pixels / 2
    assert usual_epochs(2 * pixels) <= epochs


def test_a_convolutional_autoencoder_has_the_epochs_asked_for_or_the_usual_ones() -> None:
    """8.1.4-general"""
    numbers = of_images(2_000)
    usual = autoencoder_for(numbers, EncodeSettings(model="convnet"), 1_600)
    assert usual.epochs == usual_epochs(1_600 * 64)
    assert usual.filters
    asked = autoencoder_for(numbers, EncodeSettings(model="convnet", epochs=7), 1_600)
    assert asked.epochs == 7
    assert asked.step_size == Cosine(3e-3, 7 * 85)  # 0.85 · 1,600 rows, 16 a step
    dense = autoencoder_for(numbers, EncodeSettings(), 1_600)
    assert not dense.filters
    assert dense.epochs == 40


def test_convolutions_need_images() -> None:
    table = EncodedRows(np.zeros((50, 4)), list("abcd"), "table", {})
    with pytest.raises(FramingError, match="For a table take network"):
        autoencoder_for(table, EncodeSettings(model="convnet"), 40)


def test_training_is_told_as_it_was() -> None:
    X = np.random.default_rng(0).normal(size=(60, 5))
    shared: dict[str, Any] = {"hidden": (4,), "validation": 0.2, "step_size": 1e-3}
    shared |= {"linear_path": False, "standardize": True}  # so that it has something to learn
    short = Autoencoder(2, epochs=3, **shared).fit(X)
    assert still_learning(short)
    assert "trained for all of 3 epochs" in trained(short)
    assert "after epoch 3, whose weights are kept" in trained(short)
    long = Autoencoder(2, epochs=400, patience=1, **(shared | {"step_size": 0.5})).fit(X)
    assert long.n_iter_ < 400
    assert not still_learning(long)
    assert f"{long.n_iter_} epochs, until the loss on held-out rows stopped" in trained(long)
    whole = Autoencoder(2, epochs=2, hidden=(4,), validation=0.0).fit(X)
    assert trained(whole).endswith(".")
    assert "held out" not in trained(whole)
    assert trained(LinearAutoencoder(2).fit(X)) == ""
    assert not still_learning(LinearAutoencoder(2).fit(X))


def test_each_epoch_is_told_and_a_short_training_is_noted() -> None:
    images = np.random.default_rng(0).random((60, 6, 6, 1))
    found = ImageSet(images, None, "", "60 images", "made")
    told: list[tuple[str, float]] = []
    result = encode_images(
        found,
        EncodeSettings(epochs=2, model="variational"),
        lambda stage, done: told.append((stage, done)),
    )
    assert [stage[:12] for stage, _ in told if stage.startswith("epoch")] == [
        "epoch 1 of 2", "epoch 2 of 2",
    ]  # fmt: skip
    shares = [done for _, done in told]
    assert shares == sorted(shares)
    assert any("--epochs 4" in finding.message for finding in result.findings)


@pytest.mark.parametrize(
    "wrong", [{"k": 0}, {"model": "forest"}, {"test": 1.5}, {"test": 0.0}, {"epochs": 0}]
)
def test_a_setting_that_makes_no_sense_is_named(wrong: dict[str, Any]) -> None:
    EncodeSettings(k=1, epochs=1, test=0.9)
    with pytest.raises(FramingError, match=f"-{next(iter(wrong))}"):
        EncodeSettings(**wrong)


def test_the_command_says_each_setting_once() -> None:
    again = command("a table.csv", EncodeSettings(k=3, epochs=7, model="convnet"), Path("out"))
    assert again == "./pellucid encode 'a table.csv' -k 3 --model convnet --epochs 7 -o out"


def test_decoded_chances_are_the_likeliest_class_or_missing_above_one_half() -> None:
    """The numbers of one column are its own, wherever it stands among the others."""
    frame = {"n": [1.0, 2.0, 3.0, 4.0], "hue": ["a", "b", None, "c"], "m": [5.0, 7.0, 9.0, 8.0]}
    table = read_table(pa.table(frame))
    codes = {"hue": "one-hot"}
    encoder = TableEncoder(codes=codes).fit(table)
    rows = np.asarray(encoder.transform(table))
    assert list(encoder.get_feature_names_out())[1:5] == [
        "hue=a", "hue=b", "hue=c", "hue is missing",
    ]  # fmt: skip
    model = SimpleNamespace(decode=lambda given: given)
    machine = EncodingMachine(table.schema, table.names, "codes", encoder, (), model, {})
    rows[:, 1:4] = 0.4 * rows[:, 1:4] + 0.1  # the likeliest, though below one half
    rows[:, 4] = [0.0, 0.5, 0.6, 0.2]
    found = machine.decode(rows)
    assert [v or None for v in found["hue"]] == frame["hue"]
    np.testing.assert_allclose(found["n"].astype(float), frame["n"])
    np.testing.assert_allclose(found["m"].astype(float), frame["m"])
    images = EncodingMachine([], (), "codes", None, (2, 3, 1), model, {})
    assert images.decode(np.zeros((4, 6))).shape == (4, 2, 3, 1)


@given(st.lists(st.floats(0.0, 20.0), min_size=1, max_size=30), st.integers(0, 2**20))
def test_rows_rebuilt_worst_come_first_with_the_columns_that_make_it_so(
    sizes: list[float], seed: int
) -> None:
    shares = np.random.default_rng(seed).dirichlet((1.0, 1.0, 1.0), len(sizes))
    losses = np.array(sizes)[:, None] * shares
    names: list[str | None] = [f"r{i}" if i % 2 else None for i in range(len(sizes))]
    found = outlier_rows(losses, {"a": [0], "b": [1, 2]}, {"name": names})
    usual = float(np.median(losses.sum(axis=1))) or float(np.finfo(float).tiny)
    times = losses.sum(axis=1) / usual
    assert [each.row - 1 for each in found] == [
        int(row) for row in np.argsort(-times, kind="stable")[:MOST_ODD] if times[row] >= ODD
    ]
    for each in found:
        row = each.row - 1
        part = losses[row, 0] / losses[row].sum()
        parts = {"a": part, "b": 1 - part}
        assert each.name == (names[row] or "")
        assert each.times == pytest.approx(times[row])
        assert each.because == ", ".join(
            f"{name} {parts[name]:.0%}"
            for name in sorted(parts, key=lambda name: -parts[name])
            if parts[name] > 0.1
        )
