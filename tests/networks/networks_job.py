"""A small training that a test can run in another process."""

from __future__ import annotations

import numpy as np

from pellucid.networks import Dense, Dropout, Network, ReLU, Softmax

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(150, 4))
CODES = (X @ RANDOM.normal(size=(4, 3))).argmax(axis=1)
NET = Network(
    [Dense(8), ReLU(), Dropout(0.2), Dense(3), Softmax()], "nllm", in_shape=4, reduction="mean"
)
