"""Help on what is smaller than a topic: a sign of the language, an option, a setting."""

from __future__ import annotations

import click

from vecalc.shell.options import (
    AS_WORDS,
    BATCH,
    DEBUG,
    EXPRESSIONS,
    FILES,
    FORMAT,
    LET,
    MODEL,
    QUIET,
    RANKING,
    ROWS,
    SHOW,
    WORDS,
)

# The signs of the language, and `where`: how each is written, and what it means.
SIGNS = {
    "+": ("a + b", "the sum, component by component; a number is added to each component"),
    "-": ("a - b, -a", "the difference, component by component; needs blanks: well-known is one word"),
    "*": ("a * b", "the product, component by component; a number scales a vector"),
    "/": ("a / b", "the quotient, component by component; a number divides a vector"),
    "@": ("a @ b, a · b", "the dot product, a number; of two lists a table of numbers"),
    "^": ("a ^ 2, a ** 2", "the power, component by component; it groups to the right"),
    "=": ("A = blood", "gives a value a name; f(x) = x / 2 defines a function"),
    "where": ("A*B where A = blood, B = red", "names parts of one expression; later ones see earlier ones"),
    ":": ("man : king :: woman : ?", "an analogy, king - man + woman; users:42 is a word of a space"),
    "=>": ("king - man + woman => queen @3", "a test: the word has to be among the first 3, or exit code 1"),
    "?": ("cos(?, king)", "every word at once: a score for each, ranked, highest first"),
    ";": ("A = blood; A + red", "ends a statement, as a line end does"),
    "#": ("king  # a comment", "at the start or behind a blank: the rest of the line is a comment"),
    '"': ('"new york"', "quotes make one word of anything"),
    "[": ("[king, queen]", "a list of vectors; of numbers, a vector. vecalc help lists"),
    "(": ("(a + b) * c, f(a, b)", "brackets, and the call of a function"),
    "_": ("_, _1", "at the prompt: the last answer, and the word in its first row"),
}  # fmt: skip
SAME = {"**": "^", "·": "@", "::": ":", "]": "[", ")": "(", "'": '"', "−": "-", "×": "*", "÷": "/", "_1": "_"}


def sign(name: str) -> str:
    """How a sign is used; "" for what is none."""
    if (found := SIGNS.get(SAME.get(name, name))) is None:
        return ""
    return f"{found[0]}\n    {found[1]}\nall of them: vecalc help syntax\n"


@click.command(add_help_option=False)
@EXPRESSIONS
@FILES
@ROWS
@LET
@MODEL
@AS_WORDS
@WORDS
@RANKING
@SHOW
@FORMAT
@BATCH
@QUIET
@DEBUG
def _all(**_: object) -> None:
    """The options that several commands share, and those of batches."""


def option(name: str) -> str:
    """An option or setting, by its name without dashes; "" for what is none."""
    context = click.Context(_all)
    for one in _all.params:
        names = {found.lstrip("-") for found in (*one.opts, *one.secondary_opts)}
        if name.lstrip("-") in names and (record := one.get_help_record(context)):
            is_long = any(found.startswith("--") for found in one.opts)
            at_prompt = (
                f"\nat the prompt: set {name.lstrip('-')} ..." if is_long and _can_be_set(name) else ""
            )
            return f"{record[0]}\n    {record[1]}{at_prompt}\n"
    return ""


def _can_be_set(name: str) -> bool:
    """Whether settings know it: a file or the prompt can set it."""
    from vecalc.shell.settings import KEYS

    return name.lstrip("-") in KEYS


def names() -> list[str]:
    """The signs, and the long names of options without dashes."""
    options = (found for one in _all.params for found in one.opts if found.startswith("--"))
    return [*SIGNS, *(found.removeprefix("--") for found in options)]


FORMATS = """\
--format says how answers are written; a file's suffix says it, too (-o answers.csv).

  table      for people: bars, colours; on a terminal
  plain      rank, word and score between tabs; everywhere else
  tsv csv    a header and columns: id, expr, rank, word, score, error; rows of --csv first
  json       an array with an object for each answer; errors have their place in it
  jsonl      the same, an object a line, as soon as it is answered
  markdown   a table for documents
  junit      expectations (=>) as the test report that CI servers read, .xml
  vector     the numbers of the result
  npy        vectors as an array of numpy, into a file: -o vectors.npy

--precision N rounds scores, --no-header leaves the header out, --csv-safe keeps spreadsheets from running
cells as formulas. vecalc --generate schema describes json and jsonl as a JSON Schema.
"""

CSV = """\
vecalc --csv pairs.csv -e 'cos(a, b)' answers for each row; columns a and b are names in the expression.

  pairs.csv, .tsv, .jsonl, .parquet      told by content where the suffix says otherwise; - is standard input
  -e EXPR                                may be repeated: each is answered for every row
  First_name                             how the column 'First name' is written
  "cos"                                  in quotes: the word, not a column
  text(a)                                a cell as a text, for a model that reads texts
  --words                                every cell is one word, whatever is in it
  --format csv                           the columns of the row, then the answer

A cell is a word, a number, or a vector where it holds one. vecalc features makes arrays of such columns.
"""

CLUSTER = """\
  vecalc -f questions.txt -o answers.jsonl --cluster local:4

shares a batch among four processes of this machine; --cluster tls://HOST:8786 (or tcp://) among the
workers of a dask cluster. The file that appears has the bytes that one machine would have written.

The questions, the models and the folder of -o have to be where every machine sees them by the same names,
and vecalc has to be the same; another version or another model is refused (exit code 6).

What a worker had begun when it was killed, frozen or cut off, another does. A line that ends three of them is
one error record. After Ctrl-C with --resume, and when the scheduler is lost, the same command with --resume
goes on from what is done.

tcp:// to another machine wants --insecure-cluster: whoever can reach a scheduler without TLS can run what he
likes on its workers. pip install 'vecalc[cluster]'; how workers are started: docs/scale.md.
"""

PROMPT = """\
vecalc alone opens the prompt: type an expression, read its neighbours.

  help                  all its commands; help TOPIC, help cos explain one thing
  A = blood             gives a value a name, for all lines after it; vars shows them, del A forgets one
  _  _1                 the last answer, and the word in its first row
  set top 20            changes an option; set alone shows them all
  use FILE              loads a model; models lists what is loaded
  find un*              words that match
  explain EXPR          where an answer comes from
  once FILE, tee FILE   the next answer, or all of them, into a file as well
  save FILE, load FILE  names and functions, kept in a file
  favourite NAME = EXPR keeps an expression
  quit, Ctrl-D          leaves; Ctrl-C drops the line, or stops what is running

Tab completes. A line with an open bracket goes on in the next. History is kept between sessions; a line
that begins with a blank is not.
"""
