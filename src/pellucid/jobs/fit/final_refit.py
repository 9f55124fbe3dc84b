"""The model that is kept: one whose fit ends in time, fitted again on all rows, and its weights.

Notes: §2.7, Clar 79
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from pellucid.data.table import Table
from pellucid.errors import PellucidWarning
from pellucid.evaluation.deadline import Deadline
from pellucid.evaluation.evaluation_results import Candidate
from pellucid.jobs.fit.fit_result import FitResult
from pellucid.jobs.fit.model_weights import weights_of
from pellucid.jobs.fit.recipe import Recipe
from pellucid.jobs.fit.time_budget import TimeBudget

Array = NDArray[Any]
FOR_ASSUMPTIONS = 0.25
FOR_COMPARISON = 0.55  # of the time allowed; the rest is for the fit, the test and the report


def candidates_in_time(
    allowed: list[Candidate],
    candidates: list[Candidate],
    deadline: Deadline,
    n: int,
    folds: int,
) -> list[Candidate]:
    """Candidates whose fit, and fit on all rows, will end in time; else the quickest of them."""
    if not allowed:
        return [c for c in candidates if c.rank == 0]
    cost = {c.model: c.seconds / folds * max(n / max(c.rows, 1), 1.0) for c in allowed}
    in_time = [c for c in allowed if 3 * cost[c.model] < deadline.left]
    return in_time or [min(allowed, key=lambda c: cost[c.model])]


def refit_on_all_rows(
    result: FitResult, recipe: Recipe, table: Table, y: Array, in_time: TimeBudget
) -> FitResult:
    """The result with the model fitted again on training and test rows together."""
    settings, machine = result.settings, result.machine
    X = table.select(result.framing.features)
    pipeline = recipe.pipeline(settings.seed, result.chosen.lam, settings.code)

    def work(check_time: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PellucidWarning)  # told of the fit that was tested
            return pipeline.fit(X, y)

    if in_time.run("fitting again on all rows", work) is None:
        return result
    facts = machine.evidence | {"fitted on": f"all {len(table):,} rows, after the test"}
    whole = replace(
        machine,
        steps=tuple(step for _, step in pipeline.steps[:-1]),
        model=pipeline[-1],
        evidence=facts,
    )
    encoded: Any = X
    for step in whole.steps:
        encoded = step.transform(encoded)
    weights, offset = weights_of(whole, encoded)
    return replace(
        result, machine=whole, weights=weights, offset=offset, explanation=whole.explain()
    )


def refit_sentence(result: FitResult) -> str:
    if "fitted on" not in result.machine.evidence:
        return ""
    return (
        f" After the test it was fitted again on all {result.rows:,} rows; to keep the one that "
        "was tested: --keep-test-out."
    )
