"""Which output activation and which loss belong to a task, and what the library refuses.

Notes: Concept 260, Concept 261, Concept 262, Clar 285, Concept 286, Clar 288
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.errors import FramingError
from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, plane, table
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

OUTPUTS = {"identity": "Identity", "sigmoid": "Sigmoid", "softmax": "Softmax", "ReLU": "ReLU"}
LOSSES = ("square", "absolute", "nll", "nllm")
TASKS = ("regression", "binary", "classes", "labels")
TRUTHS = {
    "regression": [1.5, -0.5, 2.0], "binary": [1.0], "classes": [0.0, 1.0, 0.0],
    "labels": [1.0, 1.0, 0.0],
}  # fmt: skip
CONTROLS = (
    setting("task", "classes", "Task", term="task", choices=TASKS),
    setting("output", "softmax", "Output activation", term="g", choices=tuple(OUTPUTS)),
    setting("loss", "nllm", "Loss", term="L", choices=LOSSES),
    setting("z_1", 1.0, "Score of the first output", symbol="z₁", term="z", shown=(-5.0, 5.0)),
    setting("z_2", 0.5, "Score of the second", symbol="z₂", term="z", shown=(-5.0, 5.0)),
    setting("z_3", -1.0, "Score of the third", symbol="z₃", term="z", shown=(-5.0, 5.0)),
)


@lru_cache(maxsize=256)
def _tried(
    output: str, loss: str, truth: tuple[float, ...], z: tuple[float, ...]
) -> tuple[Any, str]:
    """The pass through a network with that end, or the library's reason against it."""
    import pellucid.networks as nn

    n = len(truth)
    params = [{"W": np.eye(n), "W0": np.zeros(n)}, {}]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            net = nn.Network([nn.Dense(n, inputs=n), getattr(nn, OUTPUTS[output])()], loss)
            return nn.backward_pass(net, np.array(z), np.array(truth), params), ""
        except FramingError as refused:
            return None, str(refused)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The chosen end beside the one that the task asks for."""
    from pellucid.networks import defaults_for

    pair = defaults_for(state["task"])
    truth = np.array(TRUTHS[state["task"]])
    n = len(truth)
    z = np.array([state["z_1"], state["z_2"], state["z_3"]][:n])
    found, refused = _tried(state["output"], state["loss"], tuple(truth), tuple(z))
    wanted = (type(pair.activation).__name__, pair.loss)
    fits = (OUTPUTS[state["output"]], state["loss"]) == wanted
    if found is None:
        g, loss, lean = np.full(n, np.nan), float("nan"), np.full(n, np.nan)
    else:
        g, loss = found["A¹"].value[0], float(found["L"].value)
        lean = found["∂L/∂Z¹"].value[0]
    verdict = "refused" if found is None else ("fits the task" if fits else "possible, not usual")
    yield Scene(
        terms={
            "task": Now(state["task"], "–"),
            "z": Now(z, f"{n}×1"),
            "g": Now(g if found is not None else "refused", f"{n}×1"),
            "y": Now(truth, f"{n}×1"),
            "L": Now(loss if found is not None else "refused", digits=4),
            "lean": Now(lean if found is not None else "refused", f"{n}×1"),
        },
        pictures={"ends": _ends(truth, state, wanted), "outputs": _outputs(z, g, truth)},
        facts=(
            ("task", f"{pair.example}"),
            ("its answers", pair.answers),
            ("it asks for", f"{wanted[0]} with {wanted[1]}"),
            ("your end", verdict),
            *((("why", refused),) if refused else ()),
            *((("outputs add up to", number(float(g.sum()))),) if found is not None else ()),
        ),
        numbers={"verdict": verdict, "wanted": " and ".join(wanted), "g": g, "loss": loss},
        summary=f"{state['output']} with {state['loss']}: {verdict}",
    )


def _ends(truth: Any, state: State, wanted: tuple[str, str]) -> dict[str, Any]:
    """Every output with every loss, tried by a pass over the task’s truth."""
    rows = []
    for output, kind in OUTPUTS.items():
        row: list[Any] = [output]
        for loss in LOSSES:
            found, _ = _tried(output, loss, tuple(truth), (0.0,) * len(truth))
            mark = "refused" if found is None else "possible"
            mark = "fits the task" if (kind, loss) == wanted else mark
            here = " ◀" if (output, loss) == (state["output"], state["loss"]) else ""
            row.append(mark + here)
        rows.append(row)
    return table(
        "Ends of a network that are errors, possible, or fit the task: a row for each output "
        "activation, a column for each loss.",
        ("output", *LOSSES),
        rows,
        marked=list(OUTPUTS).index(state["output"]),
    )


def _outputs(z: Any, g: Any, truth: Any) -> dict[str, Any]:
    at = np.arange(len(z))
    shown = np.concatenate([z, np.nan_to_num(g), truth])
    low, high = min(float(shown.min()) - 0.3, -0.3), max(float(shown.max()) + 0.3, 1.3)
    return plane(
        "For each output its score, its activation, and the truth.",
        [
            bars(at - 0.26, z, width=0.24, term="z"),
            bars(at, np.nan_to_num(g), width=0.24, term="g"),
            bars(at + 0.26, truth, width=0.24, term="y"),
        ],
        box=(-0.6, max(len(z), 2) - 0.4, low, high),
        names=[f"output {i + 1}" for i in range(len(z))],
        x="score, output, truth",
        height=0.5,
    )


def code(state: State, data: Data) -> str:
    """The program that builds the same end, or shows the error."""
    truth = TRUTHS[state["task"]]
    n = len(truth)
    z = [state["z_1"], state["z_2"], state["z_3"]][:n]
    kind = OUTPUTS[state["output"]]
    return f"""import numpy as np
from pellucid.errors import FramingError
from pellucid.networks import Dense, {kind}, Network, backward_pass, defaults_for

pair = defaults_for({state["task"]!r})
fits = (type(pair.activation).__name__, pair.loss) == ({kind!r}, {state["loss"]!r})
wanted = f"{{type(pair.activation).__name__}} and {{pair.loss}}"
z, y = np.array({z!r}), np.array({truth!r})
try:
    net = Network([Dense({n}, inputs={n}), {kind}()], {state["loss"]!r})
    params = [{{"W": np.eye({n}), "W0": np.zeros({n})}}, {{}}]
    found = backward_pass(net, z, y, params)
    g, loss = found["A1"].value[0], float(found["L"].value)
    verdict = "fits the task" if fits else "possible, not usual"
except FramingError as refused:
    g, loss, verdict = np.full({n}, np.nan), np.nan, "refused"
    print(refused)
print(verdict, g, loss)"""


ANSWERS = ("Identity and square", "Sigmoid and nll", "Softmax and nllm")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    from pellucid.networks import defaults_for

    pair = defaults_for(state["task"])
    return scene.numbers["wanted"], f"Its answers are {pair.answers}."


PAGE = Page(
    name="pairing",
    lead="The last activation says what kind of numbers come out, the loss what they are measured "
    "by. Some pairs fit a task, some can be built, some are errors. Which loss belongs to which "
    "output?",
    notes="Concept 260, Concept 261, Concept 262, Concept 286, Clar 288",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{g}{g} = f^L(\term{z}{z}), \qquad \term{L}{L} = \mathrm{loss}(g, \term{y}{y})",
            "g is the output activation of z; L is the loss of g and y",
        ),
        Formula(
            r"\term{lean}{\frac{\partial L}{\partial z}} = \term{g}{g} - \term{y}{y} \quad "
            r"\mathrm{(sigmoid\ and\ nll,\ softmax\ and\ nllm)}",
            "for sigmoid with NLL and softmax with NLLM the derivative of L by z is g minus y",
        ),
    ),
    terms=(
        Term("task", "task", "what is asked", "grey"),
        Term("z", "z", "scores", "violet"),
        Term("g", "g", "output", "green"),
        Term("y", "y", "truth", "grey"),
        Term("L", "L", "loss", "rose"),
        Term("lean", "∂L/∂z", "what goes back", "blue"),
    ),
    pictures=(
        Picture("ends", "Every output with every loss; ◀ is yours", "wide"),
        Picture("outputs", "What comes out for these scores", "wide"),
    ),
    questions=(Question("What does this task ask for?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
)
