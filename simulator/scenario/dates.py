"""The calendar: instants a span later, and how much time lies between two.

In a uniform calendar every month lasts a twelfth of 365.25 days, whatever its name: the first of a month is where that
month begins, and its days share its length. So a year is a year, and a date is still a date.
"""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

from simulator.scenario.numbers import Span
from simulator.units import DAYS_PER_MONTH, SECONDS_PER_DAY

_EPOCH = datetime(1970, 1, 1)
_MONTH = DAYS_PER_MONTH * SECONDS_PER_DAY
"""Seconds of a uniform month."""


def seconds_of(instant: datetime) -> int:
    """Seconds since 1970, a fraction left out."""
    return (instant - _EPOCH) // timedelta(seconds=1)


def instant_of(seconds: int) -> datetime:
    """The instant so many seconds after the beginning of 1970."""
    return _EPOCH + timedelta(seconds=seconds)


def after(instant: datetime, span: Span, uniform: bool = False) -> datetime:
    """The instant one span later: the same day of a later month, and then so many seconds."""
    later = months_after(instant, span.months)
    if uniform and span.seconds:
        return date_at(position(later, uniform) + span.seconds, uniform)
    return later + timedelta(seconds=span.seconds)


def days_between(start: datetime, end: datetime, uniform: bool = False) -> float:
    """Days from one date to another."""
    return (position(end, uniform) - position(start, uniform)) / SECONDS_PER_DAY


def position(instant: datetime, uniform: bool) -> float:
    """Seconds from the beginning of 1970 to a date."""
    if not uniform:
        return (instant - _EPOCH).total_seconds()
    first, length = _month_of(instant)
    months = (instant.year - _EPOCH.year) * 12 + instant.month - 1
    return (months + (instant - first) / length) * _MONTH


def date_at(seconds: float, uniform: bool) -> datetime:
    """The date so many seconds after the beginning of 1970."""
    if not uniform:
        return _EPOCH + timedelta(seconds=seconds)
    months, rest = divmod(seconds, _MONTH)
    first, length = _month_of(months_after(_EPOCH, int(months)))
    return first + rest / _MONTH * length


def _month_of(instant: datetime) -> tuple[datetime, timedelta]:
    """Beginning and length of the month around an instant."""
    first = instant.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, timedelta(days=calendar.monthrange(first.year, first.month)[1])


def months_after(instant: datetime, months: int) -> datetime:
    """The same day of a later month, or that month's last day."""
    years, month = divmod(instant.year * 12 + instant.month - 1 + months, 12)
    day = min(instant.day, calendar.monthrange(years, month + 1)[1])
    return instant.replace(year=years, month=month + 1, day=day)
