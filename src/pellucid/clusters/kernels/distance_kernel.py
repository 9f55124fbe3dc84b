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


class _Instructions:
    """What a tile is written with: vectors of numbers of `size` bytes, at addresses of memory."""

    def __init__(self, builder: Any, number: Any, size: int, address: Any) -> None:
        self.builder, self.number, self.size, self.address = builder, number, size, address
        self.lanes = BYTES // size
        self.int32 = ir.IntType(32)
        self.vector = ir.VectorType(number, self.lanes)
        self.whole = ir.VectorType(self.int32, self.lanes)

    def constant(self, value: int) -> Any:
        return ir.Constant(self.address, value)

    def spread(self, value: Any, kind: Any) -> Any:
        """A vector whose lanes all hold the value."""
        empty = ir.Constant(kind, ir.Undefined)
        one = self.builder.insert_element(empty, value, self.int32(0))
        mask = ir.Constant(ir.VectorType(self.int32, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), mask)

    def at(self, address: Any, offset: Any, kind: Any, unit: int) -> Any:
        by = self.builder.mul(offset, ir.Constant(offset.type, unit))
        return self.builder.inttoptr(self.builder.add(address, by), kind.as_pointer())

    def load(self, address: Any, offset: Any, kind: Any, unit: int) -> Any:
        loaded = self.builder.load(self.at(address, offset, kind, unit))
        loaded.align = 4
        return loaded

    def store(self, value: Any, address: Any, offset: Any, unit: int) -> None:
        self.builder.store(value, self.at(address, offset, value.type, unit)).align = 4


def _summed(
    write: _Instructions, points: Any, means: Any, initial: Any, d: Any, term: Callable[..., Any]
) -> list[list[Any]]:
    """The sums over all columns: MEANS × ABREAST places that hold a vector each."""
    builder, unit = write.builder, write.size
    sums = [
        [cgutils.alloca_once(builder, write.vector) for _ in range(ABREAST)] for _ in range(MEANS)
    ]
    for c in range(MEANS):
        one = write.load(initial, write.constant(c), write.number, unit)
        start = write.spread(one, write.vector)
        for p in range(ABREAST):
            builder.store(start, sums[c][p])
    with cgutils.for_range(builder, d) as loop:
        row = builder.mul(loop.index, write.constant(ABREAST))
        xs = [
            write.load(
                points, builder.add(row, write.constant(p)), write.vector, write.lanes * unit
            )
            for p in range(ABREAST)
        ]
        entry = builder.mul(loop.index, write.constant(MEANS))
        for c in range(MEANS):
            mean = write.load(means, builder.add(entry, write.constant(c)), write.number, unit)
            mean = write.spread(mean, write.vector)
            for p in range(ABREAST):
                held = builder.load(sums[c][p])
                builder.store(term(builder, held, xs[p], mean), sums[c][p])
    return sums


def _keep(write: _Instructions, sums: list[list[Any]], place: Any) -> None:
    """All sums, written to memory."""
    for c in range(MEANS):
        for p in range(ABREAST):
            kept = write.builder.load(sums[c][p])
            write.store(kept, place, write.constant(c * ABREAST + p), write.lanes * write.size)


def _bring_up_to_date(
    write: _Instructions, sums: list[list[Any]], first: Any, best: Any, second: Any, index: Any
) -> None:
    """The least sum of each point so far, the second least, and whose the least is."""
    builder, unit = write.builder, write.lanes * write.size
    low = builder.trunc(first, write.int32)
    for p in range(ABREAST):
        b = write.load(best, write.constant(p), write.vector, unit)
        s = write.load(second, write.constant(p), write.vector, unit)
        y = write.load(index, write.constant(p), write.whole, write.lanes * 4)
        for c in range(MEANS):
            found = builder.load(sums[c][p])
            nearer = builder.fcmp_ordered("<", found, b)
            larger = builder.select(nearer, b, found)
            s = builder.select(builder.fcmp_ordered("<", larger, s), larger, s)
            j = write.spread(builder.add(low, write.int32(c)), write.whole)
            y = builder.select(nearer, j, y)
            b = builder.select(nearer, found, b)
        write.store(b, best, write.constant(p), unit)
        write.store(s, second, write.constant(p), unit)
        write.store(y, index, write.constant(p), write.lanes * 4)


def _tile(number: Any, size: int, term: Callable[..., Any], keep: bool = False) -> Any:
    """A tile of numbers of `size` bytes; `term(builder, sum, x, mean)` is the sum with one column.

    The tile takes addresses: points (d rows of abreast × lanes numbers), means (d rows of MEANS),
    what each sum starts from (MEANS), d, the index of the first mean, and best, second and index of
    the points so far, which it brings up to date. The first of equal means is kept. With `keep` it
    takes no more than points, means, initial, d and where to put all sums (MEANS rows of points).
    """

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        points, means, initial, d, *rest = args
        write = _Instructions(builder, number, size, d.type)
        sums = _summed(write, points, means, initial, d, term)
        (_keep if keep else _bring_up_to_date)(write, sums, *rest)
        return context.get_dummy_value()

    @intrinsic  # type: ignore[untyped-decorator]
    def keeping(typingctx: Any, points: Any, means: Any, initial: Any, d: Any, sums: Any) -> Any:
        return types.void(*[types.intp] * 5), build

    @intrinsic  # type: ignore[untyped-decorator]
    def tile(
        typingctx: Any, points: Any, means: Any, initial: Any, d: Any, first: Any, best: Any,
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
