"""Order of a polynomial: how far the boundary bends, both losses, and how many features it costs.

Notes: Def 184, Concept 185, Concept 186, Def 187, Def 188
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.features.polynomial_settings import ORDER, TERMS
from pellucid.formatting import number
from pellucid.lab.controls import column, control, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import box_of, grid_of, line, plane, points, regions, rule, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import reading_code, standardised, two_classes

MOST = 8
ORDERS = tuple(range(1, MOST + 1))
CONTROLS = (
    control(ORDER, default=2, term="order", low=1, shown=(1, MOST)),
    control(TERMS, term="phi", label="Which monomials"),
    setting(
        "lam", 1e-4, "Weight of the regularizer", symbol="λ", low=0, shown=(1e-6, 1.0), scale="log"
    ),
    setting("noise", 0.0, "Noise added to the answers", term="held", low=0, shown=(0.0, 1.0)),
    setting("seed", 0, "Seed of split and noise", low=0, shown=(0, 40)),
    column("x1", "Input x₁"),
    column("x2", "Input x₂, for classes"),
    column("answer", "Answer y", ("numeric", "binary", "category"), answer=True),
)


def _is_number(state: State, data: Data) -> bool:
    """Whether a curve through one input is asked for, and not two sides of a plane."""
    return str(data.table[state["answer"]].kind) == "numeric"


def _names(state: State, data: Data) -> tuple[str, ...]:
    return (state["x1"],) if _is_number(state, data) else (state["x1"], state["x2"])


@lru_cache(maxsize=32)
def _rows(
    data: Data, names: tuple[str, ...], answer: str, noise: float, seed: int
) -> tuple[Any, Any, Any]:
    """Inputs, answers with their noise, and the split."""
    from pellucid.data import split_rows
    from pellucid.errors import FramingError

    random = np.random.default_rng(seed)
    if len(names) == 1:
        Z = standardised(data, (*names, answer))
        X, y = Z[:, :1], Z[:, 1] + noise * random.normal(size=len(Z))
        return X, y, split_rows(len(y), test=0.4, seed=seed)
    X, y, _ = two_classes(data, names, answer)
    y = np.where(random.random(len(y)) < noise / 2, -y, y)
    if len(np.unique(y)) < 2:
        raise FramingError(f"{answer} holds one class only: there is nothing to part.")
    return X, y, split_rows(len(y), test=0.4, seed=seed, labels=y)


@lru_cache(maxsize=512)
def _fitted(
    data: Data,
    names: tuple[str, ...],
    answer: str,
    noise: float,
    seed: int,
    order: int,
    terms: str,
    lam: float,
) -> tuple[Any, float, float]:
    """The machine of one order, its training loss and its loss on rows held out."""
    from sklearn.pipeline import make_pipeline

    from pellucid.evaluation.training_and_test_error import test_error, training_error
    from pellucid.features import PolynomialBasis
    from pellucid.linear import LogisticClassifier, Ridge

    X, y, split = _rows(data, names, answer, noise, seed)
    curve = len(names) == 1
    basis = PolynomialBasis(order, terms=terms, domain="scaled", include_constant=False)
    h = make_pipeline(basis, Ridge(lam) if curve else LogisticClassifier(lam))
    h.fit(X[split.train], y[split.train])
    loss = "square" if curve else "nll"
    fell = training_error(h, X[split.train], y[split.train], loss)
    return h, fell, test_error(h, X[split.test], y[split.test], loss)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """One order among all."""
    from pellucid.features.monomials import monomial_count

    names, order, terms = _names(state, data), state["order"], state["terms"]
    common = (data, names, state["answer"], state["noise"], state["seed"])
    every = [_fitted(*common, k, terms, state["lam"]) for k in ORDERS]
    training = np.array([one[1] for one in every])
    held = np.array([one[2] for one in every])
    X, y, split = _rows(*common)
    features = monomial_count(len(names), order, terms)
    best = int(np.argmin(held)) + 1
    draw = _curve if len(names) == 1 else _regions
    positive: tuple[tuple[str, str], ...] = ()
    if len(names) > 1:
        label = two_classes(data, names, state["answer"])[2]
        positive = (("positive class", f"{state['answer']} = {label}"),)
    yield Scene(
        terms={
            "order": Now(order),
            "phi": Now(features, f"{features}×1", "{0} features"),
            "training": Now(float(training[order - 1]), digits=4),
            "held": Now(float(held[order - 1]), digits=4),
        },
        pictures={
            "fit": draw(every[order - 1][0], X, y, split, state),
            "losses": _losses(training, held, order),
            "count": _count(order, terms, len(names)),
        },
        facts=(
            ("features of this page’s inputs", f"{features}"),
            ("of 10 inputs", f"{monomial_count(10, order, terms):,}"),
            ("of 100 inputs", f"{monomial_count(100, order, terms):,}"),
            ("order with the least held-out loss", f"{best}"),
            ("training rows, held-out rows", f"{len(split.train)}, {len(split.test)}"),
            *positive,
        ),
        numbers={"training": training, "held": held, "features": features},
        summary=f"{features} features; the held-out loss is {number(float(held[order - 1]))}",
    )


def _regions(h: Any, X: Any, y: Any, split: Any, state: State) -> dict[str, Any]:
    box = box_of(X[:, 0], X[:, 1])
    grid, *_ = grid_of(box, 61)
    guess = np.where(h.decision_function(X) > 0, 1.0, -1.0)
    wrong = guess != y
    return plane(
        "Two classes with the sides that the polynomial of order {order} tells apart; wrong rows "
        "are dots.",
        [
            regions(h.decision_function(grid).reshape(61, 61)),
            points(X[~wrong, 0], X[~wrong, 1], signs=y[~wrong]),
            points(X[wrong, 0], X[wrong, 1], term="held", size=3.4),
        ],
        box=box,
        x=f"{state['x1']}, standardised",
        y=f"{state['x2']}, standardised",
        height=0.86,
    )


def _curve(h: Any, X: Any, y: Any, split: Any, state: State) -> dict[str, Any]:
    box = box_of(X[:, 0], y, 0.1)
    grid = np.linspace(box[0], box[1], 161)
    guess = np.clip(h.predict(grid[:, None]), box[2] - 9, box[3] + 9)
    return plane(
        "Rows of one input with the polynomial of order {order}; training rows dark, rows held "
        "out as rings.",
        [
            points(X[split.train, 0], y[split.train], term="training"),
            points(X[split.test, 0], y[split.test], term="held", shape="ring", size=4),
            line(grid, guess, term="order"),
        ],
        box=box,
        x=f"{state['x1']}, standardised",
        y=f"{state['answer']}, standardised",
        height=0.8,
    )


def _losses(training: Any, held: Any, order: int) -> dict[str, Any]:
    ceiling = float(max(training.max(), min(held.max(), 4 * held.min() + training.max())))
    return plane(
        "Training loss and held-out loss over the order; now {training} and {held}.",
        [
            rule(x=order, term="order"),
            line(ORDERS, training, term="training", label="training"),
            line(ORDERS, np.minimum(held, 1.2 * ceiling), term="held", label="held out"),
            spot(order, min(held[order - 1], ceiling), shape="dot", term="held"),
        ],
        box=(0.7, MOST + 2.3, 0.0, 1.1 * ceiling + 1e-9),
        x="order k",
        y="mean loss",
        height=0.62,
    )


def _count(order: int, terms: str, d: int) -> dict[str, Any]:
    from pellucid.features.monomials import monomial_count

    counts = {
        n: np.array([monomial_count(n, k, terms) for k in ORDERS], float) for n in (d, 10, 100)
    }
    return plane(
        "How many features an order makes, for this page’s inputs, for 10 and for 100.",
        [
            rule(x=order, term="order"),
            *(
                line(
                    ORDERS,
                    values,
                    term="phi" if n == d else "",
                    colour="grey",
                    label=f"{n} input{'s' if n > 1 else ''}",
                )
                for n, values in counts.items()
            ),
        ],
        box=(0.7, MOST + 2.3, 1.0, 3.0 * float(counts[100].max())),
        logs="y",
        x="order k",
        y="features",
        height=0.55,
    )


def code(state: State, data: Data) -> str:
    """The program that fits every order."""
    names, curve = _names(state, data), _is_number(state, data)
    if curve:
        rows = f"""{reading_code(data, (*names, state["answer"]))}
random = np.random.default_rng({state["seed"]})
X, y = X[:, :1], X[:, 1] + {state["noise"]!r} * random.normal(size=len(X))"""
    else:
        rows = f"""{reading_code(data, names, state["answer"])}
random = np.random.default_rng({state["seed"]})
y = np.where(random.random(len(y)) < {state["noise"] / 2!r}, -y, y)"""
    model, loss = ("Ridge", "square") if curve else ("LogisticClassifier", "nll")
    labels = "" if curve else ", labels=y"
    return f"""{rows}

from sklearn.pipeline import make_pipeline

from pellucid.data import split_rows
from pellucid.evaluation.training_and_test_error import test_error, training_error
from pellucid.features import PolynomialBasis
from pellucid.linear import {model}

split = split_rows(len(y), test=0.4, seed={state["seed"]}{labels})
training, held = [], []
for order in range(1, {MOST + 1}):
    basis = PolynomialBasis(order, terms={state["terms"]!r}, domain="scaled",
                            include_constant=False)
    h = make_pipeline(basis, {model}({state["lam"]!r}))
    h.fit(X[split.train], y[split.train])
    training.append(training_error(h, X[split.train], y[split.train], {loss!r}))
    held.append(test_error(h, X[split.test], y[split.test], {loss!r}))
    if order == {state["order"]}:
        features = len(basis.exponents_) + 1  # the constant is the model's offset
print(training, held, features)"""


def _best(state: State, scene: Scene) -> tuple[str, str]:
    held = np.asarray(scene.numbers["held"])
    best = int(np.argmin(held)) + 1
    return str(best) if best < 4 else "4 or more", (
        f"Order {best} has the least of all eight, {number(float(held[best - 1]), 4)}; at order "
        f"{MOST} it is {number(float(held[-1]), 4)}."
    )


def _training(state: State, scene: Scene) -> tuple[str, str]:
    training = np.asarray(scene.numbers["training"])
    rose = bool((np.diff(training) > 1e-3 * training[:-1]).any())
    right = "It rises somewhere" if rose else "It never rises"
    return right, (
        f"From order 1 to {MOST} it goes from {number(float(training[0]), 4)} to "
        f"{number(float(training[-1]), 4)}; "
        + ("the regularizer takes a little back." if rose else "each order holds the ones below.")
    )


PAGE = Page(
    name="polynomial-order",
    lead="Products of the inputs become features, and a linear machine bends. A higher order bends "
    "more and needs many more weights. How many features does an order cost?",
    notes="Def 184, Concept 185, Concept 186, Def 187, Def 188",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{phi}{\varphi(x)_j} = x_1^{c_1} x_2^{c_2} \cdots x_d^{c_d}, \quad "
            r"\sum_i c_i \le \term{order}{k}",
            "phi of x j is a product of powers of the inputs whose exponents sum to at most k",
        ),
        Formula(
            r"\term{phi}{m} = \frac{(d+\term{order}{k})!}{d!\,k!} \text{, all monomials}",
            "with all monomials there are d plus k factorial, over d factorial times k factorial, "
            "features",
        ),
    ),
    terms=(
        Term("order", "k", "order", "orange"),
        Term("phi", "φ(x)", "features", "green"),
        Term("training", "Eₙ", "training loss", "grey"),
        Term("held", "E", "held-out loss", "rose"),
    ),
    pictures=(
        Picture("fit", "What this order can do", "main"),
        Picture("losses", "Both losses over the order"),
        Picture("count", "Features over the order"),
    ),
    questions=(
        Question("Which order has the least held-out loss?", ("1", "2", "3", "4 or more"), _best),
        Question(
            "The order grows. What does the training loss do?",
            ("It never rises", "It rises somewhere"),
            _training,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("petals", "exclusive or", "a wave"),
)
