"""Autoencoders as ONNX files: code and reconstruction are those of `encode` and `reconstruct`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from onnx_answers import answers

from pellucid import Autoencoder, DenoisingAutoencoder, LinearAutoencoder, VariationalAutoencoder
from pellucid.exchange.onnx.onnx_file import packed_onnx

RANDOM = np.random.default_rng(0)
NUMBERS = RANDOM.normal(size=(50, 1)) * [1.0, -3.0, 20.0, 0.5] + RANDOM.normal(size=(50, 4))
# Two numbers, a category of three, a yes-or-no: in no tidy order.
MIXED = np.column_stack(
    [NUMBERS[:, 0], np.eye(3)[RANDOM.integers(0, 3, 50)], NUMBERS[:, 2], NUMBERS[:, 1] > 0]
)[:, [1, 0, 5, 2, 4, 3]]
IMAGES = RANDOM.random((30, 4, 6, 2))
COLUMNS: Any = {"binary": [2], "categories": [[0, 3, 5]]}
SHORT: Any = {"code_length": 2, "hidden": (5,), "epochs": 3}

MODELS: dict[str, tuple[Any, Any]] = {
    "plain": (Autoencoder(**SHORT), NUMBERS),
    "mixed columns, sparse": (Autoencoder(sparsity=0.1, dropout=0.2, **COLUMNS, **SHORT), MIXED),
    "bounded numbers": (
        Autoencoder(output_activation="tanh", code_activation="sigmoid", **COLUMNS, **SHORT),
        MIXED,
    ),
    "images": (Autoencoder(filters=(3,), standardize=False, **SHORT), IMAGES),
    "denoising": (DenoisingAutoencoder(input_noise=0.3, **SHORT), NUMBERS),
    "variational": (VariationalAutoencoder(**COLUMNS, **SHORT), MIXED),
    "linear": (LinearAutoencoder(2), NUMBERS + 100),
    "linear, by descent": (LinearAutoencoder(2, algorithm="descent"), NUMBERS),
}


@pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")  # short fits, on purpose
@pytest.mark.parametrize("name", MODELS)
def test_code_and_reconstruction_are_alike(name: str) -> None:
    model, X = MODELS[name]
    model.fit(X)
    found = answers(packed_onnx(model), X.reshape(len(X), -1))
    assert set(found) == {"code", "reconstruction"}
    np.testing.assert_allclose(found["code"], model.encode(X), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found["reconstruction"], model.reconstruct(X), rtol=1e-5, atol=1e-5)
