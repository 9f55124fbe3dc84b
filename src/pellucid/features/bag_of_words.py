"""`BagOfWords`: one feature a word, which tells whether the word stands in the text.

Notes: Def 203, eq 5.27, §5.3.2
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, ClassVar, Self
from weakref import WeakKeyDictionary

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from pellucid.data.encoded_names import distinct_names
from pellucid.errors import HyperparameterError, ShapeError, TextError, UnseenCategoryWarning
from pellucid.explanation import Explanation, Formula
from pellucid.features.counted_documents import TokenizerSettings, counted_blocks
from pellucid.features.document_blocks import each_document
from pellucid.features.text_settings import (
    ENTRIES,
    FORMULAS,
    LONGEST,
    LOWERCASE,
    MAX_DF,
    MAX_FEATURES,
    MIN_DF,
    N_BUCKETS,
    NGRAM_RANGE,
    SHORTEST,
    SPARSE_OUTPUT,
    TOKEN_PATTERN,
    UNSEEN,
    VOCABULARY,
)
from pellucid.features.vocabulary import (
    VocabularyBuilder,
    chosen_words,
    columns_of_block,
    count_rows,
    given_words,
    inverse_frequency,
    stack_blocks,
    tf_idf,
)
from pellucid.features.word_counts import DocumentCounts, entry_texts
from pellucid.glass_box import GlassBox

Columns = NDArray[np.int64]
# Derived from `words_`, so no part of a fitted object's state.
_LOOKUPS: WeakKeyDictionary[Any, dict[bytes, int]] = WeakKeyDictionary()
UNSEEN_NAME = "(unseen)"


class BagOfWords(TransformerMixin, GlassBox):  # type: ignore[misc]
    """Bag of words: for each word of a vocabulary, whether it stands in the document.

    Order and repetition of words vanish. Documents come from a list, a column, a stream or a file
    (a `Path`: a line a document), a block of a few megabytes at a time. A word is a run of letters
    of any script, digits, underscores and combining marks, in small letters; punctuation and emoji
    part words. Words that training has not met are left out unless `unseen` says otherwise.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    words_ : list of str, length k
        The vocabulary, in alphabetical order or as given; empty with buckets.
    document_frequency_ : ndarray of int, shape (k,)
        In how many of the training documents each word stands.
    n_documents_ : int
        Training documents.
    left_out_ : int
        Different words of the training documents that the limits left out.
    skipped_ : int
        Words of the training documents, repetitions counted, left out for their length.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> bag = BagOfWords(vocabulary=["She", "he", "a", "read", "tired", "water", "book"])
    >>> bag.fit_transform(["She read a book."]).toarray()
    array([[1., 0., 1., 1., 0., 0., 1.]])

    Notes: Def 203, eq 5.27, eq 5.28
    """

    hyperparameters: ClassVar = (
        ENTRIES, VOCABULARY, LOWERCASE, TOKEN_PATTERN, SHORTEST, LONGEST, NGRAM_RANGE, MIN_DF,
        MAX_DF, MAX_FEATURES, N_BUCKETS, UNSEEN, SPARSE_OUTPUT,
    )  # fmt: skip

    def __init__(
        self,
        entries: str = ENTRIES.default,
        *,
        vocabulary: Any = VOCABULARY.default,
        lowercase: bool = LOWERCASE.default,
        token_pattern: str | None = TOKEN_PATTERN.default,
        shortest: int = SHORTEST.default,
        longest: int = LONGEST.default,
        ngram_range: tuple[int, int] = NGRAM_RANGE.default,
        min_df: Any = MIN_DF.default,
        max_df: Any = MAX_DF.default,
        max_features: int | None = MAX_FEATURES.default,
        n_buckets: int | None = N_BUCKETS.default,
        unseen: str = UNSEEN.default,
        sparse_output: bool = SPARSE_OUTPUT.default,
    ) -> None:
        self.entries = entries
        self.vocabulary = vocabulary
        self.lowercase = lowercase
        self.token_pattern = token_pattern
        self.shortest = shortest
        self.longest = longest
        self.ngram_range = ngram_range
        self.min_df = min_df
        self.max_df = max_df
        self.max_features = max_features
        self.n_buckets = n_buckets
        self.unseen = unseen
        self.sparse_output = sparse_output

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the vocabulary; memory holds it and a few blocks, however long the stream.

        Parameters
        ----------
        X : iterable of n documents, one-column table, or Path
        y : ignored

        Returns
        -------
        BagOfWords
            Itself.

        Raises
        ------
        TextError
            When a document is no text (tells which), or no word is left for the vocabulary.
        HyperparameterError
            When a word of a given vocabulary could never be found.
        """
        self._learn(X, None)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """`fit(X).transform(X)`, with the documents gone through once.

        Words that the limits leave out are neither warned of nor an error here.

        Parameters
        ----------
        X : iterable of n documents, one-column table, or Path
        y : ignored

        Returns
        -------
        csr_array or ndarray, shape (n, k)
        """
        blocks: deque[tuple[DocumentCounts, Columns]] = deque()
        columns = self._learn(X, blocks)
        made = []
        while blocks:  # a block is let go of as soon as its rows are made
            found, here = blocks.popleft()
            if columns is not None:
                here = np.append(columns, -1)[here]
            made.append(self._features(found, here))
        return self._given_out(stack_blocks(made, self._width()))

    def _learn(
        self, X: Any, counted: deque[tuple[DocumentCounts, Columns]] | None
    ) -> Columns | None:
        """Fit; keep the blocks where asked, and give the column of each word a block may name."""
        self.check_hyperparameters()
        _LOOKUPS.pop(self, None)
        known = self._given_vocabulary()
        grown, documents = VocabularyBuilder(), np.zeros(len(known), dtype=np.int64)
        for found in counted_blocks(each_document(X), self._reading()):
            if self.n_buckets is not None:
                here = self._buckets(found)
            elif self.vocabulary is not None:
                here = columns_of_block(found, known)
                uses = np.bincount(found.numbers, minlength=len(here))
                documents[here[here >= 0]] += uses[here >= 0]
            else:
                here = grown.take(found)
            grown.rows += len(found.indptr) - 1
            grown.skipped += found.skipped
            if counted is not None:
                if self.vocabulary is not None:
                    self._meet_unseen(found, here)
                counted.append((found._replace(text=found.text[:0]), here))
        self.n_documents_, self.skipped_ = grown.rows, grown.skipped
        self.words_, self.document_frequency_, self.left_out_ = [], documents, 0
        if self.vocabulary is not None:
            self.words_ = [str(word) for word in self.vocabulary]
        if self.vocabulary is not None or self.n_buckets is not None:
            return None
        self.words_, self.document_frequency_, columns = chosen_words(
            grown, self.min_df, self.max_df, self.max_features, self.entries == "counts"
        )
        self.left_out_ = len(grown.places) - len(self.words_)
        self._check_vocabulary(len(grown.places))
        return columns

    def _reading(self) -> TokenizerSettings:
        low, high = self.ngram_range
        return TokenizerSettings(
            self.lowercase, self.token_pattern, self.shortest, self.longest, (int(low), int(high))
        )

    def _given_vocabulary(self) -> dict[bytes, int]:
        """The column of each word of a given vocabulary; nothing when it is to be learnt."""
        if self.vocabulary is None:
            return {}
        if self.n_buckets is not None:
            raise HyperparameterError("BagOfWords: give vocabulary or n_buckets, not both.")
        return given_words([str(word) for word in self.vocabulary], self._reading())

    def _lookup(self) -> dict[bytes, int]:
        """The column of each word of the vocabulary, made once for each fitted object."""
        if self not in _LOOKUPS:
            own = {word.encode("utf-8"): j for j, word in enumerate(self.words_)}
            _LOOKUPS[self] = own if self.vocabulary is None else self._given_vocabulary()
        return _LOOKUPS[self]

    def _check_vocabulary(self, n_words: int) -> None:
        if self.words_:
            return
        if n_words:
            why = f"min_df={self.min_df} and max_df={self.max_df} leave out all {n_words:,} words"
        else:
            why = f"there is no word in {self.n_documents_:,} documents"
            why += f" ({self.skipped_:,} are too short or too long)" if self.skipped_ else ""
        raise TextError(f"BagOfWords: the vocabulary is empty: {why}.")

    def transform(self, X: Any) -> Any:
        """φ of each document: n×k, one column a word.

        Parameters
        ----------
        X : iterable of n documents, one-column table, or Path

        Returns
        -------
        csr_array or ndarray, shape (n, k)

        Raises
        ------
        TextError
            When a document is no text, or holds an unseen word and `unseen` is "error".
        """
        return self._given_out(stack_blocks(list(self.transform_blocks(X)), self._width()))

    def transform_blocks(self, X: Any) -> Iterator[sp.csr_array]:
        """The features of a stream, some thousands of documents at a time; only those are held.

        Parameters
        ----------
        X : iterable of documents, one-column table, or Path

        Yields
        ------
        csr_array, shape (rows of the block, k)

        Examples
        --------
        >>> bag = BagOfWords(n_buckets=8)
        >>> sum(block.shape[0] for block in bag.fit([]).transform_blocks(["a b", "c"]))
        2
        """
        check_is_fitted(self)
        for found in counted_blocks(each_document(X), self._reading()):
            if self.n_buckets is not None:
                here = self._buckets(found)
            else:
                here = columns_of_block(found, self._lookup())
                self._meet_unseen(found, here)
            yield self._features(found, here)

    def _buckets(self, documents: DocumentCounts) -> Columns:
        return (documents.hashes % np.uint64(self.n_buckets or 1)).astype(np.int64)

    def _unseen_numbers(self, documents: DocumentCounts, columns: Columns) -> NDArray[np.bool_]:
        strange: NDArray[np.bool_] = (columns < 0) & (documents.size == self.ngram_range[0])
        return strange

    def _meet_unseen(self, documents: DocumentCounts, columns: Columns) -> None:
        if self.unseen not in ("warn", "error"):
            return
        strange = np.flatnonzero(self._unseen_numbers(documents, columns))
        if not len(strange):
            return
        names = entry_texts(documents)
        shown = ", ".join(repr(names[j].decode("utf-8"))[:40] for j in strange[:5].tolist())
        said = f"{len(strange):,} words are not in the vocabulary: {shown}"
        said += ", …" if len(strange) > 5 else ""
        if self.unseen == "error":
            raise TextError(f"BagOfWords: {said}. Fit on such text, or use unseen='ignore'.")
        self.warn(f"{said}; they are left out.", UnseenCategoryWarning)

    def _width(self) -> int:
        own = len(self.words_) if self.n_buckets is None else int(self.n_buckets)
        return own + (self.unseen == "feature" and self.n_buckets is None)

    def _features(self, documents: DocumentCounts, columns: Columns) -> sp.csr_array:
        """Rows of a block, from the column of each of its numbers."""
        if self.unseen == "feature" and self.n_buckets is None:
            columns = np.where(self._unseen_numbers(documents, columns), self._width() - 1, columns)
        rows = count_rows(documents, columns, self._width())
        if self.entries == "presence":
            rows.data[:] = 1.0
        elif self.entries == "tf-idf":
            rows = tf_idf(rows, self._rarity())
        return rows

    def _rarity(self) -> NDArray[np.float64]:
        """Of each column; what no training document holds is as rare as can be, buckets all 1."""
        if self.n_buckets is not None:
            return np.ones(self.n_buckets)
        more = np.zeros(self._width() - len(self.words_), dtype=np.int64)
        return inverse_frequency(np.append(self.document_frequency_, more), self.n_documents_)

    def _given_out(self, rows: sp.csr_array) -> Any:
        return rows if self.sparse_output else rows.toarray()

    def inverse_transform(self, X: Any) -> list[list[str]]:
        """The words of each row, in the order of the columns: what is left of the text.

        Parameters
        ----------
        X : array or sparse array, shape (n, k)

        Returns
        -------
        list of n lists of str

        Raises
        ------
        HyperparameterError
            With buckets, which keep no word.
        ShapeError
            Unless there is a column for each word.
        """
        check_is_fitted(self)
        if self.n_buckets is not None:
            raise HyperparameterError("BagOfWords: buckets keep no words to give back.")
        rows = sp.csr_array(X)
        if rows.shape[1] != self._width():
            raise ShapeError(f"There are {self._width()} features; X has {rows.shape[1]} columns.")
        names, cuts = self.get_feature_names_out(), rows.indptr
        return [
            [str(names[j]) for j in np.sort(rows.indices[cuts[i] : cuts[i + 1]])]
            for i in range(rows.shape[0])
        ]

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """The words, or "bucket 0", …; after them "(unseen)" where those have a column."""
        check_is_fitted(self)
        if self.n_buckets is not None:
            return np.array([f"bucket {j}" for j in range(self.n_buckets)], dtype=object)
        more = [UNSEEN_NAME] if self.unseen == "feature" else []
        return distinct_names([*self.words_, *more])

    def _explanation(self) -> Explanation:
        words = f"{len(self.words_):,} words" if self.n_buckets is None else "none kept"
        rule = "letters, digits, underscores, marks" if self.token_pattern is None else "a pattern"
        low, high = self.ngram_range
        return Explanation(
            name="BagOfWords",
            problem="Make numbers of text: one feature a word.",
            hypothesis=Formula(*FORMULAS[self.entries], f"φ(x): {self._width()}×1", "Def 203"),
            algorithm="Each document is gone through once; the order of its words, and with "
            "presence their number, is forgotten.",
            happened=(
                ("documents", f"{self.n_documents_:,}"),
                ("vocabulary", words),
                ("left out by the limits", f"{self.left_out_:,} different words"),
                ("left out for their length", f"{self.skipped_:,} words"),
                ("a word", f"{rule}; {'small letters' if self.lowercase else 'case kept'}"),
                ("words a feature", f"{low}" if low == high else f"{low} to {high}"),
                ("entries", self.entries),
                ("unseen words", self.unseen),
            ),
            warnings=tuple(self.warnings_),
            notes="Def 203, eq 5.27, §5.3.2",
        )
