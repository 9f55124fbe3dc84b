"""What `pellucid encode` leaves behind: from a table or images to codes, and back.

Notes: Def 353, Concept 356
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.table_reader import read_table
from pellucid.errors import TableError
from pellucid.explanation import Explanation
from pellucid.jobs.machine_parts import columns_wanted, facts_of, images_as_rows

Array = NDArray[np.float64]


@dataclass(frozen=True)
class EncodingMachine:
    """Reads rows as in training, encodes them, and decodes codes to rows.

    Parameters
    ----------
    schema : list of dict
        Columns as they were read in training; [] for images.
    features : tuple of str
        Columns used.
    problem : str
        The problem as it was framed.
    encoder : TableEncoder or None
        From columns to numbers; None for images.
    size : tuple of int
        (h, w, c) of the images it reads; () for a table.
    model : autoencoder
    evidence : dict
        Figures of the fit.

    Notes: Def 353
    """

    schema: list[dict[str, Any]]
    features: tuple[str, ...]
    problem: str
    encoder: Any
    size: tuple[int, ...]
    model: Any
    evidence: dict[str, Any]

    @property
    def reads_images(self) -> bool:
        """Whether it encodes images, and no table."""
        return bool(self.size)

    @property
    def input_schema(self) -> list[dict[str, Any]]:
        """Columns that a table must have to be encoded.

        Raises
        ------
        TableError
            When the machine reads images.
        """
        if self.size:
            raise TableError("This model encodes images, not tables: give it a .npz archive.")
        return columns_wanted(self.schema, self.features)

    def numbers_of(self, source: Any) -> Array:
        """Rows as the model sees them, n×d.

        Raises
        ------
        ColumnError, ShapeError
            When a column of training is absent, or images have another size.
        """
        if not self.size:
            return np.asarray(self.encoder.transform(read_table(source, schema=self.input_schema)))
        return images_as_rows(source, self.size, "encodes").astype(np.float64)

    def encode(self, source: Any) -> Array:
        """The code of each row, n×k.

        Parameters
        ----------
        source : Table, path, data frame or array; images as a .npz or an array

        Notes: Def 353
        """
        return np.asarray(self.model.encode(self.numbers_of(source)))

    def decode(self, codes: Any) -> Any:
        """Columns by name that the codes stand for; for images, an array n×h×w×c.

        Parameters
        ----------
        codes : array, shape (n, k)

        Notes: Def 353
        """
        rows = np.asarray(self.model.decode(codes))
        if self.size:
            return rows.reshape(-1, *self.size)
        decoded = self.encoder.inverse_transform(self._decided(rows))
        names = [code["column"] for code in self.encoder.codes_]
        return dict(zip(names, decoded.T, strict=True))

    def _decided(self, rows: Array) -> Array:
        """Chances of a category's classes as its likeliest class, which may be below one half."""
        rows, at = rows.copy(), 0
        for code in self.encoder.codes_:
            width = len(code["names"])
            if code["code"] == "one-hot":
                values = rows[:, at : at + width - int(bool(code["missing"]))]
                there = np.ones(len(rows), dtype=bool)
                if code["missing"]:
                    there = rows[:, at + width - 1] <= 0.5
                likeliest = values.argmax(axis=1)
                values[:] = 0.0
                values[there, likeliest[there]] = 1.0
            at += width
        return rows

    def answers(self, source: Any) -> dict[str, Any]:
        """Columns of `pellucid predict`: the code, and the reconstruction's loss."""
        return self.answers_of(self.numbers_of(source))

    def answers_of(self, X: Array) -> dict[str, Any]:
        """The same from rows as the model sees them, n×d."""
        codes = np.asarray(self.model.encode(X))
        named = {f"a{j + 1}": codes[:, j] for j in range(codes.shape[1])}
        return named | {"reconstruction_loss": np.asarray(self.model.losses(X))}

    def explain(self) -> Explanation:
        """The figures of the fit, and the model's own explanation."""
        return Explanation(
            name="Codes of images" if self.size else "Codes of a table",
            problem=self.problem,
            happened=facts_of(self.evidence),
            notes="Def 353, Concept 356",
            parts=(self.model.explain(),),
        )
