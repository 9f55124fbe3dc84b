"""What the service answers instead of a prediction: a status, a sentence, and the place.

Notes: Concept 56
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import PellucidError


class RequestError(PellucidError):
    """A request that is not answered.

    Parameters
    ----------
    status : int
        The HTTP status.
    message : str
        What is wrong, and what to do.
    place : dict
        Where: `row` (from 1), `column`, `wanted`, as far as they are known.
    """

    def __init__(self, status: int, message: str, **place: Any) -> None:
        super().__init__(message)
        self.status = status
        self.place = place

    def as_dict(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"detail": str(self), **self.place}
