"""A process forked after a network ran: the same numbers from a fresh process, or a refusal."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.dummy import DummyRegressor

from pellucid.networks.engine import after_fork

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

# What the fork finds is written down there, what its parent finds here, and both are compared.
BOTH = """
import os, pickle, sys, threading, warnings
import numpy as np
import pellucid
from pellucid.errors import ForkedProcessError
from pellucid.networks.engine.after_fork import is_fork
from pellucid.networks.engine.precision import computing_in
X = np.random.default_rng(0).normal(size=(60, 4))
y = (X[:, 0] > 0).astype(int)
def found():
{body}
here = found()
if not (child := os.fork()):
    with open("there", "wb") as file:
        pickle.dump(found(), file)
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
np.testing.assert_equal(pickle.load(open("there", "rb")), here)
"""


def same_after_fork(body: str, place: Path) -> None:
    """The lines, which return numbers, give the same here and in a fork."""
    code = BOTH.format(body="\n".join("    " + line for line in body.splitlines()))
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=place, timeout=120, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_fork_fits_to_the_same_bits_and_is_refused_what_no_other_process_can_do(
    tmp_path: Path,
) -> None:
    same_after_fork(
        "model = pellucid.NetworkClassifier(hidden=(3,), epochs=2).fit(X, y)\n"
        "watched = pellucid.NetworkClassifier()\n"
        "watched._skl_callbacks = []\n"
        "sent = pellucid.NetworkClassifier(step_size=threading.Lock())\n"
        "refused = 0\n"
        "for call in (sent.fit, watched.fit, lambda *_: computing_in('float32').__enter__()):\n"
        "    try:\n"
        "        is_fork() and call(X, y)\n"
        "    except ForkedProcessError as error:\n"
        "        refused += 'spawn' in str(error)\n"
        "assert refused == 3 * is_fork()\n"
        "return model.params_, model.n_iter_",
        tmp_path,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "model = pellucid.NetworkRegressor(hidden=(3,), epochs=2)\n"
        "return model.fit(X, X[:, 1]).predict(X), model.score(X, X[:, 1])",
        "model = pellucid.NetworkClassifier(hidden=(3,), epochs=2)\n"
        "return model.fit(X, y).predict_proba(X), model.params_",
        "model = pellucid.NetworkClassifier(hidden=(3,), epochs=2, step_size=lambda step: 0.1)\n"
        "return model.fit(X, y).params_",
        "model = pellucid.NetworkClassifier(hidden=(3,), epochs=2).partial_fit(X, y)\n"
        "return model.partial_fit(X, y).predict(X), model.n_iter_",
        "model = pellucid.ConvNetClassifier(image_shape=(2, 2), filters=(2,), epochs=1)\n"
        "return model.fit(X, y).predict(X)",
        "model = pellucid.Autoencoder(2, epochs=2).fit(X)\n"
        "return model.encode(X), model.decode(model.encode(X)), model.losses(X)",
        "model = pellucid.VariationalAutoencoder(2, epochs=2).fit(X)\n"
        "return model.distribution(X), model.sample_codes(X)",
        "model = pellucid.FewLabelClassifier(pellucid.Autoencoder(2, epochs=2), '?')\n"
        "return model.fit(X, np.where(np.arange(60) < 9, y.astype(str), '?')).predict(X)",
    ],
)
def test_each_kind_of_network_does(body: str, tmp_path: Path) -> None:
    same_after_fork(body, tmp_path)


@pytest.mark.slow
def test_warnings_and_errors_come_back_from_the_fresh_process(tmp_path: Path) -> None:
    same_after_fork(
        "heard = []\n"
        "with warnings.catch_warnings(record=True) as told:\n"
        "    warnings.simplefilter('always')\n"
        "    pellucid.NetworkRegressor(hidden=(3,), epochs=1).fit(X + 1e9, y)\n"
        "try:\n"
        "    pellucid.NetworkRegressor(hidden=(3,), epochs=-1).fit(X, y)\n"
        "except ValueError as error:\n"
        "    heard = [type(error), str(error)]\n"
        "return [(w.category, str(w.message)) for w in told], heard",
        tmp_path,
    )


def test_what_a_call_learned_elsewhere_is_learned_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A method that returns its estimator returns this one."""
    monkeypatch.setattr(
        after_fork, "run_in_fresh_process", lambda work: pickle.loads(pickle.dumps(work))()
    )
    model = DummyRegressor(strategy="mean")
    assert after_fork.in_fresh_process(model, "fit", ([[0.0], [0.0]], [1.0, 3.0]), {}) is model
    assert model.constant_.ravel().tolist() == [2]
    found = after_fork.in_fresh_process(model, "predict", ([[5.0]],), {"return_std": True})
    assert [part.tolist() for part in found] == [[2], [0]]
