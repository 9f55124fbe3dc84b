"""A polynomial of rising order: its error on the rows that it saw, and on new ones.

Notes: Def 24, Def 26, KE 33, KE 35, Concept 186
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import line, plane, points, rule, segments, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import scaled

MOST = 14
CONTROLS = (
    setting("order", 9, "Order of the polynomial", symbol="k", term="order", shown=(0, MOST)),
    setting("rows", 12, "Rows to learn from", symbol="n", term="rows", shown=(4, 40)),
    setting("seed", 0, "Which rows", shown=(0, 20)),
    column("x", "Input x"),
    column("y", "Answer y", answer=True),
)


@lru_cache(maxsize=16)
def _split(data: Data, x_name: str, y_name: str, rows: int, seed: int) -> tuple[Any, ...]:
    """Standardised rows to learn from and new ones, and the fit and both errors of every order."""
    from sklearn.pipeline import make_pipeline

    from pellucid import LeastSquares, PolynomialBasis, training_error
    from pellucid import test_error as error_on_new_rows

    Z = scaled(data.table.known(x_name, y_name).numbers(x_name, y_name))
    shuffled = np.random.default_rng(seed).permutation(len(Z))
    n = min(rows, len(Z) // 2)
    seen, new = Z[shuffled[:n]], Z[shuffled[n:]]
    fits, errors = [], []
    for k in range(min(MOST, n - 1) + 1):
        basis = PolynomialBasis(k, include_constant=k == 0, domain="scaled")
        h = make_pipeline(basis, LeastSquares(fit_intercept=k > 0)).fit(seen[:, :1], seen[:, 1])
        fits.append(h)
        trained = training_error(h, seen[:, :1], seen[:, 1])
        errors.append([trained, error_on_new_rows(h, new[:, :1], new[:, 1])])
    return seen, new, fits, np.array(errors)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The fit of this order, between those of all others."""
    seen, new, fits, errors = _split(data, state["x"], state["y"], state["rows"], state["seed"])
    k = min(state["order"], len(fits) - 1)
    trained, fresh = errors[k]
    best = int(errors[:, 1].argmin())
    n = len(seen)
    after = errors[k + 1] if k + 1 < len(errors) else errors[k]
    yield Scene(
        terms={
            "order": Now(k),
            "rows": Now(n),
            "h": Now(f"{k + 1} parameters", f"1×{n}"),
            "trained": Now(trained),
            "fresh": Now(fresh),
        },
        pictures={
            "rows": _rows(seen, new, fits[k], state),
            "errors": _errors(errors, k, best),
        },
        facts=(
            ("order", _order_words(k, n, state["order"])),
            ("error on the rows it saw", number(trained, 4)),
            ("error on new rows", number(fresh, 4)),
            ("order of least error on new rows", f"{best}, {number(errors[best, 1], 4)}"),
            ("new rows", f"{len(new):,}"),
        ),
        numbers={"trained": trained, "fresh": fresh, "best": best, "after": after},
        summary=f"Order {k}: {number(trained)} on the rows it saw, {number(fresh)} on new ones",
    )


def _order_words(k: int, n: int, asked: int) -> str:
    if k < asked:
        return f"{k}: {n} rows determine no more than {n} parameters"
    return f"{k}: through every row" if k == n - 1 else str(k)


def _rows(seen: Any, new: Any, h: Any, state: State) -> dict[str, Any]:
    left, right = float(seen[:, 0].min()), float(seen[:, 0].max())
    room = 0.04 * (right - left or 1.0)
    grid = np.linspace(left - room, right + room, 301)
    tall = max(2.6, 1.15 * float(np.abs(np.append(seen[:, 1], new[:, 1])).max()))
    inside = new[(new[:, 0] > grid[0]) & (new[:, 0] < grid[-1])]
    guesses = h.predict(seen[:, :1])
    return plane(
        "A polynomial of order {order} with the {rows} rows that it was fitted to, large, and new "
        "rows, small. Error {trained} on the first, {fresh} on the others.",
        [
            points(inside[:, 0], inside[:, 1], term="fresh", size=2.4),
            segments(seen[:, 0], seen[:, 1], seen[:, 0], guesses, term="trained"),
            line(grid, np.clip(h.predict(grid[:, None]), -9, 9), term="h", width=3.0),
            points(seen[:, 0], seen[:, 1], term="trained", size=5.0),
        ],
        box=(grid[0], grid[-1], -tall, tall),
        x=f"{state['x']}, standardised",
        y=f"{state['y']}, standardised",
        height=0.82,
    )


def _errors(errors: Any, k: int, best: int) -> dict[str, Any]:
    shown = np.clip(errors, 1e-4, 1e4)
    orders = np.arange(len(errors))
    return plane(
        "Both errors over the order: the one on the rows it saw falls, {trained} now; the one on "
        f"new rows is least at order {best} and {{fresh}} now.",
        [
            rule(x=k, term="order", label=f"k = {k}"),
            line(orders, shown[:, 0], term="trained", label="rows it saw"),
            line(orders, shown[:, 1], term="fresh", label="new rows"),
            points(orders, shown[:, 0], term="trained", size=2.5),
            points(orders, shown[:, 1], term="fresh", size=2.5),
            spot(best, shown[best, 1], shape="ring", term="fresh", size=8.0),
        ],
        box=(
            -0.4,
            len(errors) - 0.6,
            10.0 ** np.floor(np.log10(shown.min()) - 0.01),
            10.0 ** np.ceil(np.log10(shown.max()) + 0.01),
        ),
        logs="y",
        x="order k",
        y="mean square loss",
        height=0.9,
    )


def code(state: State, data: Data) -> str:
    """The program that fits every order."""
    return f"""import numpy as np
{data.program}
from pellucid import LeastSquares, PolynomialBasis, test_error, training_error
from sklearn.pipeline import make_pipeline

names = ({state["x"]!r}, {state["y"]!r})
Z = table.known(*names).numbers(*names)
Z = (Z - Z.mean(axis=0)) / np.where(Z.std(axis=0) > 0, Z.std(axis=0), 1.0)
shuffled = np.random.default_rng({state["seed"]}).permutation(len(Z))
n = min({state["rows"]}, len(Z) // 2)
seen, new = Z[shuffled[:n]], Z[shuffled[n:]]

errors = []
for k in range(min({MOST}, n - 1) + 1):
    basis = PolynomialBasis(k, include_constant=k == 0, domain="scaled")
    h = make_pipeline(basis, LeastSquares(fit_intercept=k > 0)).fit(seen[:, :1], seen[:, 1])
    errors.append([training_error(h, seen[:, :1], seen[:, 1]),
                   test_error(h, new[:, :1], new[:, 1])])

k = min({state["order"]}, len(errors) - 1)
trained, fresh = errors[k]
after = errors[min(k + 1, len(errors) - 1)]
best = np.argmin([e[1] for e in errors])
print(k, trained, fresh, best)"""


def _one_more(state: State, scene: Scene) -> tuple[str, str]:
    now, then = scene.numbers["fresh"], scene.numbers["after"][1]
    if then == now:
        return "It stays", "These rows determine no higher order: this is the last one."
    return "It falls" if then < now else "It rises", (
        f"On new rows it goes from {number(now)} to {number(then)}; on the rows it saw from "
        f"{number(scene.numbers['trained'])} to {number(scene.numbers['after'][0])}."
    )


PAGE = Page(
    name="orders",
    lead="A higher order contains every lower one, so it never fits the rows it saw worse. New "
    "rows tell another story: past some order the curve follows the noise. Why does a better fit "
    "guess worse?",
    notes="Def 24, Def 26, KE 33, KE 35",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{h}{h(x)} = \theta_0 + \theta_1 x + \ldots + \theta_k x^{\term{order}{k}}",
            "h of x is theta zero plus theta one x and so on up to theta k x to the k",
        ),
        Formula(
            r"\term{trained}{E_n} = \frac{1}{\term{rows}{n}}\sum_{i=1}^{n} L\left(h(x^{(i)}),"
            r" y^{(i)}\right)",
            "the training error is the mean loss over the n rows that h was fitted to",
        ),
        Formula(
            r"\term{fresh}{E} = \frac{1}{m}\sum_{i=n+1}^{n+m} L\left(h(x^{(i)}), y^{(i)}\right)",
            "the test error is the mean loss over m new rows",
        ),
    ),
    terms=(
        Term("order", "k", "highest power of x", "orange"),
        Term("rows", "n", "rows to learn from", "grey"),
        Term("h", "h(x)", "the polynomial", "green"),
        Term("trained", "Eₙ", "error, rows it saw", "blue"),
        Term("fresh", "E", "error, new rows", "rose"),
    ),
    pictures=(
        Picture("rows", "Rows that it saw (blue) and new rows (rose)", "main"),
        Picture("errors", "Both errors over the order"),
    ),
    questions=(
        Question(
            "One order more: what happens to the error on new rows?",
            ("It falls", "It rises", "It stays"),
            _one_more,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("a wave", "a line with noise", "a swing"),
)
