"""Time series as the kernels read them: the value at this instant, with the noise of a lane."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.handle import present
from simulator.engine.state import Batch


@helper
def level(b: Batch, lane: int, series: int) -> float:
    """A product of time series at this instant in one lane."""
    tick = b.tick[0].number
    found = b.series[series, tick]
    if present(b.noisy):
        noisy = b.noisy[series]
        for n in range(noisy.first, noisy.first + noisy.noises):
            found *= b.noise_factor[lane, b.noise_at[b.noises[n].noise, tick]]
    return found
