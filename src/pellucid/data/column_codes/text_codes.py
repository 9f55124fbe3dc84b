"""The code `text`: the words of a text as few numbers, along the principal axes of their counts.

Words are counted as a set with logarithmic counts, rare ones weigh more, and each text has length
1; the axes along which training texts differ most are kept, and how long the text is.

Notes: Concept 192, §5.3
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.scaling import moments, standardize
from pellucid.data.table import Column
from pellucid.errors import HyperparameterError

if TYPE_CHECKING:
    from scipy import sparse

Floats = NDArray[np.float64]
Learned = dict[str, Any]
Given = tuple[str, ...]
MOST_AXES = 16
MOST_WORDS = 2_000  # the most frequent ones that are counted
SPARE, ROUNDS, SEED = 8, 8, 192  # of the subspace iteration that finds the axes
WORD = re.compile(r"\w+")


def words_of(text: str | None) -> list[str]:
    """Words in lower case.

    Examples
    --------
    >>> words_of("A V8, not a V6!")
    ['a', 'v8', 'not', 'a', 'v6']
    """
    return [] if text is None else WORD.findall(text.lower())


def learn_text(column: Column, weights: Floats, fields: Given) -> Learned:
    """Words that two rows or more hold, their rarity, and the axes along which rows differ.

    Raises
    ------
    HyperparameterError
        When what is given is no number of axes from 1 to 16.

    Notes: Concept 192
    """
    most = _axes_asked(column.name, fields)
    texts = column.texts()
    used = np.flatnonzero(weights > 0)
    met: Counter[str] = Counter()
    for row in used:
        met.update(set(words_of(texts[row])))
    often = sorted((w for w, n in met.items() if n > 1), key=lambda w: (-met[w], w))
    words = sorted(often[:MOST_WORDS])
    rarity = np.array([1.0 + np.log((1 + len(used)) / (1 + met[word])) for word in words])
    code: Learned = {"words": words, "rarity": rarity, "axes": np.zeros((len(words), 0))}
    if words:
        code["axes"] = _principal_axes(_counts(code, texts), weights, most)
    values = _values(code, column)
    present = weights * ~np.isnan(values[:, 0])
    known = np.where(np.isnan(values), 0.0, values)
    mean, scale = moments(known, present if present.sum() > 0 else weights)
    missing = bool((np.isnan(values[:, 0]) & (weights > 0)).any())
    names = [f"{column.name}: {_axis_description(axis, words)}" for axis in code["axes"].T]
    extra = [f"{column.name} is missing"] if missing else []
    return code | {
        "names": [f"{column.name}: number of words, log", *names, *extra],
        "mean": mean,
        "scale": scale,
        "missing": missing,
        "statement": f"{len(words):,} words along {len(names)} axes, and the length",
    }


def _axes_asked(name: str, fields: Given) -> int:
    if not fields:
        return MOST_AXES
    if len(fields) > 1 or not fields[0].isdigit() or not 1 <= int(fields[0]) <= MOST_AXES:
        raise HyperparameterError(
            f"text of {name!r}: say a number of axes from 1 to {MOST_AXES}, as text:8; got "
            f"{','.join(fields)!r}."
        )
    return int(fields[0])


def encode_text(code: Learned, column: Column) -> Floats:
    """Length and place along each axis, standardised; then whether it is missing.

    Notes: Def 207
    """
    values = _values(code, column)
    block = standardize(values, code["mean"], code["scale"])
    if not code["missing"]:
        return block
    return np.column_stack([block, np.isnan(values[:, 0]).astype(np.float64)])


def decode_text(code: Learned, block: Floats) -> NDArray[Any]:
    """The words that stand out most: the text itself, and the order of its words, is gone.

    Notes: Concept 192
    """
    at = slice(1, 1 + code["axes"].shape[1])
    along = block[:, at] * code["scale"][at] + code["mean"][at]
    strength = along @ code["axes"].T
    words = np.array([*code["words"], ""], dtype=object)
    best = np.argsort(-strength, axis=1, kind="stable")[:, :3]
    told = [
        " ".join(words[i] for i in mine if row[i] > 0)
        for mine, row in zip(best, strength, strict=True)
    ]
    if code["missing"]:
        gone = block[:, -1] > 0.5
        told = [None if g else t for g, t in zip(gone, told, strict=True)]  # type: ignore[misc]
    return np.array(told, dtype=object)


def _values(code: Learned, column: Column) -> Floats:
    """Length and place along each axis; NaN where there is no text."""
    texts = column.texts()
    lengths = np.array([np.nan if t is None else np.log1p(len(words_of(t))) for t in texts])
    if not code["words"]:
        return lengths[:, None]
    along = np.asarray(_counts(code, texts) @ code["axes"])  # sparse: a row sums alike in any batch
    along[np.isnan(lengths)] = np.nan
    return np.column_stack([lengths, along])


def _counts(code: Learned, texts: NDArray[Any]) -> sparse.csr_array:
    """Weighted counts of the known words, each row of length 1: n×V."""
    from scipy import sparse

    place = {word: i for i, word in enumerate(code["words"])}
    starts, columns, entries = [0], [], []
    for text in texts:
        met = Counter(place[word] for word in words_of(text) if word in place)
        at = sorted(met)
        row = [(1.0 + np.log(met[i])) * code["rarity"][i] for i in at]
        size = float(np.sqrt(sum(v * v for v in row)))
        columns += at
        entries += [v / size for v in row]
        starts.append(len(columns))
    shape = len(texts), len(code["words"])
    parts = np.array(entries), np.array(columns, dtype=np.int32), np.array(starts, dtype=np.int32)
    return sparse.csr_array(parts, shape=shape)


def _principal_axes(counts: sparse.csr_array, weights: Floats, n_axes: int) -> Floats:
    """Orthonormal directions (V×m) along which the rows vary most, by subspace iteration."""
    width = counts.shape[1]
    total = weights.sum()
    mean = counts.T @ weights / total

    def covariance(Q: Floats) -> Floats:
        along = counts @ Q
        return np.asarray(counts.T @ (weights[:, None] * along) / total - np.outer(mean, mean @ Q))

    kept = min(n_axes + SPARE, width)
    start = np.random.default_rng(SEED).standard_normal((width, kept))
    Q = np.linalg.qr(start)[0]
    for _ in range(ROUNDS):
        Q = np.linalg.qr(covariance(Q))[0]
    small = Q.T @ covariance(Q)
    spread, turn = np.linalg.eigh((small + small.T) / 2)
    order = np.argsort(-spread)[:n_axes]
    order = order[spread[order] > 1e-9 * max(float(spread.max()), 1e-300)]
    order = order[spread[order] > 1e-12]
    axes = Q @ turn[:, order]
    largest = np.abs(axes).argmax(axis=0) if axes.size else np.zeros(0, dtype=int)
    return np.asarray(axes * np.sign(axes[largest, np.arange(axes.shape[1])]))


def _axis_description(axis: Floats, words: list[str]) -> str:
    """The words that an axis is about: those for it, then those against it."""
    strong = np.argsort(-np.abs(axis), kind="stable")[:3]
    return " ".join(f"{'+' if axis[i] > 0 else '−'}{words[i]}" for i in strong)
