"""Run a scenario from a checkout: `python run_scenario.py [FILE]`; `--help` says the rest."""

from simulator.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
