"""A bag of words: sentences become rows of a table, and lose their order.

Notes: Def 203, eq 5.27, eq 5.28
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.features.text_settings import ENTRIES
from pellucid.formatting import number
from pellucid.lab.controls import control, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import matrices, matrix, table, text
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

SENTENCES = (
    "The dog bites the man",
    "The man bites the dog",
    "The dog sleeps",
    "A tired man reads a book",
)
MOST = 24  # words shown
CONTROLS = (
    control(ENTRIES, term="phi", label="An entry says"),
    *(
        setting(f"s{i + 1}", words, f"Sentence {i + 1}", term="text")
        for i, words in enumerate(SENTENCES)
    ),
    setting("new", "The cat reads the man a book", "A new sentence, not trained on", term="new"),
    setting("pairs", False, "Pairs of words are features too"),
    setting("most", 40, "At most so many words", term="words", low=1, shown=(2, 40)),
)


def _sentences(state: State) -> list[str]:
    """The typed sentences that hold a word; the usual ones where none does."""
    given = [state[f"s{i + 1}"] for i in range(len(SENTENCES))]
    return [s for s in given if any(c.isalnum() for c in s)] or list(SENTENCES)


def _bag(state: State) -> tuple[Any, Any, Any]:
    from pellucid.features import BagOfWords

    reach = (1, 2) if state["pairs"] else (1, 1)
    sentences = _sentences(state)
    bag = BagOfWords(
        state["entries"],
        ngram_range=reach,
        max_features=state["most"],
        unseen="ignore",
        sparse_output=False,
    )
    rows = bag.fit(sentences).transform(sentences)
    return bag, np.asarray(rows), np.asarray(bag.transform([state["new"]]))[0]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Vocabulary and rows of the sentences."""
    bag, rows, new = _bag(state)
    sentences = _sentences(state)
    words = list(bag.words_)
    same = _same(rows)
    kept = bag.inverse_transform(rows[:1])[0]
    unknown = _unknown(state, set(words))
    yield Scene(
        terms={
            "text": Now(f"{len(sentences)} sentences"),
            "words": Now(f"{len(words)} words", f"k = {len(words)}"),
            "phi": Now(f"{int((rows != 0).sum())} entries of {rows.size} are not 0",
                       f"{len(words)}×1 each"),
            "new": Now(f"{int((new != 0).sum())} words known", f"{len(words)}×1"),
        },
        pictures={
            "rows": _rows(sentences, words, rows, new),
            "left": _left(sentences[0], kept),
            "counts": _counts(bag, words),
        },
        facts=(
            ("features", f"{len(words)}"),
            ("words left out by the limit", f"{bag.left_out_}"),
            ("sentences with the same row", same or "none"),
            ("new words, which leave no trace", ", ".join(unknown) or "none"),
            ("share of zeros", number(float((rows == 0).mean()))),
        ),
        numbers={
            "rows": rows,
            "new": new,
            "documents": bag.document_frequency_,
            "twins": int(bool(same)),
        },
        summary=f"{len(sentences)} sentences, {len(words)} features",
    )  # fmt: skip


def _same(rows: Any) -> str:
    pairs = [
        f"{j + 1} and {i + 1}"
        for i in range(len(rows))
        for j in range(i)
        if np.array_equal(rows[i], rows[j])
    ]
    return "; ".join(pairs)


def _unknown(state: State, words: set[str]) -> list[str]:
    from pellucid.errors import TextError
    from pellucid.features import BagOfWords

    try:
        own = BagOfWords().fit([state["new"]]).words_
    except TextError:  # no word in it
        return []
    return [word for word in own if word not in words]


def _rows(sentences: list[str], words: list[str], rows: Any, new: Any) -> dict[str, Any]:
    shown, more = words[:MOST], len(words) - MOST
    names = [str(i + 1) for i in range(len(sentences))] + ["new"]
    values = np.vstack([rows, new])[:, :MOST].T
    note = f"{more} more words are not shown. " if more > 0 else ""
    return matrices(
        "A row for each word and a column for each sentence: its feature vector φ(x).",
        [matrix(values, "φ(x)", term="phi", rows=shown, columns=names, digits=2)],
        note=note + "Words stand in alphabetical order, whatever their order in the sentence.",
    )


def _left(sentence: str, kept: list[str]) -> dict[str, Any]:
    return text(
        "The first sentence, and what its row still says: the words, in alphabetical order.",
        [
            {"text": sentence, "note": "the sentence"},
            {"text": "φ", "line": True, "term": "phi"},
            *(
                {"text": word, "weight": 0.5, "line": i == 0} for i, word in enumerate(kept)
            ),
            {"text": "" if kept else "no word is left", "note": "what is left of it"},
        ],
    )  # fmt: skip


def _counts(bag: Any, words: list[str]) -> dict[str, Any]:
    found = sorted(zip(bag.document_frequency_.tolist(), words, strict=True), key=lambda p: -p[0])
    return table(
        "In how many of the sentences each word stands, the most frequent first.",
        ("word", "sentences"),
        [(word, str(count)) for count, word in found[:8]],
    )


def code(state: State, data: Data) -> str:
    """The program that makes the same rows."""
    sentences = _sentences(state)
    given = "".join(f"    {s!r},\n" for s in sentences)
    return f"""import numpy as np
from pellucid.features import BagOfWords

sentences = [
{given}]
bag = BagOfWords({state["entries"]!r}, ngram_range={(1, 2) if state["pairs"] else (1, 1)},
                 max_features={state["most"]}, unseen="ignore",
                 sparse_output=False)
rows = bag.fit(sentences).transform(sentences)
new = bag.transform([{state["new"]!r}])[0]
documents = bag.document_frequency_
twins = int(len(np.unique(rows, axis=0)) < len(rows))
print(bag.words_, rows, bag.inverse_transform(rows))"""


def _twins(state: State, scene: Scene) -> tuple[str, str]:
    rows = np.asarray(scene.numbers["rows"])
    same = _same(rows)
    return ("Yes" if same else "No"), (
        f"Sentences {same} hold the same words of the vocabulary, and so share "
        "a row: their order is gone."
        if same
        else "Every sentence here has a row of its own."
    )


def _unseen(state: State, scene: Scene) -> tuple[str, str]:
    return "It leaves no trace", (
        "There is no feature for a word that stands in none of the sentences: the vocabulary was "
        "learnt before."
    )


PAGE = Page(
    name="bag-of-words",
    lead="Each word of a vocabulary becomes a feature that says whether, or how often, it stands "
    "in the sentence. Type your own. What is left of a sentence without its order?",
    notes="Def 203, eq 5.27, eq 5.28",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{phi}{\varphi(x)_j} = \left[\term{words}{w_j} \in \term{text}{x}\right]\quad "
            r"\text{(presence)}",
            "with presence, phi of x j is one when word j stands in x, else zero",
        ),
    ),
    terms=(
        Term("text", "x", "a sentence", "grey"),
        Term("words", "w", "vocabulary", "orange"),
        Term("phi", "φ(x)", "its row", "green"),
        Term("new", "x_new", "a sentence not trained on", "violet"),
    ),
    pictures=(
        Picture("rows", "A column for each sentence", "main"),
        Picture("left", "What is left of sentence 1"),
        Picture("counts", "Words in most sentences"),
    ),
    questions=(
        Question("Do two of the sentences share one row?", ("Yes", "No"), _twins),
        Question(
            "A new sentence has a word that no sentence here has. What does its row show of it?",
            ("A zero of its own", "It leaves no trace", "An error"),
            _unseen,
        ),
    ),
    scenes=scenes,
    code=code,
)
