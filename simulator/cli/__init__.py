"""What people type: `kreislauf`, or `python run_scenario.py` in a checkout.

program       the group of commands, and the one place that turns errors into messages and exit codes
options       options that several commands have
match, partners, sweep, sensitivity    commands with a module of their own
files, starter                         which files are meant; a file to start from
replications, lanes                    many lanes: what is asked for, and how it is done
terminal, explanations                 what is printed: progress, tables, warnings; errors
summary, prices, matches, contributions, tellings, casebook    results as text: pure functions
"""

from simulator.cli.program import main

__all__ = ["main"]
