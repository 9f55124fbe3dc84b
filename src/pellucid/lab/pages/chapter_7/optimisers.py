"""Update rules on a stretched bowl: what a memory of past gradients does to a step.

Notes: Concept 319, Def 323, Concept 325, Def 327, Def 332, §7.7.5
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import field, grid_of, handle, line, path, plane, progress, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene

PLAIN = "gradient descent"
# Rule -> its call, of the settings below.
RULES = {
    PLAIN: "gradient_descent()",
    "momentum": "momentum({gamma})",
    "adagrad": "adagrad()",
    "adadelta": "adadelta({gamma})",
    "adam": "adam({beta_1}, {beta_2})",
}
REACH, ROWS = 4.0, 32
FORMULA = "(x'*D*x)/2"
CONTROLS = (
    setting("rule", "adam", "Update rule", choices=tuple(RULES)),
    setting(
        "eta", 0.2, "Step size", symbol="η", term="eta", low=0.0, open_low=True,
        shown=(0.005, 2.0), scale="log",
    ),
    setting(
        "gamma", 0.9, "Share of the past", symbol="γ", term="v", low=0.0, shown=(0.0, 0.99),
        when=(("rule", ("momentum", "adadelta")),),
    ),
    setting(
        "beta_1", 0.9, "Share of past gradients", symbol="B₁", term="v", low=0.0,
        shown=(0.0, 0.99), when=(("rule", ("adam",)),),
    ),
    setting(
        "beta_2", 0.99, "Share of past squares", symbol="B₂", term="v", low=0.0,
        shown=(0.0, 0.999), when=(("rule", ("adam",)),),
    ),
    setting("batch", ROWS, f"Rows of a step, of {ROWS}", symbol="K", low=1, shown=(1, ROWS)),
    setting("stretch", 8.0, "How much steeper θ₂ is", symbol="s", shown=(1.0, 50.0), scale="log"),
    setting("steps", 60, "Steps", symbol="T", shown=(5, 200)),
    setting("start_1", -3.2, "Start, θ₁", term="theta", shown=(-3.8, 3.8)),
    setting("start_2", 1.6, "Start, θ₂", term="theta", shown=(-3.8, 3.8)),
)  # fmt: skip


@lru_cache(maxsize=32)
def _ground(stretch: float) -> tuple[Any, Any]:
    from pellucid.calculus import compile_objective

    J = compile_objective(FORMULA, "x", {"D": np.diag([1.0, stretch])}, where="D: 2×2 symmetric")
    # J is a mean over rows, and each row has its bowl a little off; together they are this one.
    off = np.random.default_rng(0).normal(size=(ROWS, 2))
    off -= off.mean(axis=0)
    rows = replace(J, points=ROWS, part=lambda x, some: J.gradient_at(x - off[some].mean(axis=0)))
    grid, *_ = grid_of((-REACH, REACH, -REACH, REACH), 41)
    return rows, np.array([J.value(p) for p in grid]).reshape(41, 41)


def _call(state: State) -> str:
    return RULES[state["rule"]].format(**state)


def _rule(state: State) -> Any:
    import pellucid.descent as descent

    call = _call(state)
    name, _, given = call.rstrip(")").partition("(")
    return getattr(descent, name)(*(float(v) for v in given.split(",") if v))


def _walked(J: Any, state: State, rule: Any) -> tuple[Any, Any, Any]:
    from pellucid.descent import Batches, Steps, minimize

    start = np.array([state["start_1"], state["start_2"]])
    batches = Batches(state["batch"]) if state["batch"] < ROWS else None
    found = minimize(
        J, start, rule=rule, step_size=state["eta"], stop=Steps(state["steps"]), batches=batches
    )
    return np.array(found.path), np.array(found.gradients), found


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Both walks from one start, and the step of each weight."""
    from pellucid.descent import gradient_descent

    J, heights = _ground(state["stretch"])
    walk, slopes, found = _walked(J, state, _rule(state))
    plain, _, other = _walked(J, state, gradient_descent())
    T = max(len(walk), len(plain))
    walk, slopes, plain = (_held(a, T) for a in (walk, slopes, plain))
    values, plain_values = (_held(np.asarray(f.values), T) for f in (found, other))
    moves = np.vstack([np.diff(walk, axis=0), np.zeros((1, 2))])
    rates = np.abs(moves) / np.where(np.abs(slopes) > 1e-12, np.abs(slopes), np.nan)
    rates = np.nan_to_num(rates, nan=0.0, posinf=0.0)
    yield Scene(
        terms={
            "theta": Now(Moving(walk), "2×1"),
            "eta": Now(state["eta"]),
            "slope": Now(Moving(slopes), "2×1"),
            "v": Now(Moving(moves), "2×1"),
            "J": Now(Moving(values), digits=3),
        },
        pictures={
            "walks": _walks(walk, plain, heights, state),
            "values": _values(values, plain_values, state),
            "rates": _rates(rates),
        },
        facts=(
            ("verdict", found.verdict),
            ("J at the end", number(float(values[-1]))),
            ("J at the end by gradient descent", number(float(plain_values[-1]))),
            ("gradient descent’s verdict", other.verdict),
        ),
        numbers={
            "last": float(found.values[-1]),
            "plain": float(other.values[-1]),
            "verdict": found.verdict,
        },
        steps=T - 1,
        summary=f"{state['rule']}: {found.verdict}, J {number(float(values[-1]))}",
    )


def _held(values: Any, length: int) -> Any:
    """A run that stopped early stays where it is."""
    return np.concatenate([values, np.repeat(values[-1:], length - len(values), axis=0)])


def _walks(walk: Any, plain: Any, heights: Any, state: State) -> dict[str, Any]:
    inside = np.clip(walk, -9 * REACH, 9 * REACH)
    other = np.clip(plain, -9 * REACH, 9 * REACH)
    return plane(
        "Level lines of a bowl with the walk of the rule and, dashed, that of gradient descent; "
        "step {t} of {steps}, θ is {theta}.",
        [
            field(heights, lowest=0.0, term="J"),
            line(other[:, 0], other[:, 1], colour="grey", dashed=True, width=1.4),
            path(inside, term="theta", next_term="v"),
            spot(0.0, 0.0, "least J"),
            handle(
                state["start_1"], state["start_2"], ("start_1", "start_2"), "start",
                colour="ink", hollow=True,
            ),
        ],
        box=(-REACH, REACH, -REACH, REACH),
        equal=True,
        height=0.95,
        x="θ₁",
        y="θ₂, steeper",
    )  # fmt: skip


def _values(values: Any, plain: Any, state: State) -> dict[str, Any]:
    shown, other = np.clip(values, 1e-12, 1e6), np.clip(plain, 1e-12, 1e6)
    both = np.concatenate([shown, other])
    return plane(
        "J along the steps, on a logarithmic axis: the rule's, and dashed gradient descent's.",
        [
            line(np.arange(len(other)), other, colour="grey", dashed=True, width=1.4),
            progress(shown, term="J"),
        ],
        box=(
            0,
            len(values) - 1,
            10.0 ** np.floor(np.log10(both.min())),
            10.0 ** np.ceil(np.log10(both.max()) + 1e-9),
        ),
        logs="y",
        x="step t",
        y="J",
        height=0.55,
    )


def _rates(rates: Any) -> dict[str, Any]:
    top = float(max(np.quantile(rates, 0.97), 1e-9)) * 1.2
    shown = np.minimum(rates, top)
    return plane(
        "How far each weight moves for its gradient, step by step: one line a weight.",
        [
            progress(shown[:, 0], colour="series-0", label="θ₁"),
            progress(shown[:, 1], colour="series-1", label="θ₂"),
        ],
        box=(0, len(rates) - 1, 0, top),
        x="step t",
        y="|Δθ| / |gradient|",
        height=0.5,
    )


REPLACE = "from dataclasses import replace\n\nimport numpy as np"
SOME = """
whole = J  # the mean of {ROWS} bowls, each a little off
off = np.random.default_rng(0).normal(size=({ROWS}, 2))
off -= off.mean(axis=0)
J = replace(J, points={ROWS}, part=lambda x, some: whole.gradient_at(x - off[some].mean(axis=0)))"""


def code(state: State, data: Data) -> str:
    """The program that walks the same way."""
    name = _call(state).partition("(")[0]
    used = {"Steps", "gradient_descent", "minimize", name}
    rows, batches, first = "", "", "import numpy as np"
    if state["batch"] < ROWS:
        used.add("Batches")
        batches, first = f", batches=Batches({state['batch']})", REPLACE
        rows = SOME.format(ROWS=ROWS)
    return f"""{first}
from pellucid.calculus import compile_objective
from pellucid.descent import {", ".join(sorted(used))}

D = np.diag([1.0, {state["stretch"]!r}])
J = compile_objective({FORMULA!r}, "x", {{"D": D}}, where="D: 2×2 symmetric"){rows}
start = np.array([{state["start_1"]!r}, {state["start_2"]!r}])

eta, stop = {state["eta"]!r}, Steps({state["steps"]})


def walked(rule):
    return minimize(J, start, rule=rule, step_size=eta, stop=stop{batches})


found = walked({_call(state)})
last, plain = found.values[-1], walked(gradient_descent()).values[-1]
verdict = found.verdict
print(found.explain())"""


ANSWERS = ("It ends lower", "It ends higher", "As low")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    last, plain = scene.numbers["last"], scene.numbers["plain"]
    if abs(last - plain) <= 1e-9 * max(abs(plain), 1e-9):
        right = ANSWERS[2]
    else:
        right = ANSWERS[0] if last < plain else ANSWERS[1]
    return right, f"J ends at {number(last)}, by gradient descent at {number(plain)}."


PAGE = Page(
    name="optimisers",
    lead="On a bowl that is steep one way and flat the other, one step size does not suit both "
    "weights. Rules remember past gradients to smooth a step or to scale it for each weight. "
    "Which memory of the past helps a step?",
    notes="Concept 319, Def 323, Concept 325, Def 327, Def 332, §7.7.5",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\mathrm{momentum:}\ \term{v}{V} = \gamma \term{v}{V} + (1-\gamma) "
            r"\term{slope}{\nabla J}, \quad \Delta\term{theta}{\theta} = -\term{eta}{\eta} V",
            "momentum: V is gamma V plus one minus gamma times the gradient; the step is minus "
            "eta V",
        ),
        Formula(
            r"\mathrm{scaled:}\ \Delta\theta_i = -\frac{\term{eta}{\eta}\, \nabla_i \term{J}{J}}"
            r"{\sqrt{G_i} + \epsilon}",
            "scaled: the step of weight i is minus eta times its gradient over the root of a sum "
            "or average of past squares",
        ),
    ),
    terms=(
        Term("theta", "θ", "where we stand", "green"),
        Term("eta", "η", "step size", "orange"),
        Term("slope", "∇J", "gradient", "blue"),
        Term("v", "Δθ", "step", "violet"),
        Term("J", "J", "height", "rose"),
    ),
    pictures=(
        Picture("walks", "The walk; dashed: gradient descent", "main"),
        Picture("values", "J along the steps"),
        Picture("rates", "The step that each weight gets for its gradient"),
    ),
    questions=(Question("Against gradient descent with this η?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
)
