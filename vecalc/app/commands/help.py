"""`vecalc help`: the short help, and topics."""

from __future__ import annotations

import sys

import click

from vecalc.app.cli import topics
from vecalc.app.commands import command, names, one_of
from vecalc.errors import UsageError


@command("vecalc help [TOPIC]", "  vecalc help functions\n  vecalc help slerp\n  vecalc help explain\n")
@click.argument("asked", nargs=-1, metavar="[TOPIC]", shell_complete=one_of({*topics.TOPICS, *names()}))
def run(asked: tuple[str, ...]) -> int:
    """Explains a topic, a function or a command."""
    from vecalc.app.cli.command import short_help

    if len(asked) > 1:
        raise UsageError(
            "one topic at a time", where="vecalc help", hint=f"topics: {', '.join(topics.TOPICS)}"
        )
    sys.stdout.write(topics.topic(asked[0]) if asked else short_help())
    return 0
