"""Networks made by rule, to measure speed on: rings of five companies that pass their recyclate on to the next ring.

    market ─virgin─▶ maker ─part─▶ assembler ─product─▶ user ─shreds─▶ recycler ─fraction─▶ refiner ─recyclate─▶ next
                       │              └─product─▶ market                   ▲   └─residue─▶ landfill              maker
                       └──────────────── offcut, as shreds ────────────────┘

Five rings have 25 companies with a process each, 45 flows, 65 inventories, three uses. Flows carry lots, lead times,
shares and ranks; masses have five substances and three origins.
"""

from __future__ import annotations

from collections.abc import Iterator

SUBSTANCES = ("Al", "Cu", "Fe", "PP", "dirt")
PART = {"Al": 0.9, "Cu": 0.92, "Fe": 0.9, "PP": 0.88, "dirt": 0.5}
"""Coefficients of the maker's part; the rest is offcut."""
FRACTION = {"Al": 0.85, "Cu": 0.9, "Fe": 0.88, "PP": 0.8, "dirt": 0.2}
"""Coefficients of the recycler's fraction; the rest is residue."""
RECYCLATE = {"Al": 0.95, "Cu": 0.97, "Fe": 0.93, "PP": 0.9, "dirt": 0.3}
"""Coefficients of the refiner's recyclate; the rest goes up the chimney."""
MIX = {"Al": 0.2, "Cu": 0.1, "Fe": 0.4, "PP": 0.28, "dirt": 0.02}
"""What everything is made of at the start."""
LIFE = 365
"""Days that products stay in use."""
KEPT = 0.6
"""Part of the products that stays in the ring."""
LOT = 20
"""Tonnes on a lorry, where a flow goes in lots."""
MATERIALS = {"virgin": False, "recyclate": False, "part": False, "product": False, "offcut": True, "old_product": True,
             "shreds": True, "fraction": True, "residue": True}  # fmt: skip
"""Materials, and whether they are waste."""


def size(ring: int) -> int:
    """Tonnes a day that a ring's maker makes of its inputs."""
    return 40 + 4 * ring


def has_use(ring: int) -> bool:
    """Whether a ring's products stay in use for a year; in the others they are shredded at once."""
    return ring % 2 == 0


def rings(count: int = 5, *, end: str = "2035-01-01") -> str:
    """A whole scenario file: `count` rings, reviewed daily from 2025 on."""
    return "\n".join([*_head(end), "companies:", *_each(_companies, count), *_boundary(),
                      "flows:", *_each(_flows, count)]) + "\n"  # fmt: skip


def _each(part: object, count: int) -> Iterator[str]:
    assert callable(part)
    for ring in range(count):
        yield from part(ring, (ring + 1) % count)


def _head(end: str) -> Iterator[str]:
    yield "schema: 1"
    yield "name: rings"
    yield f"time: {{start: 2025-01-01, end: {end}, step: 1 day, report: month}}"
    yield f"substances: [{', '.join(SUBSTANCES)}]"
    yield "materials:"
    for material, waste in MATERIALS.items():
        yield f"  {material}: {{composition: {_shares(MIX)}{', waste: true' if waste else ''}}}"


def _shares(shares: dict[str, float]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in shares.items()) + "}"


def _company(name: str, inventory: str, level: int, process: str) -> Iterator[str]:
    yield f"  {name}:"
    yield f"    inventories: {{{inventory}: {{order_up_to: {level} t, initial: {level} t}}}}"
    yield f"    processes: {{{process}}}"


def _companies(ring: int, _: int) -> Iterator[str]:
    rate = size(ring)
    level = 3 * rate
    yield f"  maker_{ring}:"
    virgin = f"virgin: {{order_up_to: {level} t, initial: {level} t}}"
    yield f"    inventories: {{recyclate: {{order_up_to: {level} t}}, {virgin}}}"
    yield (f"    processes: {{make: {{inputs: [recyclate, virgin], rate: {rate} t/day,"
           f" outputs: {{part: {_shares(PART)}, offcut: rest}}, scrap: [offcut]}}}}")  # fmt: skip
    yield from _company(f"assembler_{ring}", "part", level,
                        f"assemble: {{inputs: [part], rate: {rate} t/day, outputs: {{product: 1}}}}")  # fmt: skip
    yield from _user(ring, level)
    yield from _company(f"recycler_{ring}", "shreds", level,
                        f"sort: {{inputs: [shreds], rate: {rate} t/day,"
                        f" outputs: {{fraction: {_shares(FRACTION)}, residue: rest}}}}")  # fmt: skip
    yield from _company(f"refiner_{ring}", "fraction", level,
                        f"refine: {{inputs: [fraction], rate: {rate} t/day,"
                        f" outputs: {{recyclate: {_shares(RECYCLATE)}}}, releases: {{air: rest}}}}")  # fmt: skip


def _user(ring: int, level: int) -> Iterator[str]:
    shred = "shred: {{inputs: [{}], rate: {} t/day, outputs: {{shreds: 1}}}}"
    if not has_use(ring):
        yield from _company(f"user_{ring}", "product", level, shred.format("product", size(ring)))
        return
    yield f"  user_{ring}:"
    yield f"    processes: {{{shred.format('old_product', size(ring))}}}"
    yield (f"    uses: {{goods: {{material: product, demand: any, lifetime: {{fixed: {LIFE} day}},"
           f" initial: {in_use(ring):.6f} t, end_of_life: old_product}}}}")  # fmt: skip


def in_use(ring: int) -> float:
    """Tonnes in use at the start: about what one life's inflow comes to."""
    return KEPT * 0.9 * size(ring) * LIFE


def _boundary() -> Iterator[str]:
    yield "boundary:"
    yield "  market: {supplies: {virgin: {}}, demands: {product: {}}}"
    yield "  landfill: {accepts: {residue: {fate: landfill}}}"


def _flows(ring: int, following: int) -> Iterator[str]:
    lots = f"lot_size: {LOT} t, lead_time: 1 day"
    for flow, source, target, material, more in (
        ("buy", "market", f"maker_{ring}", "virgin", lots),
        ("part", f"maker_{ring}", f"assembler_{ring}", "part", lots),
        ("offcut", f"maker_{ring}", f"recycler_{ring}", "offcut", "as: shreds, rank: 2, lead_time: 1 day"),
        ("product", f"assembler_{ring}", f"user_{ring}", "product", f"rank: 1, share: {KEPT}, lead_time: 1 day"),
        ("sell", f"assembler_{ring}", "market", "product", "rank: 6"),
        ("shreds", f"user_{ring}", f"recycler_{ring}", "shreds", f"rank: 1, {lots}"),
        ("fraction", f"recycler_{ring}", f"refiner_{ring}", "fraction", "lead_time: 1 day"),
        ("recyclate", f"refiner_{ring}", f"maker_{following}", "recyclate", f"rank: 1, {lots}"),
        ("residue", f"recycler_{ring}", "landfill", "residue", "rank: 9"),
    ):
        yield f"  {flow}_{ring}: {{from: {source}, to: {target}, material: {material}, {more}}}"
