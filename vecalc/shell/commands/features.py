"""`vecalc features`: formulas over the rows of a table become columns for a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vecalc.shell.options import (
    EXACT,
    LET,
    MODEL,
    PHRASE_WORDS,
    QUIET,
    as_utf8,
    choice,
    flag,
    request_of,
    several,
)
from vecalc.shell.registry import command
from vecalc.studies.features import NO_VALUE, TYPES, UNKNOWN

EXAMPLES = """\
  vecalc features pairs.csv -e 'prod = a*b' -e 'cos = cos(a, b)' -o features.npz
  vecalc features ratings.csv -m users=u.txt -m films=f.txt --norm raw --bind u=users:user_id
      --bind f=films:film_id -e 'u*f' --keep rating -o features.parquet
"""


@command("vecalc features TABLE -e FORMULA... -o FILE [OPTIONS]", EXAMPLES)
@click.argument("table")
@several("-e", "formulas", "[NAME=]EXPR", "A formula; may be repeated.", required=True)
@several(
    "--bind",
    "NAME=[SPACE:]COLUMN",
    "A column's cells are words of a space; without it, columns are names of their own.",
)
@click.option("-o", "--output", metavar="FILE", required=True, help=".npy, .npz, .parquet, .csv or .tsv.")
@click.option("--format", metavar="FORMAT", help="npy, npz, parquet, csv, tsv; else the suffix tells.")
@choice("--type", "kind", "Number type of the output.", of=TYPES, default="float32")
@several("--keep", "COLUMN", "Copy a column, such as labels, to the output.")
@choice("--unknown", "What to do about unknown words.", of=UNKNOWN, default="error")
@choice("--no-value", "What to do where a formula has no value.", of=NO_VALUE, default="error")
@flag("--csv-safe", "Escape cells that a spreadsheet would run as formulas.")
@flag("--resume", "Resume an interrupted run.")
@MODEL
@EXACT
@PHRASE_WORDS
@LET
@QUIET
def run(table: str, output: str, resume: bool, **options: Any) -> int:
    """Computes formulas for every row of a .csv, .tsv, .jsonl or .parquet file, as numbers for a model."""
    from contextlib import closing

    from vecalc.engine.identity import of_file
    from vecalc.errors import UsageError
    from vecalc.shell.display import say
    from vecalc.shell.meter import metered
    from vecalc.shell.opening import Opened, Outcome, perform, refuse_overwriting
    from vecalc.studies.features import Policy
    from vecalc.studies.features.feature_files import check_format, format_of, names_beside
    from vecalc.studies.features.feature_run import Order, make_features
    from vecalc.studies.features.spool import places
    from vecalc.tables import question_lines, question_rows

    if output == "-" or (Path(output).exists() and not Path(output).is_file()):
        raise UsageError("features need a file", where=f"-o {output}", hint="-o features.npz")
    name = format_of(output, options.pop("format"))
    check_format(name)
    if resume and table == "-":
        raise UsageError("what was read from a pipe can't be read again", where="--resume")
    order = Order(
        tuple(map(as_utf8, options["formulas"])),
        options["bind"],
        options["keep"],
        Policy(options["unknown"], options["no_value"]),
        options["kind"],
        name,
        Path(output),
        options["csv_safe"],
    )

    def made(opened: Opened) -> Outcome:
        calculator, request = opened.calculator, opened.request
        beside = [names_beside(order.output)] if name == "npy" else []
        for written in (*places(order.output).all, *beside):
            refuse_overwriting(request._replace(output=str(written)))
        notes: list[str] = []
        size = Path(table).stat().st_size if Path(table).is_file() else None
        with (
            question_lines.opened(table) as stream,
            closing(question_rows.rows(table, stream, notes.append)) as rows,
            metered(f"features of {table}", size, quiet=request.quiet) as meter,
        ):
            try:
                found = make_features(
                    calculator,
                    order,
                    rows,
                    source=("standard input" if table == "-" else table, of_file(table)),
                    resume=resume,
                    watch=(lambda: meter.at(stream.tell())) if meter and size else (lambda: None),
                )
            except (KeyboardInterrupt, SystemExit):
                if table != "-":
                    opened.tell(f"what is done is kept in {places(Path(output)).folder}; --resume goes on")
                raise
        opened.tell(*notes, *found.notes)
        what = f"{found.rows:,} rows x {found.columns:,} features, {order.kind}, norm {request.norm}"
        say(f"{what}, in {output}")
        return Outcome()

    return perform(request_of(options, csv=table, output=output, format=name), made, "features")
