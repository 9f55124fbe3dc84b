"""Machines of every model that a formula says, fitted on tables with columns of every kind."""

from __future__ import annotations

import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pellucid.clusters.k_means import KMeans
from pellucid.data.framing import frame
from pellucid.data.table import Table
from pellucid.data.table_encoder import TableEncoder
from pellucid.data.table_reader import read_table
from pellucid.errors import CodeWarning
from pellucid.evaluation.cross_validation import score_of
from pellucid.evaluation.evaluation_results import Candidate
from pellucid.jobs.cluster.cluster_machine import ClusterMachine
from pellucid.jobs.fit.candidates import recipe_named
from pellucid.jobs.fit.machine import Machine
from pellucid.jobs.fit.model_averaging import recipe_of
from pellucid.jobs.fit.recipe import Recipe

PENGUINS = Path(__file__).resolve().parents[2] / "examples" / "penguins.csv"
# Targets of the mixed table, and the models that answer each.
MODELS = {
    "y": (
        "mean",
        "ridge",
        "curves",
        "pairs",
        "polynomial",
        "trees",
        "forest",
        "ridge-sqrt",
        "average",
    ),
    "grown": ("ridge-log",),
    "side": ("logistic", "curves", "small-trees", "forest", "average"),
    "third": ("mean", "softmax", "pairs", "trees", "forest", "average"),
    "tags": ("sigmoids",),
}
CASES = [(target, model) for target, models in MODELS.items() for model in models]
# Codes that nobody would get without asking.
CODES = {
    "size": "thermometer:low,mid,high",
    "grade": "numeric:low,mid,high",
    "tag": "binary",
    "age": "bins:30,50",
    "shift": "center",
    "month": "circle:12,2",
}


@lru_cache
def mixed() -> pa.Table:
    """Amounts, categories, truth values and dates, with holes; and targets of every kind."""
    rng = np.random.default_rng(0)
    n = 240
    holes = rng.random(n) < 0.12
    x, raw, size = rng.normal(5, 3, n), rng.normal(size=n), rng.integers(3, size=n)
    names = np.array(["low", "mid", "high"])
    color = rng.choice(["red", "Green", "blue — it's", "0.5", "7"], n)
    stamps = np.datetime64("1969-06-01T05:30") + rng.integers(0, 20_000_000, n).astype(
        "timedelta64[m]"
    )
    days = [
        None if hole else str(s).replace("T", " ") for hole, s in zip(holes, stamps, strict=True)
    ]
    score = x + 2 * np.abs(raw) - size + (color == "red") + 0.3 * rng.normal(size=n)
    pairs = zip(x > 4, raw > 0, strict=True)
    tags = [";".join(t for t, on in (("a", a), ("b", b)) if on) or "c" for a, b in pairs]
    return pa.table(
        {
            "x": pa.array(np.where(holes, np.nan, x), from_pandas=True),
            'a "raw"\n; DROP TABLE rows; --': raw,
            "shift": rng.normal(100, 1, n),
            "age": rng.integers(10, 80, n).astype(float) + 0.5,
            "month": rng.integers(1, 13, n).astype(float),
            "size": names[size],
            "grade": names[rng.integers(3, size=n)],
            "tag": rng.choice(list("abcdef"), n),
            "color": pa.array([None if h else c for h, c in zip(holes, color, strict=True)]),
            "yes": rng.choice(["true", "false"], n),
            "day": pa.array(days),
            "y": np.round(score - score.min(), 3),
            "grown": np.exp(score / 4),
            "side": np.where(score > np.median(score), "up", "down"),
            "third": np.array(["p", "q", "r'"])[np.digitize(score, np.quantile(score, [0.3, 0.7]))],
            "tags": tags,
        }
    )


def features() -> pa.Table:
    """The columns that models read."""
    return mixed().drop_columns(list(MODELS))


def average(problem: str) -> Recipe:
    """A weighted average of a linear model, curves and trees."""
    linear = {"regression": "ridge", "two classes": "logistic"}.get(problem, "softmax")
    parts = (
        (Candidate(linear, linear, score_of([1.0]), 1, 0.0, 1, lam=1e-3), 0.5),
        (Candidate("curves", "curves", score_of([1.0]), 2, 0.0, 1), 0.3),
        (Candidate("trees", "trees", score_of([1.0]), 7, 0.0, 1, value=12), 0.2),
    )
    return recipe_of(
        problem, Candidate("average", "average", score_of([1.0]), 8, 0, 1, parts=parts)
    )


@lru_cache
def machine_of(target: str, model: str) -> Machine:
    """A machine as `pellucid fit` puts it together, on the mixed table."""
    others = [name for name in MODELS if name != target]
    table = read_table(mixed().drop_columns(others))
    framing = frame(table, target, delimiter=";" if target == "tags" else None)
    recipe = (
        average(framing.problem) if model == "average" else recipe_named(framing.problem, model)
    )
    codes = {k: v for k, v in CODES.items() if not recipe.whole or k in ("size", "age")}
    lam = 1e-3 if recipe.tuned == "lam" and recipe.lams else None
    pipeline = recipe.pipeline(0, lam, codes)
    if recipe.tuned == "max_iter":
        pipeline[-1].set_params(max_iter=12)
    if model == "forest":
        pipeline[-1].set_params(n_estimators=20)
    X: Table = table.select(framing.features)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CodeWarning)
        pipeline.fit(X, framing.answers(table))
    steps = tuple(step for _, step in pipeline.steps[:-1])
    threshold = 0.4 if target == "side" and model == "logistic" else None
    lowest = 0.0 if model == "ridge" else None
    return Machine(framing, table.schema, steps, pipeline[-1], threshold, {"rows": 240}, {}, lowest)


@lru_cache
def groups(view: bool = False) -> ClusterMachine:
    """A machine as `pellucid cluster` puts it together."""
    table = read_table(features())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CodeWarning)
        encoder = TableEncoder(codes=CODES).fit(table)
    X = encoder.transform(table)
    kept = np.arange(X.shape[1] - 1)
    scale = np.linspace(0.5, 1.5, len(kept))
    Z = X[:, kept] * scale
    looked = np.linalg.svd(Z - Z.mean(axis=0), full_matrices=False)[2][:3].T if view else None
    model = KMeans(4, random_state=0).fit(Z if looked is None else Z @ looked)
    return ClusterMachine(
        table.schema, table.names, "groups", encoder, kept, scale, looked, model,
        np.array([3, 1, 4, 2]), {1: "large", 2: "small"}, {"rows": 240},
    )  # fmt: skip


def equal(found: dict[str, list[Any]], machine: Any, table: pa.Table) -> None:
    """Answers equal those of the machine: labels exactly, numbers to 1e-9."""
    wanted = machine.answers(table)
    assert set(wanted) - {"caution"} <= set(found)
    for name, values in wanted.items():
        if name == "caution":
            continue
        if isinstance(values[0], str):
            assert list(found[name]) == list(values), name
        else:
            got = np.asarray(found[name], dtype=float)
            # Chances that are written as 1 − p keep no more than 16 digits of 1.
            np.testing.assert_allclose(got, values, rtol=1e-9, atol=1e-13, err_msg=name)
