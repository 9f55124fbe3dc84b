"""Each classifier of chapter 4 through every check of scikit-learn; no expected failure."""

from __future__ import annotations

import os
import subprocess
import sys

from sklearn.utils.estimator_checks import parametrize_with_checks

from pellucid.linear import (
    LinearClassifier,
    LogisticClassifier,
    LogisticCV,
    SigmoidsClassifier,
    SoftmaxClassifier,
    SoftmaxCV,
)

MEMBERS = [
    LinearClassifier(tries=200),
    LogisticClassifier(),
    LogisticCV(lams=(1e-3, 1e-1)),
    SoftmaxClassifier(),
    SoftmaxCV(lams=(1e-3, 1e-1)),
    SigmoidsClassifier(),
]


@parametrize_with_checks(MEMBERS)
def test_scikit_learn_check(estimator, check):
    import warnings

    with warnings.catch_warnings():
        # The checks fit rows of noise; what those fits warn of is true, and beside the matter.
        warnings.simplefilter("ignore")
        check(estimator)


def test_checks_pass_with_the_array_api_switched_on():
    code = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "from sklearn.utils.estimator_checks import check_estimator\n"
        "from pellucid.linear import LogisticClassifier, SoftmaxClassifier, SigmoidsClassifier\n"
        "for E in (LogisticClassifier, SoftmaxClassifier, SigmoidsClassifier): "
        "check_estimator(E(), on_skip=None)\n"
    )
    env = {**os.environ, "SCIPY_ARRAY_API": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, env=env)
