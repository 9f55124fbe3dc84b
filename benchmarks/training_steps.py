"""What the comparisons of training steps share: the same steps, Adam's, by PyTorch and by us."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
import torch

from harness import Row, compare
from pellucid.descent.batches import Batches
from pellucid.descent.rules import adam
from pellucid.networks import Network, train

RULE = adam(epsilon_place="outside")  # as PyTorch has it
ETA = 1e-3


class Job(Protocol):
    """A training whose steps are timed."""

    @property
    def name(self) -> str: ...
    @property
    def batch(self) -> int: ...
    @property
    def epochs(self) -> int: ...
    @property
    def steps(self) -> int: ...


def by_torch(
    job: Job, n: int, model: torch.nn.Module, loss_of: Callable[[Any], Any]
) -> Callable[[], float]:
    """Training by PyTorch on n rows in our order; `loss_of` takes the places of a batch."""
    orders = [Batches(1, seed=0).epoch(e, n) for e in range(job.epochs)]
    order = torch.tensor(np.concatenate(orders).reshape(-1, job.batch))
    first = {name: value.clone() for name, value in model.state_dict().items()}

    def run() -> float:
        model.load_state_dict(first)
        optimizer = torch.optim.Adam(model.parameters(), lr=ETA)
        total = 0.0
        for chosen in order:
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(chosen)
            loss.backward()
            optimizer.step()
            total += float(loss.detach())
        return total / len(order)

    return run


def compare_steps(
    job: Job, network: Network, X: Any, y: Any, peers: Mapping[str, Any]
) -> list[Row]:
    """Our training against the peers', mean losses first; the times are those of a step."""

    def ours() -> float:
        trained = train(
            network, X, y, rule=RULE, step_size=ETA, epochs=job.epochs, batch_size=job.batch,
            seed=0,
        )  # fmt: skip
        return float(np.mean(trained.history["loss"]))

    rows = compare(job.name, ours, peers, _same, rounds=5)
    return [
        Row(r.job, r.peer, r.ours_s / job.steps, r.peer_s / job.steps, r.asked, r.quality)
        for r in rows
    ]


def _same(mine: float, theirs: float) -> str:
    """Mean loss over the same steps."""
    apart = abs(mine - theirs) / theirs
    assert apart < 2e-3, (mine, theirs)
    return f"mean loss {mine:.4f}, apart by {apart:.0e}"
