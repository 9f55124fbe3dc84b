"""The next character of a text, drawn from a distribution that a temperature sharpens or flattens.

Notes: Concept 381, Concept 382, Def 383
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.lab.contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import arcs, bars, plane, text
from pellucid.lab.scene import Now, Scene
from pellucid.wording import number

TEXT = "the cat sat on the mat. the rat ran to the cat. "
PLACES, LEAST = 8, 24
CONTROLS = (
    setting("temperature", 1.0, "Temperature", symbol="T", term="T", low=0.0, shown=(0.0, 3.0)),
    setting("prompt", "the ", "Prompt"),
    setting("text", TEXT, "Text to learn from, repeated"),
    setting("length", 30, "Characters to add", low=1, shown=(1, 60)),
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


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The chances, as they are and at the temperature, and a text drawn from them."""
    model = _model(state["text"])
    prompt, T = state["prompt"] or " ", state["temperature"]
    p, q = model.next_token(prompt), model.next_token(prompt, T)
    drawn = str(model.generate(prompt, state["length"], temperature=T, seed=state["seed"]))
    added = drawn.split("\n", 1)[-1][len(prompt) :]
    likeliest = model.tokens_[int(p.argmax())]
    sure = float(q.max())
    entropy = float(-(q[q > 0] * np.log2(q[q > 0])).sum())
    yield Scene(
        terms={
            "prompt": Now(repr(prompt), f"{len(prompt)} places"),
            "p": Now(float(p.max()), f"{len(p)}×1", text="{0} for " + repr(likeliest)),
            "T": Now(T),
            "q": Now(sure, f"{len(p)}×1", text="{0} for " + repr(likeliest)),
        },
        pictures={
            "chances": _chances(model.tokens_, p, q),
            "text": text(
                "The prompt, and what the model added to it, a character at a time.",
                [
                    {"text": prompt, "term": "prompt"},
                    {"text": added, "term": "q"},
                    {"text": "generated, not written by anybody", "note": "", "line": True},
                ],
            ),
            "attention": _attention(model, prompt),
        },
        facts=(
            ("likeliest", f"{likeliest!r}, chance {number(float(p.max()))}"),
            ("its chance at this temperature", number(sure)),
            ("bits of surprise of a draw, on average", number(entropy)),
            ("text learnt from", f"{len(_learned(state['text']))} characters"),
        ),
        numbers={"p": p, "q": q, "added": added},
        said=f"{likeliest!r} has the chance {number(sure)}",
    )


def _chances(tokens: list[str], p: Any, q: Any) -> dict[str, Any]:
    order = np.argsort(-p)[:12]
    at = np.arange(len(order))
    return plane(
        "The likeliest next characters: their chance as the model has it, and at the temperature.",
        [
            bars(at - 0.2, p[order], width=0.36, term="p"),
            bars(at + 0.2, q[order], width=0.36, term="q"),
        ],
        box=(-0.7, max(len(order), 2) - 0.3, 0, 1.05),
        names=["␣" if tokens[i] == " " else tokens[i] for i in order],
        x="next character; left at temperature 1, right at yours",
        y="chance",
        height=0.62,
    )


def _attention(model: Any, prompt: str) -> dict[str, Any]:
    seen = prompt[-PLACES:]
    return arcs(
        "How much each character of the prompt looks at those before it, over all heads.",
        ["␣" if letter == " " else letter for letter in seen],
        model.attention(seen).mean(axis=0),
        term="prompt",
        chosen=len(seen) - 1,
    )


def code(state: State, data: Data) -> str:
    """The program that learns and draws the same."""
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


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    p, q = scene.numbers["p"].max(), scene.numbers["q"].max()
    right = "It stays" if abs(p - q) < 1e-9 else ("It grows" if q > p else "It shrinks")
    return right, f"From {number(float(p), 4)} to {number(float(q), 4)}: q ∝ p^(1/T)."


PAGE = Page(
    name="next-token",
    lead="A model of text gives each character a chance to come next; one is drawn, and becomes "
    "part of the past. Cool it or heat it. What does temperature do to a choice?",
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
            "What does this temperature do to the likeliest character’s chance?",
            ("It grows", "It shrinks", "It stays"),
            _judge,
        ),
    ),
    scenes=scenes,
    code=code,
)
