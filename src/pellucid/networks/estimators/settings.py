"""The hyperparameters of network estimators, each declared once.

Notes: Def 81, §7.6, §7.7, §7.8
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.descent_settings import RANDOM_STATE, RULE_NAMES, WARM_START, is_step_size
from pellucid.linear.score_settings import CLASS_WEIGHT

__all__ = ["CLASS_WEIGHT", "RANDOM_STATE", "WARM_START"]
ACTIVATIONS = ("relu", "sigmoid", "tanh", "leaky relu", "gelu", "identity")


def are_sizes(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(
        isinstance(size, int) and not isinstance(size, bool) and size >= 1 for size in value
    )


def _image(value: Any) -> bool:
    return are_sizes(value) and len(value) in (2, 3)


def _schedule(value: Any) -> bool:
    return is_step_size(value) and value not in ("line search", "shrinking")


SIZES = "a tuple of whole numbers ≥ 1"
HIDDEN = Hyperparameter(
    "hidden", (100,), "any", "Neurons of each hidden layer, first to last; () for none.",
    symbol="n¹, n², …", accepts=are_sizes, described=SIZES,
)  # fmt: skip
FILTERS = Hyperparameter(
    "filters", (16, 32, 64), "any", "Filters of each convolution, first to last.",
    accepts=lambda value: are_sizes(value) and len(value) > 0, described=SIZES,
)  # fmt: skip
FILTER_SIZE = Hyperparameter(
    "filter_size", 3, "int", "Height and width of a filter; odd.", unit="pixels", symbol="k",
    low=1, accepts=lambda value: value % 2 == 1, described="an odd whole number ≥ 1",
)  # fmt: skip
IMAGE_SHAPE = Hyperparameter(
    "image_shape", None, "any",
    "Height, width and channels of flat rows; None: images come as n×h×w or n×h×w×c, and flat rows "
    "are a square image where they can be, else a strip of height 1.",
    optional=True, accepts=_image, described="None, (h, w) or (h, w, c)",
)  # fmt: skip
ACTIVATION = Hyperparameter(
    "activation", "relu", "str", "Activation of the hidden layers.", symbol="f", choices=ACTIVATIONS
)
LAM = Hyperparameter(
    "lam", 0.0, "float", "Weight decay: λ‖W‖² beside the mean loss; offsets are left out.",
    symbol="λ", low=0.0,
)  # fmt: skip
DECAY_IN = Hyperparameter(
    "decay_in", "loss", "str",
    "Where λ acts: in the 'loss', so that the rule sees it; or in the 'step', W ← (1 − 2λη)W.",
    choices=("loss", "step"),
)  # fmt: skip
DROPOUT = Hyperparameter(
    "dropout", 0.0, "float", "Chance that a hidden neuron is off in a training step.",
    symbol="p", low=0.0, high=1.0, open_high=True,
)  # fmt: skip
INPUT_NOISE = Hyperparameter(
    "input_noise", 0.0, "float", "Standard deviation of the noise added to inputs in training.",
    unit="standard deviations of the column", low=0.0,
)  # fmt: skip
RULE = Hyperparameter("rule", "adam", "str", "Update rule of the steps.", choices=RULE_NAMES)
STEP_SIZE = Hyperparameter(
    "step_size", 1e-3, "any", "Step size, constant or a function of the step t.", symbol="η",
    accepts=_schedule,
    described="a number > 0, a function of t, or a schedule",
)  # fmt: skip
BATCH_SIZE = Hyperparameter("batch_size", 32, "int", "Rows of one step.", symbol="K", low=1)
EPOCHS = Hyperparameter("epochs", 100, "int", "Most passes over the rows.", low=1)
VALIDATION = Hyperparameter(
    "validation", 0.0, "float",
    "Share of the rows to judge by after each epoch, never learned from; 0 stops by epochs alone.",
    low=0.0, high=1.0, open_high=True,
)  # fmt: skip
PATIENCE = Hyperparameter(
    "patience", 10, "int",
    "Epochs without a lower validation loss that are borne; the best parameters are kept.", low=1,
)  # fmt: skip
FALLING_FROM = 1.5e-3
ROWS_SEEN = 160_000  # by which a network of images is trained when no epochs are given
FEWEST_EPOCHS, MOST_EPOCHS = 5, 300
IMAGE_HIDDEN = replace(HIDDEN, default=(128,))
IMAGE_DROPOUT = replace(DROPOUT, default=0.5)
IMAGE_STEP_SIZE = replace(
    STEP_SIZE, default="falling",
    meaning=f"Step size, constant or a function of the step t; 'falling': from {FALLING_FROM:g} "
    "to 0 along half a cosine over all steps of the fit.",
    accepts=lambda value: value == "falling" or _schedule(value),
    described="'falling', a number > 0, a function of t, or a schedule",
)  # fmt: skip
IMAGE_EPOCHS = replace(
    EPOCHS, default=None, optional=True,
    meaning=f"Most passes over the rows; None: as many as see about {ROWS_SEEN:,} rows, from "
    f"{FEWEST_EPOCHS} to {MOST_EPOCHS}.",
)  # fmt: skip
SHIFT = Hyperparameter(
    "shift", 1, "int",
    "Pixels by which an image is moved at random each time it is seen in training; never more "
    "than a fourteenth of its shorter side, so images of less than 14 pixels stay.",
    unit="pixels", low=0,
)  # fmt: skip
NO_SHIFT = replace(
    SHIFT, default=0,
    meaning="Pixels by which an image is moved at random each time it is seen in training: where "
    "the target does not depend on the place. Never more than a fourteenth of its shorter side.",
)  # fmt: skip
CLIP = Hyperparameter(
    "clip", None, "float", "Longest gradient; a longer one is shortened.", low=0.0, open_low=True,
    optional=True,
)  # fmt: skip
STANDARDIZE = Hyperparameter(
    "standardize", True, "bool",
    "Whether each column (each channel of images) is brought to mean 0 and deviation 1 first; "
    "'whole': all columns by one mean and deviation, for columns of one unit such as pixels.",
    choices=("whole",),
)  # fmt: skip
DTYPE = Hyperparameter(
    "dtype", "float32", "str", "Numbers to compute with.", choices=("float32", "float64")
)
GRADIENT_NORMS = Hyperparameter(
    "gradient_norms", False, "bool",
    "Whether to record each layer's gradient norm, and warn where gradients vanish or explode.",
)  # fmt: skip
CHECKPOINT = Hyperparameter(
    "checkpoint", None, "str", "Folder for checkpoints, from which a fit that was killed goes on.",
    optional=True,
)  # fmt: skip
TRAINING = (
    RULE, STEP_SIZE, BATCH_SIZE, EPOCHS, LAM, DECAY_IN, DROPOUT, INPUT_NOISE, CLIP, VALIDATION,
    PATIENCE, STANDARDIZE, DTYPE, GRADIENT_NORMS, CHECKPOINT, WARM_START, RANDOM_STATE,
)  # fmt: skip
# The same for images: what differs is what a person gets without settings.
_OF_IMAGES = {"step_size": IMAGE_STEP_SIZE, "epochs": IMAGE_EPOCHS}
NUMBERS_OF_IMAGES = tuple(_OF_IMAGES.get(parameter.name, parameter) for parameter in TRAINING)
CLASSES_OF_IMAGES = tuple(
    IMAGE_DROPOUT if parameter.name == "dropout" else parameter for parameter in NUMBERS_OF_IMAGES
)
