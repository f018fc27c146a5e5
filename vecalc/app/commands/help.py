"""`vecalc help`: the short help, and topics."""

from __future__ import annotations

import sys

import click

from vecalc.app.commands import command
from vecalc.errors import UsageError


@command("vecalc help [TOPIC]", "  vecalc help functions\n  vecalc help slerp\n")
@click.argument("topics", nargs=-1, metavar="[TOPIC]")
def run(topics: tuple[str, ...]) -> int:
    """Explains a topic, a function or a command."""
    from vecalc.app.cli.command import short_help
    from vecalc.app.cli.topics import TOPICS, topic

    if len(topics) > 1:
        raise UsageError("one topic at a time", where="vecalc help", hint=f"topics: {', '.join(TOPICS)}")
    sys.stdout.write(topic(topics[0]) if topics else short_help())
    return 0
