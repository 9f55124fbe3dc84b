"""The whole job for images: a labelled archive in, an honest network out.

Notes: §1.0.3, Def 445, Concept 446, Def 333
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.image_files import ImageSet
from pellucid.data.splits import Split, split_rows
from pellucid.errors import FramingError, PellucidWarning
from pellucid.evaluation.error_metrics import classification_metrics
from pellucid.findings import Finding
from pellucid.formatting import label
from pellucid.former_names import renamed, renamed_arguments
from pellucid.jobs.epoch_progress import epoch_progress
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.image_machine import ImageMachine
from pellucid.notebook_progress import Progress, with_notebook_bar

MODELS = ("convnet", "network")
HELD_OUT = 0.1  # of the training images, by which training stops early
MOST_CLASSES = 1000
BATCH = 64


@renamed(truths="labels", found="image_set")
@dataclass(frozen=True)
class ImageFit:
    """What `pellucid fit` found out about images: the report and the command line read it.

    Arrays concern the m test images: `labels` and `predictions` (m,), `probabilities` (m, k).
    `interval` is the 95 % interval of the share right.
    """

    settings: Settings
    image_set: ImageSet
    split: Split
    machine: ImageMachine
    why: str
    errors: dict[str, float]
    errors_baseline: dict[str, float]
    training_errors: dict[str, float]
    interval: tuple[float, float]
    labels: NDArray[Any]
    predictions: NDArray[Any]
    probabilities: NDArray[np.float64]
    findings: tuple[Finding, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


@with_notebook_bar
@renamed_arguments(found="image_set")
def fit_images(
    image_set: ImageSet, settings: Settings, progress: Progress | None = None
) -> ImageFit:
    """Train a network on most of the images, and test it on images never used.

    Parameters
    ----------
    image_set : ImageSet
        As `read_images` gives it, with labels.
    settings : Settings
        `model` is "auto", "convnet" or "network"; `test` and `seed` as for tables.
    progress : callable (stage, share done) or None

    Raises
    ------
    FramingError
        Without labels, with a single class, or for a model that does not read images.

    Notes: §1.0.3, Def 445, Def 333
    """
    say = progress or (lambda stage, done: None)
    model = "convnet" if settings.model == "auto" else settings.model
    if model not in MODELS:
        raise FramingError(
            f"There is no model {settings.model!r} for images; there are auto, {', '.join(MODELS)}."
        )
    y = _labels(image_set)
    split = split_rows(len(y), test=settings.test, seed=settings.seed, labels=y)
    images, truths = image_set.images[split.train], y[split.train]
    h = _build(model, settings.seed, len(images))
    begin = time.perf_counter()
    with epoch_progress(model, say, 0.05, 0.9), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", PellucidWarning)
        h.fit(images if model == "convnet" else images.reshape(len(images), -1), truths)
    trained = time.perf_counter()
    say("testing on images never used", 0.9)
    machine = ImageMachine(h, tuple(image_set.images.shape[1:]), {})
    p = machine.predict_probabilities(image_set.images[split.test])
    said, right = h.classes_[p.argmax(axis=1)], y[split.test]
    errors = classification_metrics(said, p, right, h.classes_)
    p_train = machine.predict_probabilities(images)
    inside = classification_metrics(h.classes_[p_train.argmax(axis=1)], p_train, truths, h.classes_)
    facts = {
        "model": NAMES[model],
        "training images": f"{len(split.train):,}",
        "test images": f"{len(split.test):,}",
        "share right on images never used": f"{errors['accuracy']:.4f}",
        "log loss on them": f"{errors['nll']:.4g}",
    }
    seconds = {"training": trained - begin, "testing": time.perf_counter() - trained}
    return ImageFit(
        settings, image_set, split, ImageMachine(h, machine.shape, facts), _why(settings, model),
        errors, _baseline(truths, right, h.classes_), inside, _wilson(said == right), right, said,
        p, _findings_of_warnings(caught), seconds,
    )  # fmt: skip


NAMES = {"convnet": "convolutional network", "network": "network of dense layers"}


def _build(model: str, seed: int, n: int) -> Any:
    """Noise, dropout and a step size that falls to 0 let a small network learn few images well."""
    import pellucid
    from pellucid.descent.step_sizes import Cosine

    convolves = model == "convnet"
    epochs, eta = (30, 2e-3) if convolves else (60, 1e-3)
    steps = epochs * -(-int(n * (1 - HELD_OUT)) // BATCH)
    shared: dict[str, Any] = {
        "epochs": epochs, "step_size": Cosine(eta, steps), "batch_size": BATCH, "dropout": 0.5,
        "lam": 1e-4, "validation": HELD_OUT, "patience": 10, "random_state": seed,
    }  # fmt: skip
    if convolves:
        return pellucid.ConvNetClassifier(
            filters=(16, 32), hidden=(128,), input_noise=0.2, **shared
        )
    return pellucid.NetworkClassifier(
        hidden=(1024,), input_noise=0.7, standardize="whole", **shared
    )


def _labels(image_set: ImageSet) -> NDArray[Any]:
    if image_set.labels is None:
        raise FramingError(f"{image_set.source} has no labels; add an array called labels or y.")
    y = image_set.labels.astype(str) if image_set.labels.dtype.kind in "OUSb" else image_set.labels
    if y.dtype.kind == "f" and not (y == np.round(y)).all():
        raise FramingError(f"Labels must be classes; {image_set.label_name!r} holds fractions.")
    classes, counts = np.unique(y, return_counts=True)
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise FramingError(f"Labels must be 2 to {MOST_CLASSES} classes; there are {len(classes)}.")
    if counts.min() < 2:
        rare = classes[counts.argmin()]
        raise FramingError(f"There is a single image of {label(rare)}: none is left to test on.")
    return np.asarray(y)


def _why(settings: Settings, model: str) -> str:
    if settings.model == "auto":
        return "For images, a convolutional network: neighbouring pixels belong together."
    return f"A {NAMES[model]} was asked for."


def _baseline(labels: NDArray[Any], right: NDArray[Any], classes: NDArray[Any]) -> dict[str, float]:
    shares = np.array([(labels == label).mean() for label in classes])
    p = np.tile(shares, (len(right), 1))
    return classification_metrics(np.full(len(right), classes[shares.argmax()]), p, right, classes)


def _wilson(right: NDArray[np.bool_], z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share, good near 1 as well.

    Notes: KE 35
    """
    m, share = len(right), float(right.mean())
    middle = (share + z * z / (2 * m)) / (1 + z * z / m)
    half = z * np.sqrt(share * (1 - share) / m + z * z / (4 * m * m)) / (1 + z * z / m)
    return float(middle - half), float(middle + half)


def _findings_of_warnings(caught: list[warnings.WarningMessage]) -> tuple[Finding, ...]:
    told = {str(w.message): w.category for w in caught if issubclass(w.category, PellucidWarning)}
    return tuple(Finding(kind.__name__, "caution", message) for message, kind in told.items())
