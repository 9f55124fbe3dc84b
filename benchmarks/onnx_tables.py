"""The whole machine of real tables as an ONNX graph: onnxruntime against Python on all rows.

Run by hand: `python benchmarks/onnx_tables.py [--only NAME …] [--model NAME] [--budget SECONDS]`.
"""

from __future__ import annotations

import argparse
import warnings
from typing import Any

import numpy as np
import onnx
import onnxruntime

from pellucid import Settings, fit_table, read_table
from pellucid.data.table import Table
from pellucid.exchange import machine_to_onnx
from table_sources import TABLES, Source


def feed_of(wanted: list[dict[str, Any]], table: Table) -> dict[str, Any]:
    """Each column as its input: amounts, NaN where missing; else text, "" where missing."""
    feed = {}
    for entry in wanted:
        column = table[entry["name"]]
        if entry["kind"] == "numeric":
            held: Any = np.asarray(column.values, dtype=np.float64)
        else:
            held = np.array(["" if t is None else t for t in column.texts()], dtype=object)
        feed[entry["name"]] = held[:, None]
    return feed


def compared(machine: Any, table: Table) -> tuple[bytes, float, int]:
    """The graph, the largest difference relative to max(1, |value|), and labels that differ."""
    packed = machine_to_onnx(machine)
    session = onnxruntime.InferenceSession(packed, providers=["CPUExecutionProvider"])
    prediction, *chances = session.run(None, feed_of(machine.wanted, table))
    own = np.asarray(machine.predict(table))
    if machine.framing.problem == "regression":
        away = np.abs(prediction - own) / np.maximum(1, np.abs(own))
        return packed, float(away.max()), 0
    away = np.abs(np.column_stack(chances) - machine.predict_probabilities(table))
    return packed, float(away.max()), int((prediction != own.astype(str)).sum())


def line_of(source: Source, model: str, budget: float) -> str:
    """A line of the table."""
    table = read_table(source.frame())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = fit_table(table, Settings(source.target, model=model, budget=budget))
        packed, away, labels = compared(result.machine, table)
    opsets = onnx.load_from_string(packed).opset_import
    versions = ", ".join(f"{each.domain or 'ai.onnx'} {each.version}" for each in opsets)
    kinds = ", ".join(sorted({entry["kind"] for entry in result.machine.wanted}))
    return (
        f"| {source.name} | {len(table):,} | {len(result.machine.wanted)} ({kinds}) | "
        f"{result.chosen.name} | {away:.0e} | {labels} | {len(packed) / 1024:,.0f} KiB | "
        f"{versions} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--model", default="auto")
    parser.add_argument("--budget", type=float, default=25.0)
    asked = parser.parse_args()
    print(
        "| table | rows | columns | model | largest difference | labels that differ | file | ops |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for source in TABLES:
        if asked.only and source.name not in asked.only:
            continue
        try:
            print(line_of(source, asked.model, asked.budget), flush=True)
        except FileNotFoundError as error:
            print(f"| {source.name} | {error} |", flush=True)


if __name__ == "__main__":
    main()
