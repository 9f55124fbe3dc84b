"""Self-attention over a sentence: each word becomes a mixture of those that it looks at.

Notes: Concept 378, Def 379, Clar 380
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import arcs, matrices, matrix
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

MOST, D = 10, 28
LETTERS = "abcdefghijklmnopqrstuvwxyz"
CONTROLS = (
    setting("sharp", 3.0, "How sharply words ask", symbol="s", term="Q", shown=(0.0, 8.0)),
    setting("sentence", "cats chase rats and dogs chase cats", "Sentence"),
    setting("word", 0, "The word that looks", low=0, shown=(0, MOST - 1)),
    setting("heads", "1", "Heads", choices=("1", "2", "4")),
    setting("places", False, "Add a code of the place"),
    setting("causal", False, "Only words before it"),
    setting("reverse", False, "Reverse the sentence"),
)


def _words(state: State) -> list[str]:
    words = state["sentence"].split()[:MOST] or ["a"]
    return words[::-1] if state["reverse"] else words


def _embedded(words: list[str]) -> Any:
    """A row a word: how often it has each letter, scaled to length 1."""
    X = np.zeros((len(words), D))
    for i, word in enumerate(words):
        for letter in word.lower():
            X[i, LETTERS.find(letter) if letter in LETTERS else D - 1] += 1
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def _params(sharp: float) -> dict[str, Any]:
    """Queries s·√d·x, keys x, values x: a word asks for words that are spelt like it."""
    weights = {"query": sharp * np.sqrt(D), "key": 1.0, "value": 1.0, "out": 1.0}
    return {name: {"W": scale * np.eye(D), "W0": np.zeros(D)} for name, scale in weights.items()}


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Who looks at whom, in each head."""
    from pellucid.networks import Network, PositionalCode, SelfAttention, attention_weights

    words = _words(state)
    heads = int(state["heads"])
    layers: list[Any] = [PositionalCode()] if state["places"] else []
    net = Network([*layers, SelfAttention(heads, causal=state["causal"])], in_shape=(len(words), D))
    params: list[Any] = [{}] * len(layers) + [_params(state["sharp"])]
    P = attention_weights(net, params, _embedded(words))[0][0]
    at = min(state["word"], len(words) - 1)
    mean = P.mean(axis=0)
    most = int(mean[at].argmax())
    shape = f"{heads}×{len(words)}×{len(words)}"
    yield Scene(
        terms={
            "X": Now(f"{len(words)} words", f"{len(words)}×{D}"),
            "Q": Now(state["sharp"]),
            "P": Now(float(mean[at, most]), shape, "{0} at most, on one word"),
        },
        pictures={
            "arcs": arcs(
                f"Arcs from “{words[at]}” to the words it looks at, most of all at "
                f"“{words[most]}”; click another word.",
                words, mean, term="P", chooses="word", chosen=at,
            ),
            "weights": _weights(words, P, at),
        },
        facts=(
            ("the word that looks", words[at]),
            ("looks most at", f"{words[most]}, {number(100 * float(mean[at, most]))} %"),
            ("looks at itself", f"{number(100 * float(mean[at, at]))} %"),
            ("its weights sum to", number(float(mean[at].sum()))),
        ),
        numbers={"P": P, "own": mean[at, at], "largest": mean[at, most]},
        summary=f"{words[at]} looks most at {words[most]}",
    )  # fmt: skip


def _weights(words: list[str], P: Any, at: int) -> dict[str, Any]:
    return matrices(
        "The weights of each head: row i says how much word i looks at each word; rows sum to 1.",
        [
            matrix(
                p, f"P of head {h + 1}", term="P", rows=words, columns=words, digits=2, top=1.0,
                marked=[[at, j] for j in range(len(words))],
            )
            for h, p in enumerate(P)
        ],
        note="a row a word that looks, a column a word that is looked at",
    )  # fmt: skip


def code(state: State, data: Data) -> str:
    """The program that attends to the same words."""
    words = _words(state)
    code_layer = "PositionalCode(), " if state["places"] else ""
    before = "{}, " if state["places"] else ""
    used = "Network, PositionalCode, SelfAttention" if code_layer else "Network, SelfAttention"
    return f"""import numpy as np
from pellucid.networks import {used}, attention_weights

words = {words!r}
X = np.zeros((len(words), {D}))  # a row a word: its letters
for i, word in enumerate(words):
    for letter in word.lower():
        X[i, ord(letter) - 97 if "a" <= letter <= "z" else {D - 1}] += 1
X /= np.linalg.norm(X, axis=1, keepdims=True)

eye, none = np.eye({D}), np.zeros({D})
weights = {{"query": {state["sharp"]!r} * np.sqrt({D}), "key": 1.0, "value": 1.0, "out": 1.0}}
own = {{name: {{"W": s * eye, "W0": none}} for name, s in weights.items()}}
attention = SelfAttention({state["heads"]}, causal={state["causal"]})
net = Network([{code_layer}attention], in_shape=X.shape)
P = attention_weights(net, [{before}own], X)[0][0]
mean = P.mean(axis=0)
at = {min(state["word"], len(words) - 1)}
own, largest = mean[at, at], mean[at].max()
print(words[at], "looks most at", words[mean[at].argmax()])"""


ANSWERS = ("At itself or a word spelt the same", "At another word", "At all alike")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    own, largest = float(scene.numbers["own"]), float(scene.numbers["largest"])
    words = _words(state)
    at = min(state["word"], len(words) - 1)
    row = np.asarray(scene.numbers["P"]).mean(axis=0)[at]
    seen = row[: at + 1] if state["causal"] else row
    told = f"{number(100 * own)} % on itself, at most {number(100 * largest)} % on one word."
    if len(seen) > 1 and np.ptp(seen) < 1e-6:
        return ANSWERS[2], told
    same = words[int(row.argmax())].lower() == words[at].lower() or largest - own < 1e-6
    return ANSWERS[0 if same else 1], told


PAGE = Page(
    name="attention",
    lead="Each word asks, and every word answers as well as it fits; softmax makes that weights "
    "that sum to 1. Here a word is its letters, so it asks for words spelt like it. Who looks at "
    "whom?",
    notes="Concept 378, Def 379, Clar 380",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{P}{P} = \mathrm{softmax}\left(\frac{\term{Q}{Q} K^{\top}}{\sqrt{e}}\right), "
            r"\qquad A = \term{P}{P}\, V",
            "P is the softmax of Q K transposed over the root of e, row by row; A is P V",
        ),
        Formula(
            r"\term{Q}{Q = \sqrt{d}\, s\, X}, \quad K = \term{X}{X}, \quad V = \term{X}{X}",
            "Q is the root of d times s X, K is X, V is X",
        ),
    ),
    terms=(
        Term("X", "X", "words as rows", "grey"),
        Term("Q", "s", "how sharply they ask", "orange"),
        Term("P", "P", "attention", "blue"),
    ),
    pictures=(
        Picture("arcs", "Who looks at whom: click a word", "wide"),
        Picture("weights", "The weights, head by head", "wide"),
    ),
    questions=(Question("Where does the chosen word look most?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
)
