"""A gigabyte of text, streamed: the memory a bag of words takes, each run a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

GIGABYTE = 10**9
RUNS = {
    "vocabulary of all the words": "fit",
    "vocabulary, then rows a block at a time": "fit and transform",
    "2²⁰ buckets, rows a block at a time": "buckets",
}


def stream(size: int) -> Iterator[str]:
    """Documents of about 5 kB until there is so much text, each with a word of its own."""
    from features_bases import texts

    paragraphs = texts(24_000)
    pages = [" ".join(paragraphs[i : i + 12]) for i in range(0, len(paragraphs), 12)]
    sent = number = 0
    while sent < size:
        page = f"{pages[number % len(pages)]} serial{number}"
        sent, number = sent + len(page), number + 1
        yield page


def one(run: str, size: int) -> dict[str, float]:
    """A run in this process: its seconds, its peak memory, and what it made."""
    from pellucid import BagOfWords

    BagOfWords().fit(["compile first"])
    for _ in stream(1):
        pass  # the pages themselves, which stay in memory
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    bag = BagOfWords(n_buckets=2**20) if run == "buckets" else BagOfWords()
    bag.fit([] if run == "buckets" else stream(size))
    entries = 0
    if run != "fit":
        entries = sum(block.nnz for block in bag.transform_blocks(stream(size)))
    return {
        "seconds": time.perf_counter() - begin,
        "before": before / 1024,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "words": len(bag.words_),
        "entries": entries,
    }


def lines() -> str:
    """A Markdown table."""
    out = [
        "| 1 GB of text | seconds | peak memory (MiB) | before it began | words | entries |",
        "|---|---|---|---|---|---|",
    ]
    for name, run in RUNS.items():
        code = f"import json, text_memory; print(json.dumps(text_memory.one({run!r}, {GIGABYTE})))"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=sys.path[0] or ".", check=True, capture_output=True,
            text=True,
        )  # fmt: skip
        r = json.loads(done.stdout)
        out.append(
            f"| {name} | {r['seconds']:.0f} | {r['peak']:,.0f} | {r['before']:,.0f} | "
            f"{r['words']:,.0f} | {r['entries']:,.0f} |"
        )
    return "\n".join(out)


if __name__ == "__main__":
    print(lines())
