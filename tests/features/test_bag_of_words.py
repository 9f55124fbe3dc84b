"""`BagOfWords`: the notes' example, scikit-learn's counts, limits, streams, and hostile text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import make_pipeline

from pellucid import BagOfWords, LogisticClassifier, load_model, save_model
from pellucid.errors import HyperparameterError, ShapeError, TextError, UnseenCategoryWarning
from pellucid.features.document_blocks import byte_table
from pellucid.features.word_counts import count_words, entry_texts

WORDS = ["She", "he", "a", "read", "tired", "water", "book"]
TEXTS = ["She read a book.", "He read; he tired!", "", "a A a water-book", "She SHE sHe read"]


def made(texts: list[str], **settings: Any) -> Any:
    return BagOfWords(**settings).fit_transform(texts).toarray()


def test_she_read_a_book() -> None:
    """5.3.2-she-read-a-book, 5.3.2-bag-of-words: (eq 5.27, eq 5.28)."""
    bag = BagOfWords(vocabulary=WORDS)
    assert bag.fit_transform(["She read a book."]).toarray().tolist() == [[1, 0, 1, 1, 0, 0, 1]]
    assert bag.get_feature_names_out().tolist() == WORDS
    assert bag.inverse_transform([[1, 0, 1, 1, 0, 0, 1]]) == [["She", "a", "read", "book"]]


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.randoms(use_true_random=False))
def test_order_and_repetition_vanish(words: list[str], random: Any) -> None:
    """5.3.2-order-and-repeats-vanish: presence keeps which words there are, nothing else."""
    bag = BagOfWords(vocabulary=WORDS)
    again = words * 2
    random.shuffle(again)
    one, other = bag.fit_transform([" ".join(words), " ".join(again)]).toarray()
    assert (one == other).all()
    assert set(np.flatnonzero(one)) == {WORDS.index(word) for word in words}


letters = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Z"]), max_size=40)


@given(
    st.lists(letters, min_size=1, max_size=6),
    st.sampled_from([(1, 1), (1, 2), (2, 3)]),
    st.booleans(),
    st.booleans(),
)
def test_equals_scikit_learn(
    texts: list[str], sizes: tuple[int, int], lowercase: bool, binary: bool
) -> None:
    """On composed text of any script (scikit-learn's own default leaves one-letter words out)."""
    texts = [*texts, "one two three"]
    theirs = CountVectorizer(ngram_range=sizes, lowercase=lowercase, binary=binary)
    entries = "presence" if binary else "counts"
    mine = BagOfWords(
        entries, shortest=2, ngram_range=sizes, lowercase=lowercase, token_pattern=r"\w+"
    )
    wanted, found = theirs.fit_transform(texts), mine.fit_transform(texts)
    assert mine.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    assert (found.toarray() == wanted.toarray()).all()
    assert (mine.transform(texts).toarray() == found.toarray()).all()
    assert found.has_canonical_format


@settings(deadline=None)
@given(st.lists(letters, min_size=1, max_size=4))
def test_the_rule_of_words_is_the_pattern_and_marks(texts: list[str]) -> None:
    """The fast rule finds what a regular expression of letters, digits and _ finds."""
    texts = [*(unicodedata.normalize("NFC", text) for text in texts), "word"]
    assume(not any(unicodedata.category(c)[0] == "M" for c in "".join(texts)))
    one, other = (BagOfWords(lowercase=False, token_pattern=p).fit(texts) for p in (None, r"\w+"))
    assert one.words_ == other.words_


@pytest.mark.parametrize("sizes", [(1, 1), (1, 2)])
def test_tf_idf_equals_scikit_learn(sizes: tuple[int, int]) -> None:
    theirs = TfidfVectorizer(token_pattern=r"\w+", ngram_range=sizes)
    mine = BagOfWords("tf-idf", ngram_range=sizes)
    np.testing.assert_allclose(
        mine.fit_transform(TEXTS).toarray(), theirs.fit_transform(TEXTS).toarray(), rtol=1e-14
    )
    new = ["she read read water", "nothing known"]
    np.testing.assert_allclose(
        mine.transform(new).toarray(), theirs.transform(new).toarray(), rtol=1e-14
    )


LIMITS: list[dict[str, Any]] = [
    {"min_df": 2}, {"max_df": 2}, {"min_df": 0.3, "max_df": 0.7}, {"max_features": 3},
    {"max_features": 2, "min_df": 2}, {"max_features": 100},
]  # fmt: skip


@pytest.mark.parametrize("limits", LIMITS, ids=str)
@pytest.mark.parametrize("binary", [True, False])
def test_limits_of_the_vocabulary(limits: dict[str, Any], binary: bool) -> None:
    """As scikit-learn has them, where ties do not leave the choice open."""
    texts = ["b b b c a", "b c a a", "b c", "b d e", "b e"]
    theirs = CountVectorizer(token_pattern=r"\w+", binary=binary, **limits)
    mine = BagOfWords("presence" if binary else "counts", **limits)
    found = mine.fit_transform(texts).toarray()
    if limits.get("max_features", 3) == 3:
        assert (found == theirs.fit_transform(texts).toarray()).all()
        assert mine.words_ == theirs.get_feature_names_out().tolist()
    assert mine.left_out_ + len(mine.words_) == 5
    assert (mine.transform(texts).toarray() == found).all()


def test_of_equally_frequent_words_the_first_of_the_alphabet_are_kept() -> None:
    assert BagOfWords(max_features=2).fit(["d c b a"]).words_ == ["a", "b"]


def test_blocks_of_documents_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    texts = [" ".join(f"w{j}" for j in random.integers(0, 500, 20)) for _ in range(400)]
    whole = BagOfWords("counts", ngram_range=(1, 2)).fit(texts)
    rows = whole.transform(texts)
    monkeypatch.setattr("pellucid.features.document_blocks.BLOCK_DOCUMENTS", 17)
    parted = BagOfWords("counts", ngram_range=(1, 2))
    assert (parted.fit_transform(iter(texts)) != rows).nnz == 0
    assert parted.words_ == whole.words_
    assert (parted.document_frequency_ == whole.document_frequency_).all()
    blocks = list(parted.transform_blocks(iter(texts)))
    assert [block.shape[0] for block in blocks] == [17] * 23 + [9]
    assert (sp.vstack(blocks) != rows).nnz == 0


def test_a_stream_is_read_a_few_blocks_ahead_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pellucid.features.document_blocks.BLOCK_DOCUMENTS", 10)
    monkeypatch.setattr("pellucid.features.counted_documents.threads", lambda: 2)
    drawn = 0

    def stream() -> Iterator[str]:
        nonlocal drawn
        for i in range(10_000):
            drawn = i + 1
            yield f"word {i}"

    bag = BagOfWords(n_buckets=64).fit([])
    ahead = []
    for done, block in enumerate(bag.transform_blocks(stream()), start=1):
        ahead.append(drawn - 10 * done)
        assert block.shape == (10, 64)
    assert max(ahead) <= 30


def test_documents_come_from_many_places(tmp_path: Path) -> None:
    wanted = BagOfWords().fit_transform(TEXTS).toarray()
    file = tmp_path / "texts.txt"
    file.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    places: list[Any] = [
        tuple(TEXTS), np.array(TEXTS), np.array(TEXTS, dtype=object), (t for t in TEXTS),
        pd.Series(TEXTS), pd.DataFrame({"t": TEXTS}), pl.Series(TEXTS), pl.DataFrame({"t": TEXTS}),
        np.array(TEXTS)[:, None], file,
    ]  # fmt: skip
    for place in places:
        assert (BagOfWords().fit_transform(place).toarray() == wanted).all()
    with file.open(encoding="utf-8") as lines:
        assert (BagOfWords().fit_transform(lines).toarray() == wanted).all()
    file.write_bytes(b"caf\xe9\n")
    with pytest.raises(TextError, match=r"texts.txt is not UTF-8 .*0xe9"):
        BagOfWords().fit(file)


REFUSED: list[tuple[Any, str]] = [
    ("She read a book.", "takes a list of documents; got one str"),
    (b"She", "got one bytes"),
    ({"a": "b"}, "got one dict"),
    (7, "takes a list of documents; got int"),
    (sp.csr_array((2, 2)), "one column of documents; got 2"),
    (pd.DataFrame({"a": TEXTS, "b": TEXTS}), "one column of documents; got 2"),
    (["a", None], r"Document 1 is missing \(None\)"),
    (["a", float("nan")], r"Document 1 is missing \(nan\)"),
    (pd.Series(["a", None, "b"]), r"Document 1 is missing"),
    ([b"bytes"], "Document 0 is bytes. Decode it first"),
    ([["a", "b"]], r"Document 0 is \['a', 'b'\], of type list"),
    (["a", 3.5], "Document 1 is 3.5, of type float"),
    (np.eye(2)[:, :1], "Document 0 is 1.0, of type float"),
    ([], "there is no word in 0 documents"),
    (["", " \n", "..."], "there is no word in 3 documents"),
]


@pytest.mark.parametrize(("documents", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_is_no_text_is_named(documents: Any, said: str) -> None:
    with pytest.raises(TextError, match=said):
        BagOfWords().fit(documents)


def test_hostile_text_is_read() -> None:
    """Huge words, NUL, emoji, combining marks, lone surrogates, marks of direction."""
    texts = [
        "x" * 2_000_000, "a\x00b\x00\x00", "👩‍👩‍👧 fine 🙂", "cafe\u0301 caf\u00e9",
        "\ud800broken\udfff",
        "\u202eright\u202c", "हिन्दी भाषा", "İstanbul ΣΑΣ Straße", "日本語 テキスト", "\ufeffbom",
        "1_000 2", "\n\r\t\v\f", "z\u0300\u0301\u0302",
    ]  # fmt: skip
    bag = BagOfWords().fit(texts)
    for word in ("a", "b", "fine", "café", "broken", "right", "हिन्दी", "भाषा", "σας", "straße",
                 "日本語", "bom", "1_000", "2", "z\u0300\u0301\u0302"):  # fmt: skip
        assert word in bag.words_
    assert bag.skipped_ == 1
    assert "left out for their length: 1 words" in str(bag.explain())
    assert bag.document_frequency_[bag.words_.index("café")] == 1
    assert "x" * 2_000_000 in BagOfWords(longest=10**7).fit(texts).words_


@given(st.lists(st.text(), max_size=5))
def test_no_text_crashes(texts: list[str]) -> None:
    for bag in (BagOfWords(n_buckets=16, ngram_range=(1, 2)), BagOfWords(vocabulary=["a", "b"])):
        rows = bag.fit_transform(texts)
        assert rows.shape[0] == len(texts)
        assert (bag.transform(texts) != rows).nnz == 0


def test_unseen_words_follow_the_policy() -> None:
    """5.3.2-unknown-words."""
    new = ["She drank tea, tea", "a book"]
    bag = BagOfWords().fit(TEXTS)
    assert bag.transform(new).sum() == 3
    with pytest.warns(UnseenCategoryWarning, match="2 words are not in the vocabulary: 'drank', '"):
        BagOfWords(unseen="warn").fit(TEXTS).transform(new)
    with pytest.raises(TextError, match="2 words are not in the vocabulary"):
        BagOfWords(unseen="error").fit(TEXTS).transform(new)
    with pytest.raises(TextError, match="2 words are not in the vocabulary"):
        BagOfWords(vocabulary=["she", "a", "book"], unseen="error").fit_transform(new)
    counting = BagOfWords("counts", unseen="feature").fit(TEXTS)
    assert counting.transform(new).toarray()[:, -1].tolist() == [3, 0]
    assert counting.get_feature_names_out()[-1] == "(unseen)"
    rare = BagOfWords(unseen="feature", max_features=1)
    assert (rare.fit_transform(TEXTS) != rare.transform(TEXTS)).nnz == 0
    assert (
        BagOfWords("tf-idf", unseen="feature").fit(TEXTS).transform(["tea"]).toarray()[0, -1] == 1
    )


def test_case_and_length_and_pattern() -> None:
    assert BagOfWords(lowercase=False).fit(["She she"]).words_ == ["She", "she"]
    assert BagOfWords(lowercase=False).fit(["É é"]).words_ == ["É", "é"]
    assert BagOfWords(shortest=2, longest=3).fit(["a bb ccc dddd éé"]).words_ == ["bb", "ccc", "éé"]
    tags = BagOfWords(token_pattern=r"#(\w+)", ngram_range=(1, 2)).fit(["see #One and #two"])
    assert tags.words_ == ["one", "one two", "two"]
    spaced = BagOfWords(token_pattern=r"[^,]+").fit(["new york, \ud800x"])
    assert spaced.words_ == [" ?x", "new york"]


def test_a_word_left_out_for_its_length_parts_no_sequence() -> None:
    assert BagOfWords(shortest=2, ngram_range=(2, 2)).fit(["read a book"]).words_ == ["read book"]


def test_a_given_vocabulary_is_checked() -> None:
    bag = BagOfWords("counts", vocabulary=["New York", "york", "YORK city"], ngram_range=(1, 2))
    assert bag.fit_transform(["new york city York"]).toarray().tolist() == [[1, 2, 1]]
    for words, said in (
        (["book", "Book"], "holds 'Book' and 'book', which are the same word|'book' and 'Book'"),
        (["new york"], "'new york' of vocabulary can never be found"),
        (["..."], "can never be found"),
        ([], "vocabulary must be"),
        ("book", "vocabulary must be"),
        ({"book": 1}, "vocabulary must be"),
        ([1], "vocabulary must be"),
    ):
        with pytest.raises(HyperparameterError, match=said):
            BagOfWords(vocabulary=words).fit(TEXTS)
    with pytest.raises(HyperparameterError, match="not both"):
        BagOfWords(vocabulary=["a"], n_buckets=4).fit(TEXTS)


def test_limits_that_leave_no_word_are_named() -> None:
    with pytest.raises(TextError, match=r"min_df=5 and max_df=1.0 leave out all 7 words"):
        BagOfWords(min_df=5).fit(TEXTS)
    with pytest.raises(TextError, match=r"no word in 1 documents \(2 are too short or too long\)"):
        BagOfWords(shortest=3).fit(["a bb"])
    for name, wrong in (("min_df", 0), ("max_df", 1.5), ("ngram_range", (2, 1)),
                        ("token_pattern", "("), ("token_pattern", "(a)(b)")):  # fmt: skip
        with pytest.raises(HyperparameterError, match=name):
            BagOfWords(**{name: wrong}).fit(TEXTS)


def test_buckets_add_up_what_shares_them_and_keep_nothing() -> None:
    counts = BagOfWords("counts", n_buckets=3).fit_transform(TEXTS)
    own = BagOfWords("counts").fit_transform(TEXTS)
    assert (counts.sum(axis=1) == own.sum(axis=1)).all()
    assert set(BagOfWords(n_buckets=3).fit_transform(TEXTS).data) == {1.0}
    wide = BagOfWords("counts", n_buckets=2**20, ngram_range=(1, 2)).fit_transform(TEXTS)
    same = BagOfWords("counts", ngram_range=(1, 2)).fit_transform(TEXTS)
    assert sorted(wide.data) == sorted(same.data)  # too many for these to collide
    bag = BagOfWords(n_buckets=3).fit(TEXTS)
    assert bag.get_feature_names_out().tolist() == ["bucket 0", "bucket 1", "bucket 2"]
    with pytest.raises(HyperparameterError, match="keep no words"):
        bag.inverse_transform(counts)
    weighted = BagOfWords("tf-idf", n_buckets=3).fit_transform(TEXTS).toarray()
    np.testing.assert_allclose((weighted**2).sum(axis=1), [1, 1, 0, 1, 1])


def test_words_come_back() -> None:
    bag = BagOfWords().fit(TEXTS)
    assert bag.inverse_transform(bag.transform(["a read book", ""])) == [["a", "book", "read"], []]
    with pytest.raises(ShapeError, match="There are 7 features; X has 2 columns"):
        bag.inverse_transform(np.eye(2))


def test_dense_features_in_a_table_and_in_a_pipeline() -> None:
    dense = BagOfWords(sparse_output=False).set_output(transform="pandas").fit_transform(TEXTS)
    assert dense.columns.tolist() == ["a", "book", "he", "read", "she", "tired", "water"]
    model = make_pipeline(BagOfWords(), LogisticClassifier(lam=0.01))
    model.fit(["good film", "bad film", "good book", "bad book"], [1, 0, 1, 0])
    assert model.predict(["good water", "bad water"]).tolist() == [1, 0]


@pytest.mark.parametrize("vocabulary", [None, ["She", "read a"]])
def test_a_model_file_keeps_it(vocabulary: Any, tmp_path: Path) -> None:
    bag = BagOfWords(vocabulary=vocabulary, ngram_range=(1, 2)).fit(TEXTS)
    wanted = bag.transform(TEXTS)
    save_model(bag, tmp_path / "bag.pellucid")
    assert (load_model(tmp_path / "bag.pellucid").transform(TEXTS) != wanted).nnz == 0


def test_refitting_forgets_the_vocabulary_before() -> None:
    bag = BagOfWords().fit(["one"])
    assert bag.transform(["one two"]).toarray().tolist() == [[1]]
    assert bag.fit(["two three"]).transform(["one two"]).toarray().tolist() == [[0, 1]]


def test_words_that_begin_alike_stay_apart() -> None:
    """A word is told by its first 8 bytes and its length, and a longer one by the rest too."""
    words = ["abcdefgh", "abcdefghi", "abcdefghj", "abcdefghijklmnop", "abcdefghijklmnoq", "a", "b"]
    assert BagOfWords().fit([" ".join(words * 2)]).words_ == sorted(words)
    empty = count_words(np.zeros(0, np.uint8), np.zeros(1, np.int64), byte_table(True, False))
    assert empty.indptr.tolist() == [0]
    assert entry_texts(empty) == []


def test_many_words_with_one_hash_bucket_stay_apart() -> None:
    """Every word of up to three letters: none is taken for another."""
    words = [a + b + c for a in "abcdefgh" for b in "abcdefghij" for c in "klmnopqrst"]
    bag = BagOfWords("counts").fit([" ".join(words), " ".join(words[::7])])
    assert bag.words_ == sorted(words)
    found = re.findall(r"\w+", " ".join(words[::7]))
    assert sorted(bag.inverse_transform(bag.transform([" ".join(found)]))[0]) == sorted(found)
