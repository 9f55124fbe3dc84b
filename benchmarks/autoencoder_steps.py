"""Time of a training step of a deep autoencoder on digits, ours against PyTorch eager.

Both take the same steps from the same weights on the same rows in the same order, with Adam and
two threads each; the mean losses must agree before times are compared. Warm: compiled before the
clock.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from harness import Row
from pellucid.networks import Dense, Network, ReLU
from training_steps import by_torch, compare_steps

ROWS = 4096
DIGITS = Path(__file__).parents[1] / "examples" / "digits.npz"


@dataclass(frozen=True)
class Job:
    """An encoder's sizes, which the decoder mirrors; rows of a step; epochs over 4,096 digits."""

    sizes: tuple[int, ...]
    batch: int
    epochs: int

    @property
    def name(self) -> str:
        return f"autoencoder {'-'.join(map(str, self.both))}, batch {self.batch}"

    @property
    def steps(self) -> int:
        return self.epochs * ROWS // self.batch

    @property
    def both(self) -> tuple[int, ...]:
        return self.sizes + self.sizes[-2::-1]


JOBS = (Job((784, 128, 32), 32, 2), Job((784, 256, 32), 64, 3))
ASKED = 1.5


def network_of(job: Job) -> Network:
    """Ours: activations after all layers but the code and the output."""
    layers: list[Any] = []
    for size in job.both[1:]:
        layers += [Dense(size), ReLU()] if size not in (job.sizes[-1], 784) else [Dense(size)]
    return Network(layers, "square", job.sizes[0], reduction="mean")


def torch_of(job: Job, params: list[Any]) -> torch.nn.Module:
    """PyTorch's, with our first weights."""
    parts: list[Any] = []
    own = [p for p in params if p]
    for (m, n), given in zip(pairwise(job.both), own, strict=True):
        linear = torch.nn.Linear(m, n)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(np.asarray(given["W"]).T.copy()))
            linear.bias.copy_(torch.tensor(np.asarray(given["W0"])))
        parts += [linear, torch.nn.ReLU()] if n not in (job.sizes[-1], 784) else [linear]
    return torch.nn.Sequential(*parts)


def digits() -> Any:
    """Ink from 0 to 1."""
    with np.load(DIGITS) as held:
        return (held["images"][:ROWS].reshape(ROWS, -1) / 255).astype(np.float32)


def torch_job(job: Job, params: Any, X: Any) -> Callable[[], float]:
    """Training by PyTorch."""
    rows, model = torch.tensor(X), torch_of(job, params)

    def loss_of(at: Any) -> Any:
        x = rows[at]
        return ((model(x) - x) ** 2).sum(dim=1).mean()

    return by_torch(job, len(X), model, loss_of)


def run() -> list[Row]:
    warnings.simplefilter("ignore")
    torch.set_num_threads(2)
    found: list[Row] = []
    for job in JOBS:
        network, X = network_of(job), digits()
        peers = {"PyTorch eager": (torch_job(job, network.init(0), X), ASKED)}
        found += compare_steps(job, network, X, X, peers)
    return found


if __name__ == "__main__":
    from harness import table

    print(table(run()))
