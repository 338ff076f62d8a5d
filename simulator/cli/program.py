"""The group of commands, with those that are short.

This is the one place that turns errors into messages and exit codes. Everything heavy is imported inside functions, so
that `--help` answers at once and `validate` loads neither the engine nor the pictures.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

import simulator
from simulator.cli import explanations, files, lanes, terminal
from simulator.cli.match import match
from simulator.cli.options import (
    changed,
    chosen,
    debug,
    names,
    no_plots,
    out,
    quiet,
    replications,
    sampling,
    seeded,
    shared,
)
from simulator.cli.partners import partners
from simulator.cli.replications import Many, replicated
from simulator.cli.sensitivity import sensitivity
from simulator.cli.sweep import sweep
from simulator.errors import ScenarioError, UserError

if TYPE_CHECKING:
    from simulator.scenario.scenario import Scenario
    from simulator.study.cases import Verdict
    from simulator.study.run import Run


@dataclass(frozen=True, slots=True)
class Session:
    """What one call of the program knows about itself."""

    program: str
    """As the user would type it."""
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked of a run."""

    file: Path | None
    variants: str | None
    sets: tuple[str, ...]
    seed: int | None
    out: Path | None
    force: bool
    csv: bool
    no_plots: bool
    quiet: bool
    many: Many


class Commands(click.Group):
    """A group whose default command is `run`: with a file first, with options only, with nothing at all."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {*self.commands, *ctx.help_option_names, "--version"}
        if not args or args[0] not in own:
            _refuse_typing_error(args, self.commands)
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        records = [parameter.get_help_record(ctx) for parameter in self.commands["run"].params]
        with formatter.section("Options of run"):
            formatter.write_dl([record for record in records if record])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\n" + EXAMPLES.format(ctx.command_path))


def _refuse_typing_error(args: Sequence[str], commands: Collection[str]) -> None:
    """Say which command was meant, where the first word is neither a command nor a file."""
    from difflib import get_close_matches

    if args and not args[0].startswith("-") and not os.path.exists(args[0]):  # noqa: PTH110  as below
        near = get_close_matches(args[0], commands, n=1)
        if near:
            raise click.UsageError(f"no command or file is called {args[0]}; did you mean {near[0]}?")


EXAMPLES = """\
Examples:
  {0}
      the flagship: Lünen and its works, six variants, ten years
  {0} new my
      write my.yaml, a small scenario to start from
  {0} my.yaml --variants linear,circular --out out/my
      two of its variants, into a folder of your choice
  {0} my.yaml --set 'companies.recycler.processes.sort.rate=6 t/day'
      with another number than the file's
  {0} price my.yaml
      which partnership pays, and for whom?
  {0} my.yaml --replications 1000 --workers 4
      a thousand draws of its uncertain numbers, by four processes
  {0} sweep my.yaml --vary 'flows.take_back.distance=10 km:90 km:5'
      how results answer to a number, or to two
  {0} sensitivity my.yaml --method morris
      which of its uncertain numbers matter
  {0} validation
      models that others published, and how far ours deviates
  {0} price take_back my.yaml
      at which price, or gate fee, of a flow do both its partners gain?
  {0} partners my.yaml
      what does each partnership contribute, which need each other, what goes with a company?
  {0} match my.yaml
      whose waste could be whose feed?

Exit codes:
  0 fine, 1 a defect of the program, 2 the input, 3 a balance that does not close,
  130 interrupted, 141 nobody reads on
"""


@click.group(cls=Commands, invoke_without_command=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(simulator.__version__, prog_name="kreislauf")
def cli() -> None:
    """Simulate material flows between companies, and what recycling partnerships change in them."""


@cli.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@chosen
@changed
@seeded
@out
@click.option("--force", is_flag=True, help="Replace the result that --out names; allow very many lanes.")
@click.option("--csv", is_flag=True, help="Write the tables as CSV too.")
@no_plots
@quiet
@replications
@sampling
@shared
@click.option("--fine", is_flag=True, help="Bands as fine as reports in long runs, too: they take longer.")
@debug
@click.pass_obj
def run(session: Session, /, **given: Any) -> None:
    """Simulate a scenario (the default command).

    Without FILE, the flagship: Lünen, a town and its works.
    """
    many = Many(**{field.name: given.pop(field.name) for field in fields(Many)}).check()
    request = Request(**given, many=many)
    start = perf_counter()
    file = files.scenario(request.file, session.program)
    scenario, warnings = _checked(file, request.sets, names(request.variants), request.seed)
    lanes.check_size(many.replications * len(scenario.variants), force=request.force)
    loaded = perf_counter() - start
    if not request.quiet:
        terminal.warn(terminal.placed([*warnings, *_namesake(scenario, request)], scenario))
    complete, folder = _simulated(session, request, scenario, lambda made: _completed(made, warnings, loaded))
    if not request.quiet:
        terminal.warn(terminal.placed(complete.warnings, scenario), but=terminal.placed(warnings, scenario))
        terminal.summarise(complete, folder)


def _simulated(
    session: Session, request: Request, scenario: Scenario, completed: Callable[[Run], Run]
) -> tuple[Run, Path]:
    """Reserve the folder, simulate, write: the run, and where it is."""
    from simulator import report, results
    from simulator.study.run import simulate

    reserved = results.prepared(scenario, request.out, force=request.force, resume=request.many.resume)
    with reserved as target, terminal.progress(quiet=request.quiet) as progress:
        try:
            made = completed(simulate(scenario, progress=None if request.many.replications else progress.advance))
            if request.many.replications:
                progress.stage(f"{request.many.replications} replications")
                made = replicated(made, target, request.many, progress.advance)
        except ScenarioError as error:
            raise terminal.seen_from_here(error, Path(scenario.path).parent) from error
        plots = None if request.no_plots else report.write
        folder = results.write(made, target, session.argv, plots, csv=request.csv, stage=progress.stage)
        return made, folder


def _completed(run: Run, warnings: Sequence[str], loaded: float) -> Run:
    """Add what was found and spent before the run began."""
    together = tuple(dict.fromkeys([*warnings, *run.warnings]))
    return replace(run, warnings=together, timings={**run.timings, "load": loaded})


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@chosen
@changed
@debug
def validate(files: tuple[Path, ...], variants: str | None, sets: tuple[str, ...]) -> None:
    """Check scenario files; silent when they are fine."""
    errors = [error for file in files if (error := _validated(file, sets, names(variants)))]
    if errors:
        raise ExceptionGroup("invalid", errors)


def _validated(file: Path, sets: tuple[str, ...], variants: tuple[str, ...] | None) -> UserError | None:
    try:
        scenario, warnings = _checked(files.existing(file), sets, variants)
    except UserError as error:
        return error
    terminal.warn(terminal.placed(warnings, scenario))
    return None


def _namesake(scenario: Scenario, request: Request) -> Iterator[str]:
    """A warning where the results would join those of another file."""
    from simulator import results

    other = None if request.out else results.namesake(scenario)
    if other:
        yield f"results/{scenario.name} holds results of {other}: give one of the two files another `name`"


@cli.command()
@debug
def schema() -> None:
    """Print the JSON Schema of scenario files.

    An editor with a YAML language server completes and checks a file that begins with the line
    `# yaml-language-server: $schema=schema.json`.
    """
    import json

    from simulator.scenario import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@cli.command()
@click.argument("name")
@debug
@click.pass_obj
def new(session: Session, /, name: str) -> None:
    """Write NAME.yaml, a small scenario to start from."""
    from simulator.cli.starter import write

    path = write(name)
    click.echo(f"{path} written; next: {session.program} {path}")


@cli.command()
@click.argument("name", required=False)
@click.argument("file", required=False)
@click.option("--variant", metavar="NAME", help="Variant to ask for; else the plainest that has what is asked for.")
@changed
@debug
@click.pass_obj
def price(session: Session, /, name: str | None, file: str | None, variant: str | None, sets: tuple[str, ...]) -> None:
    """What does a flow or a partnership pay, and for whom?

    Of a flow: at which price, or gate fee, do both its partners gain? Of a partnership: what does every company gain
    by it? Without NAME: which partnership pays? Simulates a variant with partnerships and without them. Without FILE,
    in the flagship.

    \b
    Examples:
      kreislauf price
      kreislauf price slag_in_roads
      kreislauf price my.yaml
      kreislauf price take_back my.yaml --variant circular --set 'transport.truck.cost=0.2 EUR/(t km)'
    """
    from simulator.cli.prices import answer, command, sorted_words
    from simulator.study.partnerships import ask

    name, file = sorted_words(name, file)
    path = files.scenario(Path(file) if file else None, session.program)
    try:
        with terminal.progress(quiet=False) as progress:
            found = ask(path, name, variant, sets, progress.advance)
    except ScenarioError as error:
        raise terminal.seen_from_here(error, path.parent) from error
    click.echo("\n".join(answer(found, command(session.program, file, variant, sets))))


@cli.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@debug
def validation(folder: Path | None) -> int:
    """Run models that others published, and compare with what they gave.

    Without FOLDER, all that come with kreislauf; else one case, or a folder of cases. Ends with 0 only if all hold.
    """
    from simulator.study.cases import cases_in, verdicts

    cases = cases_in(folder or files.CASES)
    found: list[Verdict] = []
    with terminal.progress(quiet=False) as progress:
        for n, case in enumerate(cases):
            progress.stage(case.name)
            found += verdicts(case)
            progress.advance((n + 1) / len(cases))
    terminal.compare(found)
    return 0 if all(verdict.holds for verdict in found) else explanations.OURS


for _command in (match, partners, sweep, sensitivity):
    cli.add_command(_command)


def _checked(
    file: Path, sets: tuple[str, ...] = (), variants: tuple[str, ...] | None = None, seed: int | None = None
) -> tuple[Scenario, tuple[str, ...]]:
    """Load a scenario and check its network: the scenario, and all warnings."""
    from simulator import network
    from simulator.scenario import load

    try:
        scenario = load(file, sets=sets, variants=variants, seed=seed)
        faults, warnings = network.check(scenario)
        if faults:
            raise ScenarioError(faults)
    except ScenarioError as error:
        raise terminal.seen_from_here(error, file.parent) from error
    return scenario, (*scenario.warnings, *warnings)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; nothing but an interruption from outside raises."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    session = Session(_program(), tuple(arguments))
    try:
        code = _called(session)
        terminal.flush()
    except BrokenPipeError:
        terminal.fall_silent()
        return explanations.UNREAD
    return code


def _called(session: Session) -> int:
    """Run the command. Raises BrokenPipeError where nobody reads what it says, as behind `| head`."""
    try:
        with _terminable():
            code = cli.main(session.argv, prog_name=session.program, standalone_mode=False, obj=session)
            return code if isinstance(code, int) else 0
    except SystemExit as end:
        if end.code == explanations.OURS:  # so click and rich end where nobody reads
            raise BrokenPipeError from end
        raise
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001  the one place where every error becomes a message
        if "--debug" in session.argv:
            traceback.print_exception(error)
        return explanations.explain(error, session.program)


def _program() -> str:
    """The program as the user would type it again."""
    script = sys.argv[0]
    return f"python {script}" if Path(script).name == "run_scenario.py" else "kreislauf"


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a termination from outside clean up as Ctrl-C does; only the main thread may ask for that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_: int, __: FrameType | None) -> None:
    raise SystemExit(explanations.TERMINATED)
