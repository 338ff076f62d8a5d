"""What the user wrote: a strict reader, frozen models, overrides, and the worlds they make.

`load(path)` reads a file (and what it extends), applies the command line's overrides, validates every variant at every
dated change, and returns a `Scenario`, or raises `ScenarioError` with all faults in the order of the file.
"""

from __future__ import annotations

from simulator.scenario.loader import load as load
from simulator.scenario.schema import json_schema as json_schema
