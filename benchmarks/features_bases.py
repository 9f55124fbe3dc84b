"""Polynomial features and bags of words against scikit-learn's, equal output first."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import PolynomialFeatures

from harness import Row, compare
from pellucid import BagOfWords, PolynomialBasis

N, D, ORDER = 100_000, 20, 3
DOCUMENTS, VOCABULARY = 200_000, 50_000


def texts(n: int = DOCUMENTS, seed: int = 0) -> list[str]:
    """Documents of 20 to 100 words whose frequencies fall as natural ones do (Zipf)."""
    random = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(random.choice(letters, k)) for k in random.integers(2, 10, VOCABULARY)]
    chance = 1 / np.arange(1, VOCABULARY + 1)
    lengths = random.integers(20, 100, n)
    drawn = np.array(words)[random.choice(VOCABULARY, lengths.sum(), p=chance / chance.sum())]
    ends = np.cumsum(lengths)
    cut = zip(ends - lengths, ends, strict=True)
    return [" ".join(drawn[start:stop]).capitalize() + "." for start, stop in cut]


def polynomials() -> list[Row]:
    X = np.random.default_rng(0).normal(size=(N, D))

    def same(mine: Any, theirs: Any) -> str:
        np.testing.assert_allclose(mine[::97], theirs[::97], rtol=1e-12)
        assert mine.shape == theirs.shape
        return f"{mine.shape[1]:,} features agree to {np.abs(mine[::97] - theirs[::97]).max():.0e}"

    def peer(layout: str) -> Any:
        return lambda: PolynomialFeatures(ORDER, order=layout).fit_transform(X)

    return compare(
        f"polynomial features, order {ORDER}, n={N:,} d={D}",
        lambda: PolynomialBasis(ORDER).fit_transform(X),
        {
            "PolynomialFeatures": (peer("C"), 2),
            "PolynomialFeatures(order='F')": (peer("F"), 2),
        },
        same,
    )


def words() -> list[Row]:
    documents = texts()

    def same(mine: Any, theirs: Any) -> str:
        assert mine.shape == theirs.shape
        assert (mine != theirs).nnz == 0
        return f"{mine.shape[1]:,} words, {mine.nnz:,} entries, all equal"

    rows = []
    for entries in ("presence", "counts"):
        rows += compare(
            f"bag of words, {entries}, {len(documents):,} documents",
            lambda entries=entries: BagOfWords(entries, shortest=2).fit_transform(documents),
            {
                "CountVectorizer": (
                    lambda entries=entries: CountVectorizer(
                        binary=entries == "presence"
                    ).fit_transform(documents),
                    1.5,
                )
            },
            same,
            rounds=3,
        )
    return rows


def run() -> list[Row]:
    return [*polynomials(), *words()]


if __name__ == "__main__":
    from harness import table

    print(table(run()))
