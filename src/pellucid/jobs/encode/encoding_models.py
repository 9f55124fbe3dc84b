"""The autoencoders that `pellucid encode` trains, each with settings that suit the rows.

Notes: Def 353, Concept 356, §8.3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pellucid.autoencoders.autoencoder import Autoencoder
from pellucid.autoencoders.denoising import DenoisingAutoencoder
from pellucid.autoencoders.linear_autoencoder import LinearAutoencoder
from pellucid.autoencoders.variational import VariationalAutoencoder
from pellucid.descent.step_sizes import Cosine
from pellucid.errors import FramingError

if TYPE_CHECKING:
    from pellucid.jobs.encode.encoding_input import EncodedRows
    from pellucid.jobs.encode.encoding_result import EncodeSettings

DENSE: dict[str, Any] = {
    "network": Autoencoder,
    "variational": VariationalAutoencoder,
    "denoising": DenoisingAutoencoder,
}
HIDDEN = {"table": (64, 32), "images": (256, 64)}
EPOCHS = {"table": 300, "images": 40}
FEWEST_TO_HOLD_OUT = 40  # training rows from which on some are held out to stop by
HELD_OUT = 0.15
FILTERS, AFTER_FILTERS, CONVOLVED_BATCH = (8, 16), (128,), 16
PIXELS = 80e6  # that convolutions pass over in training: about half a minute on two cores
LEAST_EPOCHS, MOST_EPOCHS = 3, 100  # of convolutions, however many pixels an epoch has


def autoencoder_for(numbers: EncodedRows, settings: EncodeSettings, rows: int) -> Any:
    """The autoencoder that `settings.model` names, not yet fitted, for so many training rows.

    Raises
    ------
    FramingError
        For convolutions over a table, whose columns have no neighbours.

    Notes: Def 353, Concept 356
    """
    if settings.model == "linear":
        return LinearAutoencoder(min(settings.k, rows))
    shared: dict[str, Any] = {
        "validation": HELD_OUT if rows >= FEWEST_TO_HOLD_OUT else 0.0,
        "random_state": settings.seed,
    }
    if numbers.kind == "images":
        shared |= {"image_shape": numbers.size, "patience": 5, "standardize": "whole"}
    else:
        shared |= {"binary": numbers.binary, "categories": numbers.categories}
        shared |= {"patience": 30, "standardize": False}
    if settings.model == "convnet":
        return _convolutional(numbers, settings, rows, shared)
    return DENSE[settings.model](
        settings.k,
        hidden=HIDDEN[numbers.kind],
        epochs=settings.epochs or EPOCHS[numbers.kind],
        batch_size=64 if numbers.kind == "images" else 32,
        **shared,
    )


def _convolutional(
    numbers: EncodedRows, settings: EncodeSettings, rows: int, shared: dict[str, Any]
) -> Autoencoder:
    """A step size that falls to 0 over the epochs there are, since these are few."""
    if numbers.kind != "images":
        raise FramingError(
            "--model convnet reads images, whose pixels have neighbours. For a table take network."
        )
    epochs = settings.epochs or usual_epochs(rows * numbers.X.shape[1])
    steps = epochs * -(-int(rows * (1 - shared["validation"])) // CONVOLVED_BATCH)
    return Autoencoder(
        settings.k,
        filters=FILTERS,
        hidden=AFTER_FILTERS,
        activation="gelu",
        step_size=Cosine(3e-3, steps),
        epochs=epochs,
        batch_size=CONVOLVED_BATCH,
        **shared,
    )


def usual_epochs(pixels: int) -> int:
    """Epochs of a convolutional autoencoder when none are asked for: `PIXELS` in all, about.

    Parameters
    ----------
    pixels : int
        Those of an epoch, every channel counted.

    Examples
    --------
    >>> usual_epochs(6_400 * 28 * 28), usual_epochs(100 * 8 * 8), usual_epochs(60_000 * 3072)
    (16, 100, 3)

    Notes: Def 333
    """
    return min(max(round(PIXELS / pixels), LEAST_EPOCHS), MOST_EPOCHS)
