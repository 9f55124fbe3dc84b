"""The hyperparameters of autoencoders, each declared once.

Notes: Def 353, Concept 357, Concept 361
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pellucid.autoencoders.linear_autoencoder import CODE_LENGTH
from pellucid.hyperparameters import Hyperparameter
from pellucid.networks.estimators import settings as networks
from pellucid.networks.estimators.settings import ACTIVATIONS, SIZES, are_sizes

__all__ = ["CODE_LENGTH", "LAYERS"]


def _known(value: Any) -> bool:
    return value in ACTIVATIONS or (
        isinstance(value, tuple | list) and all(each in ACTIVATIONS for each in value)
    )


def _columns(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(
        isinstance(j, int) and not isinstance(j, bool) and j >= 0 for j in value
    )


def _groups(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(
        _columns(group) and len(group) > 1 for group in value
    )


HIDDEN = replace(
    networks.HIDDEN,
    default=(64,),
    meaning="Neurons of the encoder's hidden layers, first to last; the decoder has them in the "
    "opposite order. () is one layer each way.",
)
FILTERS = Hyperparameter(
    "filters", (), "any", "Filters of the encoder's convolutions, first to last, before the dense "
    "layers; () for none. Rows are images then.", accepts=are_sizes, described=SIZES,
)  # fmt: skip
ACTIVATION = Hyperparameter(
    "activation", "relu", "any", "Activation of the hidden layers; or a tuple with one for each of "
    "the encoder's (convolutions first), which the decoder mirrors.", symbol="f", accepts=_known,
    described=f"one of {', '.join(ACTIVATIONS)}, or a tuple of them",
)  # fmt: skip
CODE_ACTIVATION = Hyperparameter(
    "code_activation", "identity", "str", "Activation of the code.", symbol="f",
    choices=ACTIVATIONS,
)  # fmt: skip
OUTPUT_ACTIVATION = Hyperparameter(
    "output_activation", "identity", "str",
    "Activation of the numbers decoded. One that cannot reach the (standardised) rows is warned "
    "of.", symbol="f", choices=ACTIVATIONS,
)  # fmt: skip
BINARY = Hyperparameter(
    "binary", (), "any", "Columns (counted from 0) that are 0 or 1: decoded as a chance, judged by "
    "the log loss.", accepts=_columns, described="a tuple of column numbers",
)  # fmt: skip
CATEGORIES = Hyperparameter(
    "categories", (), "any", "Groups of one-hot columns, one group a category: decoded as chances, "
    "judged by the log loss.", accepts=_groups, described="a tuple of tuples of column numbers",
)  # fmt: skip
OVERCOMPLETE = Hyperparameter(
    "overcomplete", False, "bool",
    "Whether a code as long as the row, or longer, is allowed. Give it a remedy against copying: "
    "sparsity, or input_noise.",
)  # fmt: skip
SPARSITY = Hyperparameter(
    "sparsity", 0.0, "float", "Weight of Σⱼ|aⱼ| beside the loss of a row: few numbers of a code "
    "differ from 0.", low=0.0,
)  # fmt: skip
LINEAR_PATH = Hyperparameter(
    "linear_path", True, "bool",
    "Whether encoder and decoder have a linear layer beside the hidden ones, which begins at the "
    "principal axes of the rows: training then starts where principal component analysis ends. "
    "Not with filters, nor with an activation of code or output.",
)  # fmt: skip
STANDARDIZE = replace(
    networks.STANDARDIZE,
    default="auto",
    choices=("whole", "auto"),
    meaning="Whether each column (each channel of images) is brought to mean 0 and deviation 1 "
    "first; 'whole': all columns by one mean and deviation, for columns of one unit; 'auto': whole "
    "where most columns fill one range, as pixels do, else each.",
)
VALIDATION = replace(
    networks.VALIDATION,
    default=0.1,
    meaning="Share of the rows to judge by after each epoch, never learned from; none where that "
    "is fewer than five rows. 0 stops by epochs alone.",
)
TRAINING = tuple(
    STANDARDIZE if each is networks.STANDARDIZE else each for each in networks.TRAINING
)
LAYERS = (
    CODE_LENGTH, HIDDEN, FILTERS, networks.FILTER_SIZE, ACTIVATION, CODE_ACTIVATION,
    OUTPUT_ACTIVATION, networks.IMAGE_SHAPE, BINARY, CATEGORIES, OVERCOMPLETE, SPARSITY,
)  # fmt: skip
