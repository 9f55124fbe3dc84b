"""What differs between NumPy, JAX and PyTorch code.

Notes: §A.8.3
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.calculus.algebra.functions import TABLE
from pellucid.calculus.algebra.shapes import Shape, is_scalar


@dataclass(frozen=True)
class Target:
    """Spelling of operations in one library."""

    name: str
    module: str
    imports: str
    templates: dict[str, str]
    prelude_functions: frozenset[str] = frozenset({"sigmoid"})

    def entry_function(self, name: str, argument: str) -> str:
        line = TABLE[name]
        if self.name == "torch":
            return line.torch.format(argument)
        return line.numpy.format(argument).replace("np.", f"{self.module}.")

    def inner(self, one: str, other: str) -> str:
        return self.templates["inner"].format(one, other)

    def row_sums(self, matrix: str) -> str:
        return self.templates["row_sums"].format(matrix)

    def solve(self, matrix: str, right: str) -> str:
        return f"{self.module}.linalg.solve({matrix}, {right})"

    def sqrt(self, of: str) -> str:
        return self.templates["sqrt"].format(of)

    def largest(self, of: str) -> str:
        """The largest entry."""
        return self.templates["max"].format(of)

    def greatest(self, values: list[str]) -> str:
        """Entry by entry the greatest of several; numbers among them."""
        if self.name == "torch":
            values = [f"torch.as_tensor({v}, dtype=torch.float64)" for v in values]
        code = values[0]
        for other in values[1:]:
            code = f"{self.module}.maximum({code}, {other})"
        return code

    def einsum(self, spec: str, operands: list[str]) -> str:
        return self.templates["einsum"].format(repr(spec), ", ".join(operands))

    def column(self, name: str, shape: Shape) -> str:
        if is_scalar(shape):
            return f"{name} = {self.templates['scalar'].format(name)}"
        column, row = len(shape) == 2 and shape[1] == 1, len(shape) == 2 and shape[0] == 1
        kind = "column" if column else "row" if row else "matrix" if len(shape) == 2 else "tensor"
        return f'{name} = as_array({name}, "{kind}")'

    def operation(self, name: str, arguments: list[str], shape: Shape) -> tuple[str, set[str]]:
        template = self.templates[name]
        helper = template.split("(")[0]
        used = {helper} if helper in PRELUDES[self.name] else set()
        if name in {"windows", "band"}:
            length = shape[0]
            return template.format(*arguments, length), used
        return template.format(*arguments), used


def _templates(module: str, **differences: str) -> dict[str, str]:
    m = module
    shared = {
        "inner": f"{m}.vdot({{0}}, {{1}})",
        "row_sums": "{0}.sum(axis=1, keepdims=True)",
        "sqrt": f"{m}.sqrt({{0}})",
        "einsum": f"{m}.einsum({{0}}, {{1}}, optimize=True)",
        "scalar": f"{m}.reshape({m}.asarray({{0}}), ())[()]",
        "inv": f"{m}.linalg.inv({{0}})",
        "tr": f"{m}.trace({{0}})",
        "det": f"{m}.linalg.det({{0}})",
        "logdet": "logdet({0})",
        "cofactors": "cofactors({0})",
        "norm2": "length({0})",
        "diag": f"{m}.diag({{0}}[:, 0])",
        "diagonal": f"{m}.diag({{0}})[:, None]",
        "sum": f"{m}.sum({{0}})",
        "dot": f"{m}.sum({{0}} * {{1}})",
        "norm1": f"{m}.sum({m}.abs({{0}}))",
        "max": f"{m}.max({{0}})",
        "onehot": "onehot({0})",
        "logsumexp": "logsumexp({0})",
        "softmax": "softmax({0})",
        "conv": "windows({0}, {1}.shape[0]).T @ {1}",
        "windows": "windows({0}, {1})",
        "band": "band({0}, {1})",
        "spread": "spread({0}, {1})",
    }
    shared["conv"] = "conv({0}, {1})"
    return shared | differences


TARGETS: dict[str, Target] = {
    "numpy": Target("numpy", "np", "import numpy as np", _templates("np")),
    "jax": Target(
        "jax",
        "jnp",
        "import jax\nimport jax.numpy as jnp",
        _templates(
            "jnp", einsum="jnp.einsum({0}, {1})", scalar="jnp.reshape(jnp.asarray({0}), ())"
        ),
    ),
    "torch": Target(
        "torch",
        "torch",
        "import torch",
        _templates(
            "torch",
            inner="torch.sum({0}.reshape(-1) * {1}.reshape(-1))",
            row_sums="{0}.sum(dim=1, keepdim=True)",
            sqrt="torch.sqrt({0})",
            einsum="torch.einsum({0}, {1})",
            scalar="torch.as_tensor({0}, dtype=torch.float64).reshape(())",
        ),
        frozenset(),
    ),
}

_NUMPY = {
    "as_array": '''def as_array(a, kind):
    """An array in its declared shape: a plain list of numbers is a column (or a row)."""
    a = np.asarray(a)
    a = a if a.dtype.kind == "f" else a.astype(float)
    if a.ndim < 2:
        a = a.reshape((1, -1) if kind == "row" else (-1, 1))
    if (kind == "column" and a.shape[1] != 1) or (kind == "row" and a.shape[0] != 1):
        raise ValueError(f"expected a {kind}, not an array of shape {tuple(a.shape)}")
    return a''',
    "one_size": '''def one_size(name, *found):
    """The size that several arrays share."""
    if len(set(found)) > 1:
        raise ValueError(f"{name} is {found} in different arrays; it must be one number")
    return found[0]''',
    "sigmoid": '''def sigmoid(u):
    """1/(1 + exp(-u)) without overflow."""
    e = np.exp(-np.abs(u))
    return np.where(u >= 0, 1, e) / (1 + e)''',
    "logdet": '''def logdet(a):
    """Logarithm of the determinant; nan where the determinant is negative."""
    sign, size = np.linalg.slogdet(a)
    return np.where(sign > 0, size, np.nan)[()]''',
    "length": '''def length(u):
    """The square root of the sum of squares, without overflow or underflow."""
    top = np.max(np.abs(u))
    top = np.where((top > 0) & (top < np.inf), top, 1.0)
    return top * np.sqrt(np.vdot(u / top, u / top))''',
    "ratio": '''def ratio(a, b):
    """a/b; 0 where both are 0: at a kink the derivative is taken as 0."""
    both = (a == 0) & (b == 0)
    return np.where(both, 0.0, a / np.where(both, 1.0, b))[()]''',
    "vanishing_log": '''def vanishing_log(factor, u, times):
    """factor * log(u) ** times; 0 where the factor is 0, as in u log u."""
    none = factor == 0
    return np.where(none, 0.0, factor * np.log(np.where(none, 1.0, u)) ** times)[()]''',
    "cofactors": '''def cofactors(a):
    """det(a) inv(a).T, which a singular matrix has too."""
    left, sizes, right = np.linalg.svd(a)
    others = np.array([np.prod(np.delete(sizes, i)) for i in range(len(sizes))])
    turn = np.linalg.det(left) * np.linalg.det(right)
    return turn * (left * others) @ right''',
    "logsumexp": '''def logsumexp(u):
    """log(sum(exp(u))) without overflow."""
    top = np.max(u)
    return top + np.log(np.sum(np.exp(u - top)))''',
    "softmax": '''def softmax(u):
    """exp(u) over its sum, without overflow."""
    e = np.exp(u - np.max(u))
    return e / np.sum(e)''',
    "onehot": '''def onehot(u):
    """1 at the first largest entry, 0 elsewhere."""
    return np.eye(u.shape[0])[:, [np.argmax(u)]]''',
    "windows": '''def windows(x, k):
    """Column i is the i-th window of length k of x."""
    return x[np.arange(k)[:, None] + np.arange(x.shape[0] - k + 1), 0]''',
    "conv": '''def conv(x, f):
    """The filter slid along x, not turned round."""
    n = x.shape[0] - f.shape[0] + 1
    return sum(f[j, 0] * x[j : j + n] for j in range(f.shape[0]))''',
    "band": '''def band(f, n):
    """n rows; column i holds f from row i on."""
    gap = np.arange(n)[:, None] - np.arange(n - f.shape[0] + 1)
    inside = (gap >= 0) & (gap < f.shape[0])
    return np.where(inside, f[np.clip(gap, 0, f.shape[0] - 1), 0], 0.0)''',
    "spread": '''def spread(g, f):
    """Each entry of g times f, added up where they land."""
    return band(f, g.shape[0] + f.shape[0] - 1) @ g''',
    "shift_tensor": '''def shift_tensor(out, taps, signal):
    """1 where signal position = output position + filter position."""
    i, j, p = np.ogrid[:out, :taps, :signal]
    return (p == i + j) * 1.0''',
}

_TORCH = {
    "as_array": '''def as_array(a, kind):
    """An array in its declared shape: a plain list of numbers is a column (or a row)."""
    a = torch.as_tensor(a)
    a = a if a.is_floating_point() else a.to(torch.get_default_dtype())
    if a.ndim < 2:
        a = a.reshape((1, -1) if kind == "row" else (-1, 1))
    if (kind == "column" and a.shape[1] != 1) or (kind == "row" and a.shape[0] != 1):
        raise ValueError(f"expected a {kind}, not an array of shape {tuple(a.shape)}")
    return a''',
    "one_size": '''def one_size(name, *found):
    """The size that several arrays share."""
    if len(set(found)) > 1:
        raise ValueError(f"{name} is {found} in different arrays; it must be one number")
    return found[0]''',
    "logdet": '''def logdet(a):
    """Logarithm of the determinant."""
    return torch.logdet(a)''',
    "length": '''def length(u):
    """The square root of the sum of squares, without overflow or underflow."""
    top = torch.max(torch.abs(u)).detach()
    top = torch.where((top > 0) & torch.isfinite(top), top, torch.ones_like(top))
    return top * torch.sqrt(torch.sum((u / top) ** 2))''',
    "ratio": '''def ratio(a, b):
    """a/b; 0 where both are 0: at a kink the derivative is taken as 0."""
    a, b = torch.as_tensor(a), torch.as_tensor(b)
    both = (a == 0) & (b == 0)
    below = torch.where(both, torch.ones_like(b), b)
    return torch.where(both, torch.zeros_like(a * b), a / below)''',
    "vanishing_log": '''def vanishing_log(factor, u, times):
    """factor * log(u) ** times; 0 where the factor is 0, as in u log u."""
    none = factor == 0
    safe = torch.where(none, torch.ones_like(u * factor), u)
    return torch.where(none, torch.zeros_like(safe), factor * torch.log(safe) ** times)''',
    "cofactors": '''def cofactors(a):
    """det(a) inv(a).T, which a singular matrix has too."""
    left, sizes, right = torch.linalg.svd(a)
    count = len(sizes)
    others = torch.stack([torch.prod(sizes[torch.arange(count) != i]) for i in range(count)])
    turn = torch.linalg.det(left) * torch.linalg.det(right)
    return turn * (left * others) @ right''',
    "logsumexp": '''def logsumexp(u):
    """log(sum(exp(u))) without overflow."""
    return torch.logsumexp(u.reshape(-1), 0)''',
    "softmax": '''def softmax(u):
    """exp(u) over its sum, without overflow."""
    return torch.softmax(u, 0)''',
    "onehot": '''def onehot(u):
    """1 at the first largest entry, 0 elsewhere."""
    return torch.eye(u.shape[0], dtype=u.dtype)[:, torch.argmax(u)][:, None]''',
    "windows": '''def windows(x, k):
    """Column i is the i-th window of length k of x."""
    return x[torch.arange(k)[:, None] + torch.arange(x.shape[0] - k + 1), 0]''',
    "conv": _NUMPY["conv"],
    "band": '''def band(f, n):
    """n rows; column i holds f from row i on."""
    gap = torch.arange(n)[:, None] - torch.arange(n - f.shape[0] + 1)
    inside = (gap >= 0) & (gap < f.shape[0])
    return inside * f[gap.clamp(0, f.shape[0] - 1), 0]''',
    "spread": _NUMPY["spread"],
    "shift_tensor": '''def shift_tensor(out, taps, signal):
    """1 where signal position = output position + filter position."""
    i, j, p = torch.arange(out), torch.arange(taps), torch.arange(signal)
    return (p == i[:, None, None] + j[None, :, None]).to(torch.get_default_dtype())''',
}

_JAX = {name: code.replace("np.", "jnp.") for name, code in _NUMPY.items()} | {
    "length": '''def length(u):
    """The square root of the sum of squares, without overflow or underflow."""
    top = jax.lax.stop_gradient(jnp.max(jnp.abs(u)))
    top = jnp.where((top > 0) & (top < jnp.inf), top, 1.0)
    return top * jnp.sqrt(jnp.vdot(u / top, u / top))''',
    "as_array": '''def as_array(a, kind):
    """An array in its declared shape: a plain list of numbers is a column (or a row)."""
    a = jnp.asarray(a)
    a = a if jnp.issubdtype(a.dtype, jnp.floating) else a.astype(float)
    if a.ndim < 2:
        a = a.reshape((1, -1) if kind == "row" else (-1, 1))
    if (kind == "column" and a.shape[1] != 1) or (kind == "row" and a.shape[0] != 1):
        raise ValueError(f"expected a {kind}, not an array of shape {tuple(a.shape)}")
    return a''',
    "sigmoid": '''def sigmoid(u):
    """1/(1 + exp(-u)) without overflow."""
    return jax.nn.sigmoid(u)''',
    "logdet": '''def logdet(a):
    """Logarithm of the determinant; nan where the determinant is negative."""
    sign, size = jnp.linalg.slogdet(a)
    return jnp.where(sign > 0, size, jnp.nan)''',
    "logsumexp": '''def logsumexp(u):
    """log(sum(exp(u))) without overflow."""
    return jax.nn.logsumexp(u)''',
    "softmax": '''def softmax(u):
    """exp(u) over its sum, without overflow."""
    return jax.nn.softmax(u, axis=0)''',
    "onehot": '''def onehot(u):
    """1 at the first largest entry, 0 elsewhere."""
    return jnp.eye(u.shape[0])[:, jnp.argmax(u)][:, None]''',
}

PRELUDES: dict[str, dict[str, str]] = {"numpy": _NUMPY, "jax": _JAX, "torch": _TORCH}
