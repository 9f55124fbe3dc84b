"""A machine's formulas as one `SELECT` over a table.

Notes: §1.0.7
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.errors import FramingError, HyperparameterError
from pellucid.exchange.formulas import expressions as ex
from pellucid.exchange.formulas.program import Program
from pellucid.exchange.printed.sql_dialects import DIALECTS, Cell, Dialect, refuse_notation
from pellucid.exchange.printed.sql_literals import case_of, literal, quoted

MOST_NUMBERS = 20_000  # numbers and categories that one query spells out
MOST_COLUMNS = 1_600  # values beside each other, as PostgreSQL and SQLite take them
TOGETHER = 40  # terms without parentheses: databases limit how deep a formula may nest


def sql_of(
    program: Program, dialect: str = "duckdb", table: str = "rows", keep: Sequence[str] = ()
) -> str:
    """One `SELECT` that answers every row of a table.

    Parameters
    ----------
    program : Program
    dialect : {"duckdb", "postgresql", "sqlite"}
    table : str
        The table, or schema.table.
    keep : sequence of str
        Columns handed on beside those that the machine reads.

    Raises
    ------
    FramingError
        When the machine is too large for a query, or a name is none in SQL.
    HyperparameterError
        For another dialect.

    Notes: §1.0.7
    """
    if dialect not in DIALECTS:
        raise HyperparameterError(f"dialect is one of {', '.join(DIALECTS)}; got {dialect!r}.")
    _refuse_large(program)
    return _Query(program, DIALECTS[dialect]).text(table, keep)


def _refuse_large(program: Program) -> None:
    size = program.size()
    if size > MOST_NUMBERS:
        raise FramingError(
            f"The query would spell out {size:,} numbers and categories; at most "
            f"{MOST_NUMBERS:,} fit. Export it with --to python or --to onnx, or fit a smaller "
            "model (--model)."
        )
    width = len(program.readings) * 2 + len(program.steps)
    if width > MOST_COLUMNS:
        raise FramingError(
            f"The query would compute {width:,} values beside each other; at most "
            f"{MOST_COLUMNS:,} fit. Export it with --to python or --to onnx."
        )


def remark(text: str) -> str:
    """A comment of one line, whatever stands in it.

    Examples
    --------
    >>> remark("a name\\n; DROP TABLE rows")
    '-- a name ; DROP TABLE rows'
    """
    return "-- " + " ".join("".join(c if c.isprintable() else " " for c in text).split())


def table_name(name: str) -> str:
    """A table's name, part by part.

    Examples
    --------
    >>> table_name("shop.orders"), table_name('"odd.name"'), table_name('a"b')
    ('"shop"."orders"', '"odd.name"', '"a""b"')
    """
    part = r'(?:"(?:[^"]|"")*"|[^."]+)'
    if not re.fullmatch(rf"{part}(?:\.{part})*", name, re.DOTALL):
        return quoted(name)
    parts = re.findall(part, name)
    return ".".join(p if p.startswith('"') else quoted(p) for p in parts)


class _Query:
    """A query of one dialect as it is put together."""

    def __init__(self, program: Program, dialect: Dialect) -> None:
        self.program, self.dialect = program, dialect
        self.levels = {r.name: r.levels for r in program.readings}
        self.printers: dict[type, Callable[[Any], str]] = {
            ex.Ref: lambda e: str(e.name),
            ex.Constant: self._constant,
            ex.Text: lambda e: literal(e.value),
            ex.Sum: lambda e: self._chain(" + ", [self.print(t) for t in e.terms]),
            ex.Product: lambda e: self._chain(" * ", [self.print(f) for f in e.factors]),
            ex.Square: self._square,
            ex.Difference: lambda e: f"({self.print(e.left)} - {self.print(e.right)})",
            ex.Quotient: lambda e: f"({self.print(e.over)} / {self.print(e.under)})",
            ex.Call: self._call,
            ex.Modulo: lambda e: self._modulo(self.print(e.of), e.period),
            ex.Sigmoid: self._sigmoid,
            ex.IfMissing: lambda e: self._coalesced(self.print(e.otherwise), e.missing),
            ex.Line: self._line,
            ex.Lookup: self._lookup,
            ex.Curve: self._curve,
            ex.Steps: self._steps,
            ex.If: self._if,
            ex.Joined: self._joined,
        }

    def text(self, table: str, keep: Sequence[str]) -> str:
        """The whole query."""
        read = list(dict.fromkeys(r.column for r in self.program.readings))
        kept = list(dict.fromkeys([*read, *keep]))
        answers = [step.name for step in self.program.answers]
        self.dialect.check_names([*kept, *answers])
        handed = {column: f"k{at}" for at, column in enumerate(kept, 1)}
        first = [("given", self._given(handed)), ("read", self._read(handed))]
        if dated := self._dated(handed):
            first.insert(1, ("dated", dated))
        computed = [(f"step_{at}", lines) for at, lines in enumerate(self._computed(), 1)]
        names, stages = map(list, zip(*first, *computed, strict=True))
        if table.casefold().strip('"') in names:  # a stage of the table's own name would hide it
            names = [f"{name}_of_it" for name in names]
        # Without it, databases compute a value again wherever it is used: up to ten times slower.
        parts = [
            f"{name} AS MATERIALIZED (\n{self._select(lines, source)}\n)"
            for name, lines, source in zip(
                names, stages, [f"{table_name(table)} AS t", *names], strict=False
            )
        ]
        last: list[tuple[str, str]] = [
            (f"{name} AS {quoted(column)}", "") for column, name in handed.items()
        ]
        last += [
            (f"{self.print(step.formula)} AS {quoted(step.name)}", step.words)
            for step in self.program.answers
        ]
        about = [
            f"{self.dialect.name}: one answer for each row of {table}.",
            *self.program.about,
            "Written by pellucid export; it answers as pellucid predict does.",
        ]
        head = "\n".join(map(remark, about))
        return f"{head}\nWITH {', '.join(parts)}\n{self._select(last, names[-1])};\n"

    def _select(self, lines: Sequence[tuple[str, str]], source: str) -> str:
        shown = [
            f"  {text}{',' if at < len(lines) - 1 else ''}{f' {remark(words)}' if words else ''}"
            for at, (text, words) in enumerate(lines)
        ]
        return "SELECT\n" + "\n".join(shown) + f"\nFROM {source}"

    def _given(self, handed: dict[str, str]) -> list[tuple[str, str]]:
        """The cells; the name of the table before each makes sure that it is a column."""
        lines = [(f"t.{quoted(column)} AS {name}", "") for column, name in handed.items()]
        for column in dict.fromkeys(r.column for r in self.program.readings):
            own = [r for r in self.program.readings if r.column == column]
            text = self.dialect.read_text(f"t.{quoted(column)}", own)
            lines.append((f"{text} AS t{handed[column][1:]}", f"{column} as text"))
        return lines

    def _dated(self, handed: dict[str, str]) -> list[tuple[str, str]]:
        """The texts of dates in ISO 8601, beside what was given; nothing without dates."""
        lines = []
        for reading in self.program.readings:
            if reading.kind == "date":
                at = handed[reading.column][1:]
                text = self.dialect.iso_of(f"t{at}", reading)
                lines.append((f"{text} AS iso{at}", f"{reading.column} in ISO 8601"))
        return [("*", ""), *dict.fromkeys(lines)] if lines else []

    def _read(self, handed: dict[str, str]) -> list[tuple[str, str]]:
        """The cells as values."""
        lines = [(name, column) for column, name in handed.items()]
        of = {
            "number": self.dialect.number_of,
            "level": self.dialect.level_of,
            "date": self.dialect.days_of,
        }
        for reading in self.program.readings:
            refuse_notation(reading)
            name = handed[reading.column]
            cell = Cell(name, f"t{name[1:]}", f"iso{name[1:]}")
            lines.append((f"{of[reading.kind](cell, reading)} AS {reading.name}", reading.column))
            if reading.name in self.program.months:
                month = self.dialect.month_of(cell, reading)
                lines.append((f"{month} AS {reading.name}_month", f"{reading.column}: month"))
        return lines

    def _computed(self) -> list[list[tuple[str, str]]]:
        """Steps in stages: each stands on those before."""
        depth: dict[str, int] = {}
        stages: list[list[tuple[str, str]]] = []
        for step in self.program.steps:
            used = ex.references(step.formula)
            stage = max((depth.get(name, 0) for name in used), default=0)
            depth[step.name] = stage + 1
            if len(stages) == stage:
                stages.append([("*", "")])
            stages[stage].append((f"{self.print(step.formula)} AS {step.name}", step.words))
        return stages

    def print(self, expression: Any) -> str:
        """An expression."""
        return self.printers[type(expression)](expression)

    def _constant(self, e: ex.Constant) -> str:
        return str(e.value) if isinstance(e.value, int) else self.dialect.number(e.value)

    def _chain(self, operator: str, parts: list[str]) -> str:
        if operator == " + " and len(parts) > 2:
            operator = "\n    + "
        while len(parts) > TOGETHER:
            parts = [
                f"({operator.join(parts[at : at + TOGETHER])})"
                for at in range(0, len(parts), TOGETHER)
            ]
        return f"({operator.join(parts)})" if len(parts) > 1 else parts[0]

    def _square(self, e: ex.Square) -> str:
        inner = self.print(e.of)
        return f"{inner} * {inner}"

    def _call(self, e: ex.Call) -> str:
        arguments = [self.print(a) for a in e.arguments]
        if e.function in ("largest", "smallest") and len(arguments) == 1:
            return arguments[0]
        if e.function == "weekday":
            days = f"FLOOR({arguments[0]}) + {self.dialect.number(3)}"
            return self._modulo(f"({days})", 7.0)
        if e.function == "hour":
            rest = f"({arguments[0]} - FLOOR({arguments[0]}))"
            return f"{rest} * {self.dialect.number(24)}"
        name = self.dialect.functions.get(e.function, e.function.upper())
        return f"{name}({', '.join(arguments)})"

    def _modulo(self, of: str, period: float) -> str:
        size = self.dialect.number(period)
        return f"({of} - {size} * FLOOR({of} / {size}))"

    def _sigmoid(self, e: ex.Sigmoid) -> str:
        u, number = self.print(e.of), self.dialect.number
        largest = self.dialect.functions["largest"]
        up, down = (f"EXP({largest}({sign}{u}, {number(-700)}))" for sign in ("-", ""))
        one = number(1)
        return (
            f"CASE WHEN {u} >= {number(0)} THEN {one} / ({one} + {up}) "
            f"ELSE {down} / ({one} + {down}) END"
        )

    def _coalesced(self, text: str, missing: float) -> str:
        return f"COALESCE({text}, {self.dialect.number(missing)})"

    def _line(self, e: ex.Line) -> str:
        x, number = self.print(e.of), self.dialect.number
        if not e.slope:
            return case_of([(f"{x} IS NULL", number(e.missing))], number(e.offset))
        shifted = f"({x} - {number(e.centre)})" if e.centre else x
        text = f"{number(e.slope)} * {shifted}"
        text += f" + {number(e.offset)}" if e.offset else ""
        return self._coalesced(text, e.missing)

    def _lookup(self, e: ex.Lookup) -> str:
        c, number = self.print(e.of), self.dialect.number
        new = ex.marker(self.levels[e.of.name])
        pairs = [*zip(e.levels, e.values, strict=True), (new, e.unseen)]
        cases = [(literal(n), number(v)) for n, v in pairs if v != e.missing]
        return case_of(cases, number(e.missing), c) if cases else number(e.missing)

    def _curve(self, e: ex.Curve) -> str:
        x, number = self.print(e.of), self.dialect.number
        slopes = np.diff(e.values) / np.diff(e.knots)
        cases = [(f"{x} IS NULL", number(e.missing))]
        cases.append((f"{x} <= {number(e.knots[0])}", number(e.values[0])))
        for at, slope in enumerate(slopes.tolist()):
            start, knot = number(e.values[at]), number(e.knots[at])
            straight = f"{start} + {number(slope)} * ({x} - {knot})"
            cases.append((f"{x} < {number(e.knots[at + 1])}", straight))
        return case_of(cases, number(e.values[-1]))

    def _steps(self, e: ex.Steps) -> str:
        x, number = self.print(e.of), self.dialect.number
        cases = [(f"{x} IS NULL", number(e.missing))]
        cases += [
            (f"{x} < {number(edge)}", number(value))
            for edge, value in zip(e.edges, e.values[:-1], strict=True)
        ]
        return case_of(cases, number(e.values[-1]))

    def _if(self, e: Any) -> str:
        cases, rest = e.cases()
        return case_of(
            [(self._condition(c), self.print(then)) for c, then in cases], self.print(rest)
        )

    def _joined(self, e: ex.Joined) -> str:
        parts = [
            f"CASE WHEN {self._condition(c)} THEN {literal(e.separator + label)} ELSE '' END"
            for c, label in e.labels
        ]
        joined = f"SUBSTR({' || '.join(parts)}, {len(e.separator) + 1})"
        return f"COALESCE(NULLIF({joined}, ''), {literal(e.none)})"

    def _condition(self, e: ex.Condition) -> str:
        if isinstance(e, ex.Greater):
            return f"{self.print(e.left)} > {self.print(e.right)}"
        if isinstance(e, ex.IsLargest):
            tests = [f"{e.left.name} >= {other.name}" for other in e.others]
            return " AND ".join(tests) or "1 = 1"
        name = e.of.name
        if isinstance(e, ex.LessOrEqual):
            finite = bool(np.isfinite(e.bound))
            test = f"{name} <= {self.dialect.number(e.bound)}" if finite else f"{name} IS NOT NULL"
        else:
            chosen = [*e.levels, *([ex.marker(self.levels[name])] if e.unseen else [])]
            test = f"{name} IN ({', '.join(map(literal, chosen))})" if chosen else "1 = 0"
        return f"({name} IS NULL OR {test})" if e.missing else test
