"""The command line: the only package that prints or exits. One file a command.

Data goes to standard output, progress and errors to standard error. Exit
codes: 0 all accepted, 1 something was rejected or failed, 2 wrong usage or
configuration, 3 held by a guard, a pause or `send_from`, 4 busy.
"""

from __future__ import annotations

import io
import sys

import click

from outhaul import __version__
from outhaul.cli import (
    adopt,
    approve,
    check,
    destinations,
    ls,
    pause,
    plan,
    rebind,
    rejections,
    rename,
    report,
    resume,
    resync,
    retire,
    retry,
    sandbox,
    status,
    sync,
    transfer,
    validate,
)
from outhaul.cli.options import DEBUG_HELP, is_debugging
from outhaul.cli.output import print_error
from outhaul.errors import OuthaulError
from outhaul.text.visible import visible


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="outhaul")
@click.option("--debug", is_flag=True, expose_value=False, help=DEBUG_HELP)
def cli() -> None:
    """Forward what changed in your segments to the tools that act on it."""


for module in (
    ls,
    validate,
    check,
    plan,
    sync,
    status,
    rejections,
    report,
    pause,
    resume,
    approve,
    retry,
    resync,
    adopt,
    rebind,
    transfer,
    retire,
    rename,
    destinations,
    sandbox,
):
    cli.add_command(module.command)


def main() -> None:
    """The console script: errors become one message, and a traceback with --debug."""
    debug = is_debugging()
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(visible(shown.getvalue(), keep="\n"), err=True, nl=False)
        code = error.exit_code
    except OuthaulError as error:
        if debug:
            raise
        print_error(str(error))
        code = error.exit_code
    except Exception as error:
        if debug:
            raise
        print_error(
            f"internal error ({type(error).__name__}); run with --debug for details"
        )
        code = 1
    sys.exit(code or 0)
