"""Adadelta as the notes have it (elsewhere RMSProp), and the Adadelta of the literature.

Notes: Def 327, Notation 326, Concept 328
"""

from __future__ import annotations

from typing import Any

from pellucid.descent.pytree import tree_map
from pellucid.descent.rules.rule import Rule, check_decay, check_epsilon, check_place
from pellucid.descent.rules.running_average import update_average, zeros_like_tree


def adadelta(gamma: float = 0.9, *, epsilon: float = 1e-8, epsilon_place: str = "outside") -> Rule:
    """G ← γG + (1 − γ)g², θ ← θ − η g/(√G + ε): each entry by its own recent steepness.

    Most packages call this rule RMSProp.

    Parameters
    ----------
    gamma : float
        Share of the past, 0 ≤ γ < 1.
    epsilon : float
        ε > 0.
    epsilon_place : {"outside", "inside"}
        √G + ε, as the definition has it, or √(G + ε).

    Returns
    -------
    Rule

    Examples
    --------
    >>> rule = adadelta()
    >>> theta, state = rule.step(2.0, rule.init(1.0), 1.0, 0.1)
    >>> round(theta, 6)
    0.683772

    Notes: Def 327
    """
    check_decay("gamma", gamma, "adadelta")
    check_epsilon(epsilon, "adadelta")
    check_place(epsilon_place, "adadelta")
    scaled = scaling(epsilon, epsilon_place)

    def step(g: Any, G: Any, theta: Any, eta: Any) -> tuple[Any, Any]:
        G = update_average(G, tree_map(lambda d: d * d, g), gamma)
        return tree_map(lambda w, d, s: w - eta * scaled(d, s), theta, g, G), G

    root = "(√G + ε)" if epsilon_place == "outside" else "√(G + ε)"
    text = f"G ← {gamma:g} G + {1 - gamma:g} g²;  θ ← θ − η g/{root}"
    return Rule("adadelta", zeros_like_tree, step, text, "Def 327")


def scaling(epsilon: float, place: str) -> Any:
    """d / (√s + ε), or d / √(s + ε)."""
    if place == "outside":
        return lambda d, s: d / (s**0.5 + epsilon)
    return lambda d, s: d / (s + epsilon) ** 0.5


def true_adadelta(gamma: float = 0.9, *, epsilon: float = 1e-6) -> Rule:
    """The literature's Adadelta: the step is measured in the units of the steps before it.

    Δ = g √(U + ε)/√(G + ε), θ ← θ − ηΔ, with running averages G of g² and U of Δ²; η is 1 there.

    Parameters
    ----------
    gamma : float
        Share of the past, 0 ≤ γ < 1.
    epsilon : float
        ε > 0; it also sets how small the first steps are.

    Returns
    -------
    Rule

    Examples
    --------
    >>> rule = true_adadelta()
    >>> theta, state = rule.step(2.0, rule.init(1.0), 1.0, 1.0)
    >>> theta < 1
    True

    Notes: Def 327, §7.7.5
    """
    check_decay("gamma", gamma, "true adadelta")
    check_epsilon(epsilon, "true adadelta")

    def step(g: Any, state: Any, theta: Any, eta: Any) -> tuple[Any, Any]:
        G, U = state
        G = update_average(G, tree_map(lambda d: d * d, g), gamma)
        move = tree_map(lambda d, s, u: d * ((u + epsilon) / (s + epsilon)) ** 0.5, g, G, U)
        U = update_average(U, tree_map(lambda d: d * d, move), gamma)
        return tree_map(lambda w, d: w - eta * d, theta, move), (G, U)

    text = "Δ = g √(U + ε)/√(G + ε);  θ ← θ − ηΔ;  U ← γU + (1 − γ)Δ²"
    return Rule(
        "true adadelta",
        lambda theta: (zeros_like_tree(theta), zeros_like_tree(theta)),
        step,
        text,
        "§7.7.5",
    )
