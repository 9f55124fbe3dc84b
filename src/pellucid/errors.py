"""The family of errors and warnings.

Every error says what was wrong, where, and what to do next. `PellucidError` catches them all; each
one is also the built-in kind (`ValueError`, `OSError`, ...) that a Python reader expects.

Notes: Concept 56, §1.2.8
"""

from __future__ import annotations


class PellucidError(Exception):
    """An error of Pellucid: its message is written for the person who has to mend the cause."""


class TableError(PellucidError, ValueError):
    """A table cannot be read or does not hold what was asked of it."""


class ColumnError(TableError):
    """A column is absent, duplicated, or of a kind that does not serve."""


class FramingError(PellucidError, ValueError):
    """The problem cannot be framed: the target, its kind, or the loss does not fit."""


class ClusterError(PellucidError, RuntimeError):
    """A cluster of workers failed: its scheduler was lost, or workers ended again and again."""


class TooFewRowsError(PellucidError, ValueError):
    """A split, a fold or a model needs more rows than there are."""


class ShapeError(PellucidError, ValueError):
    """Two shapes do not agree."""


class WeightError(PellucidError, ValueError):
    """A sample weight is negative, infinite or no number; or no row would count."""


class LabelError(PellucidError, ValueError):
    """Labels are missing, of several kinds at once, or no labels but quantities."""


class HyperparameterError(PellucidError, ValueError):
    """A hyperparameter lies outside its declared range or choices."""


class HyperparameterTypeError(HyperparameterError, TypeError):
    """A hyperparameter has a type that its declaration does not admit."""


class TooLargeError(PellucidError, MemoryError):
    """A result would not fit in this machine's memory; nothing of it was made."""


class TextError(TableError):
    """Documents that are not text, or that hold no word."""


class ModelFileError(PellucidError, ValueError):
    """A model file is corrupt, truncated, foreign, or of an unknown version."""


class OutputError(PellucidError, OSError):
    """A result could not be written; nothing half-written is left behind."""


class ForkedProcessError(PellucidError, RuntimeError):
    """A process was forked from one that had computed with a network, and would hang."""


class MissingExtraError(PellucidError, ImportError):
    """Something optional is not installed; the message names the extra to install."""


class NotesReferenceError(PellucidError, LookupError):
    """A reference to the notes names a box or section that they do not have."""


class FormulaError(PellucidError, ValueError):
    """A formula cannot be read, or asks for what the engine cannot do."""


class PellucidWarning(UserWarning):
    """A warning of Pellucid: the result stands, with the caveat it names."""


class ConvergenceWarning(PellucidWarning):
    """The algorithm stopped before it reached the tolerance asked for."""


class SeparationWarning(PellucidWarning):
    """The classes are linearly separable: without a regularizer no finite minimiser exists."""


class ConditionWarning(PellucidWarning):
    """The columns are so nearly dependent that digits of the answer are lost."""


class SingularWarning(ConditionWarning):
    """The columns are linearly dependent: many parameters fit equally well."""


class ScaleWarning(PellucidWarning):
    """One column is so much wider than the others that it decides alone what is close."""


class UnseenCategoryWarning(PellucidWarning):
    """A category met in prediction was not among those of the training rows."""


class CodeWarning(PellucidWarning):
    """A code hides what a column says, or says what is not there."""


class AssumptionWarning(PellucidWarning):
    """An assumption behind the model (independent, identically distributed rows) looks broken."""


class TooFewRowsWarning(PellucidWarning):
    """There are few rows for what is being estimated from them."""


class VanishingGradientWarning(PellucidWarning):
    """Gradients shrink from layer to layer on the way back: the first layers hardly learn."""


class ExplodingGradientWarning(PellucidWarning):
    """Gradients grow from layer to layer on the way back: steps of the first layers are wild."""


class NetworkWarning(PellucidWarning):
    """A network is built or trained in a way that cannot do what its parts are for."""
