"""Replications of a scenario as the command line runs them. Prints the most memory taken, MB, on the last line.

python -m tests.benchmarks.thousand_lanes scenarios/luenen.yaml 167 FOLDER
"""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

from simulator.cli import main as cli


def main(path: str, count: str, folder: str) -> None:
    assert cli([path, "--replications", count, "--no-plots", "--quiet", "--out", folder]) == 0
    print(most_memory())


def most_memory() -> float:
    """MB; by Linux's own count for the program, since `getrusage` also has that of whoever started it."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text()) if status.exists() else None
    return (int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
