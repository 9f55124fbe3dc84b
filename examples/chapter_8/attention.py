"""Chapter 8.5.5-8.5.6: attention, transformers and the next token, claim by claim, drawn.

python examples/chapter_8/attention.py [FOLDER]
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pellucid.networks import (
    Dense,
    EachPlace,
    Embedding,
    Network,
    NextToken,
    PositionalCode,
    SelfAttention,
    Softmax,
    Stretch,
    TransformerDecoder,
    TransformerEncoder,
    attention_weights,
    train,
)
from pellucid.networks.training.training_result import Trained
from pellucid.pictures.attention import attention, transformer_stacks
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.training import losses

# A colour describes the thing named right after it. Asked about a thing, one answers its colour.
COLOURS, THINGS = ("blue", "red", "old"), ("dog", "ball", "hat")
WORDS = (*COLOURS, *THINGS, "bites", "?")


def sentences(n: int, seed: int) -> tuple[Any, Any, list[list[str]]]:
    """ "blue dog bites red ball ? ball": the answer is "red". Ids, answers, words."""
    random = np.random.default_rng(seed)
    said = []
    for _ in range(n):
        one, other = random.permutation(3)[:2]
        first, second = random.choice(COLOURS, 2)
        asked = THINGS[random.choice([one, other])]
        said.append([first, THINGS[one], "bites", second, THINGS[other], "?", asked])
    X = np.array([[WORDS.index(word) for word in line] for line in said], np.float32)
    y = [COLOURS.index(line[0] if line[1] == line[6] else line[3]) for line in said]
    return X, np.array(y), said


@cache
def reader() -> Trained:
    """Two layers of attention that answer the question at the last word."""
    layers = [
        Embedding(len(WORDS), 16), PositionalCode(),
        TransformerEncoder(16, 32, 2), TransformerEncoder(16, 32, 2),
        Stretch([EachPlace([Dense(3)])], 6, rest="drop"), Softmax(),
    ]  # fmt: skip
    network = Network(layers, "nllm", in_shape=7, reduction="mean")
    X, y, _ = sentences(600, 0)
    return train(network, X, np.eye(3)[y][:, None], step_size=3e-3, epochs=25)


def attention_is_asymmetric() -> Figure:
    """X may matter to Y otherwise than Y to X; the weights are those of a trained reader.

    8.5.5-asymmetric
    """
    X, y, said = sentences(200, 1)
    run = reader()
    assert np.mean(np.asarray(run.predict(X))[:, 0].argmax(axis=1) == y) > 0.95
    P = attention_weights(run.network, run.params, X)[1]
    np.testing.assert_allclose(P.sum(axis=-1), 1, rtol=1e-5)
    assert np.abs(P - P.swapaxes(-1, -2)).max(axis=(-1, -2)).min() > 0.1
    return attention(P[0], said[0])


def attention_depends_on_context() -> Figure:
    """How much a word matters depends on which word looks, and on what else is there.

    8.5.5-asymmetric
    """
    run = reader()
    X, _, said = sentences(300, 1)
    first = attention_weights(run.network, run.params, X)[0].mean(axis=1)[:, 6]  # the asked word's
    same = np.array([[line[6] == word for word in line] for line in said])[:, [1, 4]]
    to_things = first[:, [1, 4]]
    assert to_things[same].mean() > 1.5 * to_things[~same].mean()
    # The last four words are the same; only what stands before them differs.
    end = ["bites", "red", "ball", "?", "ball"]
    lines = [["blue", "dog", *end], ["old", "hat", *end]]
    X = np.array([[WORDS.index(word) for word in each] for each in lines], np.float32)
    second = attention_weights(run.network, run.params, X)[1].mean(axis=1)[:, 3:, 3:]
    assert np.abs(second[0] - second[1]).max() > 0.02
    return attention(second, lines[0][3:], titles=["after blue dog bites", "after old hat bites"])


VERSE = (
    "one for sorrow, two for joy, three for a girl, four for a boy, five for silver, "
    "six for gold, seven for a secret never to be told. "
)


@cache
def model() -> NextToken:
    return NextToken(places=24, width=32, blocks=2, epochs=80).fit(VERSE * 8)


def next_token_is_a_distribution() -> Figure:
    """Predicted text is a distribution over tokens, from which the next one is chosen.

    8.5.6-next-token, 8.5.6-transformer
    """
    h = model()
    p = h.next_token("two for j")
    assert p.shape == (len(h.tokens_),)
    assert abs(p.sum() - 1) < 1e-9
    assert h.tokens_[int(p.argmax())] == "o"
    made = h.generate("one for sorrow, two for ", 60, temperature=0)
    assert VERSE.startswith(made.prompt + made.text[:40])
    assert str(made).startswith("[GENERATED")
    # A seed chooses; a high temperature wanders off.
    hot = [h.generate("one for ", 60, temperature=3.0, seed=seed).text for seed in (1, 1, 2)]
    assert hot[0] == hot[1] != hot[2]
    return attention(h.attention("two for joy, three"), "two for joy, three")


def turned_round(n: int, seed: int, T: int = 5) -> tuple[Any, Any]:
    """Five digits, then a start sign 5 and their reverse but the last: inputs; and the reverse."""
    prompt = np.random.default_rng(seed).integers(0, 5, (n, T))
    back = prompt[:, ::-1]
    past = np.c_[np.full(n, 5), back[:, :-1]]
    return np.hstack([prompt, past]).astype(np.float32), back


def decoder_reads_the_representation() -> Figure:
    """Encoders make an internal representation; decoders turn it and past output into new text.

    8.5.6-transformer, 8.5.6-transformer-figure, 8.5.6-not-an-autoencoder
    """
    network = Network(
        [
            Embedding(6, 16), Stretch([PositionalCode()], 0, 5), Stretch([PositionalCode()], 5),
            Stretch([TransformerEncoder(16, 32, 2, norm="before")], 0, 5),
            TransformerDecoder(16, 5, 32, 2, norm="before"),
            Stretch([EachPlace([Dense(5)])], 5, rest="drop"), Softmax(),
        ],
        "nllm", in_shape=10, reduction="mean",
    )  # fmt: skip
    X, y = turned_round(1500, 0)
    run = train(network, X, np.eye(5)[y], step_size=4e-3, epochs=25)
    prompts, truths = turned_round(100, 1)
    written = prompts.copy()
    written[:, 6:] = -1  # only the start sign: each answer becomes past text
    for t in range(5):
        told = np.asarray(run.predict(written))[:, t].argmax(axis=1)
        if t < 4:
            written[:, 6 + t] = told
    answers = np.asarray(run.predict(written)).argmax(axis=2)
    assert np.mean((answers == truths).all(axis=1)) > 0.9
    # No autoencoder: the output is not the input, and the representation is not smaller.
    assert not np.array_equal(answers[:, :5], prompts[:, :5])
    assert np.prod(network.points[4]) >= np.prod(network.points[0])
    return transformer_stacks(1, 1)


def order_needs_a_positional_code() -> Figure:
    """Attention alone sees a set: it gives permuted places their permuted outputs.

    8.5.5-attention, 8.5.5-attention-figure
    """
    layer = SelfAttention(1)
    network = Network([layer], in_shape=(5, 8))
    coded = Network([PositionalCode(), layer], in_shape=(5, 8))
    params = network.init(0)
    x = np.random.default_rng(0).normal(size=(1, 5, 8)).astype(np.float32)
    order = np.array([3, 1, 4, 0, 2])
    mixed = x[:, order]
    out = np.asarray(network.predict(params, x))
    np.testing.assert_allclose(network.predict(params, mixed), out[:, order], atol=1e-5)
    apart = coded.predict([{}, *params], mixed) - coded.predict([{}, *params], x)[:, order]
    assert float(np.abs(apart).max()) > 0.01
    # Every weight belongs to a pair of words: written in the first order, both readings are equal.
    back = np.argsort(order)
    read = [attention_weights(network, params, each)[0][0, 0] for each in (x, mixed)]
    np.testing.assert_allclose(read[1][np.ix_(back, back)], read[0], atol=1e-5)
    placed = attention_weights(coded, [{}, *params], mixed)[0][0, 0]
    shown = [read[0], read[1][np.ix_(back, back)], placed[np.ix_(back, back)]]
    words = ["a", "b", "c", "d", "e"]
    mixed_words = " ".join(words[i] for i in order)
    titles = ("read a b c d e", f"read {mixed_words}", f"read {mixed_words}, places coded")
    return attention(shown, words, titles=titles)


def the_model_learns() -> Figure:
    """The next-token model's loss falls far below that of even guesses.

    8.5.6-next-token
    """
    h = model()
    even = float(np.log(len(h.tokens_)))
    assert h.trace_["loss"][-1] < 0.2 * even
    return losses({"a character": h.trace_["loss"], "even guesses": [even] * h.n_iter_})


CLAIMS = (
    attention_is_asymmetric,
    attention_depends_on_context,
    order_needs_a_positional_code,
    next_token_is_a_distribution,
    the_model_learns,
    decoder_reads_the_representation,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
