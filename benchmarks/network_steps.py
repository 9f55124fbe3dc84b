"""Time of a training step with Adam, ours against PyTorch eager and torch.compile.

All take the same steps from the same weights on the same rows in the same order, two threads each;
their parameters and losses must agree before times are compared. Warm: compiled before the clock.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from harness import Row
from pellucid.networks import Convolution, Dense, Flatten, MaxPool, Network, ReLU, Softmax
from training_steps import by_torch, compare_steps


@dataclass(frozen=True)
class Job:
    """A network, the rows of a step, rows and epochs that are timed, what is asked."""

    name: str
    sizes: tuple[int, ...]
    batch: int
    rows: int
    epochs: int
    eager: float
    compiled: float | None = None
    filters: tuple[int, ...] = ()

    @property
    def steps(self) -> int:
        return self.epochs * self.rows // self.batch


JOBS = (
    Job("2-10-10-10, batch 1", (2, 10, 10, 10), 1, 4096, 1, 60, 20),
    Job("20-64-64-10, batch 32", (20, 64, 64, 10), 32, 4096, 12, 12, 4),
    Job("784-100-100-10, batch 64", (784, 100, 100, 10), 64, 4096, 6, 2),
    Job("784-512-512-10, batch 256", (784, 512, 512, 10), 256, 4096, 4, 1.05),
    Job("CNN 8-16, 28×28, batch 32", (28, 10), 32, 4096, 1, 1.8, None, (8, 16)),
    Job("CNN 32-64, 28×28, batch 64", (28, 10), 64, 2048, 1, 1.15, None, (32, 64)),
)


def network_of(job: Job) -> Network:
    """Ours."""
    layers: list[Any] = []
    if job.filters:
        for count in job.filters:
            layers += [Convolution(count, 3, padding="same"), ReLU(), MaxPool(2)]
        layers.append(Flatten("row"))
        in_shape: Any = (28, 28, 1)
    else:
        for size in job.sizes[1:-1]:
            layers += [Dense(size), ReLU()]
        in_shape = job.sizes[0]
    return Network([*layers, Dense(job.sizes[-1]), Softmax()], "nllm", in_shape, reduction="mean")


def torch_of(job: Job, params: list[Any]) -> torch.nn.Module:
    """PyTorch's, with our first weights."""
    parts: list[Any] = []
    channels = 1
    for count in job.filters:
        parts += [torch.nn.Conv2d(channels, count, 3, padding=1), torch.nn.ReLU()]
        parts.append(torch.nn.MaxPool2d(2))
        channels = count
    sizes = (channels * 49, job.sizes[-1]) if job.filters else job.sizes
    if job.filters:
        parts.append(torch.nn.Flatten())
    for m, n in pairwise(sizes):
        parts += [torch.nn.Linear(m, n), torch.nn.ReLU()]
    model = torch.nn.Sequential(*parts[:-1])
    own = [p for p in params if p]
    learns = [part for part in model if hasattr(part, "weight")]
    with torch.no_grad():
        for part, given in zip(learns, own, strict=True):
            W = np.asarray(given["W"])
            if W.ndim == 4:
                W = W.transpose(3, 2, 0, 1)  # filters × channels × height × width
            elif job.filters:  # rows of ours count height, width, channel; PyTorch's channel first
                W = W.reshape(7, 7, channels, -1).transpose(3, 2, 0, 1).reshape(W.shape[1], -1)
            else:
                W = W.T
            part.weight.copy_(torch.tensor(np.ascontiguousarray(W)))
            part.bias.copy_(torch.tensor(np.asarray(given["W0"])))
    return model


def rows_of(job: Job) -> tuple[Any, Any]:
    random = np.random.default_rng(0)
    shape = (28, 28, 1) if job.filters else (job.sizes[0],)
    X = random.normal(size=(job.rows, *shape)).astype(np.float32)
    return X, random.integers(0, job.sizes[-1], job.rows)


def torch_job(job: Job, params: Any, X: Any, y: Any, compiled: bool) -> Callable[[], float]:
    """Training by PyTorch."""
    rows = torch.tensor(X.transpose(0, 3, 1, 2).copy() if job.filters else X)
    answers = torch.tensor(y)
    loss_of = torch.nn.CrossEntropyLoss()
    model = torch_of(job, params)
    forward = torch.compile(model) if compiled else model
    return by_torch(job, len(X), model, lambda at: loss_of(forward(rows[at]), answers[at]))


def run() -> list[Row]:
    warnings.simplefilter("ignore")
    torch.set_num_threads(2)
    found: list[Row] = []
    for job in JOBS:
        network = network_of(job)
        params = network.init(0)
        X, y = rows_of(job)
        peers: dict[str, Any] = {
            "PyTorch eager": (torch_job(job, params, X, y, False), job.eager),
        }
        if not job.filters:
            compiled = torch_job(job, params, X, y, True)
            peers["torch.compile"] = (compiled, job.compiled)
        found += compare_steps(job, network, X, y, peers)
    return found


if __name__ == "__main__":
    from harness import table

    print(table(run()))
