"""`GenerativeAdversarialPair`: one network makes rows, another tells them from real ones.

Notes: Def 375, Clar 376
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar, Self

import jax
import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.autoencoders.gan_training import BOTH, RULE, compiled_epoch, compiled_turn
from pellucid.autoencoders.generated_rows import GeneratedRows, check_count
from pellucid.data.scaling import moments
from pellucid.errors import ConvergenceWarning, HyperparameterError
from pellucid.explanation import Explanation, Formula
from pellucid.formatting import number
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter, is_whole
from pellucid.networks.engine.after_fork import ComputesAfterFork
from pellucid.networks.engine.precision import computing_in
from pellucid.networks.estimators.settings import RANDOM_STATE, SIZES, are_sizes
from pellucid.networks.layers.activations import LeakyReLU, Sigmoid
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.layer import Layer
from pellucid.networks.network import Network
from pellucid.networks.training.devices import threads_for
from pellucid.networks.training.outputs import outputs_of
from pellucid.networks.training.steps import initial_rule_state, params_of, vector_of

Array = NDArray[np.float64]
NOISE_LENGTH = Hyperparameter(
    "noise_length", 4, "int", "Numbers drawn for a row, which the generator turns into it.", low=1
)
HIDDEN = Hyperparameter(
    "hidden", (64, 64), "any", "Neurons of each hidden layer, of either network.",
    accepts=are_sizes, described=SIZES,
)  # fmt: skip
STEP_SIZE = Hyperparameter(
    "step_size", 1e-3, "float", "Step size at first; it falls linearly to 0.", symbol="η", low=0.0,
    open_low=True,
)  # fmt: skip
BATCH_SIZE = Hyperparameter(
    "batch_size", 64, "int", "Real rows of one step, and as many made ones.", symbol="K", low=1
)
EPOCHS = Hyperparameter("epochs", 200, "int", "Passes over the rows.", low=1)
UNSURE = 0.1  # a discriminator this near to one half knows next to nothing


def interpret_accuracy(accuracy: float) -> str:
    """What a discriminator's accuracy says: 0 % tells as much as 100 %, 50 % nothing.

    Parameters
    ----------
    accuracy : float
        From 0 to 1.

    Raises
    ------
    HyperparameterError
        For an accuracy outside.

    Examples
    --------
    >>> interpret_accuracy(0.5)
    '50 %: it cannot tell made rows from real ones'
    >>> interpret_accuracy(0.0)
    '0 %: as informative as 100 %, for the opposite of its answer is right so often'

    Notes: Clar 376
    """
    if not 0 <= accuracy <= 1:
        raise HyperparameterError(
            "interpret_accuracy: accuracy is a share from 0 to 1, such as 0.8 for 80 %; "
            f"got {accuracy!r}."
        )
    said = f"{accuracy:.0%}".replace("%", " %")
    if abs(accuracy - 0.5) <= UNSURE:
        return f"{said}: it cannot tell made rows from real ones"
    if accuracy > 0.5:
        return f"{said}: it tells made rows from real ones"
    right = f"{1 - accuracy:.0%}".replace("%", " %")
    return f"{said}: as informative as {right}, for the opposite of its answer is right so often"


class GenerativeAdversarialPair(ComputesAfterFork, GlassBox):
    """Generator and discriminator, each learning from the other's mistakes, a step in turn.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    generator_, discriminator_ : Network
    generator_params_, discriminator_params_ : list of dict of arrays
    mean_, scale_ : array of shape (d,)
        By which columns were standardised.
    trace_ : dict
        By epoch: `generator_loss`, `discriminator_loss`, and `accuracy`, the share of rows that
        the discriminator named rightly.
    n_features_in_ : int
        d.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(5.0, 2.0, size=(256, 1))
    >>> pair = GenerativeAdversarialPair(hidden=(16,), epochs=100).fit(X)
    >>> made = pair.generate(500)
    >>> str(made)
    '500 rows of 1 columns, GENERATED (by an adversarial pair): not observed data'
    >>> bool(abs(made.rows.mean() - 5) < 1)
    True

    Notes: Def 375, Clar 376
    """

    hyperparameters: ClassVar = (
        NOISE_LENGTH, HIDDEN, STEP_SIZE, BATCH_SIZE, EPOCHS, RANDOM_STATE,
    )  # fmt: skip

    generator_: Network
    discriminator_: Network
    generator_params_: list[Any]
    discriminator_params_: list[Any]
    trace_: dict[str, list[float]]

    def __init__(
        self,
        noise_length: int = NOISE_LENGTH.default,
        hidden: Sequence[int] = HIDDEN.default,
        step_size: float = STEP_SIZE.default,
        batch_size: int = BATCH_SIZE.default,
        epochs: int = EPOCHS.default,
        random_state: int = RANDOM_STATE.default,
    ) -> None:
        self.noise_length = noise_length
        self.hidden = hidden
        self.step_size = step_size
        self.batch_size = batch_size
        self.epochs = epochs
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Train both on the rows X, n×d; y is not looked at.

        Warns
        -----
        ConvergenceWarning
            When the discriminator's accuracy has not come near one half.
        """
        self._alternate(self._standardised_with_networks(X))
        last = self.trace_["accuracy"][-max(1, self.epochs // 10) :]
        if abs(float(np.mean(last)) - 0.5) > UNSURE:
            said = interpret_accuracy(float(np.mean(last)))
            self.warn(
                f"After {self.epochs} epochs the discriminator's accuracy is {said}; give more "
                "epochs, or another step_size.",
                ConvergenceWarning,
            )
        return self

    def fit_by_turns(self, X: Any, turns: Sequence[str], steps: int = 20) -> list[Self]:
        """The alternation by hand: who learns in each turn is chosen, at a constant step size.

        Parameters
        ----------
        X : array of shape (n, d)
        turns : sequence of str
            The learners of each turn: "D", "G", "DG" (a step of D and one of G in turn) or "".
        steps : int
            Steps of a turn.

        Returns
        -------
        list of GenerativeAdversarialPair
            Before the first turn, and after each; the last one is this pair itself. `epochs` plays
            no part, and there is no `trace_`.

        Raises
        ------
        HyperparameterError
            For other letters, and for steps that are not a whole number ≥ 1.

        Examples
        --------
        >>> X = np.random.default_rng(0).normal(5.0, 2.0, size=(256, 1))
        >>> pair = GenerativeAdversarialPair(hidden=(16,), step_size=0.01)
        >>> path = pair.fit_by_turns(X, ["D", "D"])
        >>> bool(path[2].discriminator_accuracy(X) > path[0].discriminator_accuracy(X))
        True

        Notes: Def 375
        """
        if not is_whole(steps) or any(set(each) - set(BOTH) for each in turns):
            raise HyperparameterError(
                'fit_by_turns: each turn is "D", "G", "DG" or "", and steps a whole number ≥ 1; '
                f"got {list(turns)!r}, {steps!r}."
            )
        rows = self._standardised_with_networks(X)
        G, D, K = self.generator_, self.discriminator_, min(int(self.batch_size), len(rows))
        path = []
        with computing_in("float32") as kind, threads_for(G, K, trainings=2):
            key, carry = self._initial_carry()
            eta = np.asarray(self.step_size, kind)
            path.append(self._with_parameters(carry))
            for at, learners in enumerate(turns):
                run = compiled_turn(G, D, K, int(steps), "".join(c for c in BOTH if c in learners))
                carry = run(carry, rows, jax.random.fold_in(key, at), eta) if learners else carry
                path.append(self._with_parameters(carry))
        self.__dict__.update(vars(path[-1]))
        return [*path[:-1], self]

    def _standardised_with_networks(self, X: Any) -> Any:
        """The rows with mean 0 and deviation 1, and both networks for their columns."""
        self.check_hyperparameters()
        X = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        self.mean_, self.scale_ = moments(X, np.ones(len(X)))
        d, k = X.shape[1], int(self.noise_length)
        self.generator_ = Network([*self._hidden(), Dense(d)], "square", k)
        judge = [*self._hidden(), Dense(1, initial="xavier"), Sigmoid()]
        self.discriminator_ = Network(judge, "nll", d, reduction="mean")
        return ((X - self.mean_) / self.scale_).astype(np.float32)

    def _initial_carry(self) -> tuple[Any, Any]:
        """A key for the training, and (θ_G, memory, θ_D, memory) before it."""
        key, key_g, key_d = jax.random.split(jax.random.key(int(self.random_state)), 3)
        carry: list[Any] = []
        for net, own in ((self.generator_, key_g), (self.discriminator_, key_d)):
            theta = vector_of(net.init(own))
            carry += [theta, initial_rule_state(RULE, theta)]
        return key, tuple(carry)

    def _with_parameters(self, carry: Any) -> Self:
        """A pair with the parameters of a carry."""
        pair = copy(self)
        pair.generator_params_ = params_of(self.generator_, np.array(carry[0]))
        pair.discriminator_params_ = params_of(self.discriminator_, np.array(carry[2]))
        return pair

    def _hidden(self) -> list[Layer]:
        return [each for size in self.hidden for each in (Dense(int(size)), LeakyReLU(0.2))]

    def _alternate(self, rows: Any) -> None:
        G, D = self.generator_, self.discriminator_
        K = min(int(self.batch_size), len(rows))
        with computing_in("float32") as kind, threads_for(G, K, trainings=2):
            key, carry = self._initial_carry()
            run, eta = compiled_epoch(G, D, K), np.asarray(self.step_size, kind)
            seen, epochs = [], int(self.epochs)
            for epoch in range(epochs):
                carry, of_epoch = run(carry, rows, key, eta, epoch, epochs)
                seen.append(of_epoch)
            self.__dict__.update(vars(self._with_parameters(carry)))
        names = ("generator_loss", "discriminator_loss", "accuracy")
        self.trace_ = dict(zip(names, np.asarray(seen, np.float64).T.tolist(), strict=True))

    def generate(self, n: int = 10, seed: int = 0) -> GeneratedRows:
        """n rows that were never observed, labelled so.

        Parameters
        ----------
        n : int
        seed : int

        Returns
        -------
        GeneratedRows
            `codes` holds the noise each row was made of.

        Raises
        ------
        HyperparameterError
            For n < 1.

        Notes: Def 369, Def 375
        """
        check_is_fitted(self)
        check_count(n)
        z = np.random.default_rng(seed).normal(size=(n, int(self.noise_length)))
        made = outputs_of(self.generator_, self.generator_params_, [], z)
        return GeneratedRows(made * self.scale_ + self.mean_, z, None, "by an adversarial pair")

    def chance_of_real(self, X: Any) -> Array:
        """What the discriminator holds the chance to be that each row is real, (n,).

        Parameters
        ----------
        X : array of shape (n, d)

        Notes: Def 375
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        rows = (X - self.mean_) / self.scale_
        return outputs_of(self.discriminator_, self.discriminator_params_, [], rows)[:, 0]

    def discriminator_accuracy(self, X: Any, seed: int = 1) -> float:
        """Share that the discriminator names rightly, of real rows X, n×d, and n new made ones.

        One half is the aim; `interpret_accuracy` puts it in words.

        Notes: Clar 376
        """
        real = self.chance_of_real(X) > 0.5
        made = self.chance_of_real(self.generate(len(real), seed).rows) <= 0.5
        return float((real.mean() + made.mean()) / 2)

    def _explanation(self) -> Explanation:
        trace = self.trace_
        last = float(np.mean(trace["accuracy"][-max(1, len(trace["accuracy"]) // 10) :]))
        return Explanation(
            type(self).__name__,
            problem="Make rows that cannot be told from those observed. What it makes is fiction: "
            "likely-looking, never observed.",
            hypothesis=Formula(
                "G: noise z → row, D: row → chance that it is real; both dense networks",
                r"G: z \mapsto x,\quad D: x \mapsto [0, 1]",
                f"z: {self.noise_length}×1, x: {self.n_features_in_}×1",
                "Def 375",
            ),
            objective=Formula(
                "D minimises −½ (log D(x) + log(1 − D(G(z)))); G minimises −log D(G(z))",
                r"J_D = -\frac{1}{2}(\log D(x) + \log(1 - D(G(z)))),\ J_G = -\log D(G(z))",
                "1×1 each",
                "Def 375",
            ),
            gradient=Formula(
                "∂J_G/∂W_G = ∂x/∂W_G ∂J_G/∂x: through D to its input, which is G's output",
                r"\frac{\partial J_G}{\partial W_G} = \frac{\partial x}{\partial W_G}"
                r"\frac{\partial J_G}{\partial x}",
                "as W_G",
                "Notation 304",
            ),
            algorithm=f"Back-propagation, a step of D and a step of G in turn, {RULE.name} with "
            f"η from {self.step_size:g} down to 0, {self.batch_size} rows a step.",
            happened=(
                ("epochs", f"{self.epochs:,}"),
                ("discriminator's accuracy, last tenth of the epochs", interpret_accuracy(last)),
                ("loss of G", number(trace["generator_loss"][-1], 4)),
                ("loss of D", number(trace["discriminator_loss"][-1], 4)),
            ),
            warnings=tuple(self.warnings_),
            notes="Def 369, Def 375, Clar 376",
        )
