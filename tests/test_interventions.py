"""An intervention that comes again is the same as its repetitions written out by hand."""

from __future__ import annotations

from pathlib import Path

from simulator import load, run
from simulator.results.tables import write_tables

FIRST_LOOP = Path(__file__).parent.parent / "scenarios" / "first_loop.yaml"
SCALE = "scale: {companies.recycler.processes.sort.rate: 0.3}"
YEARS = range(2026, 2029)


def tables(folder: Path, name: str, interventions: str) -> dict[str, bytes]:
    """Bytes of all tables of two years of crates with these interventions."""
    path = folder / "scenario.yaml"
    text = FIRST_LOOP.read_text(encoding="utf-8").replace("end: 2035-01-01", "end: 2029-01-01")
    path.write_text(f"{text}\ninterventions:\n{interventions}", encoding="utf-8")
    (folder / name).mkdir()
    write_tables(run(load(path)).tables, folder / name)
    return {file.name: file.read_bytes() for file in (folder / name).iterdir()}


def test_the_tables_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    again = tables(tmp_path, "again", f"  stop: {{at: 2026-02-10, for: 3 week, every: 1 year, {SCALE}}}\n")
    lines = (f"  stop_{year}: {{at: {year}-02-10, for: 3 week, {SCALE}}}\n" for year in YEARS)
    assert again == tables(tmp_path, "by_hand", "".join(lines))
    assert again != tables(tmp_path, "once", f"  stop: {{at: 2026-02-10, for: 3 week, {SCALE}}}\n")
