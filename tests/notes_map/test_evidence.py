"""The watch over cited tests notices what runs, and only that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from evidence import ROOT, objects_of
from objects_at_work import Watch
from pellucid import LeastSquares, Ridge
from pellucid.descent.rules import rule_named
from pellucid.losses import LOSSES, softmax
from pellucid.networks import Dense, ReLU

X, Y = np.arange(8.0).reshape(4, 2) ** 2, np.arange(4.0)
MOMENTUM = rule_named("momentum")
RIDGE, PLAIN = "pellucid.linear.ridge:Ridge", "pellucid.linear.least_squares:LeastSquares"
RULE = "pellucid.descent.rules.momentum:momentum"
LAYER = "pellucid.networks.layers.activations:Elementwise"


@pytest.mark.parametrize(
    ("work", "seen"),
    [
        (lambda: None, set()),
        (lambda: Ridge(0.1), set()),  # made, and never at work
        (lambda: Ridge(0.1).fit(X, Y), {RIDGE}),
        (lambda: LeastSquares().fit(X, Y), {PLAIN}),  # by a method that both inherit
        (lambda: softmax([1.0, 2.0]), {"pellucid.losses:softmax"}),
        (lambda: LOSSES["square"](1.0, 2.0), {"pellucid.losses:LOSSES"}),
        (
            lambda: MOMENTUM.step(X, MOMENTUM.init(X), X, 0.1),
            {RULE},
        ),  # by a function that it made before
        (lambda: ReLU().f(1.0), {LAYER}),  # by a class below it
        (lambda: Dense(2).shapes((3,)), set()),
    ],
)
def test_what_runs_is_seen_and_nothing_else(work, seen) -> None:
    names = {RIDGE, PLAIN, RULE, LAYER, "pellucid.losses:softmax", "pellucid.losses:LOSSES"}
    before = sys.getprofile()
    with Watch(names) as watch:
        work()
    assert watch.seen == seen
    assert sys.getprofile() is before


def test_a_cited_test_that_never_runs_its_object_fails_the_run(tmp_path: Path) -> None:
    """Run for real, on one cited test, with the map turned to an object that it does not touch."""
    cited = "tests/test_foundation.py::test_a_range_admits_exactly_what_lies_in_it"
    assert objects_of(cited)
    plugin = tmp_path / "turned.py"
    plugin.write_text(
        "from dataclasses import replace\n"
        "import evidence\n"
        "real = evidence.items()\n"
        f"turned = [replace(i, object={RIDGE!r}) if i.test == {cited!r} else i for i in real]\n"
        "evidence.items = lambda: turned\n"
    )
    told = [
        subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *more, cited],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        for more in ([], ["-p", "turned", "-o", f"pythonpath=tests {tmp_path}"])
    ]
    assert [run.returncode for run in told] == [0, 1]
    assert f"never runs {RIDGE}" in told[1].stdout
