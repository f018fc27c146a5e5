"""The help of the program itself: what `vecalc -h` shows, and what `--help` and the manual begin with."""

from __future__ import annotations

from vecalc.shell import registry

EXAMPLES = """\
  vecalc 'king - man + woman'
  vecalc '0.5*(A*B + A + B) where A = blood, B = color'
  vecalc -m vectors.bin 'man : king :: woman : ?'      another model
  vecalc 'king - man + woman => queen @3'              a test: exit code 0 or 1
  vecalc -f questions.txt --json                       one expression a line
  vecalc --csv pairs.csv -e 'cos(a, b)'                columns a and b of each row
  vecalc                                               a prompt
"""


def short_help() -> str:
    """What `-h` shows."""
    from vecalc.shell import help_topics

    return f"""\
vecalc, the calculator for embeddings

{usage()}
{EXAMPLES}
  -m FILE  model      -k N  neighbours      --format FORMAT      --norm rms|unit|raw

vecalc --help lists all options, vecalc help {"|".join(help_topics.TOPICS)} explains.
"""


def usage() -> str:
    """A line for each way to call the program."""
    found = [registry.find(name) for name in registry.names()]
    lines = [line for command in found if command for line in command.usage.splitlines()]
    return "".join(
        f"{'Usage:' if not i else '      '} {line}\n"
        for i, line in enumerate(["vecalc [OPTIONS] [EXPRESSION]...", *lines])
    )
