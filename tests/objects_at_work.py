"""Which of some named objects run while a `Watch` is on; it costs next to nothing.

A function is at work when its code runs, or that of a function it made; a class when a method runs
for it, its instance or a class below it (its own or an inherited one, but not what only sets an
instance up); a value or dictionary of functions when one of them runs. Watching stops with the last
object that was missing.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from operator import attrgetter
from types import CodeType, FrameType
from typing import Any, Self

SET_UP = {"__init__", "__post_init__", "__init_subclass__", "__repr__", "__eq__", "__hash__"}
Judge = Callable[[FrameType], bool]


@cache
def codes_of(name: str) -> Mapping[CodeType, Judge]:
    """The code that is "module:name" at work, each with a judge of the frame that runs it."""
    module, _, attribute = name.partition(":")
    found: Any = import_module(module)
    return dict(_codes(attrgetter(attribute)(found) if attribute else found))


def _codes(found: Any) -> Iterator[tuple[CodeType, Judge]]:
    if inspect.isclass(found):
        yield from ((code, lambda frame: _works_for(frame, found)) for code in _methods(found))
    elif functions := list(_functions(found)):
        yield from ((code, _always) for each in functions for code in _with_inner(each.__code__))
    else:
        held = found.values() if isinstance(found, Mapping) else vars(found).values()
        for value in held:
            if isinstance(found, Mapping) or callable(value):
                yield from _codes(value)


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions it makes: a rule is its `init` and `step`."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and constant.co_name[0] != "<":
            yield from _with_inner(constant)


def _methods(class_: type) -> Iterator[CodeType]:
    methods = [
        (name, function.__code__)
        for each in (*class_.__mro__, *_below(class_))
        if each.__module__.startswith("pellucid")
        for name, value in vars(each).items()
        for function in _functions(value)
    ]
    work = [code for name, code in methods if name not in SET_UP]
    yield from work or [code for _, code in methods]


def _below(class_: type) -> Iterator[type]:
    for each in class_.__subclasses__():
        yield each
        yield from _below(each)


def _functions(value: Any) -> Iterator[Any]:
    """The Python functions behind a function, method, property or cached property."""
    for part in (value, *(getattr(value, name, None) for name in ("__func__", "fget", "func"))):
        if part is not None and inspect.isfunction(inner := inspect.unwrap(part)):
            yield inner


def _always(frame: FrameType) -> bool:
    return True


def _works_for(frame: FrameType, class_: type) -> bool:
    code = frame.f_code
    if not code.co_argcount:
        return True  # a static method
    first = frame.f_locals.get(code.co_varnames[0])
    return isinstance(first, class_) or (inspect.isclass(first) and issubclass(first, class_))


class Watch:
    """A context in which objects are noticed at work, in this thread and those begun inside.

    Parameters
    ----------
    objects : iterable of str
        Names such as "pellucid.linear.ridge:Ridge".
    """

    def __init__(self, objects: Iterable[str]) -> None:
        self.missing = set(objects)
        self.before = sys.getprofile()
        self.seen: set[str] = set()
        self.judges: dict[CodeType, list[tuple[str, Judge]]] = defaultdict(list)
        for name in self.missing:
            for code, judge in codes_of(name).items():
                self.judges[code].append((name, judge))

    def __enter__(self) -> Self:
        sys.setprofile(self._look)
        threading.setprofile(self._look)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self.before)
        threading.setprofile(None)

    def _look(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code in self.judges:
            for name, judge in self.judges[frame.f_code]:
                if name in self.missing and judge(frame):
                    self.missing.discard(name)
                    self.seen.add(name)
        if not self.missing:
            sys.setprofile(self.before)
