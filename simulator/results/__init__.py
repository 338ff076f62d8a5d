"""What a run leaves on disk: one folder, complete or not there.

`prepared(scenario, out)` checks and reserves the folder before anything is simulated; `write(run, target, …)` fills it
and gives it its name at the end.

    target      which folder, whether it may be written, how it appears at once
    tables      Parquet and CSV
    package     datapackage.json: what the columns mean
    provenance  run.json: what was run, by which versions, how long it took
    write       all of it, in order
    shelf       parts of a study while it goes on, for `--resume`
    forms       how each kind of part is kept there
    partners    the same of what coalitions of partnerships show
    studies     the same of a sweep or a sensitivity analysis: one table, pictures, run.json
"""

from simulator.results.partners import PARTNERS, write_partners
from simulator.results.target import Target, namesake, prepared
from simulator.results.write import write

__all__ = ["PARTNERS", "Target", "namesake", "prepared", "write", "write_partners"]
