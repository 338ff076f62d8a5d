"""Contracts: how much two partners agreed that a flow carries per period, and from when to when."""

from __future__ import annotations

from typing import Annotated

from simulator.scenario.kinds import Date, Lot, Model, Stock
from simulator.scenario.numbers import Clock, In, Number, Span


class Contract(Model):
    """What the partners of a flow agreed on. Periods are counted from its `start`, without one from that of the run."""

    minimum: Stock | None = None
    """Least that is to flow in each period; of one that is cut short by the run or by `end` its part."""
    maximum: Lot | None = None
    """Most that flows in each period, at whatever time of it."""
    period: Annotated[Span, Clock()] | None = None
    """Length of a period, as `year`; `minimum` and `maximum` need it."""
    take_or_pay: Annotated[Number, In("EUR/t", low=0, series=False)] | None = None
    """What each tonne costs by which a period stays below `minimum`, paid at its end by who pays the price of the flow,
    whatever the cause."""
    start: Date | None = None
    """Before it the flow is closed."""
    end: Date | None = None
    """From then on the flow is closed."""
