"""`vecalc help`: the short help, and topics."""

from __future__ import annotations

import sys

import click

from vecalc.errors import UsageError
from vecalc.shell import help_topics
from vecalc.shell.display import fitted_help
from vecalc.shell.registry import command, one_of


@command("vecalc help [TOPIC]", "  vecalc help functions\n  vecalc help slerp\n  vecalc help explain\n")
@click.argument("asked", nargs=-1, metavar="[TOPIC]", shell_complete=one_of(help_topics.all_names))
def run(asked: tuple[str, ...]) -> int:
    """Explains a topic, a command, a function, an option or a sign."""
    if len(asked) > 1:
        raise UsageError(
            "one topic at a time", where="vecalc help", hint=f"topics: {', '.join(help_topics.TOPICS)}"
        )
    sys.stdout.write(fitted_help(help_topics.topic(asked[0]) if asked else help_topics.short_help()))
    return 0


run.context_settings.update(ignore_unknown_options=True)  # `vecalc help --norm` asks about one
