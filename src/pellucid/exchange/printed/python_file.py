"""A machine's formulas as one Python file that needs nothing but Python.

Notes: §1.0.7
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.data.columns.lengths_of_time import duration_patterns
from pellucid.data.columns.notation import PLAIN_NOTATION
from pellucid.data.columns.spellings import SPELLINGS, is_number
from pellucid.errors import FramingError
from pellucid.exchange.formulas import expressions as ex
from pellucid.exchange.formulas.program import Program, Reading
from pellucid.exchange.printed import python_runtime

MOST_NUMBERS = 200_000  # numbers and categories that one file spells out
TOGETHER = 40  # terms in one sum
IMPORTS = (
    *("import csv", "import math", "import re", "import sys", "from bisect import bisect_right"),
    *("from collections.abc import Callable", "from collections.abc import Iterable"),
    *("from collections.abc import Sequence", "from datetime import UTC"),
    *("from datetime import date", "from datetime import datetime"),
    *("from datetime import timedelta", "from itertools import chain"),
    *("from typing import Any", "from typing import TextIO"),
)
FUNCTIONS = {"largest": "max", "smallest": "min"}
OWN = ("weekday", "hour")  # functions that the file brings along


def python_of(program: Program) -> str:
    """The text of a file with `predict(row)`, which also answers CSV from standard input.

    Raises
    ------
    FramingError
        When the machine is too large for a file that somebody reads.

    Notes: §1.0.7
    """
    size = program.size()
    if size > MOST_NUMBERS:
        raise FramingError(
            f"The file would spell out {size:,} numbers and categories; at most {MOST_NUMBERS:,} "
            "fit. Export it with --to onnx, or fit a smaller model (--model)."
        )
    return _File(program).text()


def comment(text: str) -> str:
    """A comment of one line, whatever stands in it.

    Examples
    --------
    >>> comment("a name\\nimport os")
    '# a name import os'
    """
    return "# " + " ".join("".join(c if c.isprintable() else " " for c in text).split())


class _File:
    """The file as it is put together: constants first, then `predict`."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.levels = {r.name: r.levels for r in program.readings}
        self.constants: dict[str, str] = {}  # text of a value -> its name
        self.used = {"main", "cell_of"}
        self.printers: dict[type, Callable[[Any], str]] = {
            ex.Ref: lambda e: str(e.name),
            ex.Constant: lambda e: repr(e.value),
            ex.Text: lambda e: repr(e.value),
            ex.Sum: self._sum,
            ex.Product: lambda e: f"({' * '.join(map(self.print, e.factors))})",
            ex.Square: lambda e: f"{self.print(e.of)} ** 2",
            ex.Difference: lambda e: f"({self.print(e.left)} - {self.print(e.right)})",
            ex.Quotient: lambda e: f"{self.print(e.over)} / {self.print(e.under)}",
            ex.Call: self._call,
            ex.Modulo: lambda e: f"({self.print(e.of)} % {e.period!r})",
            ex.Sigmoid: lambda e: f"{self._own('sigmoid')}({self.print(e.of)})",
            ex.IfMissing: self._if_missing,
            ex.Line: self._line,
            ex.Lookup: self._lookup,
            ex.Curve: lambda e: self._along("curve", e, e.knots),
            ex.Steps: lambda e: self._along("steps", e, e.edges),
            ex.If: self._if,
            ex.Joined: self._joined,
        }

    def text(self) -> str:
        """The whole file."""
        body = [*map(self._reading, self.program.readings)]
        for reading in self.program.readings:
            if reading.name in self.program.months:
                self.used.add("month")
                body.append(f"    {reading.name}_month = month({reading.name})")
        for step in self.program.steps:
            words = f"  {comment(step.words)}" if step.words else ""
            body.append(f"    {step.name} = {self.print(step.formula)}{words}")
        answers = [
            f"        {step.name!r}: {self.print(step.formula)},"
            + (f"  {comment(step.words)}" if step.words else "")
            for step in self.program.answers
        ]
        columns = list(dict.fromkeys(r.column for r in self.program.readings))
        about = [
            *self.program.about,
            "Written by pellucid export; it answers as pellucid predict does, and needs Python "
            "3.11 or later, nothing else.",
            "python THIS_FILE < rows.csv > answers.csv, or: from THIS_FILE import predict",
        ]
        held = [f"{name} = {value}" for value, name in self.constants.items()]
        parts = [
            *_sources(self.used),
            "\n".join(held),
            "\n".join(
                [
                    "def predict(row: dict[str, Any]) -> dict[str, Any]:",
                    f'    """The answers to a row with the columns {_listed(columns)}."""',
                    *body,
                    "    return {",
                    *answers,
                    "    }",
                ]
            ),
            'if __name__ == "__main__":\n    main(predict)',
        ]
        code = "\n\n\n".join(part for part in parts if part)
        imports = [line for line in IMPORTS if re.search(rf"\b{line.split()[-1]}\b", code)]
        head = "\n".join(map(comment, about))
        start = f"from __future__ import annotations\n\n{_joined_imports(imports)}"
        return f"{head}\n\n{start}\n\n\n{code}\n"

    def _reading(self, reading: Reading) -> str:
        notation = reading.notation or PLAIN_NOTATION
        absent = tuple(sorted({*SPELLINGS, *notation.missing} - set(reading.levels)))
        column = reading.column
        cell = f"cell_of(row, {column!r}, {self._constant(repr(absent))})"
        if reading.kind == "level":
            self.used.add("level_reader")
            names = f"level_reader({reading.levels!r}, {ex.marker(reading.levels)!r})"
            return f"    {reading.name} = {self._constant(names)}({cell})"
        if reading.kind == "date":
            self.used.add("days")
            said = f"{notation.order!r}, {notation.date_format!r}, {notation.zone!r}"
            return f"    {reading.name} = days({cell}, {column!r}, {said})"
        reader = "duration_reader" if notation.duration else "numeral_reader"
        self.used |= {"number", reader}
        written: tuple[Any, ...] = (
            (duration_patterns(notation.order),)
            if notation.duration
            else (notation.decimal, notation.thousands, notation.mark, notation.scaled)
        )
        arguments = ", ".join(map(repr, written))
        more = f", {self._constant(f'{reader}({arguments})')}"
        sentinels = tuple(float(m) for m in notation.missing if is_number(m))
        more += f", sentinels={sentinels!r}" if sentinels else ""
        return f"    {reading.name} = number({cell}, {column!r}{more})"

    def print(self, expression: Any) -> str:
        """An expression."""
        return self.printers[type(expression)](expression)

    def _own(self, function: str) -> str:
        self.used.add(function)
        return function

    def _constant(self, text: str) -> str:
        """The name of a value that is made once."""
        return self.constants.setdefault(text, f"T{len(self.constants) + 1}")

    def _sum(self, e: ex.Sum) -> str:
        terms = [self.print(term) for term in e.terms]
        if len(terms) > TOGETHER:
            inner = ",\n        ".join(terms)
            return f"sum((\n        {inner},\n    ))"
        mark = "\n        + " if len(terms) > 2 else " + "
        return f"({mark.join(terms)})"

    def _call(self, e: ex.Call) -> str:
        arguments = [self.print(a) for a in e.arguments]
        if e.function in FUNCTIONS:
            if len(arguments) == 1:
                return arguments[0]
            return f"{FUNCTIONS[e.function]}({', '.join(arguments)})"
        spelled = "log" if e.function == "ln" else e.function
        name = self._own(e.function) if e.function in OWN else f"math.{spelled}"
        return f"{name}({', '.join(arguments)})"

    def _if_missing(self, e: ex.IfMissing) -> str:
        return f"({e.missing!r} if {e.of.name} is None else {self.print(e.otherwise)})"

    def _line(self, e: ex.Line) -> str:
        numbers = (e.slope, e.centre, e.offset, e.missing)
        return f"{self._own('line')}({e.of.name}, {', '.join(map(repr, numbers))})"

    def _lookup(self, e: ex.Lookup) -> str:
        keys = (*e.levels, None, ex.marker(self.levels[e.of.name]))
        table = dict(zip(keys, (*e.values, e.missing, e.unseen), strict=True))
        return f"{self._constant(repr(table))}[{e.of.name}]"

    def _along(self, function: str, e: Any, knots: ex.Numbers) -> str:
        at, values = self._constant(repr(knots)), self._constant(repr(e.values))
        return f"{self._own(function)}({e.of.name}, {at}, {values}, {e.missing!r})"

    def _if(self, e: Any) -> str:
        cases, rest = e.cases()
        parts = [f"{self.print(then)} if {self._condition(c)} else " for c, then in cases]
        return f"({''.join(parts)}{self.print(rest)})"

    def _joined(self, e: ex.Joined) -> str:
        pairs = ", ".join(f"({self._condition(c)}, {label!r})" for c, label in e.labels)
        said = f"[label for holds, label in ({pairs},) if holds]"
        return f"{e.separator!r}.join({said}) or {e.none!r}"

    def _condition(self, e: ex.Condition) -> str:
        if isinstance(e, ex.Greater):
            return f"{self.print(e.left)} > {self.print(e.right)}"
        if isinstance(e, ex.IsLargest):
            tests = [f"{e.left.name} >= {other.name}" for other in e.others]
            return " and ".join(tests) or "True"
        name = e.of.name
        if isinstance(e, ex.LessOrEqual):
            test = f"{name} <= {e.bound!r}" if np.isfinite(e.bound) else "True"
            return (
                f"{name} is {'' if e.missing else 'not '}None {'or' if e.missing else 'and'} {test}"
            )
        chosen: list[str | None] = [*e.levels]
        chosen += [ex.marker(self.levels[name])] * e.unseen + [None] * e.missing
        return f"{name} in {self._constant(f'frozenset({tuple(chosen)!r})')}"


def _listed(columns: list[str]) -> str:
    """Names of columns within a docstring of three quotes."""
    shown = ", ".join(map(repr, columns[:12])) + (" …" if len(columns) > 12 else "")
    return comment(shown)[2:].replace("\\", "\\\\").replace('"', "'")


def _joined_imports(lines: list[str]) -> str:
    """One line a module."""
    found: dict[str, list[str]] = {}
    for line in lines:
        module, _, name = line.rpartition(" import ")
        found.setdefault(module or line, []).append(name)
    return "\n".join(
        f"{module} import {', '.join(names)}" if module.startswith("from") else module
        for module, names in found.items()
    )


def _sources(names: set[str]) -> list[str]:
    """The source of functions of `standalone`, after that of all that they call."""
    found: dict[str, str] = {}
    imported = {line.split()[-1] for line in IMPORTS}

    def collect(name: str, value: Any) -> None:
        if name in found or name in imported or isinstance(value, types.ModuleType):
            return
        ours = str(getattr(value, "__module__", "")).startswith("pellucid.")
        if not callable(value):
            found[name] = f"{name} = {_plain(value)}"
        elif ours:
            scope = vars(inspect.getmodule(value))
            for used in sorted(_names_in(value)):
                if used in scope and used != name:
                    collect(used, scope[used])
            found[name] = _without_asides(inspect.getsource(value))

    for name in sorted(names):
        collect(name, getattr(python_runtime, name))
    return list(found.values())


def _names_in(value: Any) -> set[str]:
    """Names that the code of a function, or of a class's methods, uses."""
    if inspect.isclass(value):
        methods = [m for m in vars(value).values() if inspect.isfunction(m)]
        return {name for method in methods for name in _names_in(method)}
    codes, found = [value.__code__], set()
    while codes:
        code = codes.pop()
        found |= set(code.co_names)
        codes += [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return found


def _plain(value: Any) -> str:
    if isinstance(value, frozenset):
        return f"frozenset({sorted(value)!r})"
    return repr(value)


def _without_asides(source: str) -> str:
    """Without what speaks to a type checker, or of the notes."""
    text = re.sub(r"  # type: ignore\[[^\]]*\]", "", source)
    return re.sub(r"\n\n +Notes: [^\n]*\n", "\n", text).strip()
