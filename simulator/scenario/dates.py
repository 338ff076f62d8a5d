"""The calendar: instants a span later."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

from simulator.scenario.numbers import Span
from simulator.units import DAYS_PER_MONTH

_EPOCH = datetime(1970, 1, 1)


def seconds_of(instant: datetime) -> int:
    """Seconds since 1970, a fraction left out."""
    return (instant - _EPOCH) // timedelta(seconds=1)


def instant_of(seconds: int) -> datetime:
    """The instant so many seconds after the beginning of 1970."""
    return _EPOCH + timedelta(seconds=seconds)


def after(instant: datetime, span: Span, uniform: bool = False) -> datetime:
    """The instant one span later; a month is one of the calendar, or where that is uniform a twelfth of 365.25 days."""
    seconds = timedelta(seconds=span.seconds)
    if uniform:
        return instant + timedelta(days=span.months * DAYS_PER_MONTH) + seconds
    return months_after(instant, span.months) + seconds


def months_after(instant: datetime, months: int) -> datetime:
    """The same day of a later month, or that month's last day."""
    years, month = divmod(instant.year * 12 + instant.month - 1 + months, 12)
    day = min(instant.day, calendar.monthrange(years, month + 1)[1])
    return instant.replace(year=years, month=month + 1, day=day)
