"""What a rule of the network's check says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """What is to be said about one dotted path of the scenario."""

    path: str
    message: str
