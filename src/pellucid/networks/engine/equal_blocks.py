"""A long program of like blocks: each kind of block is compiled once, and runs wherever it stands.

A compiler takes a program as a whole, so a network of twenty layers takes it ten times as long as
one of two, and one of twenty-one is another program. Cut where `computed_once` stands, the blocks
of equal layers are equal, at every depth.

Notes: KE 279, Concept 294
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax.extend.core import ClosedJaxpr, Literal, Var, jaxpr_as_fun

from pellucid.networks.engine.compiled import compiled

CUT = "optimization_barrier"  # what `computed_once` leaves in a program
MOST_KINDS = 512
_kinds: dict[Any, Callable[..., Any]] = {}  # compiled blocks, the oldest first


def compiled_by_blocks(run: Callable[..., Any]) -> Callable[..., Any]:
    """`run` compiled, quickly: as a whole, or by its blocks where most of these repeat.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from pellucid.networks.engine.compiled import computed_once
    >>> def halved(x, times):
    ...     for _ in times:
    ...         x = computed_once(x / 2)
    ...     return x
    >>> float(compiled_by_blocks(halved)(1.0, [0] * 10)) == 0.5**10
    True
    """
    whole = compiled(run, quickly=True)
    ways: dict[Any, Any] = {}

    def called(*given: Any) -> Any:
        leaves, structure = jax.tree.flatten(given)
        kind = (structure, *(jax.typeof(leaf) for leaf in leaves))
        if kind not in ways:
            traced = whole.trace(*given)
            blocks = _blocks(traced.jaxpr.jaxpr)
            repeat = len(blocks) >= 2 * len({block.kind for block in blocks})
            ways[kind] = (traced, blocks) if repeat else None
        if ways[kind] is None:
            return whole(*given)
        traced, blocks = ways[kind]
        found = _run(traced.jaxpr, blocks, leaves)
        return jax.tree.unflatten(jax.tree.structure(traced.out_info), found)

    return called


class _Block:
    """Some equations of a program, with what they take from outside and what is used of theirs.

    Parameters
    ----------
    program : Jaxpr
        The whole.
    equations : sequence of equation
        Those of this block.
    used : set of Var
        What later equations, or the program's answer, take.
    """

    def __init__(self, program: Any, equations: Sequence[Any], used: set[Any]) -> None:
        self.program, self.equations = program, equations
        number: dict[Any, int] = {}  # of a variable, in the order in which they are met
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        words: list[Any] = []
        for equation in equations:
            taken = []
            for part in equation.invars:
                if isinstance(part, Var) and part not in number:
                    number[part] = len(number)
                    self.inputs.append(part)
                taken.append(number[part] if isinstance(part, Var) else str(part))
            for part in equation.outvars:
                number[part] = len(number)
            self.outputs += [part for part in equation.outvars if part in used]
            settings = sorted((name, str(value)) for name, value in equation.params.items())
            words.append((equation.primitive.name, str(settings), *taken))
        shapes = tuple(str(part.aval) for part in self.inputs)
        self.kind = (tuple(words), shapes, tuple(number[part] for part in self.outputs))

    def compiled(self) -> Callable[..., Any]:
        """The block as a function of its inputs; that of an equal one where there is one."""
        if self.kind not in _kinds:
            while len(_kinds) >= MOST_KINDS:
                _kinds.pop(next(iter(_kinds)))
            program = self.program.replace(
                constvars=(), invars=self.inputs, outvars=self.outputs, eqns=self.equations
            )
            _kinds[self.kind] = compiled(jaxpr_as_fun(ClosedJaxpr(program, ())), quickly=True)
        return _kinds[self.kind]


def _blocks(program: Any) -> list[_Block]:
    """The program cut behind each `computed_once`, last block first where it is put together."""
    cuts = [i + 1 for i, e in enumerate(program.eqns) if e.primitive.name == CUT]
    ends = sorted({*cuts, len(program.eqns)})
    used = {part for part in program.outvars if isinstance(part, Var)}
    found = []
    for begin, end in reversed(list(zip([0, *ends], ends, strict=False))):
        equations = program.eqns[begin:end]
        own = set(used)
        for equation in equations:
            used.update(part for part in equation.invars if isinstance(part, Var))
        found.append(_Block(program, equations, own))
    return found[::-1]


def _run(program: Any, blocks: Sequence[_Block], leaves: Sequence[Any]) -> list[Any]:
    value = dict(zip(program.jaxpr.constvars, program.consts, strict=True))
    value |= dict(zip(program.jaxpr.invars, leaves, strict=True))
    for block in blocks:
        found = block.compiled()(*(value[part] for part in block.inputs))
        value |= dict(zip(block.outputs, found, strict=True))
    outputs = program.jaxpr.outvars
    return [part.val if isinstance(part, Literal) else value[part] for part in outputs]
