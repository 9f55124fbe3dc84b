"""Controls of a page, each read from the `Hyperparameter` that the library declares.

Notes: Def 81, Concept 82
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pellucid.errors import ColumnError, HyperparameterError
from pellucid.hyperparameters import Hyperparameter
from pellucid.lab.data import Data

FORMS = ("slider", "menu", "box", "text", "matrix", "column", "hidden")
LONGEST_TEXT, MOST_ENTRIES = 4_000, 4_096


@dataclass(frozen=True)
class Control:
    """A setting as a native input.

    Parameters
    ----------
    declared : Hyperparameter
        Name, default, range, shown range and scale, choices, meaning, symbol.
    term : str
        The term of the formulas that it is; it takes its colour.
    label : str
        Fewer words than the declaration's meaning.
    form : str
        One of `FORMS`; follows from the declaration when empty. "matrix" is typed rows of numbers,
        "hidden" is set by a picture alone (an array or a text).
    kinds : tuple of str
        Of the columns that a "column" control offers: "numeric", "binary", "category", "text", ….
    answer : bool
        Whether a "column" control is the column to be predicted.
    optional : bool
        Whether a "column" control may stay empty.
    when : tuple of (setting, values)
        The control is shown while each of these settings has one of its values; True stands for a
        column that is chosen.
    """

    declared: Hyperparameter
    term: str = ""
    label: str = ""
    form: str = ""
    kinds: tuple[str, ...] = ()
    answer: bool = False
    optional: bool = False
    when: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    def __post_init__(self) -> None:
        """Find the form."""
        if not self.form:
            object.__setattr__(self, "form", self._form())
        if self.form not in FORMS:
            raise HyperparameterError(f"{self.name}: a control is one of {FORMS}.")
        if self.form == "slider" and self.declared.shown is None:
            raise HyperparameterError(f"{self.name}: a slider needs the declaration's `shown`.")

    def _form(self) -> str:
        if self.declared.choices:
            return "menu"
        return {"bool": "box", "str": "text", "any": "matrix"}.get(self.declared.kind, "slider")

    @property
    def name(self) -> str:
        """The keyword in the state and in the permalink."""
        return self.declared.name

    def declared_values(self) -> dict[str, Any]:
        """Plain values for the browser."""
        d = self.declared
        return {
            "name": d.name, "default": d.default, "label": self.label or d.meaning.rstrip("."),
            "symbol": d.symbol, "term": self.term, "form": self.form, "unit": d.unit,
            "whole": d.kind == "int", "low": d.shown and d.shown[0], "high": d.shown and d.shown[1],
            "scale": d.scale, "choices": list(d.choices),
            "when": [[name, list(values)] for name, values in self.when],
        }  # fmt: skip

    def read(self, given: Any, owner: str) -> Any:
        """The checked value of what a browser or a permalink gave."""
        if self.form == "slider":
            return self._number(given, owner)
        if self.form == "box":
            if not isinstance(given, bool):
                raise self._refused(given, owner)
        elif self.form in ("menu", "text", "column"):
            if not isinstance(given, str) or len(given) > LONGEST_TEXT:
                raise self._refused(given, owner)
        elif isinstance(self.declared.default, list) != isinstance(given, list):
            raise self._refused(given, owner)  # rows for rows, words for words
        elif isinstance(given, list):
            given = _finite(given, self._refused(given, owner))
        elif not isinstance(given, str) or len(given) > LONGEST_TEXT:
            raise self._refused(given, owner)
        if self.form != "column":
            self.declared.check(given, owner)
        return given

    def _number(self, given: Any, owner: str) -> Any:
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise self._refused(given, owner)
        if not _is_finite(given) or (self.declared.kind == "int" and given != int(given)):
            raise self._refused(given, owner)
        value = int(given) if self.declared.kind == "int" else float(given)
        low, high = self.declared.shown or (-math.inf, math.inf)
        if not low <= value <= high:
            raise HyperparameterError(
                f"{owner}: {self.name} lies in {low:g}…{high:g} on this page; got {value:g}."
            )
        self.declared.check(value, owner)
        return value

    def _refused(self, given: Any, owner: str) -> HyperparameterError:
        shown = repr(given)
        shown = shown if len(shown) < 60 else shown[:57] + "…"
        return HyperparameterError(
            f"{owner}: {self.name} must be {self.declared.admitted()}; got {shown}."
        )


def _is_finite(value: float) -> bool:
    """Whether a number is one of the floats; a whole number may be beyond all of them."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _finite(given: list[Any], refused: HyperparameterError) -> list[Any]:
    """Nested lists of finite numbers, as floats."""
    count = 0

    def checked(value: Any, depth: int) -> Any:
        nonlocal count
        count += 1
        if count > MOST_ENTRIES or depth > 4:
            raise refused
        if isinstance(value, list):
            return [checked(v, depth + 1) for v in value]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not _is_finite(value) or abs(value) > 1e9:
            raise refused
        return float(value)

    return [checked(v, 1) for v in given]


def control(declared: Hyperparameter, **changes: Any) -> Control:
    """A control of a declaration, with other words, default or shown range where the page says so.

    Parameters
    ----------
    declared : Hyperparameter
    **changes
        Fields of `Control` (term, label, form, kinds, answer, optional, when) and of
        `Hyperparameter` (name, default, kind, symbol, shown, scale, …).

    Examples
    --------
    >>> LAM = Hyperparameter("lam", 1.0, "float", "Weight of the regularizer.", symbol="λ", low=0)
    >>> control(LAM, term="lam", shown=(0.0, 10.0)).form
    'slider'
    """
    own = {k: changes.pop(k) for k in tuple(changes) if k in Control.__dataclass_fields__}
    return Control(replace(declared, **changes), **own)


def setting(name: str, default: Any, meaning: str, **more: Any) -> Control:
    """A control of the page alone, such as a start or a seed: kind and range follow from the rest.

    Parameters
    ----------
    name, default, meaning
        As of a `Hyperparameter`.
    **more
        Fields of `Control` and of `Hyperparameter`.

    Examples
    --------
    >>> setting("start", -2.0, "Where it starts.", shown=(-8, 8)).form
    'slider'
    """
    kinds = {bool: "bool", int: "int", float: "float", str: "str"}
    more.setdefault("kind", kinds.get(type(default), "any"))
    own = {k: more.pop(k) for k in tuple(more) if k in Control.__dataclass_fields__}
    return Control(Hyperparameter(name, default, meaning=meaning, **more), **own)


def column(name: str, meaning: str, kinds: Sequence[str] = ("numeric",), **more: Any) -> Control:
    """A menu of the table's columns of some kinds."""
    return setting(name, "", meaning, form="column", kinds=tuple(kinds), **more)


def checked_settings(
    controls: Sequence[Control], given: Mapping[str, Any], data: Data, owner: str
) -> dict[str, Any]:
    """Every setting with its checked value; columns that are not chosen are found in the table."""
    known = {c.name for c in controls} | {"data"}
    for name in given:
        if name not in known:
            raise HyperparameterError(
                f"{owner}: there is no setting {name!r}; there are {', '.join(sorted(known))}."
            )
    state = {c.name: c.read(given.get(c.name, c.declared.default), owner) for c in controls}
    return state | chosen_columns(controls, state, data, owner)


def chosen_columns(
    controls: Sequence[Control], state: Mapping[str, Any], data: Data, owner: str
) -> dict[str, str]:
    """A column for each control that names one: the chosen one, the target, or the next."""
    asked = [c for c in controls if c.form == "column"]
    found: dict[str, str] = {}
    for c in asked:
        name = state[c.name]
        if name and name not in data.offered(c.kinds):
            raise ColumnError(f"{owner}: {c.name} is one of {data.offered(c.kinds)}; got {name!r}.")
        if name:
            found[c.name] = name
    # The answer first: a target that was named is not spent on an input.
    for c in sorted(asked, key=lambda c: not c.answer):
        if c.name not in found and not c.optional:
            taken = set(found.values())
            found[c.name] = data.suggested(c.kinds, answer=c.answer, used=taken, owner=owner)
    return {c.name: found.get(c.name, "") for c in asked}


def column_choices(controls: Sequence[Control], data: Data) -> dict[str, list[str]]:
    """What each column control offers, for the browser."""
    return {
        c.name: ([""] if c.optional else []) + data.offered(c.kinds)
        for c in controls
        if c.form == "column"
    }
