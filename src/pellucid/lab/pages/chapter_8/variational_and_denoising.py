"""Two autoencoders that meet chance: a code that is drawn, and rows that come with noise.

One page with two views: noise inside the code, and noise on the input.

Notes: Def 370, Concept 371, Concept 372, Concept 377
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import area, box_of, line, plane, points
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

VIEWS = ("variational", "denoising")
ROWS, EPOCHS = 200, 60
CONTROLS = (
    setting(
        "beta", 1.0, "Weight of the prior", symbol="β", term="kl", low=0.0, open_low=True,
        shown=(0.05, 5.0),
        when=(("view", VIEWS[:1]),),
    ),
    setting("view", "variational", "View", choices=VIEWS),
    setting(
        "noise", 0.3, "Noise on the rows", term="noise", low=0.0, shown=(0.0, 0.8),
        when=(("view", VIEWS[1:]),),
    ),
    setting("draw", 0, "Seed of the draws", low=0, shown=(0, 20), when=(("view", VIEWS[:1]),)),
)  # fmt: skip


@lru_cache(maxsize=1)
def _curve() -> Any:
    """Rows on a curve: one number each would tell all of them."""
    t = np.linspace(-1.5, 1.5, ROWS)
    return np.column_stack([t, np.sin(2 * t)])


def _noisy(noise: float) -> Any:
    clean = _curve()
    return clean + noise * np.random.default_rng(0).normal(size=clean.shape)


@lru_cache(maxsize=32)
def _model(view: str, strength: float) -> Any:
    from pellucid.autoencoders import DenoisingAutoencoder, VariationalAutoencoder

    if view == VIEWS[0]:
        model = VariationalAutoencoder(
            1, hidden=(16,), prior_weight=strength, step_size=0.01, epochs=EPOCHS
        )
        return model.fit(_curve())
    other = DenoisingAutoencoder(1, hidden=(16,), step_size=0.01, epochs=EPOCHS)
    return other.fit(_noisy(strength), clean=_curve())


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """What comes back of the rows, and the codes between."""
    clean = _curve()
    if state["view"] == VIEWS[0]:
        model, given = _model(VIEWS[0], state["beta"]), clean
        m, s = (np.ravel(v) for v in model.distribution(clean))
        codes = np.ravel(model.sample_codes(clean, seed=state["draw"]))
        back = np.asarray(model.decode(codes[:, None]), float)
        divergence = float(model.divergence_)
    else:
        model, given = _model(VIEWS[1], state["noise"]), _noisy(state["noise"])
        m = codes = np.ravel(np.asarray(model.encode(given), float))
        s, divergence = np.zeros_like(m), 0.0
        back = np.asarray(model.reconstruct(given), float)
    before = float(((given - clean) ** 2).sum(axis=1).mean())
    loss = float(((back - clean) ** 2).sum(axis=1).mean())
    drawn = state["view"] == VIEWS[0]
    yield Scene(
        terms={
            "x": Now(f"{ROWS} rows", f"2×{ROWS}"),
            "a": Now(float(s.mean()), f"1×{ROWS}", text="{0} wide, on average"),
            "back": Now(loss, f"2×{ROWS}", text="{0} from the curve"),
            "kl": Now(divergence if drawn else "none here"),
            "noise": Now(before, text="{0} of squared noise a row"),
        },
        pictures={
            "rows": _rows(given, clean, back, state),
            "codes": _codes(m, s, codes),
        },
        facts=(
            ("squared distance of the rows from the curve", number(before)),
            ("and of what comes back", number(loss)),
            *((("mean divergence from N(0, 1)", number(divergence)),) if drawn else ()),
            ("mean width s of a code", number(float(s.mean()))),
        ),
        numbers={"before": before, "loss": loss, "codes": codes},
        summary=f"what comes back lies {number(loss)} from the curve",
    )


def _rows(given: Any, clean: Any, back: Any, state: State) -> dict[str, Any]:
    shown = np.vstack([given, clean, back])
    return plane(
        "The rows, the curve that they are of, and what is decoded: {back}.",
        [
            points(given[:, 0], given[:, 1], term="x", size=2.0),
            line(clean[:, 0], clean[:, 1], colour="grey", width=1.6),
            points(back[:, 0], back[:, 1], term="back", size=3.4),
        ],
        box=box_of(shown[:, 0], shown[:, 1]),
        x="x₁",
        y="x₂",
        height=0.8,
    )


def _codes(m: Any, s: Any, codes: Any) -> dict[str, Any]:
    at = np.arange(len(m))
    low, high = (
        float(min((m - 2 * s).min(), codes.min())),
        float(max((m + 2 * s).max(), codes.max())),
    )
    return plane(
        "The code of each row along the curve: its middle, two widths to each side, and one draw.",
        [
            area(at, m - 2 * s, m + 2 * s, term="a"),
            line(at, m, term="a", width=2.0),
            points(at, codes, term="back", size=2.0),
        ],
        box=(0, len(m) - 1, low - 0.3, high + 0.3),
        x="row, along the curve",
        y="code a",
        height=0.7,
    )


def code(state: State, data: Data) -> str:
    """The program that learns and draws the same."""
    kind = "VariationalAutoencoder" if state["view"] == VIEWS[0] else "DenoisingAutoencoder"
    start = f"""import numpy as np
from pellucid.autoencoders import {kind}

t = np.linspace(-1.5, 1.5, {ROWS})
clean = np.column_stack([t, np.sin(2 * t)])
"""
    if state["view"] == VIEWS[0]:
        middle = f"""given = clean
model = VariationalAutoencoder(1, hidden=(16,), prior_weight={state["beta"]!r}, step_size=0.01,
                               epochs={EPOCHS}).fit(clean)
codes = np.ravel(model.sample_codes(clean, seed={state["draw"]}))
back = np.asarray(model.decode(codes[:, None]), float)
"""
    else:
        middle = f"""noise = np.random.default_rng(0).normal(size=clean.shape)
given = clean + {state["noise"]!r} * noise
model = DenoisingAutoencoder(1, hidden=(16,), step_size=0.01, epochs={EPOCHS})
model.fit(given, clean=clean)
codes = np.ravel(np.asarray(model.encode(given), float))
back = np.asarray(model.reconstruct(given), float)
"""
    end = """before = ((given - clean) ** 2).sum(axis=1).mean()
loss = ((back - clean) ** 2).sum(axis=1).mean()
print(before, loss)"""
    return start + middle + end


ANSWERS = ("Nearer to the curve than the rows", "Farther from it")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    before, loss = scene.numbers["before"], scene.numbers["loss"]
    return ANSWERS[0 if loss < before else 1], (
        f"Squared distance from the curve: {number(before)} for the rows, {number(loss)} for what "
        "comes back."
    )


PAGE = Page(
    name="variational-and-denoising",
    lead="Chance enters an autoencoder in two places. Noise on the rows teaches it to clean them; "
    "a code that is drawn makes neighbouring codes decode alike, so that new rows can be drawn. "
    "Why draw the code instead of computing it?",
    notes="Def 370, Concept 371, Concept 372, Concept 377",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{a}{a \sim N(m(x), s(x)^2)}, \qquad \term{back}{\tilde{x}} = "
            r"\mathrm{decode}(a)",
            "a is drawn from the normal distribution of mean m and deviation s; x tilde is decoded",
        ),
        Formula(
            r"L = \left\|\term{x}{x} - \tilde{x}\right\|^2 + \beta\, \term{kl}{\mathrm{KL}"
            r"\left(N(m, s^2)\, \|\, N(0, 1)\right)}",
            "L is the squared distance of x and x tilde, and beta times the divergence of the "
            "code's distribution from the standard normal",
        ),
        Formula(
            r"\mathrm{denoising:}\ L = \left\|x - \mathrm{decode}(\mathrm{encode}(x + "
            r"\term{noise}{N}))\right\|^2",
            "denoising: L is the squared distance of x and what comes back of x with noise",
        ),
    ),
    terms=(
        Term("x", "x", "rows", "grey"),
        Term("a", "a", "code, how wide", "orange"),
        Term("back", "x̃", "comes back", "green"),
        Term("kl", "KL", "from the prior", "rose"),
        Term("noise", "N", "noise on the rows", "violet"),
    ),
    pictures=(
        Picture("rows", "The rows and what comes back", "main"),
        Picture("codes", "The codes along the curve"),
    ),
    questions=(Question("Where does what comes back lie?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
)
