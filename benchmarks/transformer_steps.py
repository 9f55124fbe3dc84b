"""Time of a training step of a transformer block with Adam, ours against PyTorch.

Both start from the same weights and take the same steps on the same sequences in the same order,
two threads each; losses must agree before times are compared. Warm: compiled before the clock.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from harness import Row
from pellucid.networks import Network, TransformerEncoder
from training_steps import by_torch, compare_steps

SEQUENCES = 512


@dataclass(frozen=True)
class Job:
    """A block, the sequences of a step, epochs over 512 of them, what is asked."""

    width: int
    heads: int
    hidden: int
    places: int
    batch: int
    epochs: int
    eager: float | None
    causal: bool = False

    @property
    def steps(self) -> int:
        return self.epochs * SEQUENCES // self.batch

    @property
    def name(self) -> str:
        kind = "causal block" if self.causal else "block"
        return (
            f"{kind} {self.width} wide, {self.heads} heads, {self.hidden} hidden, "
            f"{self.places} tokens, batch {self.batch}"
        )


JOBS = (
    Job(64, 4, 256, 32, 16, 4, 2.0),
    Job(64, 4, 64, 32, 16, 4, None),
    Job(32, 4, 128, 16, 4, 3, None, causal=True),
)


def network_of(job: Job) -> Network:
    """Ours."""
    block = TransformerEncoder(job.width, job.hidden, job.heads, job.causal)
    return Network([block], "square", (job.places, job.width), reduction="mean")


def torch_of(job: Job, params: Any) -> torch.nn.Module:
    """PyTorch's block with our weights."""
    block = torch.nn.TransformerEncoderLayer(
        job.width, job.heads, job.hidden, dropout=0.0, batch_first=True
    )
    first, norm_1, second, norm_2 = params[0]["layers"]
    attention, dense = first["layers"][0], second["layers"][0]["layers"]

    def put(place: Any, *parts: Any, turned: bool = False) -> None:
        arrays = [np.asarray(part).T if turned else np.asarray(part) for part in parts]
        place.copy_(torch.tensor(np.concatenate(arrays)))

    with torch.no_grad():
        own = block.self_attn
        asked = [attention[part] for part in ("query", "key", "value")]
        put(own.in_proj_weight, *(each["W"] for each in asked), turned=True)
        put(own.in_proj_bias, *(each["W0"] for each in asked))
        put(own.out_proj.weight, attention["out"]["W"], turned=True)
        put(own.out_proj.bias, attention["out"]["W0"])
        for linear, given in ((block.linear1, dense[0]), (block.linear2, dense[2])):
            put(linear.weight, given["W"], turned=True)
            put(linear.bias, given["W0"])
        for norm, given in ((block.norm1, norm_1), (block.norm2, norm_2)):
            put(norm.weight, given["G"])
            put(norm.bias, given["B"])
    return block


def sequences(job: Job) -> tuple[Any, Any]:
    random = np.random.default_rng(0)
    X = random.normal(size=(SEQUENCES, job.places, job.width)).astype(np.float32)
    return X, np.roll(X, 1, axis=1)  # the block learns to repeat what came before


def torch_job(job: Job, params: Any, X: Any, y: Any, compiled: bool) -> Callable[[], float]:
    """Training by PyTorch."""
    rows, answers = torch.tensor(X), torch.tensor(y)
    block = torch_of(job, params)
    seen = torch.nn.Transformer.generate_square_subsequent_mask(job.places) if job.causal else None
    forward: Any = torch.compile(block) if compiled else block

    def loss_of(at: Any) -> Any:
        guesses = forward(rows[at], src_mask=seen, is_causal=job.causal)
        return ((guesses - answers[at]) ** 2).sum() / job.batch

    return by_torch(job, len(X), block, loss_of)


def run() -> list[Row]:
    warnings.simplefilter("ignore")
    torch.set_num_threads(2)
    found: list[Row] = []
    for job in JOBS:
        network = network_of(job)
        params = network.init(0)
        X, y = sequences(job)
        peers = {"PyTorch eager": (torch_job(job, params, X, y, False), job.eager)}
        if job is JOBS[0]:
            peers["torch.compile"] = (torch_job(job, params, X, y, True), None)
        found += compare_steps(job, network, X, y, peers)
    return found


if __name__ == "__main__":
    from harness import table

    print(table(run()))
