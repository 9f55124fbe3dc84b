"""More devices than one, and more processes than one, come to the same weights."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "distributed_training.py"

TWO_DEVICES = """
import sys
sys.path.insert(0, {tests!r})
import jax, numpy as np
from networks_job import NET, X, CODES
from pellucid.networks import train
done = train(NET, X, CODES, epochs=4, dtype="float64", batch_size=int(sys.argv[1]))
print(jax.device_count(), repr(done.history["loss"][-1]))
"""


def _loss(devices: int, batch: int) -> tuple[int, float]:
    env = dict(os.environ)
    env["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={devices}"
    code = TWO_DEVICES.format(tests=str(Path(__file__).parent))
    run = subprocess.run(
        [sys.executable, "-c", code, str(batch)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    count, loss = run.stdout.split()
    return int(count), float(loss)


def test_a_batch_split_over_two_devices_gives_the_same_loss() -> None:
    """Dropout draws the same numbers, and an odd batch is whole on each device."""
    (count, split), (_, alone) = _loss(2, 32), _loss(1, 32)
    assert count == 2
    assert abs(split - alone) < 1e-12 * alone
    odd = _loss(2, 25)[1]
    assert abs(odd - _loss(1, 25)[1]) < 1e-12 * odd


def test_two_processes_over_loopback_train_as_one() -> None:
    """The example asserts that both end at the loss of one process."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLE)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("2 devices") == 2
