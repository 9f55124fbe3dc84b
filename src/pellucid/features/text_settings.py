"""The settings of `BagOfWords`, each declared once.

Notes: Def 203, §5.3.2
"""

from __future__ import annotations

import re
from numbers import Integral, Real
from typing import Any

from pellucid.hyperparameters import Hyperparameter


def _share_or_count(value: Any) -> bool:
    if isinstance(value, Integral):
        return int(value) >= 1
    return isinstance(value, Real) and 0 <= float(value) <= 1


def _two_sizes(value: Any) -> bool:
    try:
        low, high = value
    except (TypeError, ValueError):
        return False
    whole = isinstance(low, Integral) and isinstance(high, Integral)
    return whole and 1 <= int(low) <= int(high) <= 20


def _words(value: Any) -> bool:
    if isinstance(value, str | bytes | dict):
        return False
    try:
        words = list(value)
    except TypeError:
        return False
    return len(words) > 0 and all(isinstance(word, str) for word in words)


def _pattern(value: Any) -> bool:
    try:
        return re.compile(value).groups <= 1
    except (re.error, TypeError):
        return False


ENTRIES = Hyperparameter(
    "entries",
    "presence",
    "str",
    "Whether a word stands in the document (1 or 0), how often it does, or how often times how "
    "rare it is: tf·(ln((1 + n)/(1 + df)) + 1), each row then of length 1.",
    choices=("presence", "counts", "tf-idf"),
)
# What an entry of φ(x) is, spoken and in LaTeX.
FORMULAS = {
    "presence": (
        "φ(x)ⱼ = 1 if word j stands in x, else 0",
        r"\varphi(x)_j = \mathbf{1}(\mathrm{word}_j \in x)",
    ),
    "counts": (
        "φ(x)ⱼ = how often word j stands in x",
        r"\varphi(x)_j = \mathrm{tf}_j(x)",
    ),
    "tf-idf": (
        "φ(x)ⱼ ∝ tfⱼ(x) (ln((1 + n)/(1 + dfⱼ)) + 1), ‖φ(x)‖ = 1",
        r"\varphi(x)_j \propto \mathrm{tf}_j(x) \, (\ln\frac{1 + n}{1 + \mathrm{df}_j} + 1)",
    ),
}
VOCABULARY = Hyperparameter(
    "vocabulary",
    None,
    "any",
    "The words that become features, in this order; None learns them from the documents.",
    optional=True,
    accepts=_words,
    described="a list of words, or None",
)
LOWERCASE = Hyperparameter(
    "lowercase", True, "bool", "Whether capital and small letters are the same."
)
TOKEN_PATTERN = Hyperparameter(
    "token_pattern",
    None,
    "any",
    "A regular expression of a word, with one group at most; None is the rule above, and faster.",
    optional=True,
    accepts=_pattern,
    described="a regular expression with at most one group, or None",
)
SHORTEST = Hyperparameter(
    "shortest", 1, "int", "Shorter words are left out.", unit="characters", low=1
)
LONGEST = Hyperparameter(
    "longest",
    1_000,
    "int",
    "Longer words, which are data rather than language, are left out and counted.",
    unit="characters",
    low=1,
)
NGRAM_RANGE = Hyperparameter(
    "ngram_range",
    (1, 1),
    "any",
    "Least and greatest number of consecutive words that make a feature.",
    accepts=_two_sizes,
    described="two whole numbers (least, greatest) from 1 to 20",
)
MIN_DF = Hyperparameter(
    "min_df",
    1,
    "any",
    "Words in fewer documents are left out: a whole number of them, or a share.",
    accepts=_share_or_count,
    described="a whole number ≥ 1 or a share from 0 to 1",
)
MAX_DF = Hyperparameter(
    "max_df",
    1.0,
    "any",
    "Words in more documents are left out: a whole number of them, or a share.",
    accepts=_share_or_count,
    described="a whole number ≥ 1 or a share from 0 to 1",
)
MAX_FEATURES = Hyperparameter(
    "max_features",
    None,
    "int",
    "How many words are kept: those of most documents, or of most occurrences with 'counts'.",
    low=1,
    optional=True,
)
N_BUCKETS = Hyperparameter(
    "n_buckets",
    None,
    "int",
    "For text without bound: words go by their hash into so many features and none is stored; "
    "different words may share one.",
    low=1,
    high=2**31 - 1,
    optional=True,
)
UNSEEN = Hyperparameter(
    "unseen",
    "ignore",
    "str",
    "What a word outside the vocabulary does in transform: nothing, a warning, an error, or it is "
    "counted in one more column.",
    choices=("ignore", "warn", "error", "feature"),
)
SPARSE_OUTPUT = Hyperparameter(
    "sparse_output", True, "bool", "Whether features come as a sparse array."
)
