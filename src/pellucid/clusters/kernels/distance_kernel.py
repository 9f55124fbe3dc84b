"""The innermost loop: some points against some means, all in registers.

A tile holds the points one beside the other in vector registers and goes through the columns once;
each mean's entry meets all points of the tile at the same time. The smallest distance, the second
smallest and whose it is follow in the same registers, so distances are never written to memory.
Python has no words for registers; the loop is therefore built as LLVM's own instructions.

Notes: Concept 214
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

# Registers of the machine: their bytes, and the tile of points × means that fits in them.
WIDE = bool(llvm.get_host_cpu_features().get("avx512f", False))
BYTES, ABREAST = (64, 4) if WIDE else (32, 2)
MEANS = 6
POINTS_32 = BYTES // 4 * ABREAST
POINTS_64 = BYTES // 8 * ABREAST


def _tile(number: Any, size: int, term: Callable[..., Any], keep: bool = False) -> Any:
    """A tile of numbers of `size` bytes; `term(builder, sum, x, mean)` is the sum with one column.

    The tile takes addresses: points (d rows of abreast × lanes numbers), means (d rows of MEANS),
    what each sum starts from (MEANS), d, the index of the first mean, and best, second and index of
    the points so far, which it brings up to date. The first of equal means is kept. With `keep` it
    takes no more than points, means, begin and d, and where to put all sums (MEANS rows of points).
    """
    lanes = BYTES // size
    vector, whole = ir.VectorType(number, lanes), ir.VectorType(ir.IntType(32), lanes)
    int32 = ir.IntType(32)

    def spread(builder: Any, value: Any, kind: Any) -> Any:
        one = builder.insert_element(ir.Constant(kind, ir.Undefined), value, int32(0))
        mask = ir.Constant(ir.VectorType(int32, lanes), [0] * lanes)
        return builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), mask)

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        points, means, begin, d, first, best, second, index = [*args, *args[4:] * 4][:8]

        def at(address: Any, offset: Any, kind: Any, unit: int) -> Any:
            moved = builder.add(address, builder.mul(offset, ir.Constant(offset.type, unit)))
            return builder.inttoptr(moved, kind.as_pointer())

        def load(address: Any, offset: Any, kind: Any, unit: int) -> Any:
            loaded = builder.load(at(address, offset, kind, unit))
            loaded.align = 4
            return loaded

        def store(value: Any, address: Any, offset: Any, unit: int) -> None:
            builder.store(value, at(address, offset, value.type, unit)).align = 4

        def constant(value: int) -> Any:
            return ir.Constant(d.type, value)

        sums = [
            [cgutils.alloca_once(builder, vector) for _ in range(ABREAST)] for _ in range(MEANS)
        ]
        for c in range(MEANS):
            start = spread(builder, load(begin, constant(c), number, size), vector)
            for p in range(ABREAST):
                builder.store(start, sums[c][p])
        with cgutils.for_range(builder, d) as loop:
            row = builder.mul(loop.index, constant(ABREAST))
            xs = [
                load(points, builder.add(row, constant(p)), vector, lanes * size)
                for p in range(ABREAST)
            ]
            entry = builder.mul(loop.index, constant(MEANS))
            for c in range(MEANS):
                mean = load(means, builder.add(entry, constant(c)), number, size)
                mean = spread(builder, mean, vector)
                for p in range(ABREAST):
                    held = builder.load(sums[c][p])
                    builder.store(term(builder, held, xs[p], mean), sums[c][p])
        if keep:
            for c in range(MEANS):
                for p in range(ABREAST):
                    kept = builder.load(sums[c][p])
                    store(kept, best, constant(c * ABREAST + p), lanes * size)
            return context.get_dummy_value()
        low = builder.trunc(first, int32)
        for p in range(ABREAST):
            b = load(best, constant(p), vector, lanes * size)
            s = load(second, constant(p), vector, lanes * size)
            y = load(index, constant(p), whole, lanes * 4)
            for c in range(MEANS):
                found = builder.load(sums[c][p])
                nearer = builder.fcmp_ordered("<", found, b)
                larger = builder.select(nearer, b, found)
                s = builder.select(builder.fcmp_ordered("<", larger, s), larger, s)
                j = spread(builder, builder.add(low, int32(c)), whole)
                y = builder.select(nearer, j, y)
                b = builder.select(nearer, found, b)
            store(b, best, constant(p), lanes * size)
            store(s, second, constant(p), lanes * size)
            store(y, index, constant(p), lanes * 4)
        return context.get_dummy_value()

    @intrinsic  # type: ignore[untyped-decorator]
    def keeping(typingctx: Any, points: Any, means: Any, begin: Any, d: Any, sums: Any) -> Any:
        return types.void(*[types.intp] * 5), build

    @intrinsic  # type: ignore[untyped-decorator]
    def tile(
        typingctx: Any, points: Any, means: Any, begin: Any, d: Any, first: Any, best: Any,
        second: Any, index: Any,
    ) -> Any:  # fmt: skip
        return types.void(*[types.intp] * 8), build

    return keeping if keep else tile


def _product(builder: Any, total: Any, x: Any, mean: Any) -> Any:
    kind = total.type
    name = f"llvm.fmuladd.v{kind.count}f32"  # one rounding where the machine has it, else two
    multiply_add = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(kind, [kind] * 3), name
    )
    return builder.call(multiply_add, [x, mean, total])


def _squared_gap(builder: Any, total: Any, x: Any, mean: Any) -> Any:
    gap = builder.fsub(x, mean)
    return builder.fadd(total, builder.fmul(gap, gap))


# Products in single precision: sums of x·m, to choose by; squared gaps in double precision: exact;
# all squared gaps, in single precision to draw starts by, in double precision as distances.
product_tile = _tile(ir.FloatType(), 4, _product)
gap_tile = _tile(ir.DoubleType(), 8, _squared_gap)
all_gaps_tile = _tile(ir.FloatType(), 4, _squared_gap, keep=True)
all_exact_gaps_tile = _tile(ir.DoubleType(), 8, _squared_gap, keep=True)
