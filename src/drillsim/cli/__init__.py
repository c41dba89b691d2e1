"""Entry point of the command line: runs one verb, and turns every error into a message and an exit code.

0 fine | 1 a bug | 2 bad input or usage | 3 a baseline is missing or not comparable | 4 inconclusive, with --strict | 10 a goal was
missed, with --fail-on-goals, a gate failed, or a rerun differs | 130 interrupted
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from drillsim.cli import terminal
from drillsim.cli.commands.assess import assess
from drillsim.cli.commands.baseline import baseline
from drillsim.cli.commands.check import check
from drillsim.cli.commands.compare import compare
from drillsim.cli.commands.demo import demo
from drillsim.cli.commands.edit import edit
from drillsim.cli.commands.explain import explain
from drillsim.cli.commands.export import export
from drillsim.cli.commands.gate import gate
from drillsim.cli.commands.import_files import import_files
from drillsim.cli.commands.new import new
from drillsim.cli.commands.observed import observed
from drillsim.cli.commands.open_sealed import open_sealed
from drillsim.cli.commands.report import report
from drillsim.cli.commands.rerun import rerun
from drillsim.cli.commands.run import run
from drillsim.cli.commands.seal import seal
from drillsim.cli.commands.verify import verify
from drillsim.escape import quoted

BUG, BAD_INPUT, INTERRUPTED = 1, 2, 130


class VerbGroup(click.Group):
    """Group of verbs, listed in the order in which a planner needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order in which they were added."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb to call; for an unknown one, fail with the closest known verb."""
        from drillsim.errors import closest

        word = args[0] if args else ""
        if word and not word.startswith("-") and self.get_command(ctx, word) is None:
            ctx.fail(f"no verb '{word}'.{closest(word, self.commands)}")
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from drillsim.cli.bug_report import versions

        terminal.say(f"drillsim {versions()['drillsim']}")
        ctx.exit()


@click.group(
    cls=VerbGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")
@click.pass_context
def command_line(ctx: click.Context) -> None:
    """Simulate emergency drills in schools and compare staffing mixes on the same random drills.

    Start with 'drillsim demo', then 'drillsim new my-school'.

    A simulated drill is not a prediction, rates nobody, and is no drill of record. With --debug, after any verb, a
    bug prints its traceback.
    """
    if ctx.invoked_subcommand is None:
        terminal.say(ctx.get_help())


for verb in (
    demo, new, edit, check, assess, import_files, run, compare, report, rerun, export, seal, open_sealed, observed, verify, baseline, gate, explain,
):  # fmt: skip
    command_line.add_command(verb)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every exception of the command is handled here."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    arguments = [a for a in arguments if a != "--debug"]
    as_json = "--json" in arguments
    terminal.make_printable()
    try:
        result = command_line.main(args=arguments, prog_name="drillsim", standalone_mode=False)
        sys.stdout.flush()
        if _reader_gone():
            return 0
        return result if isinstance(result, int) else 0
    except (click.Abort, KeyboardInterrupt):
        terminal.complain("Interrupted. Nothing more is running.")
        return INTERRUPTED
    except click.ClickException as e:
        terminal.complain(_usage(e))
        terminal.json_line({"error": e.format_message()}, wanted=as_json)
        return BAD_INPUT
    except UnicodeEncodeError as e:
        if e.object not in arguments:
            return _report(e, arguments, debug=debug, as_json=as_json)
        return _refused(f"'{quoted(e.object)}' holds what no name of this system can hold. Write another name", as_json)
    except BrokenPipeError:
        terminal.drop_stdout()  # the reader closed the pipe, as after `| head`
        return 0
    except SystemExit as e:
        return 0 if _reader_gone() or e.code is None else int(e.code)
    except MemoryError:
        return _refused(
            "this needs more memory than there is. Take a smaller plan, fewer people or fewer drills", as_json
        )
    except Exception as e:
        if _is_interruption(e):
            terminal.complain("Interrupted. Nothing more is running.")
            return INTERRUPTED
        if isinstance(e, OSError) and e.errno in REFUSALS and _is_of_user(e):
            return _refused(_refusal(e), as_json)
        return _report(e, arguments, debug=debug, as_json=as_json)


def _is_interruption(e: BaseException | None) -> bool:
    """Return whether an exception comes from Ctrl-C, as where Python wraps it while a class is being made."""
    while e is not None and not isinstance(e, KeyboardInterrupt):
        e = e.__cause__ or e.__context__
    return e is not None


def _is_of_user(e: OSError) -> bool:
    """Return whether the operating system refused a file of the user, not one of this package."""
    return not str(e.filename).startswith(str(Path(__file__).parent.parent))


REFUSALS = frozenset(
    getattr(errno, name)
    for name in (
        "EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "ENAMETOOLONG", "ELOOP", "ENOTDIR", "EISDIR",
        "ENOENT", "EEXIST", "ENXIO", "ENODEV", "EBUSY", "ETXTBSY", "EMFILE", "ENFILE", "ENOMEM", "ESTALE", "EAGAIN",
    )
    if hasattr(errno, name)
)  # fmt: skip
"""Error numbers that names, permissions, devices or limits cause: faults of the input, not bugs of drillsim."""


def _refusal(e: OSError) -> str:
    reason = e.strerror or str(e)
    if e.errno == errno.ENOSPC:
        return "the output could not be written: no space left. Make room, or write elsewhere."
    name = f"'{quoted(os.fsdecode(e.filename))}': " if isinstance(e.filename, (str, bytes, os.PathLike)) else ""
    return f"{name}the system refuses this: {reason}. Choose another name or place, or make room."


def _refused(message: str, as_json: bool) -> int:
    terminal.complain(f"Error: {message}")
    terminal.json_line({"error": "bad input", "message": message}, wanted=as_json)
    return BAD_INPUT


def _reader_gone() -> bool:
    """Return whether click found stdout closed by its reader, as after `| head`."""
    return "PacifyFlushWrapper" in type(sys.stdout).__name__


def _usage(e: click.ClickException) -> str:
    """Return the message with the usage line of the verb and the command for its help."""
    ctx = getattr(e, "ctx", None)
    if ctx is None:
        return f"Error: {e.format_message()}"
    if isinstance(e, click.exceptions.NoArgsIsHelpError):
        return e.format_message()
    return f"Error: {e.format_message()}\n{ctx.get_usage()}\nMore: {ctx.command_path} --help"


def _report(e: Exception, arguments: Sequence[str], *, debug: bool, as_json: bool) -> int:
    """Print an error, either faults of the user's files or a bug of drillsim, and return its exit code."""
    from drillsim.errors import DrillsimError

    if isinstance(e, DrillsimError):
        if e.faults:
            terminal.faults(e.faults, err=True)
            terminal.complain(f"{terminal.tally(e.faults)}. Nothing was run.")
        else:
            terminal.complain(f"Error: {e}")
        data = {"error": "bad input", "faults": [terminal.fault_row(f) for f in e.faults], "message": str(e)}
        terminal.json_line(data, wanted=as_json)
        return BAD_INPUT
    from drillsim.cli.bug_report import report_bug

    message = report_bug(e, arguments, show=debug)
    terminal.complain(message)
    terminal.json_line({"error": "bug", "message": message}, wanted=as_json)
    return BUG


__all__ = ["command_line", "main"]
