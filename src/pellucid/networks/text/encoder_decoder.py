"""`EncoderDecoder`: a transformer over words that turns one sentence into another.

Notes: Concept 381, Concept 382, Def 383, Clar 384
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import HyperparameterError, ShapeError, TextError, TooFewRowsError
from pellucid.explanation import Explanation, Formula
from pellucid.hyperparameters import Hyperparameter, is_whole
from pellucid.networks.estimators.settings import EPOCHS, RANDOM_STATE
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.layer_norm import LayerNorm
from pellucid.networks.layers.sequences.each_place import EachPlace, Stretch
from pellucid.networks.layers.sequences.embedding import Embedding
from pellucid.networks.layers.sequences.positional_code import PositionalCode
from pellucid.networks.layers.sequences.transformer import TransformerDecoder, TransformerEncoder
from pellucid.networks.layers.softmax import Softmax
from pellucid.networks.network import Network
from pellucid.networks.text.generated_text import GeneratedText, drawn_token, tempered
from pellucid.networks.text.text_model import (
    DROPOUT,
    HEADS,
    HIDDEN,
    STEP_SIZE,
    WIDTH,
    TextModel,
    check_temperature,
    shares_of,
    texts_of,
)
from pellucid.networks.training.outputs import outputs_of

Array = NDArray[np.float64]
Ids = NDArray[np.intp]
START, END = 0, 1  # the token before an output's first word, and the one after the last of each
BLOCKS = Hyperparameter("blocks", 1, "int", "Encoders in series, and as many decoders.", low=1)
BATCH_SIZE = Hyperparameter("batch_size", 32, "int", "Pairs a step.", symbol="K", low=1)


class EncoderDecoder(TextModel):
    """Words → encoders → an internal representation → decoders → the chance of each next word.

    The encoders read a whole sentence. The decoders write another, a word at a time: each looks at
    the words written so far, then at the representation (cross-attention). What is written becomes
    past output. Words are what stands between spaces; a sentence ends with a token of its own.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    words_in_, words_out_ : list of str
        The words of the sentences, and of those that they become, sorted.
    places_in_, places_out_ : int
        The longest of each, with its end.
    network_ : Network
    params_ : list of dict of arrays
    trace_ : dict
        `loss` by epoch: mean loss of a word, −log of the chance given to it; `stopped`, `verdict`.

    Examples
    --------
    >>> english = ["one cat", "two cats", "one dog", "two dogs"] * 8
    >>> french = ["un chat", "deux chats", "un chien", "deux chiens"] * 8
    >>> h = EncoderDecoder(width=16, heads=2, hidden=16, step_size=0.01).fit(english, french)
    >>> h.predict(["two dogs", "one cat"]).tolist()
    ['deux chiens', 'un chat']
    >>> h.words_out_[h.next_word("two cats", "deux").argmax()]
    'chats'

    Notes: Concept 381, Concept 382, Def 383, Clar 384
    """

    hyperparameters: ClassVar = (
        WIDTH, HEADS, BLOCKS, HIDDEN, DROPOUT, STEP_SIZE, BATCH_SIZE, EPOCHS, RANDOM_STATE,
    )  # fmt: skip

    words_in_: list[str]
    words_out_: list[str]
    places_in_: int
    places_out_: int

    def __init__(
        self,
        width: int = WIDTH.default,
        heads: int = HEADS.default,
        blocks: int = BLOCKS.default,
        hidden: int = HIDDEN.default,
        dropout: float = DROPOUT.default,
        step_size: float = STEP_SIZE.default,
        batch_size: int = BATCH_SIZE.default,
        epochs: int = EPOCHS.default,
        random_state: int = RANDOM_STATE.default,
    ) -> None:
        self.width = width
        self.heads = heads
        self.blocks = blocks
        self.hidden = hidden
        self.dropout = dropout
        self.step_size = step_size
        self.batch_size = batch_size
        self.epochs = epochs
        self.random_state = random_state

    def fit(self, X: Sequence[str], y: Sequence[str]) -> Self:
        """Learn from pairs of sentences.

        Parameters
        ----------
        X : sequence of str, n sentences
        y : sequence of str, n sentences
            What each of X becomes.

        Raises
        ------
        TextError
            For a sentence without a word, or what is none.
        TooFewRowsError
            When X and y are not as many.
        """
        self.check_hyperparameters()
        sources, targets = _sentences(X), _sentences(y)
        if len(sources) != len(targets):
            raise TooFewRowsError(
                f"There are {len(sources)} sentences and {len(targets)} that they become: give one "
                "for each."
            )
        self.words_in_ = sorted(set().union(*sources))
        self.words_out_ = sorted(set().union(*targets))
        self.places_in_ = 1 + max(map(len, sources))
        self.places_out_ = 1 + max(map(len, targets))
        answers = np.array([_ended(self._ids(t, "out"), self.places_out_) for t in targets])
        points = np.hstack([[self._read(s) for s in sources], _past(answers)])
        self._train(self._network(), points, answers - END, 1 + len(self.words_out_))
        return self

    def _network(self) -> Network:
        read, width = self.places_in_, int(self.width)
        inside = (width, int(self.hidden), int(self.heads))
        kind: Any = {"activation": "gelu", "dropout": float(self.dropout), "norm": "before"}
        encoder = TransformerEncoder(*inside, **kind)
        decoder = TransformerDecoder(width, read, int(self.hidden), int(self.heads), **kind)
        out = EachPlace([Dense(1 + len(self.words_out_), initial="xavier")])
        return Network(
            [
                Embedding(2 + len(self.words_out_) + len(self.words_in_), width),
                Stretch([PositionalCode(), *[encoder] * int(self.blocks), LayerNorm()], 0, read),
                Stretch([PositionalCode()], read),
                *[decoder] * int(self.blocks),
                Stretch([LayerNorm(), out], read, rest="drop"), Softmax(),
            ],
            "nllm", read + self.places_out_, reduction="mean",
        )  # fmt: skip

    def _ids(self, words: Sequence[str], which: str) -> list[int]:
        """The tokens of words: start, end, the words written, the words read."""
        known = self.words_in_ if which == "in" else self.words_out_
        first = END + 1 + (len(self.words_out_) if which == "in" else 0)
        at = {word: first + i for i, word in enumerate(known)}
        for place, word in enumerate(words):
            if word not in at:
                learnt = "sentences" if which == "in" else "sentences that they become"
                raise TextError(
                    f"The word {word!r} (number {place + 1} of {' '.join(words)!r}) was not in the "
                    f"{learnt} learnt from, which had {len(at)} words."
                )
        return [at[word] for word in words]

    def _read(self, words: Sequence[str]) -> Ids:
        ids = self._ids(words, "in")
        if len(ids) >= self.places_in_:
            raise TextError(
                f"{' '.join(words)!r} has {len(ids)} words; the longest sentence learnt from had "
                f"{self.places_in_ - 1}. Give a shorter one, or learn from longer ones."
            )
        return _ended(ids, self.places_in_)

    def _chances(self, sources: Ids, written: Ids) -> Array:
        """Chances of end and words at each place, n×T×outputs, given what is written so far."""
        points = np.hstack([sources, _past(written)])
        return shares_of(outputs_of(self.network_, self.params_, [], points))

    def predict(self, X: Sequence[str]) -> NDArray[Any]:
        """What each sentence becomes: the likeliest next word each time, until the end comes.

        Parameters
        ----------
        X : sequence of str, n sentences

        Returns
        -------
        array of str, (n,)

        Raises
        ------
        TextError
            For a word that was not learnt from, or a sentence longer than those were.

        Notes: Def 383
        """
        check_is_fitted(self)
        sources = np.array([self._read(words) for words in _sentences(X)])
        written = np.full((len(sources), self.places_out_), END)
        for t in range(self.places_out_):
            written[:, t] = END + self._chances(sources, written)[:, t].argmax(axis=1)
            written[:, t][(written[:, :t] == END).any(axis=1)] = END
            if (written[:, t] == END).all():
                break
        return np.array([self._text(ids) for ids in written], dtype=object)

    def _text(self, ids: Any) -> str:
        words = [self.words_out_[each - END - 1] for each in ids if each != END]
        return " ".join(words)

    def score(self, X: Sequence[str], y: Sequence[str]) -> float:
        """Share of the sentences that become exactly what they should, word by word.

        Notes: Def 383
        """
        wanted = [" ".join(words) for words in _sentences(y)]
        return float(np.mean(self.predict(X) == np.array(wanted, dtype=object)))

    def next_word(self, sentence: str, past: str = "", temperature: float = 1.0) -> Array:
        """The chance of each of `words_out_` to come next, and last that of the end.

        Parameters
        ----------
        sentence : str
            What the encoders read.
        past : str
            What is written so far; empty at the beginning.
        temperature : float
            Below 1 sharper, above 1 flatter, 0 the likeliest alone.

        Returns
        -------
        array, (number of words written + 1,)

        Raises
        ------
        TextError, HyperparameterError

        Notes: Def 383
        """
        check_is_fitted(self)
        check_temperature(temperature, "next_word")
        sources, written, count = self._pair(sentence, past)
        p = np.roll(self._chances(sources, written)[0, count], -1)
        return p if temperature == 1 else np.asarray(tempered(p, temperature))

    def _pair(self, sentence: str, past: str) -> tuple[Ids, Ids, int]:
        """A sentence read, n×S of n = 1, what is written so far, 1×T, and how many words it has."""
        (words,) = _sentences(sentence)
        ids = self._ids(past.split(), "out")
        if len(ids) >= self.places_out_:
            raise TextError(
                f"{past!r} has {len(ids)} words; at most {self.places_out_ - 1} are written, as "
                "many as the longest learnt from had. Give fewer."
            )
        return self._read(words)[None], _ended(ids, self.places_out_)[None], len(ids)

    def generate(
        self, sentence: str, length: int | None = None, *, temperature: float = 1.0, seed: int = 0
    ) -> GeneratedText:
        """Write what a sentence may become, each word drawn from its chances.

        Parameters
        ----------
        sentence : str
        length : int, optional
            Most words; None goes on to the end, or to the longest learnt from.
        temperature : float
            Below 1 likely words are preferred, above 1 they are less so; 0 is `predict`.
        seed : int

        Returns
        -------
        GeneratedText
            Labelled as such.

        Raises
        ------
        HyperparameterError, TextError

        Notes: Def 383
        """
        check_is_fitted(self)
        check_temperature(temperature, "generate")
        if length is not None and not is_whole(length, 1):
            raise HyperparameterError(f"generate: length is a whole number ≥ 1; got {length!r}.")
        random = np.random.default_rng(seed)
        sources, written, _ = self._pair(sentence, "")
        for t in range(min(length or self.places_out_, self.places_out_ - 1)):
            p = self._chances(sources, written)[0, t]
            written[0, t] = END + drawn_token(p, temperature, random)
            if written[0, t] == END:
                break
        how = f"by EncoderDecoder at temperature {temperature:g}"
        return GeneratedText(sentence, self._text(written[0]), how, apart=True)

    def attention(self, sentence: str, past: str = "", block: int = 1) -> Array:
        """How much each place of the output looks at each word read, and last at the end of it.

        The cross-attention of one decoder, counted from 1. Rows: the start, then each word of
        `past`; the last row is the look that decides what comes next. Rows sum to 1.

        Parameters
        ----------
        sentence : str
            s words.
        past : str
            t words written so far.
        block : int

        Returns
        -------
        array, heads×(t+1)×(s+1)

        Raises
        ------
        TextError
        ShapeError
            For a block that there is not.

        Notes: Def 379, Clar 380
        """
        from pellucid.networks.passes.attention_maps import attention_weights

        check_is_fitted(self)
        if not is_whole(block, 1) or block > self.blocks:
            raise ShapeError(f"attention: block is from 1 to {self.blocks}; got {block!r}.")
        sources, written, t = self._pair(sentence, past)
        found = attention_weights(
            self.network_, self.params_, np.hstack([sources, _past(written)]).astype(float)
        )
        # One an encoder; then two a decoder, of which the second reads the representation.
        P = np.asarray(found[int(self.blocks) + 2 * block - 1], np.float64)[0, :, : t + 1]
        s = len(sentence.split())
        return np.concatenate([P[..., :s], P[..., s:].sum(axis=-1, keepdims=True)], axis=-1)

    def _explanation(self) -> Explanation:
        count = 1 + len(self.words_out_)
        read, written = self.places_in_, self.places_out_
        return Explanation(
            type(self).__name__,
            problem="Turn a sentence into another, a word at a time; judged by −log of the chance "
            "given to each word that should come, and to the end.",
            hypothesis=Formula(
                "R = encoders(W_in + C); decoders see past output, and R by cross-attention; "
                "h = softmax(WᵀA + W₀) at each place",
                r"h_t = \mathrm{softmax}(W^T A_t + W_0)",
                f"R: {read}×{self.width}, A: {written}×{self.width}, h_t: {count}×1",
                "Def 383",
            ),
            objective=Formula(
                "J = (1/(KT)) Σ Σ_t −log h_t[next word], over K pairs of T places; behind the last "
                "word the end stands at each",
                r"J = -\frac{1}{KT}\sum\sum_t \log h_t[y_t]", "1×1", "Concept 259",
            ),
            gradient=Formula(
                "back-propagation through decoders and encoders: see each layer's formulas",
                r"\frac{\partial L}{\partial z_t} = h_t - y_t", "as the parameters",
                "Notation 304",
            ),
            algorithm=f"Adam, η = {self.step_size:g}, {self.batch_size} pairs a step.",
            happened=(
                ("words read", f"{len(self.words_in_)} kinds, at most {read - 1} a sentence"),
                *self._what_happened("word", count - 1, count),
            ),
            warnings=tuple(self.warnings_),
            notes="Concept 381, Concept 382, Def 383, Clar 384",
        )  # fmt: skip


def _sentences(given: Any) -> list[list[str]]:
    """Sentences as words, each with at least one.

    Raises
    ------
    TextError
    """
    sentences = [text.split() for text in texts_of(given)]
    for at, words in enumerate(sentences):
        if not words:
            raise TextError(f"Sentence {at + 1} holds no word, only spaces: leave it out.")
    return sentences


def _ended(ids: Sequence[int], length: int) -> Ids:
    """Tokens, and the end at every place after them."""
    return np.array([*ids, *[END] * (length - len(ids))], dtype=np.intp)


def _past(written: Ids) -> Ids:
    """What stands before each place of an output: the start, then all but the last."""
    return np.hstack([np.full((len(written), 1), START), written[:, :-1]])
