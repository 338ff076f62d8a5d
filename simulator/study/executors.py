"""Who does the work of a study: threads of this program, processes, or a Dask cluster.

Each is a way to open an executor, any `concurrent.futures.Executor`, and how many tasks it does at once.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from simulator.errors import UserError

LOSSES = 3
"""So often may a task lose its worker."""


@dataclass(frozen=True)
class Workers:
    """A way to get work done."""

    count: int
    """Tasks at once."""
    open: Callable[[], AbstractContextManager[Executor]]


def threads(count: int | None = None) -> Workers:
    """Threads of this program, by default one for each processor: kernels run side by side, bookkeeping does not."""
    number = count or os.cpu_count() or 1
    return Workers(number, lambda: ThreadPoolExecutor(number, thread_name_prefix="lanes"))


def processes(count: int) -> Workers:
    """Processes of this machine."""
    return Workers(count, lambda: _processes(count))


@contextmanager
def _processes(count: int) -> Iterator[Executor]:
    from multiprocessing import get_context

    with ProcessPoolExecutor(count, get_context("spawn"), initializer=_ignore_interruption) as pool:
        yield pool


def _ignore_interruption() -> None:
    """Ctrl-C goes to all processes of a terminal; the one that waits for them decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def cluster(address: str) -> Workers:
    """The workers of a Dask scheduler. Raises UserError where Dask is missing or nobody answers."""
    with _client(address) as client:
        count = sum(client.nthreads().values())
    if not count:
        raise UserError(f"--cluster: the scheduler at {address} has no workers; start some: dask worker {address}")
    return Workers(count, lambda: _clustered(address))


@contextmanager
def _clustered(address: str) -> Iterator[Executor]:
    with _client(address) as client:
        yield client.get_executor(pure=False, retries=LOSSES)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        raise UserError("--cluster needs Dask: pip install 'kreislauf[cluster]'") from None
    try:
        client = Client(address, timeout="10s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UserError(f"--cluster: no Dask scheduler answers at {address}: {error}") from error
    with client:
        yield client
