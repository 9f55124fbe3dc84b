"""Fuzz: mutated tables, formulas and model files, read as a person's would be.

Run by hand: `python benchmarks/fuzz.py [--tables N] [--formulas N] [--models N] [--seed S]`, and by
`./test --slow`. Whatever is no error of ours is a traceback; what takes over ten seconds hangs;
a program begun, a socket opened or a pickle read is code of the file's. All are counted by their
place, and the first input of each place is printed at the end or when the run is stopped (Ctrl-C,
SIGTERM), so that it can become a test.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import resource
import signal
import string
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pellucid import load_model, read_table
from pellucid.calculus import derive
from pellucid.errors import PellucidError
from pellucid.storage.model_file import described_model, signed_model

SECONDS = 10  # of work; a wait without work, on a busy machine, may take six times as long
FATES = ("answered", "refused")  # the others are faults
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
COLUMNS: tuple[Callable[[random.Random], str], ...] = (
    lambda r: str(r.randint(-9, 900)),
    lambda r: f"{r.gauss(0, 50):.{r.randint(0, 4)}f}",
    lambda r: f"{r.randint(0, 9)}.{r.randint(0, 999):03d},{r.randint(0, 99):02d} €",
    lambda r: f"{r.randint(1, 31)}/{r.randint(1, 12)}/{r.choice((24, 2023))}",
    lambda r: f"2024-{r.randint(1, 12):02d}-{r.randint(1, 28):02d} {r.randint(0, 23)}:05:00+02:00",
    lambda r: f"{r.randint(0, 23)}:{r.randint(0, 59):02d}",
    lambda r: f"{r.randint(0, 5)}h {r.randint(0, 59)}m",
    lambda r: f"{r.randint(0, 99)} {r.choice(('kg', 'g', '%'))}",
    lambda r: r.choice(("yes", "no", "Yes ", "NA", "")),
    lambda r: r.choice(("red", "grün", "a, b", 'say "x"', "two\nlines")),
    lambda r: " ".join(r.choice(("the", "cat", "1.5", "on")) for _ in range(r.randint(1, 9))),
    lambda r: f"{r.randint(0, 99999):05d}",
)
ODD = (
    "", " ", "NA", "n.a.", "?", "-", "TOTAL", "1e999", "-1e-400", "nan", "inf", "1.200", "1,2,3",
    "999999999999999999999", "2024-02-30", "30/02/2024", "24:60", "()", "(5)", "$", "#REF!", "\0",
    "\u202e", "\u200b1", "½", "１２", "٣", "0x1F", "1_000", "+-3", "--", "null", "true", "é" * 300,
)  # fmt: skip
MODELS = Path(__file__).parents[1] / "tests" / "storage" / "files_of_0_1_0"
CODE_EVENTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect",
               "pickle.find_class")  # fmt: skip


def table_of_odd_cells(rng: random.Random) -> tuple[str, bytes]:
    """A whole table whose columns each have a notation, and some cells something else."""
    makers = [rng.choice(COLUMNS) for _ in range(rng.randint(1, 6))]
    share = rng.choice((0.0, 0.02, 0.1, 0.5))
    rows = [
        [rng.choice(ODD) if rng.random() < share else make(rng) for make in makers]
        for _ in range(rng.randint(1, 40))
    ]
    names = [rng.choice((f"c{j}", f"c {j}", f"π{j}", f"{j}")) for j in range(len(makers))]
    if rng.random() < 0.3:
        lines = (json.dumps(dict(zip(names, row, strict=True))) for row in rows)
        return "t.jsonl", "\n".join(lines).encode()
    name, delimiter = rng.choice((("t.csv", ","), ("t.csv", ";"), ("t.tsv", "\t")))
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([names, *rows])
    return name, text.getvalue().encode()


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


def mutated_value(value: Any, rng: random.Random) -> Any:
    """A JSON value with one part of it changed: taken out, doubled, or another thing there."""
    if isinstance(value, dict | list) and value and rng.random() < 0.9:
        found = dict(value) if isinstance(value, dict) else dict(enumerate(value))
        key = rng.choice(list(found))
        change = rng.random()
        if change < 0.04:
            del found[key]
        elif change < 0.08 and isinstance(value, dict):
            found[rng.choice(("$array", "$object", "$dict", "x"))] = found.pop(key)
        else:
            found[key] = mutated_value(found[key], rng)
        return found if isinstance(value, dict) else list(found.values())
    return rng.choice((
        None, True, -1, 0, 3, 10**12, 1e308, "", "x", "a0", "a1", [], {}, [value, value],
        {"$array": "a0"}, {"$float": "nan"}, {"$tuple": [value]}, {"$dict": []},
        {"$object": rng.choice(("Ridge", "KMeans", "os.system", "builtins.eval")), "state": value},
    ))  # fmt: skip


def forged_model(content: bytes, rng: random.Random) -> bytes:
    """A model file with up to three parts of its description changed, and signed again."""
    body, arrays = described_model(content)
    value = json.loads(body)
    for _ in range(rng.choice((1, 1, 2, 3))):
        value = mutated_value(value, rng)
    return signed_model(json.dumps(value), arrays)


class Late(Exception):
    """Time is up."""


def _late(*_: Any) -> None:
    raise Late


class Tally:
    """What became of the inputs."""

    def __init__(self) -> None:
        self.fates: Counter[tuple[str, str]] = Counter()
        self.places: dict[str, str] = {}
        self.events: list[str] = []

    def listen(self, event: str, _: Any) -> None:
        """Python's own record of what is being done, for `sys.addaudithook`."""
        if event in CODE_EVENTS:
            self.events.append(event)

    @property
    def faults(self) -> int:
        """How many inputs were neither answered nor refused in time."""
        return sum(n for (_, fate), n in self.fates.items() if fate not in FATES)

    def meet(self, kind: str, given: str, job: Callable[[], Any]) -> None:
        """Run a job on one input, within ten seconds of work."""
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.alarm(6 * SECONDS)
        self.events.clear()
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
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.alarm(0)
        if self.events:
            fate = "ran code"
            self.places.setdefault(f"{kind}: {self.events[0]}", given)
        self.fates[kind, fate] += 1


def fuzz_tables(tally: Tally, count: int, rng: random.Random, folder: Path) -> None:
    """Half of them have odd cells, and are whole; of the others bytes are changed."""
    for i in range(count):
        if i % 2:
            name, given = table_of_odd_cells(rng)
        else:
            name, content = rng.choice(sorted(TABLES.items()))
            given = mutated(content, rng)
        (folder / name).write_bytes(given)

        def job(path: Path = folder / name) -> None:
            table = read_table(path)
            read_table(path, schema=table.schema)

        tally.meet("tables of odd cells" if i % 2 else "damaged tables", repr(given), job)


def fuzz_formulas(tally: Tally, count: int, rng: random.Random) -> None:
    for _ in range(count):
        text = mutated_formula(rng)
        there = [name for name in ("theta", "x", "A", "b", "y") if name in text]
        by = rng.choice(there or ["x"])
        tally.meet("formulas", f"{text!r} by {by}", lambda t=text, by=by: str(derive(t, by)))


def fuzz_models(tally: Tally, count: int, rng: random.Random, folder: Path) -> None:
    """Half of them are forged: described otherwise, with a checksum that agrees."""
    files = [path.read_bytes() for path in sorted(MODELS.glob("*.pellucid"))]
    path = folder / "mutated.pellucid"
    for i in range(count):
        change = forged_model if i % 2 else mutated
        given = change(rng.choice(files), rng)
        path.write_bytes(given)
        kind = "forged model files" if i % 2 else "damaged model files"
        tally.meet(kind, repr(given[:4000]), lambda: load_model(path))


def fuzz(tables: int, models: int, formulas: int, seed: int, tally: Tally | None = None) -> Tally:
    """What became of so many inputs of each kind; `tally` holds it so far."""
    rng, tally = random.Random(seed), tally or Tally()
    for end in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(end, _late)
    sys.addaudithook(tally.listen)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fuzz_tables(tally, tables, rng, Path(folder))
        fuzz_models(tally, models, rng, Path(folder))
        fuzz_formulas(tally, formulas, rng)
    return tally


def memory() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    for kind in ("tables", "formulas", "models"):
        parser.add_argument(f"--{kind}", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    start, tally = time.process_time(), Tally()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        fuzz(options.tables, options.models, options.formulas, options.seed, tally)
    except KeyboardInterrupt:
        print("Stopped; so far:")
    for (kind, fate), count in sorted(tally.fates.items()):
        print(f"| {kind} | {fate} | {count:,} |")
    print(f"{time.process_time() - start:.0f} CPU-s, at most {memory():,.0f} MB")
    for place, given in tally.places.items():
        print(f"{place}\n    {given[:400]}")


if __name__ == "__main__":
    main()
