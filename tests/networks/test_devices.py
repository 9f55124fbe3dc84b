"""More devices, processes and threads than one come to the same weights."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from networks_job import CODES, NET, X

from pellucid.networks import Convolution, Dense, Flatten, Network, ReLU, TransformerEncoder, train
from pellucid.networks.training import devices

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


@pytest.mark.slow
def test_a_batch_split_over_two_devices_gives_the_same_loss() -> None:
    """Dropout draws the same numbers, and an odd batch is whole on each device."""
    (count, split), (_, alone) = _loss(2, 32), _loss(1, 32)
    assert count == 2
    assert abs(split - alone) < 1e-12 * alone
    odd = _loss(2, 25)[1]
    assert abs(odd - _loss(1, 25)[1]) < 1e-12 * odd


@pytest.mark.slow
def test_two_processes_over_loopback_train_as_one() -> None:
    """The example asserts that both end at the loss of one process."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLE)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("2 devices") == 2


def _square(layers: list[object], in_shape: object) -> Network:
    return Network(layers, "square", in_shape, reduction="mean")  # type: ignore[arg-type]


def test_work_counts_products_and_numbers_of_a_row() -> None:
    """Forward once, backward twice; the offsets are three further numbers."""
    assert devices.cost_per_row(_square([Dense(3, offset=False)], 2)) == (3 * 2 * 2 * 3, 0)
    assert devices.cost_per_row(_square([Dense(3)], 2))[1] > 0
    layers = [Convolution(4, 3, padding="same"), ReLU(), Flatten(), Dense(2)]
    image = _square(layers, (4, 4, 18))
    assert devices.cost_per_row(image)[0] == 3 * (2 * 16 * (9 * 18) * 4 + 2 * 64 * 2)  # 16 windows
    block = _square([TransformerEncoder(8, 16, 2)], (4, 8))
    dense = 2 * 4 * 8 * (4 * 8 + 2 * 16)  # four projections and two layers at each of 4 places
    attention = 2 * 2 * 2 * 4 * 4 * 4  # QKᵀ and PV in two heads of 4 numbers
    assert devices.cost_per_row(block)[0] == 3 * (dense + attention)


def _client(network: Network, rows: int) -> object:
    with devices.threads_for(network, rows):
        return jnp.zeros(1).devices().pop().client


@pytest.mark.skipif(
    os.cpu_count() == 1 or "NPROC" in os.environ or jax.default_backend() != "cpu",
    reason="threads are not ours to choose here",
)
def test_small_steps_get_one_thread_and_large_ones_all(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = jax.devices()[0].client
    small, large = _square([Dense(3)], 2), _square([Dense(2000), ReLU(), Dense(2000)], 2000)
    assert _client(small, 32) is not usual
    assert _client(large, 256) is usual
    assert _client(small, 10**9) is usual
    one = train(NET, X, CODES, epochs=3, dtype="float64")
    assert _client(NET, 32) is not usual
    monkeypatch.setattr(devices, "_one_thread", lambda: None)
    other = train(NET, X, CODES, epochs=3, dtype="float64")
    np.testing.assert_allclose(one.history["loss"], other.history["loss"], rtol=1e-12)


def test_the_environment_keeps_its_word_about_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """NPROC is the person's own choice for all programs, and stays as it was."""
    devices._one_thread.cache_clear()
    monkeypatch.setenv("NPROC", "2")
    assert devices._one_thread() is None
    devices._one_thread.cache_clear()
    monkeypatch.delenv("NPROC")
    devices._one_thread()
    assert "NPROC" not in os.environ
