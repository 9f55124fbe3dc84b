"""A network trained many times: 5 folds × 8 settings at once, and scikit-learn's MLPClassifier.

The sweep takes the very steps of a loop over the trainings; losses must agree before times count.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from harness import Row, compare
from pellucid.data.splits import folds
from pellucid.descent.batches import Batches
from pellucid.descent.rules import adam
from pellucid.networks import Dense, Network, ReLU, Softmax, train, tune

RULE = adam(epsilon_place="outside")
STEP_SIZES = tuple(float(v) for v in np.logspace(-3.5, -1.5, 8))
EPOCHS, BATCH = 10, 32
DIGITS = Path(__file__).parents[1] / "examples" / "digits.npz"


def _sweep() -> list[Row]:
    random = np.random.default_rng(0)
    X = random.normal(size=(1000, 20)).astype(np.float32)
    y = (X @ random.normal(size=(20, 4))).argmax(axis=1)
    network = Network(
        [Dense(16), ReLU(), Dense(16), ReLU(), Dense(4), Softmax()], "nllm", 20, reduction="mean"
    )
    pairs = folds(len(X), 5, seed=0)
    how: dict[str, Any] = {"rule": RULE, "epochs": EPOCHS, "batch_size": BATCH}
    first = [own for own in network.init(0) if own]

    def together() -> Any:
        return tune(network, {"step_size": STEP_SIZES}, X, y, folds=pairs, **how).losses.mean()

    def our_loop() -> Any:
        found = [
            train(network, X[a], y[a], step_size=eta, validation=(X[b], y[b]), **how)
            for a, b in pairs
            for eta in STEP_SIZES
        ]
        return np.mean([done.history["validation_loss"][-1] for done in found])

    def torch_loop() -> Any:
        return np.mean([_by_torch(first, X, y, a, b, eta) for a, b in pairs for eta in STEP_SIZES])

    return compare(
        "5 folds × 8 settings, 20-16-16-4",
        together,
        {"PyTorch loop": (torch_loop, 6), "our own loop": (our_loop, 3)},
        _same,
        rounds=3,
    )


def _by_torch(first: Any, X: Any, y: Any, a: Any, b: Any, eta: float) -> float:
    model = torch.nn.Sequential(
        torch.nn.Linear(20, 16), torch.nn.ReLU(), torch.nn.Linear(16, 16), torch.nn.ReLU(),
        torch.nn.Linear(16, 4),
    )  # fmt: skip
    with torch.no_grad():
        for part, own in zip((model[0], model[2], model[4]), first, strict=True):
            part.weight.copy_(torch.tensor(np.array(own["W"]).T))
            part.bias.copy_(torch.tensor(np.array(own["W0"])))
    rows, truths = torch.tensor(X[a]), torch.tensor(y[a])
    optimizer = torch.optim.Adam(model.parameters(), lr=eta)
    loss_of = torch.nn.CrossEntropyLoss()
    for epoch in range(EPOCHS):
        order = torch.tensor(Batches(1, seed=0).epoch(epoch, len(a)))
        for begin in range(0, len(a), BATCH):
            chosen = order[begin : begin + BATCH]
            optimizer.zero_grad(set_to_none=True)
            loss_of(model(rows[chosen]), truths[chosen]).backward()
            optimizer.step()
    with torch.no_grad():
        return float(loss_of(model(torch.tensor(X[b])), torch.tensor(y[b])))


def _digits(X: Any, y: Any, epochs: int, batch: int, asked: float | None) -> list[Row]:
    """scikit-learn's network with its defaults, and ours of the same shape.

    It computes in the precision of the rows it is given, ours in 32 bits unless told otherwise.
    """
    shape, d = (100,), X.shape[1]
    network = Network([Dense(100), ReLU(), Dense(10), Softmax()], "nllm", d, reduction="mean")

    def ours() -> Any:
        done = train(network, X, y, rule=RULE, epochs=epochs, batch_size=batch)
        return float(np.mean(np.asarray(done.predict(X)).argmax(axis=1) == y))

    def theirs() -> Any:
        h = MLPClassifier(
            shape, alpha=0.0, batch_size=batch, max_iter=epochs, n_iter_no_change=epochs + 1,
            random_state=0,
        ).fit(X, y)  # fmt: skip
        return h.score(X, y)

    def alike(mine: float, other: float) -> str:
        assert abs(mine - other) < 0.01, (mine, other)
        return f"right on the training rows: {mine:.4f} and {other:.4f}"

    peers = {"MLPClassifier": (theirs, asked)}
    job = f"digits {d}-100-10, {epochs} epochs, batch {batch}, rows of {X.dtype}"
    return compare(job, ours, peers, alike, rounds=5)


def _same(mine: float, theirs: float) -> str:
    assert abs(mine - theirs) < 2e-3 * theirs, (mine, theirs)
    return f"mean held-out losses {mine:.5f} and {theirs:.5f}"


def run() -> list[Row]:
    warnings.simplefilter("ignore")
    torch.set_num_threads(2)
    with np.load(DIGITS) as held:
        large = held["images"].reshape(8000, -1) / 255, held["labels"]
    small = load_digits(return_X_y=True)
    found = _sweep()
    for (X, y), epochs in (((small[0] / 16, small[1]), 30), (large, 10)):
        for batch in (32, 200):
            found += _digits(X, y, epochs, batch, 4.0)
            found += _digits(X.astype(np.float32), y, epochs, batch, 4.0)
    return found


if __name__ == "__main__":
    from harness import table

    print(table(run()))
