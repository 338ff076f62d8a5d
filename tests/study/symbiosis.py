"""A network with five hidden synergies among decoys, always the same.

Givers make a product and a waste that is dumped for 40 EUR/t; takers buy new material for 90 EUR/t. Each taker works
on a substance of its own, and refuses more than 0.2 % of `tox`. Every decoy has one thing wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

SUBSTANCES = ("iron", "lime", "fibre", "glass", "salt")
HOME, FAR = (51.6, 7.5), (40.0, 60.0)
HIDDEN = tuple((f"giver_{name}", f"taker_{name}") for name in SUBSTANCES)


@dataclass
class Network:
    """A scenario file in the making."""

    data: dict[str, Any] = field(default_factory=dict)

    def put(self, section: str, **entries: Any) -> None:
        self.data.setdefault(section, {}).update(entries)

    def port(self, node: str, kind: str, **entries: Any) -> None:
        self.data["boundary"].setdefault(node, {}).setdefault(kind, {}).update(entries)


def network() -> str:
    """The file's text."""
    made = Network()
    made.data |= {"schema": 1, "name": "symbiosis", "substances": [*SUBSTANCES, "tox", "inert", "junk"]}
    made.put("time", start="2025-01-01", end="2026-01-01", step="1 day", report="month")
    made.put("transport", truck={"cost": "0.1 EUR/(t km)", "emission_factor": "0.1 kg CO2e/(t km)"})
    made.put("boundary", market={}, dump={})
    for place, name in enumerate(SUBSTANCES):
        taker(made, name, north=0.05 * place)
        giver(made, f"giver_{name}", WASTES[name], rate=10 - place, north=0.05 * place + 0.02)
    for place, name in enumerate(SUBSTANCES):
        pure = {name: 1.0}
        giver(made, f"foreign_{name}", {"junk": 0.9, name: 0.1}, rate=20, fee=200)
        giver(made, f"dirty_{name}", {name: 0.9, "tox": 0.1}, rate=20)
        giver(made, f"far_{name}", pure, rate=20, location=FAR)
        giver(made, f"tiny_{name}", pure, rate=0.002 + 0.005 * place)
        giver(made, f"good_{name}", pure, rate=20, fate="recycling")
    extras(made)
    return yaml.safe_dump(made.data, sort_keys=False)


WASTES = {
    "iron": {"iron": 1.0},
    "lime": {"lime": 0.7, "inert": 0.3},
    "fibre": {"fibre": 0.999, "tox": 0.001},
    "glass": {"glass": 0.9, "inert": 0.1},
    "salt": {"salt": 0.95, "inert": 0.05},
}


def giver(
    made: Network, name: str, waste: dict[str, float], *, rate: float, fee: float = 40, fate: str = "landfill",
    north: float = 0.0, location: tuple[float, float] = HOME,
) -> None:  # fmt: skip
    """A works that makes as much waste as `rate`, in t/day, and as much of a product."""
    raw, what, good = f"raw_{name}", f"waste_{name}", f"good_of_{name}"
    half = {substance: part / 2 for substance, part in waste.items()}
    made.put("materials", **{raw: {"composition": half}, what: {"waste": True}, good: {}})
    outputs = {what: dict.fromkeys(waste, 1.0), good: {"other": 1.0}}
    process = {"inputs": [raw], "rate": f"{2 * rate} t/day", "outputs": outputs}
    spot = [location[0] + north, location[1]]
    made.put("companies", **{name: {"location": spot, "processes": {"work": process}}})
    made.port("market", "supplies", **{raw: {"price": "10 EUR/t"}})
    made.port("market", "demands", **{good: {"price": "50 EUR/t"}})
    made.port("dump", "accepts", **{what: {"fate": fate, "fee": f"{fee} EUR/t"}})
    made.put("flows", **{
        f"buy_{raw}": {"from": "market", "to": name, "material": raw},
        f"sell_{good}": {"from": name, "to": "market", "material": good},
        f"dump_{what}": {"from": name, "to": "dump", "material": what, "transport": "truck", "distance": "20 km"},
    })  # fmt: skip


def taker(made: Network, substance: str, *, north: float) -> None:
    """A works that buys its substance new; what is not that substance becomes sludge, which nobody matches."""
    name, new, good, sludge = f"taker_{substance}", f"new_{substance}", f"ware_{substance}", f"sludge_{substance}"
    made.put("materials", **{new: {"composition": {substance: 1}}, good: {}, sludge: {"waste": True}})
    slot = {"share": 1, "any_of": [new], "limits": {"tox": 0.002}}
    process = {"inputs": {"feed": slot}, "rate": "12 t/day", "outputs": {good: {substance: 1.0}, sludge: "rest"}}
    made.put("companies", **{name: {"location": [HOME[0] + north, HOME[1]], "processes": {"work": process}}})
    made.port("market", "supplies", **{new: {"price": "90 EUR/t", "emission_factor": "0.5 t CO2e/t"}})
    made.port("market", "demands", **{good: {"price": "200 EUR/t"}})
    made.port("dump", "accepts", **{sludge: {"fate": "landfill", "fee": "40 EUR/t"}})
    made.put("flows", **{
        f"buy_{new}": {"from": "market", "to": name, "material": new},
        f"sell_{good}": {"from": name, "to": "market", "material": good},
        f"dump_{sludge}": {"from": name, "to": "dump", "material": sludge},
    })  # fmt: skip


def extras(made: Network) -> None:
    """One taker names the waste; one lacks its input; one buys what was used before, and so needs no waste."""
    companies = made.data["companies"]
    companies["taker_glass"]["processes"]["work"]["inputs"]["feed"]["any_of"].insert(0, "waste_giver_glass")
    made.data["boundary"]["market"]["supplies"]["new_salt"]["rate"] = "2 t/day"
    taker(made, "inert", north=0.0)
    made.data["boundary"]["market"]["supplies"]["new_inert"]["origin"] = "post_consumer"
    giver(made, "giver_inert", {"inert": 1.0}, rate=20)
