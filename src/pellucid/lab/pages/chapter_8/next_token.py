"""The next token, drawn from a distribution that a temperature sharpens or flattens.

Two models: characters of one text, and words of a sentence that another one becomes.

Notes: Concept 381, Concept 382, Def 383
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.errors import TextError
from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import arcs, bars, plane, text
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

TEXT = "the cat sat on the mat. the rat ran to the cat. "
PAIRS = (
    "one cat = un chat; two cats = deux chats; one dog = un chien; two dogs = deux chiens; "
    "a black cat = un chat noir; a black dog = un chien noir; two black cats = deux chats noirs; "
    "two black dogs = deux chiens noirs"
)
PLACES = 8
ONE, TWO = "one text", "pairs of sentences"
START, END = "⟨start⟩", "⟨end⟩"
CONTROLS = (
    setting("temperature", 1.0, "Temperature", symbol="T", term="T", low=0.0, shown=(0.0, 3.0)),
    setting("learns", ONE, "What the model learns from", choices=(ONE, TWO)),
    setting("prompt", "the ", "Prompt", when=(("learns", (ONE,)),)),
    setting("text", TEXT, "Text to learn from, repeated", when=(("learns", (ONE,)),)),
    setting("length", 30, "Characters to add", low=1, shown=(1, 60), when=(("learns", (ONE,)),)),
    setting("sentence", "two black dogs", "Sentence to turn", when=(("learns", (TWO,)),)),
    setting("past", "deux", "Written so far", when=(("learns", (TWO,)),)),
    setting("pairs", PAIRS, "Sentence = what it becomes; …", when=(("learns", (TWO,)),)),
    setting("seed", 0, "Seed of the draws", low=0, shown=(0, 20)),
)


@lru_cache(maxsize=8)
def _model(given: str) -> Any:
    from pellucid.networks import NextToken

    model = NextToken(places=PLACES, width=16, heads=2, blocks=1, epochs=25, step_size=0.01)
    return model.fit(_learned(given))


def _learned(given: str) -> str:
    """The text, repeated to some four hundred characters."""
    part, times = _repeated(given)
    return part * times


def _repeated(given: str) -> tuple[str, int]:
    part = given[:2000] or TEXT
    return part, max(1, -(-400 // len(part)))


@lru_cache(maxsize=8)
def _translator(given: str) -> Any:
    from pellucid.networks import EncoderDecoder

    X, y = _sentences(given)
    times = _repeats(X)
    model = EncoderDecoder(width=16, heads=2, hidden=16, step_size=0.01, epochs=60)
    return model.fit(X * times, y * times)


def _sentences(given: str) -> tuple[list[str], list[str]]:
    """Both sides of the pairs."""
    pairs = [pair.split("=") for pair in given.split(";") if pair.strip()]
    for pair in pairs:
        if len(pair) != 2 or not all(side.strip() for side in pair):
            raise TextError(
                f"{'='.join(pair).strip()!r} is no pair: write a sentence, =, what it becomes, and "
                "; between pairs."
            )
    if not pairs:
        raise TextError("There are no pairs: write a sentence, =, and what it becomes.")
    return [" ".join(x.split()) for x, _ in pairs], [" ".join(y.split()) for _, y in pairs]


def _repeats(X: list[str]) -> int:
    return max(1, -(-64 // len(X)))


@dataclass(frozen=True)
class Seen:
    """What either model says of the next token."""

    tokens: list[str]
    p: Any
    q: Any
    past: str
    added: str
    attention: dict[str, Any]
    learnt: str


def _of_text(state: State) -> Seen:
    model, prompt, T = _model(state["text"]), state["prompt"] or " ", state["temperature"]
    p, q = model.next_token(prompt), model.next_token(prompt, T)
    drawn = str(model.generate(prompt, state["length"], temperature=T, seed=state["seed"]))
    added = drawn.split("\n", 1)[-1][len(prompt) :]
    seen = prompt[-PLACES:]
    looks = arcs(
        "How much each character of the prompt looks at those before it, over all heads.",
        ["␣" if letter == " " else letter for letter in seen],
        model.attention(seen).mean(axis=0),
        term="prompt",
        chosen=len(seen) - 1,
    )
    learnt = f"{len(_learned(state['text']))} characters"
    return Seen(model.tokens_, p, q, prompt, added, looks, learnt)


def _of_pairs(state: State) -> Seen:
    model, T = _translator(state["pairs"]), state["temperature"]
    sentence, past = state["sentence"], state["past"]
    p, q = model.next_word(sentence, past), model.next_word(sentence, past, T)
    added = model.generate(sentence, temperature=T, seed=state["seed"]).text
    looks = arcs(
        "How much each word written so far, above, looks at each word read, below: the last one "
        "decides what comes next.",
        [START, *past.split()],
        model.attention(sentence, past).mean(axis=0),
        targets=[*sentence.split(), END],
        term="prompt",
        chosen=len(past.split()),
    )
    learnt = f"{len(_sentences(state['pairs'])[0])} pairs"
    return Seen([*model.words_out_, END], p, q, sentence, added, looks, learnt)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The chances, as they are and at the temperature, and a text drawn from them."""
    pairs, T = state["learns"] == TWO, state["temperature"]
    seen = _of_pairs(state) if pairs else _of_text(state)
    p, q = seen.p, seen.q
    likeliest = seen.tokens[int(p.argmax())]
    sure = float(q.max())
    entropy = abs(float((q[q > 0] * np.log2(q[q > 0])).sum()))
    told = "The sentence that was read, and the one written, a word at a time."
    if not pairs:
        told = "The prompt, and what the model added to it, a character at a time."
    places = len(state["past"].split()) + 1 if pairs else len(seen.past)
    yield Scene(
        terms={
            "prompt": Now(repr(state["past"] if pairs else seen.past), f"{places} places"),
            "p": Now(float(p.max()), f"{len(p)}×1", text="{0} for " + repr(likeliest)),
            "T": Now(T),
            "q": Now(sure, f"{len(p)}×1", text="{0} for " + repr(likeliest)),
        },
        pictures={
            "chances": _chances(seen.tokens, p, q),
            "text": text(
                told,
                [
                    {"text": seen.past, "term": "prompt"},
                    {"text": ("→ " if pairs else "") + seen.added, "term": "q"},
                    {"text": "generated, not written by anybody", "note": "", "line": True},
                ],
            ),
            "attention": seen.attention,
        },
        facts=(
            ("likeliest", f"{likeliest!r}, chance {number(float(p.max()))}"),
            ("its chance at this temperature", number(sure)),
            ("bits of surprise of a draw, on average", number(entropy)),
            ("learnt from", seen.learnt),
        ),
        numbers={"p": p, "q": q, "added": seen.added},
        summary=f"{likeliest!r} has the chance {number(sure)}",
    )


def _chances(tokens: list[str], p: Any, q: Any) -> dict[str, Any]:
    order = np.argsort(-p)[:12]
    at = np.arange(len(order))
    return plane(
        "The likeliest next tokens: their chance as the model has it, and at the temperature.",
        [
            bars(at - 0.2, p[order], width=0.36, term="p"),
            bars(at + 0.2, q[order], width=0.36, term="q"),
        ],
        box=(-0.7, max(len(order), 2) - 0.3, 0, 1.05),
        names=["␣" if tokens[i] == " " else tokens[i] for i in order],
        x="next; left at temperature 1, right at yours",
        y="chance",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that learns and draws the same."""
    if state["learns"] == TWO:
        return _code_of_pairs(state)
    part, times = _repeated(state["text"])
    return f"""from pellucid.networks import NextToken

learned = {part!r} * {times}
model = NextToken(places={PLACES}, width=16, heads=2, blocks=1, epochs=25, step_size=0.01)
model.fit(learned)

prompt, temperature = {(state["prompt"] or " ")!r}, {state["temperature"]!r}
p = model.next_token(prompt)
q = model.next_token(prompt, temperature)
drawn = model.generate(prompt, {state["length"]}, temperature=temperature, seed={state["seed"]})
added = str(drawn).split("\\n", 1)[-1][len(prompt):]
print(drawn)"""


def _code_of_pairs(state: State) -> str:
    X, y = _sentences(state["pairs"])
    lines = "\n".join(f"    ({one!r}, {other!r})," for one, other in zip(X, y, strict=True))
    return f"""from pellucid.networks import EncoderDecoder

pairs = [
{lines}
]
X, y = ([pair[side] for pair in pairs] * {_repeats(X)} for side in (0, 1))
model = EncoderDecoder(width=16, heads=2, hidden=16, step_size=0.01, epochs=60).fit(X, y)

sentence, past, temperature = {state["sentence"]!r}, {state["past"]!r}, {state["temperature"]!r}
p = model.next_word(sentence, past)
q = model.next_word(sentence, past, temperature)
P = model.attention(sentence, past)  # heads × places written × places read
drawn = model.generate(sentence, temperature=temperature, seed={state["seed"]})
added = drawn.text
print(drawn)"""


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    p, q = scene.numbers["p"].max(), scene.numbers["q"].max()
    right = "It stays" if abs(p - q) < 1e-9 else ("It grows" if q > p else "It shrinks")
    return right, f"From {number(float(p), 4)} to {number(float(q), 4)}: q ∝ p^(1/T)."


PAGE = Page(
    name="next-token",
    lead="A model of text gives each token a chance to come next; one is drawn and joins the past. "
    "It goes on from a prompt, or turns one sentence into another. Cool it or heat it. What does "
    "temperature do to a choice?",
    notes="Concept 381, Concept 382, Def 383",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{p}{p_j} = P(\mathrm{next} = j \mid \term{prompt}{\mathrm{past}}), \qquad "
            r"\term{q}{q_j} \propto \term{p}{p_j}^{1/\term{T}{T}}",
            "p j is the chance that j comes next given the past; q j is p j to the power one over "
            "T, up to scale",
        ),
    ),
    terms=(
        Term("prompt", "past", "prompt", "grey"),
        Term("p", "p", "as learned", "blue"),
        Term("T", "T", "temperature", "orange"),
        Term("q", "q", "as drawn from", "green"),
    ),
    pictures=(
        Picture("chances", "What may come next", "main"),
        Picture("text", "What was drawn"),
        Picture("attention", "Who looks at whom"),
    ),
    questions=(
        Question(
            "What does this temperature do to the likeliest one’s chance?",
            ("It grows", "It shrinks", "It stays"),
            _judge,
        ),
    ),
    scenes=scenes,
    code=code,
)
