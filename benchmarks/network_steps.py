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

from harness import Row, compare
from pellucid.descent.batches import Batches
from pellucid.descent.rules import adam
from pellucid.networks import Convolution, Dense, Flatten, MaxPool, Network, ReLU, Softmax, train

RULE = adam(epsilon_place="outside")  # as PyTorch has it
ETA = 1e-3


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


def torch_job(job: Job, params: Any, X: Any, y: Any, compiled: bool) -> Callable[[], Any]:
    """Training by PyTorch, in our order."""
    orders = [Batches(1, seed=0).epoch(e, len(X)) for e in range(job.epochs)]
    order = torch.tensor(np.concatenate(orders).reshape(-1, job.batch))
    rows = torch.tensor(X.transpose(0, 3, 1, 2).copy() if job.filters else X)
    answers = torch.tensor(y)
    loss_of = torch.nn.CrossEntropyLoss()
    step_model = torch_of(job, params)
    forward = torch.compile(step_model) if compiled else step_model
    first = {k: v.clone() for k, v in step_model.state_dict().items()}

    def run() -> Any:
        step_model.load_state_dict(first)
        optimizer = torch.optim.Adam(step_model.parameters(), lr=ETA)
        total = 0.0
        for chosen in order:
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(forward(rows[chosen]), answers[chosen])
            loss.backward()
            optimizer.step()
            total += float(loss.detach())
        return total / len(order)

    return run


def run() -> list[Row]:
    warnings.simplefilter("ignore")
    torch.set_num_threads(2)
    found: list[Row] = []
    for job in JOBS:
        network = network_of(job)
        params = network.init(0)
        X, y = rows_of(job)

        def ours(network: Network = network, X: Any = X, y: Any = y, job: Job = job) -> Any:
            trained = train(
                network, X, y, rule=RULE, step_size=ETA, epochs=job.epochs,
                batch_size=job.batch, seed=0,
            )  # fmt: skip
            return np.mean(trained.history["loss"])

        peers: dict[str, Any] = {
            "PyTorch eager": (torch_job(job, params, X, y, False), job.eager),
        }
        if not job.filters:
            compiled = torch_job(job, params, X, y, True)
            peers["torch.compile"] = (compiled, job.compiled)
        rows = compare(job.name, ours, peers, _same, rounds=5)
        found += [
            Row(r.job, r.peer, r.ours_s / job.steps, r.peer_s / job.steps, r.asked, r.quality)
            for r in rows
        ]
    return found


def _same(mine: float, theirs: float) -> str:
    """Mean loss over the same steps."""
    apart = abs(mine - theirs) / theirs
    assert apart < 2e-3, (mine, theirs)
    return f"mean loss {mine:.4f}, apart by {apart:.0e}"


if __name__ == "__main__":
    from harness import table

    print(table(run()))
