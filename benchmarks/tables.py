"""`pellucid fit` on real tables, against what a user would pick instead; one split for all.

Run by hand: `python benchmarks/tables.py [--untuned] [--only NAME …] [--prefer readable]
[--splits SEED …] [--out FILE.json]`; `--untuned` takes the tables that nothing was tuned on. One
split of a small table leaves some tens of test rows, and which of equal models does best on them is
luck: scores over several splits are compared one split at a time and in their means.
"""

from __future__ import annotations

import argparse
import json
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from table_sources import TABLES, Source
from untuned_tables import UNTUNED

TEST, SEED = 0.2, 7
MARGIN, TIMES = 0.02, 1.03  # what "as good as the best peer" allows: of R², of log loss
LEAST_PROBABILITY = 1e-6


def is_regression(frame: pd.DataFrame, target: str) -> bool:
    return bool(pd.api.types.is_numeric_dtype(frame[target]))


def split(frame: pd.DataFrame, target: str, seed: int = SEED) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The one split; classes keep their shares where each has rows enough."""
    labels = None if is_regression(frame, target) else frame[target]
    if labels is not None and labels.value_counts().min() < 2:
        labels = None
    train, test = train_test_split(frame, test_size=TEST, random_state=seed, stratify=labels)
    return train.reset_index(drop=True), test.reset_index(drop=True)


def ours(train: pd.DataFrame, test: pd.DataFrame, target: str, prefer: str) -> dict[str, Any]:
    """`fit_table` without options (its own test rows come from the training rows)."""
    from pellucid import Settings, fit_table, read_table

    result = fit_table(read_table(train), Settings(target, prefer=prefer))
    rows = test.drop(columns=[target])
    found: dict[str, Any] = {"model": result.chosen.name, "problem": result.framing.problem}
    if result.framing.problem == "regression":
        found["predicted"] = result.machine.predict(rows)
    else:
        labels = [str(c) for c in getattr(result.machine.model, "classes_", ())]
        found["chances"] = pd.DataFrame(result.machine.predict_probabilities(rows), columns=labels)
    return found


def peer(make: Callable[[], Any]) -> Callable[..., dict[str, Any]]:
    def job(train: pd.DataFrame, test: pd.DataFrame, target: str) -> dict[str, Any]:
        X, y = train.drop(columns=[target]), train[target]
        model = make().fit(X, y if is_regression(train, target) else y.astype(str))
        return _answers(model, test.drop(columns=[target]), is_regression(train, target))

    return job


def _answers(model: Any, X: pd.DataFrame, regression: bool) -> dict[str, Any]:
    if regression:
        return {"predicted": np.asarray(model.predict(X), dtype=float)}
    labels = [str(c) for c in model.classes_]
    return {"chances": pd.DataFrame(model.predict_proba(X), columns=labels)}


def peers_for(regression: bool, seconds: float) -> dict[str, Callable[..., dict[str, Any]]]:
    from skrub import TableVectorizer, tabular_pipeline

    kind = "regression" if regression else "classification"
    forest = RandomForestRegressor if regression else RandomForestClassifier
    linear = Ridge() if regression else LogisticRegression(max_iter=2_000)
    trees = "HistGradientBoostingRegressor" if regression else "HistGradientBoostingClassifier"
    import sklearn.ensemble

    found = {
        "skrub trees": peer(lambda: tabular_pipeline(getattr(sklearn.ensemble, trees)())),
        "skrub linear": peer(lambda: tabular_pipeline(linear)),
        "random forest": peer(
            lambda: make_pipeline(TableVectorizer(), _Filled(), forest(random_state=0))
        ),
        "linear": peer(
            lambda: make_pipeline(TableVectorizer(), _Filled(), StandardScaler(), linear)
        ),
    }
    if importlib_found("flaml"):
        found["FLAML"] = lambda train, test, target: _flaml(train, test, target, kind, seconds)
    return found


def importlib_found(name: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(name) is not None


def _Filled() -> Any:
    from sklearn.impute import SimpleImputer

    return SimpleImputer()


def _flaml(
    train: pd.DataFrame, test: pd.DataFrame, target: str, kind: str, seconds: float
) -> dict[str, Any]:
    """FLAML with as many seconds as ours took."""
    from flaml import AutoML

    regression = kind == "regression"
    y = train[target] if regression else train[target].astype(str)
    model = AutoML()
    model.fit(
        train.drop(columns=[target]),
        y,
        task=kind,
        time_budget=max(seconds, 3.0),
        metric="r2" if regression else "log_loss",
        verbose=0,
        seed=0,
    )
    return _answers(model, test.drop(columns=[target]), regression)


def score(found: dict[str, Any], test: pd.DataFrame, target: str) -> float:
    """R² of amounts, log loss of classes."""
    if "predicted" in found:
        return float(r2_score(test[target].astype(float), found["predicted"]))
    chances = found["chances"]
    truths = test[target].astype(str)
    labels = sorted(set(chances.columns) | set(truths))
    p = chances.reindex(columns=labels, fill_value=0.0).to_numpy(dtype=float)
    p = np.clip(p, LEAST_PROBABILITY, None)
    return float(log_loss(truths, p / p.sum(axis=1, keepdims=True), labels=labels))


def measure(source: Source, prefer: str, with_peers: bool, seed: int = SEED) -> dict[str, Any]:
    """All scores and CPU seconds of one table."""
    frame = source.frame()
    train, test = split(frame, source.target, seed)
    regression = is_regression(frame, source.target)
    row: dict[str, Any] = {
        "table": source.name,
        "split": seed,
        "source": f"{source.package}: {source.file}",
        "shape": list(frame.shape),
        "kind": "R²" if regression else "log loss",
        "scores": {},
        "seconds": {},
    }
    jobs: dict[str, Callable[..., dict[str, Any]]] = {
        "ours": lambda train, test, target: ours(train, test, target, prefer)
    }
    spent = 10.0
    for name in ("ours", *(peers_for(regression, spent) if with_peers else ())):
        job = jobs.get(name) or peers_for(regression, spent)[name]
        begin, cpu = time.perf_counter(), time.process_time()
        try:
            found = job(train, test, source.target)
            row["scores"][name] = score(found, test, source.target)
            if name == "ours":
                row["model"] = found["model"]
        except Exception as error:
            row["scores"][name] = None
            row.setdefault("errors", {})[name] = f"{type(error).__name__}: {error}"[:200]
            if name == "ours":
                traceback.print_exc()
        wall, took = time.perf_counter() - begin, time.process_time() - cpu
        row["seconds"][name] = [round(wall, 2), round(took, 2)]
        spent = took if name == "ours" else spent
    return row


def means(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a table: the mean of its scores over the splits; none where one split has none."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        tables.setdefault(row["table"], []).append(row)
    return [each[0] | {"scores": _mean_scores(each)} for each in tables.values()]


def _mean_scores(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    every = {name: [row["scores"].get(name) for row in rows] for name in rows[0]["scores"]}
    return {n: None if None in scores else float(np.mean(scores)) for n, scores in every.items()}


def verdict(row: dict[str, Any], of: str = "ours") -> tuple[bool, float, str]:
    """Whether one is as good as the best of the others, that one's score, and its name."""
    others = {k: v for k, v in row["scores"].items() if k != of and v is not None}
    if not others or row["scores"].get(of) is None:
        return False, float("nan"), ""
    better = max if row["kind"] == "R²" else min
    name = better(others, key=lambda k: others[k])
    best, mine = others[name], row["scores"][of]
    met = mine >= best - MARGIN if row["kind"] == "R²" else mine <= best * TIMES
    return met, best, name


def table(rows: list[dict[str, Any]]) -> str:
    """The Markdown table, and the sums below it."""
    lines = [
        "| table | rows × columns | | ours | best peer | skrub trees | chosen | CPU s (skrub) | |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        met, best, name = verdict(row)
        shown = [row["scores"].get(k) for k in ("ours", "skrub trees")]
        mine, trees = ("–" if v is None else f"{v:.3f}" for v in shown)
        cpu = row["seconds"]
        spent = f"{cpu['ours'][1]:.1f} ({cpu.get('skrub trees', [0, 0])[1]:.1f})"
        lines.append(
            f"| {row['table']} | {row['shape'][0]:,} × {row['shape'][1]:,} | {row['kind']} | {mine}"
            f" | {best:.3f} ({name}) | {trees} | {row.get('model', '')} | {spent} |"
            f" {'met' if met else '**lost**'} |"
        )
    return "\n".join([*lines, "", *sums(rows)])


def sums(rows: list[dict[str, Any]]) -> list[str]:
    """The figures that the targets ask for."""
    said = []
    for kind in ("R²", "log loss"):
        mine = [r for r in rows if r["kind"] == kind and len(r["scores"]) > 1]
        if mine:
            names = dict.fromkeys(name for r in mine for name in r["scores"])
            met = [f"{name} {sum(verdict(r, name)[0] for r in mine)}" for name in names]
            said.append(f"- {kind}, {len(mine)} tables, as good as all others: {', '.join(met)}.")
            both = [
                (r["scores"]["ours"], r["scores"].get("skrub trees"))
                for r in mine
                if r["scores"]["ours"] is not None and r["scores"].get("skrub trees") is not None
            ]
            if both:
                means = np.mean(both, axis=0)
                said.append(f"- Mean {kind}: ours {means[0]:.3f}, skrub's trees {means[1]:.3f}.")
    walls = [r["seconds"]["ours"][0] for r in rows]
    said.append(f"- Seconds of ours: median {np.median(walls):.1f}, most {max(walls):.1f}.")
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--prefer", default="balanced")
    parser.add_argument("--alone", action="store_true", help="ours only, no peers")
    parser.add_argument("--untuned", action="store_true")
    parser.add_argument("--splits", type=int, nargs="+", default=[SEED], help="their seeds")
    parser.add_argument("--out", type=Path, default=None)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = []
    for source in UNTUNED if given.untuned else TABLES:
        if given.only and source.name not in given.only:
            continue
        for seed in given.splits:
            rows.append(measure(source, given.prefer, not given.alone, seed))
            _say(rows[-1])
        if given.out:
            given.out.write_text(json.dumps(rows, indent=1))
    print(table(rows))
    if len(given.splits) > 1:
        print(f"\nMeans over {len(given.splits)} splits:\n")
        print(table(means(rows)))


def _say(row: dict[str, Any]) -> None:
    shown = {k: v if v is None else round(v, 3) for k, v in row["scores"].items()}
    print(
        row["table"],
        row["split"],
        row["shape"],
        row.get("model"),
        shown,
        row["seconds"],
        flush=True,
    )
    for name, error in row.get("errors", {}).items():
        print("   ", name, error, flush=True)


if __name__ == "__main__":
    main()
