"""Where a training begins that goes on with weights found elsewhere.

Notes: Concept 294
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jax
import numpy as np

from pellucid.descent.rules import Rule, rule_named
from pellucid.networks.engine.precision import computing_in
from pellucid.networks.training.steps import initial_rule_state, vector_of


@lru_cache(maxsize=32)
def cached_rule(name: str) -> Rule:
    # The same object each time, so that the compiled loop of an earlier training serves again.
    return rule_named(name)


def start_from(
    params: Any, state: Any, rule: str | Rule, dtype: str, history: Any = None
) -> dict[str, Any]:
    """A `start` for `train`: these weights and what the layers remember, the rule new.

    Parameters
    ----------
    params : list of dict of arrays
    state : list
    rule : str or Rule
    dtype : {"float32", "float64"}
    history : dict of lists, optional
        Of the epochs before, as `Trained.history`; `train` counts on from there.

    Notes: Concept 294
    """
    named = cached_rule(rule) if isinstance(rule, str) else rule
    with computing_in(dtype):
        theta = vector_of(jax.tree.map(lambda leaf: np.asarray(leaf, dtype), params))
        memory = jax.tree.map(np.array, initial_rule_state(named, theta))
    names = ("loss", "validation_loss", "gradient_norms")
    before = {name: list((history or {}).get(name, [])) for name in names}
    epochs = len(before["loss"])
    return {
        "theta": np.array(theta), "memory": memory, "states": jax.tree.map(np.array, state),
        "epochs": epochs, "steps": 0, "history": before, "best": (None, float("inf"), 0, epochs),
        "stop": None, "over": ("finished", ""),
    }  # fmt: skip
