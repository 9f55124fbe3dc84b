"""scikit-learn's callback protocol (1.9, still experimental there), kept to this one file.

Notes: §3.2.7
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn.callback import CallbackSupportMixin, with_callbacks

__all__ = ["CallbackEstimator", "with_callbacks"]
Watch = Callable[[Any], bool]


class CallbackEstimator(CallbackSupportMixin):  # type: ignore[misc]
    """An estimator that tells scikit-learn's callbacks about each iteration.

    Notes: §3.2.7
    """

    def _watch(
        self, X: Any, y: Any, steps: int, coefficients: Callable[[Any], Any]
    ) -> tuple[Watch | None, Callable[[], None]]:
        """A function to call after each iteration, and one to call at the end of the fit.

        `coefficients` gives the pair (coef_, intercept_), or fitted attributes by name.
        """
        context = self._init_callback_context(max_subtasks=steps)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)

        def close() -> None:
            context.call_on_fit_task_end(estimator=self, X=X, y=y, reconstruction_attributes={})

        if not hasattr(self, "_skl_callbacks"):
            return None, close

        def watch(B: Any) -> bool:
            step = context.subcontext(task_name="iteration")
            step.call_on_fit_task_begin(estimator=self, X=X, y=y)
            found = coefficients(B)
            if not isinstance(found, dict):
                found = dict(zip(("coef_", "intercept_"), found, strict=True))
            return bool(
                step.call_on_fit_task_end(estimator=self, X=X, y=y, reconstruction_attributes=found)
            )

        return watch, close

    def __getstate__(self) -> dict[str, Any]:
        # Callbacks hold listeners and process ids: they belong to the session, not to the model.
        state = super().__getstate__()
        return {key: value for key, value in state.items() if "callback" not in key}
