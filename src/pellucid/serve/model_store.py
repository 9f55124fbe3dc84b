"""The models that are served, by name; a file replaced on disk is taken up whole, or not at all.

Notes: §1.0.7
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pellucid.errors import PellucidError
from pellucid.serve.request_error import RequestError
from pellucid.serve.served_model import ServedModel

Stamp = tuple[int, int, int]


@dataclass
class ServedFile:
    """A model in service, the stamp of the file last looked at, and what was wrong with that."""

    model: ServedModel
    stamp: Stamp | None
    problem: str = ""


class ModelStore:
    """All models of a service.

    Parameters
    ----------
    paths : dict of str to Path
        Model files by name; the first also answers where no model is named.
    missing : tuple of str
        Spellings of "missing" beside the usual ones.

    Raises
    ------
    ModelFileError
        When one of them cannot be served.
    """

    def __init__(self, paths: Mapping[str, Path], missing: tuple[str, ...] = ()) -> None:
        self._missing = missing
        self._places = {
            name: ServedFile(ServedModel(path, name, missing), stamp_of(path))
            for name, path in paths.items()
        }
        self._first = next(iter(self._places))

    @property
    def names(self) -> list[str]:
        """Names of the models, in order."""
        return list(self._places)

    def model(self, name: str | None = None) -> ServedModel:
        """The model of that name; the first when none is named.

        Raises
        ------
        RequestError
            404 when there is none; the message lists those that are.
        """
        place = self._places.get(self._first if name is None else name)
        if place is None:
            raise RequestError(
                404, f"There is no model {name!r}; there are {', '.join(self._places)}."
            )
        return place.model

    def problems(self) -> dict[str, str]:
        """What is wrong with files that were replaced; the models before them still answer."""
        return {name: place.problem for name, place in self._places.items() if place.problem}

    def renew(self) -> list[str]:
        """Take up the files that changed; names of those taken up.

        A file that is no whole model leaves the old one in service, and is looked at again when it
        changes again.
        """
        taken = []
        for name, place in self._places.items():
            path = place.model.path
            stamp = stamp_of(path)
            if stamp == place.stamp:
                continue
            try:
                model = ServedModel(path, name, self._missing)
            except (PellucidError, OSError) as error:
                # The stamp of before the attempt: what was written meanwhile is a further change.
                place.stamp, place.problem = stamp, str(error)
                continue
            place.model, place.stamp, place.problem = model, stamp, ""
            taken.append(name)
        return taken


def stamp_of(path: Path) -> Stamp | None:
    """What changes when a file is replaced or written to; None when it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
