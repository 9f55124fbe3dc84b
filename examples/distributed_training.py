"""Two processes on this machine train one network together: data-parallel, over loopback.

Run it without arguments. Each process computes the gradient of its half of every batch; gloo adds
the halves up, so both take the very steps that one process alone would take.

Notes: Def 312
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import numpy as np


def rows() -> tuple[np.ndarray, np.ndarray]:
    """Points inside or outside a ring."""
    X = np.random.default_rng(0).normal(size=(256, 2))
    return X, ((X**2).sum(axis=1) < 1.2).astype(np.float64)


def final_loss() -> float:
    """Train on every device that this process knows of, here and elsewhere."""
    from pellucid.networks import Dense, Network, ReLU, Sigmoid, train

    network = Network([Dense(16), ReLU(), Dense(1), Sigmoid()], "nll", 2, reduction="mean")
    done = train(network, *rows(), epochs=10, step_size=0.01, dtype="float64")
    return float(done.history["loss"][-1])


def worker(number: int, address: str) -> None:
    """One of two processes."""
    import jax

    jax.distributed.initialize(address, num_processes=2, process_id=number)
    print(f"{jax.device_count()} devices, loss {final_loss():.15g}", flush=True)


def main() -> None:
    """Start two processes, and compare them with one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    env = {**os.environ, "JAX_PLATFORMS": "cpu", "JAX_CPU_COLLECTIVES_IMPLEMENTATION": "gloo"}
    both = [
        subprocess.Popen(
            [sys.executable, __file__, str(number), address], env=env, stdout=subprocess.PIPE,
            text=True,
        )
        for number in (0, 1)
    ]  # fmt: skip
    said = [process.communicate(timeout=300)[0].strip() for process in both]
    alone = final_loss()
    for number, words in enumerate(said):
        print(f"process {number}: {words}")
    print(f"alone: loss {alone:.15g}")
    for words in said:
        apart = abs(float(words.rpartition(" ")[2]) - alone)
        assert apart < 1e-9 * alone, apart


if __name__ == "__main__":
    if len(sys.argv) > 1:
        worker(int(sys.argv[1]), sys.argv[2])
    else:
        main()
