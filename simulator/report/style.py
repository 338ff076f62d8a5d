"""How every picture looks: type, colours that colour-blind readers can tell apart, units that fit the numbers.

Colours are bound to meanings here and nowhere else, so that a fate, a scope or a material has one colour in all plots.
Sources: Okabe and Ito (2008), https://jfly.uni-koeln.de/color/; Paul Tol (2021), https://sronpersonalpages.nl/~pault/.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from zlib import crc32

from simulator.scenario.models import BoundaryNode, Company
from simulator.scenario.scenario import Scenario, Variant

OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
TOL_MUTED = ("#882255", "#DDCC77", "#332288", "#44AA99", "#CC6677", "#999933", "#AA4499", "#117733")
PALETTE = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#882255", "#DDCC77",
    "#332288", "#44AA99", "#CC6677", "#999933", "#AA4499", "#117733", "#EE8866", "#FFAABB",
    "#99DDFF", "#BBCC33", "#30E830", "#53462D", "#AB30E8", "#731E0D", "#9D8CF2", "#392D53",
    "#30E88C", "#CF1736", "#2AA112", "#195966", "#304FE8", "#E830C9", "#AF8C6A", "#E8308C",
    "#B9D2AC", "#F28CF2", "#8BCE7E", "#948BC1", "#8912A1", "#A17112", "#235C40", "#30E8C9",
    "#5C232D", "#1717CF", "#735095", "#596619", "#306EE8", "#598F24", "#73CF17", "#3F95A6",
    "#B8452E", "#955C50", "#661966", "#A65EED", "#2A12A1", "#EDA65E", "#0D2F73", "#E8C930",
)  # fmt: skip
"""Colours of materials: those of Okabe and Ito and of Tol that differ, then again and again what is furthest from all
before in CIELAB, neither grey nor pale; no two are closer than 14. Nobody tells so many apart by colour alone: flows
have labels.
"""
CHOSEN = 18
"""How many of them are by Okabe and Ito or by Tol."""
CLOSE = 0.12
"""Distance in RGB, 1.73 from black to white, that the palette keeps from colours that somebody chose."""
GREY = "#9A9A9A"
INK = "#222222"

FATES: Mapping[str, str] = {
    "reuse": "#44AA99",
    "recycling": "#009E73",
    "composting": "#999933",
    "backfilling": "#DDCC77",
    "energy_recovery": "#E69F00",
    "incineration": "#D55E00",
    "released": "#CC79A7",
    "export": "#56B4E9",
    "landfill": "#555555",
}
"""Colour of each fate, from kept in use at the bottom of a stack to lost at its top."""

SCOPES: Mapping[str, str] = {"1": "#D55E00", "2": "#E69F00", "3": "#0072B2"}
SCOPE_TITLES: Mapping[str, str] = {
    "1": "Scope 1: direct",
    "2": "Scope 2: purchased energy",
    "3": "Scope 3: upstream, transport, waste",
}
BIOGENIC = "#117733"
AGES = ("#FEE391", "#FEC44F", "#FB9A29", "#E0660F", "#A63C03", "#5C2005")
"""Colours of age classes, the youngest first: after Tol's YlOrBr, steps of lightness that survive in grey."""

NO_MATERIALS: Mapping[str, str] = {"release": "#B0A8B9", "soiling": "#A39B8B"}
"""Colours of what flows between companies and the environment without being a material of the scenario."""
NO_MATERIAL_TITLES: Mapping[str, str] = {"release": "Released to air, water, soil", "soiling": "Taken up in use"}

RC: Mapping[str, object] = {
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "figure.dpi": 160,
    "text.parse_math": False,  # titles are the user's: a "$" is a dollar
    "text.hinting": "none",  # a fifth of the time of a picture with much text
    "svg.fonttype": "none",  # text stays text: searchable, and half the size
    "svg.hashsalt": "kreislauf",  # the same ids, hence the same bytes, each time
}


@contextmanager
def styled() -> Iterator[None]:
    """Matplotlib's defaults and ours, whatever the user's own settings are; they return afterwards."""
    import matplotlib.style

    with matplotlib.style.context(["default", dict(RC)]):
        yield


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that makes numbers readable: divide by `divisor`, print `name`."""

    divisor: float
    name: str


_PREFIXES = ((1e6, "M"), (1e3, "k"))


def mass_unit(largest: float, suffix: str = "") -> Unit:
    """t, kt or Mt (and what follows, as ` CO₂e`), so that the largest number is read without a power of ten."""
    for divisor, prefix in _PREFIXES:
        if abs(largest) >= 1.5 * divisor:
            return Unit(divisor, f"{prefix}t{suffix}")
    return Unit(1.0, f"t{suffix}")


def energy_unit(largest: float, suffix: str = "Wh") -> Unit:
    """kWh to TWh, or kW to GW, for numbers in MWh or MW, so that the largest is read without a power of ten."""
    for divisor, prefix in ((1e6, "T"), (1e3, "G"), (1.0, "M")):
        if abs(largest) >= 1.5 * divisor:
            return Unit(divisor, f"{prefix}{suffix}")
    return Unit(1e-3, f"k{suffix}")


def amount(value: float, digits: int = 3) -> str:
    """Significant digits, one less below 0.1: 417, 2.30, 0.015, 12,300."""
    if value == 0:
        return "0"
    if abs(value) < 0.1:
        return f"{value:.{digits - 1}g}"
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 10 ** (digits - 1) else f"{rounded:#.{digits}g}"


def nested(count: int) -> list[float]:
    """Widths of lines drawn one upon the other, the first one widest: where they are equal all stay visible."""
    widest = min(1.2 + 0.5 * (count - 1), 3.0)
    step = (widest - 1.2) / max(1, count - 1)
    return [widest - step * i for i in range(count)]


def words(name: str) -> str:
    """An identifier as people read it: `iron_silicate` as `iron silicate`."""
    return name.replace("_", " ")


def heading(name: str) -> str:
    """The same at the start of a line."""
    text = words(name)
    return text[:1].upper() + text[1:]


def wrapped(text: str, width: int) -> str:
    """Broken into lines of at most `width` characters."""
    return "\n".join(textwrap.wrap(text, max(width, 8))) or text


@cache
def text_size(text: str, points: float, *, bold: bool = False) -> tuple[float, float]:
    """Width and height of a text in inches, from the font's own measures."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=points, weight="bold" if bold else "normal")
    lines = text.split("\n")
    width = max(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0] for line in lines)
    return width / 72 + 0.03, len(lines) * points * 1.2 / 72 + 0.02


def shortened(title: str) -> str:
    """The name itself, without what explains it: `Remondis` of `Remondis, Lippewerk`, `Old` of `Old: lost, burnt`.

    Lists stay as they are: `Recyclers of steel, plastics, glass`.
    """
    name = title.split(": ", maxsplit=1)[0]
    return name.split(", ")[0] if name.count(", ") == 1 else name


def node_titles(scenario: Scenario) -> dict[str, str]:
    """Short titles of companies and boundary nodes by name; the whole title where the short ones would be the same."""
    nodes: dict[str, Company | BoundaryNode] = {**scenario.world.companies, **scenario.world.boundary}
    whole = {name: node.title or heading(name) for name, node in nodes.items()} | {"environment": "Environment"}
    short = {name: shortened(title) for name, title in whole.items()}
    count = Counter(short.values())
    return {name: title if count[title] == 1 else whole[name] for name, title in short.items()}


def material_title(scenario: Scenario, name: str) -> str:
    material = scenario.world.materials.get(name)
    title = material.title if material else NO_MATERIAL_TITLES.get(name)
    return title or heading(name)


def scenario_title(scenario: Scenario) -> str:
    return scenario.title or heading(scenario.name)


def span(scenario: Scenario) -> str:
    """From when to when the run lasts."""
    time = scenario.world.time
    return f"{time.start:%Y-%m-%d} to {time.end:%Y-%m-%d}"


def mean_of_draws(count: int) -> str:
    """What a heading says where means of so many replications are shown; nothing of none."""
    return f", mean of {count} draws" if count > 1 else ", of one draw" if count else ""


def variant_title(variant: Variant) -> str:
    """What a variant is called in plots; a hypothetical one says so."""
    title = variant.title if variant.title and variant.title != variant.name else heading(variant.name)
    return title if not variant.hypothetical or "hypothetical" in title.lower() else f"{title} (hypothetical)"


def variant_titles(scenario: Scenario) -> dict[str, str]:
    return {name: variant_title(variant) for name, variant in scenario.variants.items()}


def variant_colours(scenario: Scenario) -> dict[str, str]:
    """By position in the file: the reference is grey, what is compared with it has colours."""
    palette = ("#666666", *OKABE_ITO, *TOL_MUTED)
    return {name: palette[i % len(palette)] for i, name in enumerate(scenario.variants)}


def material_colours(scenario: Scenario, shown: Iterable[str] = ()) -> dict[str, str]:
    """A material's own colour, else one that follows from its name, so that the colour stays when others come or go.

    Of names that ask for the same colour the first has it; the others, and those that come close to an own one, take
    the next that is free among the further colours, those in `shown` first. Only beyond `PALETTE` do two share one.
    What is no material has its own grey.
    """
    materials = scenario.world.materials
    own = {name: material.color for name, material in materials.items() if material.color}
    free = {colour for colour in PALETTE if all(_unlike(colour, taken) for taken in own.values())} or set(PALETTE)
    first = set(shown)
    names = sorted(set(materials) - set(own), key=lambda name: (name not in first, name))
    found: dict[str, str] = {}
    for name in names:
        if _wish(name) in free - set(found.values()):
            found[name] = _wish(name)
    for name in names:
        left = (free - set(found.values())) or free
        found[name] = found.get(name) or next(colour for colour in _further(name) if colour in left)
    return {**NO_MATERIALS, **own, **found}


def _wish(name: str) -> str:
    return PALETTE[crc32(name.encode()) % CHOSEN]


def _further(name: str) -> Iterator[str]:
    """Further colours, beginning where the name says, then those that can be told apart best."""
    further = PALETTE[CHOSEN:]
    start = crc32(name.encode()) % len(further)
    return iter((*further[start:], *further[:start], *PALETTE[:CHOSEN]))


def _unlike(one: str, other: str) -> bool:
    """Whether two colours are so far apart in RGB that hardly anybody takes one for the other."""
    return sum((a - b) ** 2 for a, b in zip(_rgb(one), _rgb(other), strict=True)) > CLOSE**2


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
