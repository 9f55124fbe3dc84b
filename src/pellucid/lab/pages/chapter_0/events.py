"""Two events over a few outcomes: their chances, both together, and whether they are independent.

Notes: §0.6, Def 4, Def 9, Def 11
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.errors import FramingError
from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, line, pad, plane, rule, table
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

MOST = 8
SOURCES = ("chances, typed", "a column of the table")
CONTROLS = (
    setting("draws", 100, "Draws", symbol="n", term="draws", shown=(10, 5000), scale="log"),
    setting("seed", 0, "Seed", shown=(0, 50)),
    setting("source", SOURCES[0], "Outcomes from", choices=SOURCES),
    setting("chances", [[1 / MOST] * MOST], "Chances of 1, 2, 3, …",
            when=(("source", SOURCES[:1]),)),
    column("column", "Column of outcomes", ("category", "binary"),
           when=(("source", SOURCES[1:]),)),
    setting("A", [[0, 1, 0, 1, 0, 1, 0, 1]], "Outcomes of A", form="hidden"),
    setting("B", [[1, 1, 1, 1, 0, 0, 0, 0]], "Outcomes of B", form="hidden"),
)  # fmt: skip


def _chances(state: State, data: Data) -> dict[Any, float]:
    """Each outcome with its chance: as typed, or its share of the rows."""
    if state["source"] == SOURCES[0]:
        typed = [p for row in state["chances"] for p in row]
        if not 2 <= len(typed) <= MOST:
            raise FramingError(f"Events take 2 to {MOST} outcomes; {len(typed)} chances are typed.")
        return {str(i + 1): p for i, p in enumerate(typed)}
    values = data.table.known(state["column"])[state["column"]].texts()
    names, counts = np.unique(values.astype(str), return_counts=True)
    if not 2 <= len(names) <= MOST:
        raise FramingError(
            f"Events take 2 to {MOST} outcomes; {state['column']} has {len(names)} labels."
        )
    return {str(k): float(c / counts.sum()) for k, c in zip(names, counts, strict=True)}


def _event(state: State, name: str, outcomes: list[Any]) -> list[Any]:
    drawn = [v for row in state[name] for v in row]
    return [o for o, v in zip(outcomes, drawn, strict=False) if v > 0]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Chances of both events, and how often they came in n draws."""
    from pellucid.data import Distribution

    chances = _chances(state, data)
    of = Distribution(chances)
    outcomes = list(chances)
    A, B = _event(state, "A", outcomes), _event(state, "B", outcomes)
    both, either = [o for o in A if o in B], sorted({*A, *B})
    pA, pB, p_both = (of.chance(e) for e in (A, B, both))
    independent = of.independent(A, B)
    drawn = of.draw(state["draws"], seed=state["seed"])
    came = {n: np.isin(drawn.astype(str), e) for n, e in (("A", A), ("B", B), ("both", both))}
    shares = [float(c.mean()) for c in came.values()]
    given = p_both / pA if pA > 0 else float("nan")
    yield Scene(
        terms={
            "A": Now(pA, text="{0}"),
            "B": Now(pB, text="{0}"),
            "both": Now(p_both),
            "product": Now(pA * pB),
            "given": Now(given if pA > 0 else "A never happens"),
            "draws": Now(state["draws"]),
        },
        pictures={
            "chances": _bars(chances, A, B, drawn),
            "pad_A": _pad(outcomes, A, "A"),
            "pad_B": _pad(outcomes, B, "B"),
            "course": _course(came, (pA, pB, p_both)),
            "numbers": _table(pA, pB, p_both, of.chance(either), shares),
        },
        facts=(
            ("A", ", ".join(A) or "no outcome"),
            ("B", ", ".join(B) or "no outcome"),
            ("both, A ∩ B", ", ".join(both) or "no outcome"),
            ("P(A ∩ B) against P(A) P(B)", f"{number(p_both, 4)}, {number(pA * pB, 4)}"),
            ("independent", "yes" if independent else "no"),
        ),
        numbers={
            "p_A": pA,
            "p_B": pB,
            "p_both": p_both,
            "independent": float(independent),
            "shares": shares,
        },
        summary=f"P(A) is {number(pA)}, P(B) {number(pB)}, both {number(p_both)}: "
        + ("independent" if independent else "not independent"),
    )


def _bars(chances: dict[Any, float], A: Any, B: Any, drawn: Any) -> dict[str, Any]:
    outcomes = list(chances)
    place = np.arange(len(outcomes))
    p = np.array(list(chances.values()))
    share = np.array([float((drawn.astype(str) == o).mean()) for o in outcomes])
    held = ["".join(n for n, e in (("A", A), ("B", B)) if o in e) for o in outcomes]
    words = {"": "", "A": "A", "B": "B", "AB": "A∩B"}
    return plane(
        f"Chance of each of {len(outcomes)} outcomes, and beside it how often it came in "
        "{draws} draws; letters tell which events it belongs to.",
        [
            bars(place - 0.2, p, width=0.38, colour="blue", label=[words[h] for h in held]),
            bars(place + 0.2, share, width=0.38, term="draws"),
        ],
        box=(-0.6, len(outcomes) - 0.4, 0.0, 1.2 * float(max(p.max(), share.max()))),
        names=tuple(str(o) for o in outcomes),
        y="chance (blue), share of draws (grey)",
        height=0.66,
    )


def _pad(outcomes: list[Any], event: Any, name: str) -> dict[str, Any]:
    cells = np.array([[1.0 if o in event else 0.0 for o in outcomes]])
    return pad(
        f"The outcomes of event {name}: a click takes one in or out. Its chance is {{{name}}}.",
        cells,
        name,
        numbers=False,
        names=tuple(map(str, outcomes)),
    )


def _course(came: dict[str, Any], chances: tuple[float, ...]) -> dict[str, Any]:
    n = len(came["A"])
    at = np.unique(np.geomspace(1, n, 120).astype(int))
    shares = {k: np.cumsum(v)[at - 1] / at for k, v in came.items()}
    return plane(
        "Share of the draws in which A, B and both came, over the number of draws; each goes to "
        "its chance.",
        [
            *(rule(y=p, term=k) for k, p in zip(shares, chances, strict=True)),
            *(line(at, s, term=k) for k, s in shares.items()),
        ],
        box=(1.0, float(max(n, 2)), -0.02, 1.02),
        logs="x",
        x="draws",
        y="share",
        height=0.55,
    )


def _table(pA: float, pB: float, both: float, either: float, shares: Any) -> dict[str, Any]:
    return table(
        "Chances of the events, and their shares of the draws.",
        ("event", "chance", "of the draws"),
        [
            ("A", number(pA, 4), number(shares[0], 4)),
            ("B", number(pB, 4), number(shares[1], 4)),
            ("A ∩ B, both", number(both, 4), number(shares[2], 4)),
            ("A ∪ B, at least one", number(either, 4),
             number(shares[0] + shares[1] - shares[2], 4)),
        ],
    )  # fmt: skip


def code(state: State, data: Data) -> str:
    """The program that asks the same distribution."""
    outcomes = list(_chances(state, data))
    A, B = _event(state, "A", outcomes), _event(state, "B", outcomes)
    if state["source"] == SOURCES[0]:
        typed = [p for row in state["chances"] for p in row]
        made = f"""import numpy as np

typed = {typed!r}
chances = {{str(i): p for i, p in enumerate(typed, start=1)}}"""
    else:
        made = f"""import numpy as np
{data.program}

values = table.known({state["column"]!r})[{state["column"]!r}].texts().astype(str)
names, counts = np.unique(values, return_counts=True)
chances = dict(zip(names.tolist(), counts / counts.sum()))"""
    return f"""{made}

from pellucid.data import Distribution

of = Distribution(chances)
A, B = {A!r}, {B!r}
both = [o for o in A if o in B]
p_A, p_B, p_both = of.chance(A), of.chance(B), of.chance(both)
independent = of.independent(A, B)

drawn = of.draw({state["draws"]}, seed={state["seed"]}).astype(str)
shares = [np.isin(drawn, event).mean() for event in (A, B, both)]
print(p_A, p_B, p_both, independent, shares)"""


ANSWERS = ("Likelier", "Less likely", "Neither: independent", "A never happens")


def _known(state: State, scene: Scene) -> tuple[str, str]:
    pA, pB, both = (float(scene.numbers[n]) for n in ("p_A", "p_B", "p_both"))
    if pA == 0:
        return ANSWERS[3], "P(A) is 0, so P(B|A) has no meaning."
    if scene.numbers["independent"]:
        right = ANSWERS[2]
    else:
        right = ANSWERS[0] if both > pA * pB else ANSWERS[1]
    return right, f"P(B) is {number(pB)}, and P(B|A) = P(A ∩ B)/P(A) = {number(both / pA)}."


PAGE = Page(
    name="events",
    lead="An event is a set of outcomes; its chance is the sum of theirs. Click outcomes into A "
    "and B. If B is as likely within A as it is over all, A says nothing of B. When does knowing A "
    "tell something of B?",
    notes="§0.6, Def 4, Def 9, Def 11",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{both}{P(A \cap B)} = \term{product}{P(A)\,P(B)} \ \Leftrightarrow\ "
            r"\mathrm{independent}",
            "A and B are independent just when the probability of both is the product of theirs",
        ),
        Formula(
            r"\term{given}{P(B\,|\,A)} = \frac{P(A\cap B)}{\term{A}{P(A)}}, \qquad "
            r"\sum_{o} P(o) = 1",
            "the probability of B given A is that of both over that of A; all probabilities sum "
            "to one",
        ),
    ),
    terms=(
        Term("A", "P(A)", "chance of A", "orange"),
        Term("B", "P(B)", "chance of B", "blue"),
        Term("both", "P(A∩B)", "both", "violet"),
        Term("product", "P(A)P(B)", "their product", "rose"),
        Term("given", "P(B|A)", "B, once A is known", "green"),
        Term("draws", "n", "draws", "grey"),
    ),
    pictures=(
        Picture("chances", "Outcomes and their events", "main"),
        Picture("pad_A", "Outcomes of A: click them in or out"),
        Picture("pad_B", "Outcomes of B"),
        Picture("course", "Shares of the draws go to the chances"),
        Picture("numbers", "Chances and shares"),
    ),
    questions=(Question("A happened. What of B?", ANSWERS, _known),),
    scenes=scenes,
    code=code,
    samples=("three classes", "four blobs"),
)
