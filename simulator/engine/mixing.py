"""What a slot with `limits` takes of each of its choices: the dirtier is diluted by the cleaner.

A linear programme with as many unknowns as the slot has choices: take as much as is wanted, then as much as possible of
the first choice, then of the second, and so on, such that no choice gives more than it has and no substance exceeds its
limit in the mix. Solved exactly by the simplex method with one aim after the other on one tableau: what would spoil an
aim that was reached stays at zero from then on (Ignizio 1976, Goal Programming and Extensions). Bland's rule (1977,
Mathematics of Operations Research 2, 103) keeps it from going round in circles.

Unknowns are numbered: the choices from 0, then what is left of each row: of every choice, of every limit, of what is
wanted. A row says: basic unknown = its last entry − Σ entries × the unknowns that are zero.
"""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.handle import present
from simulator.engine.layout import CLOSE, NO, YES
from simulator.engine.state import Batch

STEPS = 200
"""Most exchanges of unknowns for one aim; a slot of five choices needs about as many as it has choices."""
ZERO = 1e-12
"""What counts as nothing in a tableau, whose largest entries are about 1."""
FINE = 1e-3
"""Limits below this part are met to a trillionth of it, others to a trillionth of themselves."""


@helper
def fill(b: Batch, lane: int, s: int, wanted: float, stage: float) -> float:
    """Set what a slot draws of each choice for `wanted` t; return how much of it that is.

    First choices first, and none beyond `stage`; where the slot has limits that such a mix exceeds, as much of it as
    can be diluted, by any choice.
    """
    slot = b.slots[s]
    lacking = wanted
    total = 0.0
    held = 0.0
    for d in range(slot.first_draw, slot.first_draw + slot.draws):
        waits = d - slot.first_draw >= stage
        b.by_draw[d].amount = 0.0 if waits else min(lacking, b.by_draw[d].available)
        lacking -= b.by_draw[d].amount
        total += b.by_draw[d].amount
        held += b.by_draw[d].available
    if present(b.mix_limits) and slot.limits > 0 and total > 0.0 and not is_clean(b, lane, s, total):
        return dilute(b, lane, s, total if stage >= slot.draws else min(wanted, held), stage)
    return total


@helper
def is_clean(b: Batch, lane: int, s: int, total: float) -> bool:
    """Whether what a slot draws, `total` t, meets its limits."""
    slot = b.slots[s]
    clean = True
    for n in range(slot.first_limit, slot.first_limit + slot.limits):
        over = 0.0
        for d in range(slot.first_draw, slot.first_draw + slot.draws):
            over += b.by_draw[d].amount * excess(b, lane, d, n)
        clean = clean and over <= total * slack(b, lane, n)
    return clean


@helper
def excess(b: Batch, lane: int, d: int, n: int) -> float:
    """By how much a choice exceeds a limit, t/t; negative where it can dilute."""
    place = b.draws[d].place
    on_hand = b.place_state[lane, place].on_hand
    if on_hand <= 0.0:
        return 0.0
    held = 0.0
    for k in range(b.mix_limits[n].substance, b.mass.shape[2], b.where[0].substances):
        held += b.mass[lane, place, k]
    over = held / on_hand - min(1.0, b.numbers[lane, b.mix_limits[n].number])
    return 0.0 if abs(over) <= slack(b, lane, n) else over


@helper
def slack(b: Batch, lane: int, n: int) -> float:
    """Up to which excess a limit is met, t/t: rounding."""
    return ZERO * max(FINE, min(1.0, b.numbers[lane, b.mix_limits[n].number]))


@helper
def dilute(b: Batch, lane: int, s: int, wanted: float, stage: float) -> float:
    """Set the draws of a slot to the mix of most tonnes, up to `wanted`, and then of the best choices; return its t.

    Where some choices wait for a later stage, most of the others comes before most tonnes, and those only dilute.
    """
    slot = b.slots[s]
    choices = slot.draws
    rows = choices + slot.limits + 1
    lay_out(b, lane, s, wanted)
    if stage >= choices:
        aim(b, choices, rows, choices + rows - 1, NO)
    for i in range(choices - 1):
        if i < stage:
            aim(b, choices, rows, i, YES)
    for i in range(choices):
        if choices - 1 - i >= stage:
            aim(b, choices, rows, choices - 1 - i, NO)
    for i in range(choices):
        b.by_draw[slot.first_draw + i].amount = 0.0
    total = 0.0
    for r in range(rows):
        if b.basis[r] < choices:
            draw = b.by_draw[slot.first_draw + b.basis[r]]
            draw.amount = min(draw.available, wanted * b.tableau[r, choices])
            total += draw.amount
    return wanted if total * CLOSE >= wanted else total


@helper
def lay_out(b: Batch, lane: int, s: int, wanted: float) -> None:
    """Write the rows of a slot's choices, limits and total, in parts of `wanted`; nothing is taken yet."""
    slot = b.slots[s]
    choices = slot.draws
    rows = choices + slot.limits + 1
    for r in range(rows):
        b.basis[r] = choices + r
        for j in range(choices + 1):
            b.tableau[r, j] = 0.0
    for i in range(choices):
        b.basis[rows + i] = i
        b.tableau[i, i] = 1.0
        b.tableau[i, choices] = min(1.0, b.by_draw[slot.first_draw + i].available / wanted)
        b.tableau[rows - 1, i] = 1.0
    b.tableau[rows - 1, choices] = 1.0
    for n in range(slot.limits):
        largest = 0.0
        for i in range(choices):
            over = excess(b, lane, slot.first_draw + i, slot.first_limit + n)
            b.tableau[choices + n, i] = over
            largest = max(largest, abs(over))
        for i in range(choices):
            if largest > 0.0:
                b.tableau[choices + n, i] /= largest


@helper
def aim(b: Batch, choices: int, rows: int, unknown: int, most: bool) -> None:
    """Make an unknown as large, or as small, as earlier aims allow, and fix at zero what would spoil that."""
    for _ in range(STEPS):
        column = entering(b, choices, rows, unknown, most)
        if column < 0:
            break
        exchange(b, choices, rows, leaving(b, choices, rows, column), column)
    row = row_of(b, rows, unknown)
    for j in range(choices):
        spoils = b.basis[rows + j] == unknown if row < 0 else abs(b.tableau[row, j]) > ZERO
        if spoils and b.basis[rows + j] >= 0:
            b.basis[rows + j] = -1 - b.basis[rows + j]


@helper
def row_of(b: Batch, rows: int, unknown: int) -> int:
    """The row of an unknown, −1 where it is zero."""
    for r in range(rows):
        if b.basis[r] == unknown:
            return r
    return -1


@helper
def entering(b: Batch, choices: int, rows: int, unknown: int, most: bool) -> int:
    """The column whose unknown may grow and brings another nearer to its aim, −1 if there is none."""
    row = row_of(b, rows, unknown)
    best = -1
    for j in range(choices):
        candidate = b.basis[rows + j]
        if row < 0:
            helps = most and candidate == unknown
        else:
            helps = b.tableau[row, j] < -ZERO if most else b.tableau[row, j] > ZERO
        if helps and candidate >= 0 and (best < 0 or candidate < b.basis[rows + best]):
            best = j
    return best


@helper
def leaving(b: Batch, choices: int, rows: int, column: int) -> int:
    """The row whose unknown is the first to become zero as that of a column grows.

    There always is one, for no choice gives more than it has.
    """
    best = -1
    least = 0.0
    for r in range(rows):
        if b.tableau[r, column] > ZERO:
            ratio = b.tableau[r, choices] / b.tableau[r, column]
            if best < 0 or ratio < least or (ratio == least and b.basis[r] < b.basis[best]):
                best = r
                least = ratio
    return best


@helper
def exchange(b: Batch, choices: int, rows: int, row: int, column: int) -> None:
    """Let the unknown of a column be solved for in a row, in the place of the row's own."""
    pivot = b.tableau[row, column]
    for j in range(choices + 1):
        b.tableau[row, j] /= pivot
    b.tableau[row, column] = 1.0 / pivot
    for r in range(rows):
        part = b.tableau[r, column]
        if r != row and part != 0.0:
            for j in range(choices + 1):
                b.tableau[r, j] -= part * b.tableau[row, j]
            b.tableau[r, column] = -part / pivot
            b.tableau[r, choices] = max(0.0, b.tableau[r, choices])
    held = b.basis[row]
    b.basis[row] = b.basis[rows + column]
    b.basis[rows + column] = held


@helper
def hold_mix(b: Batch, c: int) -> None:
    """From now on a consumer takes of no choice of a slot with limits more than it draws now.

    Then whatever reduces its throughput increases no output: a mix of three choices may else hold more of one of them.
    """
    consumer = b.consumers[c]
    for s in range(consumer.first_slot, consumer.first_slot + consumer.slots):
        slot = b.slots[s]
        if slot.limits > 0:
            for d in range(slot.first_draw, slot.first_draw + slot.draws):
                b.by_draw[d].available = b.by_draw[d].amount
