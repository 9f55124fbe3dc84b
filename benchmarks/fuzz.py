"""Fuzz: mutated tables, formulas and model files, read as a person's would be.

Run by hand: `python benchmarks/fuzz.py [--tables N] [--formulas N] [--models N] [--seed S]`.
Whatever is no error of ours is a traceback; what takes over ten seconds hangs. Both are counted by
their place, and the first input of each place is printed, so that it can become a test.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import string
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pellucid import KMeans, LogisticClassifier, Ridge, load_model, read_table, save_model
from pellucid.calculus import derive
from pellucid.errors import PellucidError

SECONDS = 10
TOKENS = (
    b"NA", b'"', b'""', b",", b";", b"\t", b"\n", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"#",
    b"-", b"1e999", b"nan", b"inf", b"1:30", b"1.200", b"2024-02-30", b"()", b"{}", b"[", b"]",
    b"null", b"true", b"-1", b"0", b"999999999999999999999", "é".encode(), "\u200b".encode(),
)  # fmt: skip
WORDS = (
    "x", "y", "X", "theta", "W", "'", "*", "+", "-", "/", "^", "(", ")", "[", "]", "_", "2", "0",
    "1e400", "exp", "log", "det", "tr", "inv", "norm2", "abs", "sum", "\\frac", "{", "}", "\\sum",
    "\\sqrt", "|", ",", "=", "^T", "²", "Σ", " ", "max", "relu", "I", "1_n",
)  # fmt: skip
FORMULAS = (
    "norm2(X'*theta - y)^2/n", "log(det(A))", "x'*A*x + b'*x", "sum(log(1 + exp(-y*(theta'*x))))",
    "\\frac{1}{n}\\|X\\theta - y\\|^2", "tr(A*B)", "\\sqrt{x^Tx}", "abs(x - 1)", "inv(A)*b",
    "exp(-norm2(x - m)^2/2)",
)  # fmt: skip
TABLES = {
    "t.csv": b"a,b,c,d\n" + b"".join(
        f"{i},{i * 1.5:.2f},{['red', 'blue', 'green'][i % 3]},2024-0{i % 9 + 1}-11\n".encode()
        for i in range(14)
    ),
    "t.tsv": b"id\tamount\ttime\n" + b"".join(
        f"{i:04d}\t{i}.200,50 EUR\t{i % 24}:30\n".encode() for i in range(12)
    ),
    "t.jsonl": b"".join(
        f'{{"a": {i}, "b": "{"xyz"[i % 3]}", "c": [1, {i}], "d": null}}\n'.encode()
        for i in range(12)
    ),
    "t.json": b'{"a": [1, 2, 3.5], "b": ["u", "v", null], "c": [true, false, true]}',
}  # fmt: skip


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Bytes with up to six changes: swapped, doubled, left out, or a token put in."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 6))):
        at = rng.randrange(len(data) + 1)
        to = min(len(data), at + rng.randint(1, 12))
        change = rng.randrange(4)
        if change == 0:
            data[at:at] = rng.choice(TOKENS)
        elif change == 1:
            del data[at:to]
        elif change == 2:
            data[at:at] = data[at:to] * rng.randint(1, 3)
        elif at < len(data):
            data[at] = rng.randrange(256)
    return bytes(data)


def mutated_formula(rng: random.Random) -> str:
    """A formula with up to four words or letters put in, left out or put in place of others."""
    text = rng.choice(FORMULAS)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(text) + 1)
        word = rng.choice(WORDS) if rng.random() < 0.8 else rng.choice(string.printable)
        text = text[:at] + rng.choice((word, "")) + text[at + rng.randint(0, 2) :]
    return text


class Late(Exception):
    """Time is up."""


def _late(*_: Any) -> None:
    raise Late


class Tally:
    """What became of the inputs."""

    def __init__(self) -> None:
        self.fates: Counter[tuple[str, str]] = Counter()
        self.places: dict[str, str] = {}

    def meet(self, kind: str, given: str, job: Callable[[], Any]) -> None:
        """Run a job on one input, within ten seconds."""
        signal.alarm(SECONDS)
        try:
            job()
            fate = "answered"
        except PellucidError:
            fate = "refused"
        except Late:
            fate = "hung"
            self.places.setdefault(f"{kind}: over {SECONDS} s", given)
        except Exception as error:  # that is what is looked for
            fate = "traceback"
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{kind}: {type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
            self.places.setdefault(f"{place}: {str(error)[:100]}", given)
        finally:
            signal.alarm(0)
        self.fates[kind, fate] += 1


def fuzz_tables(tally: Tally, count: int, rng: random.Random, folder: Path) -> None:
    for _ in range(count):
        name, content = rng.choice(sorted(TABLES.items()))
        given = mutated(content, rng)
        (folder / name).write_bytes(given)

        def job(path: Path = folder / name) -> None:
            table = read_table(path)
            read_table(path, schema=table.schema)

        tally.meet("tables", repr(given), job)


def fuzz_formulas(tally: Tally, count: int, rng: random.Random) -> None:
    for _ in range(count):
        text = mutated_formula(rng)
        there = [name for name in ("theta", "x", "A", "b", "y") if name in text]
        by = rng.choice(there or ["x"])
        tally.meet("formulas", f"{text!r} by {by}", lambda t=text, by=by: str(derive(t, by)))


def fuzz_models(tally: Tally, count: int, rng: random.Random, folder: Path) -> None:
    X = np.random.default_rng(0).normal(size=(30, 3))
    models = {
        "ridge": Ridge().fit(X, X[:, 0]),
        "logistic": LogisticClassifier().fit(X, X[:, 0] > 0),
        "means": KMeans(3).fit(X),
    }
    files = []
    for name, model in models.items():
        save_model(model, folder / f"{name}.pellucid")
        files.append((folder / f"{name}.pellucid").read_bytes())
    path = folder / "mutated.pellucid"
    for _ in range(count):
        given = mutated(rng.choice(files), rng)
        path.write_bytes(given)
        tally.meet("model files", repr(given[:200]), lambda: load_model(path).predict(X))


def main() -> None:
    parser = argparse.ArgumentParser()
    for kind in ("tables", "formulas", "models"):
        parser.add_argument(f"--{kind}", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    signal.signal(signal.SIGALRM, _late)
    warnings.simplefilter("ignore")
    rng, tally, start = random.Random(asked.seed), Tally(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        fuzz_tables(tally, asked.tables, rng, Path(folder))
        fuzz_models(tally, asked.models, rng, Path(folder))
        fuzz_formulas(tally, asked.formulas, rng)
    for (kind, fate), count in sorted(tally.fates.items()):
        print(f"| {kind} | {fate} | {count:,} |")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.process_time() - start:.0f} CPU-s, at most {memory:,.0f} MB")
    for place, given in tally.places.items():
        print(f"{place}\n    {given[:400]}")


if __name__ == "__main__":
    main()
