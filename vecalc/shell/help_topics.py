"""The help of the program, and of topics: texts made from the program's own tables wherever it has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import click

from vecalc.errors import UsageError
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

EXIT_CODES = {
    0: "everything was answered",
    1: "a batch finished with failed lines, an expectation was missed, or `vecalc words` found none",
    2: "usage: options that do not exist or do not fit",
    3: "expression: syntax, an unknown word, no value",
    4: "a model or input file can't be read",
    5: "output or the cache can't be written: disk full, no permission, locked",
    6: "a server can't be reached, or sends something else than promised",
    130: "interrupted by Ctrl-C",
    141: "the reader of the output went away",
}


def short_help() -> str:
    """What `-h` shows."""
    return f"""\
vecalc, the calculator for embeddings

Examples:
{EXAMPLES}
{usage()}
  -m FILE  model      -k N  neighbours      --format FORMAT      --norm rms|unit|raw

vecalc --help lists all options, vecalc help TOPIC explains one of
{", ".join(TOPICS)}; a command, function, option or sign.
"""


def usage() -> str:
    """A line for each way to call the program."""
    return registry.usage_of(usages())


def usages() -> Iterator[str]:
    """The ways to call the program, and its commands."""
    yield "vecalc [OPTIONS] [EXPRESSION]..."
    for name in registry.names():
        if command := registry.find(name):
            yield from command.usage.splitlines()


def topic(name: str) -> str:
    """The text of a topic, a command, a function or a group of them. Raises `UsageError` for what is none.

    `models` is a topic and a command: both are told.
    """
    from vecalc.shell import help_entries

    name = OTHER_NAMES.get(name, name)
    parts = [TOPICS[name]()] if name in TOPICS else []
    if (command := registry.find(name)) is not None:
        with click.Context(command, info_name=f"vecalc {name}", **command.context_settings) as context:
            parts.append(f"{command.help_text(context)}\n")
    entries = () if parts else (function_help(name), help_entries.sign(name), help_entries.option(name))
    if not (parts := [*parts, *filter(None, entries)]):
        from vecalc.near import did_you_mean

        meant = did_you_mean(name, all_names(), CALLED, most=2)
        hint = f"{meant} topics: {', '.join(TOPICS)}; or a command, a function, a sign, an option".lstrip()
        raise UsageError(f"there is no help on '{name}'", where="vecalc help", hint=hint)
    return "\n".join(parts)


def all_names() -> list[str]:
    """All that there is help on."""
    from vecalc.calc.functions import FUNCTIONS, GROUPS
    from vecalc.shell import help_entries

    functions = (*FUNCTIONS, *(name for name, _ in _prelude()), *GROUPS)
    return list(dict.fromkeys([*TOPICS, *OTHER_NAMES, *registry.names(), *functions, *help_entries.names()]))


def _syntax() -> str:
    """The grammar's own comment on the language, without what it tells developers."""
    from vecalc.lang.grammar import grammar_text

    head = grammar_text().split("\n// ---", 1)[0]
    text = "\n".join(line.removeprefix("//").removeprefix(" ") for line in head.splitlines())
    return f"{_FOR_DEVELOPERS.sub('', text)}\n{WORDS}"


_FOR_DEVELOPERS = re.compile(r"The only statement of the syntax.*?\. ", re.DOTALL)

WORDS = """\
Words: letters, digits, _ and apostrophes; emoji are letters. Anything in quotes: "new york", "+", "1984".
Without blanks the longest tokens of the vocabulary win over an expression, from the left: well-known,
24-hour, km/h, C++, 10,000; a note says so. well - known, with blanks, is always a subtraction. A number stays
a number: "20" is the word. In the brackets of a call or list a comma separates. --words parses nothing.
A word that is not in the vocabulary is looked for in another case, then with its blanks as _ or -, then
read by its subwords where the model has them (fastText); a note says how. ? is every word at once: an
expression with it, such as cos(?, king), is a score; the words are ranked by their numbers, highest first.
With a textual model (a tokenizer beside its rows) text("I want to eat") is a vector, and so is what is no
token; where tokens are pieces of words, king is the piece that begins one.
users:42 and fr:"bon mot" are words of a named space (-m users=FILE).
"""


def _functions() -> str:
    from vecalc.calc.functions import GROUPS

    lines = [line for group in GROUPS for line in (*_group(group), "")]
    lines.append("Your own, at the prompt, in a file or in the configuration folder's prelude.vec:")
    lines.append("  middle(a, b, t=0.5) = (1 - t) * unit(a) + t * unit(b)")
    return "\n".join(lines) + "\n"


def _group(name: str) -> list[str]:
    """A group of functions: what they are, and each with its formula."""
    from vecalc.calc.functions import GROUPS, in_group

    entries = [(f.shown(), f.formula + (f" ({f.source})" if f.source else "")) for f in in_group(name)]
    entries += [(shown, text) for _, (of, shown, text) in _prelude() if of == name]
    return [
        f"{name}: {GROUPS[name]}",
        *(
            f"  {shown:<44} {text}" if len(shown) <= 44 else f"  {shown}\n  {'':<44} {text}"
            for shown, text in entries
        ),
    ]


def _prelude() -> list[tuple[str, tuple[str, str, str]]]:
    """The shipped definitions: name, and group, signature and comment."""
    from vecalc.engine import prelude

    found = []
    comment = ""
    for line in prelude.text().splitlines():
        if line.startswith("# "):
            comment = line[2:]
        elif "=" in line:
            shown = line[: line.index(")") + 1]
            group, _, text = comment.partition(": ")
            found.append((shown.partition("(")[0], (group, shown, text)))
    return found


def function_help(name: str) -> str:
    """A group of functions; or one: signature, formula, source; "" for what is none."""
    from vecalc.calc.functions import FUNCTIONS, GROUPS

    if name in GROUPS:
        return "\n".join(_group(name)) + "\n"
    if name in FUNCTIONS:
        function = FUNCTIONS[name]
        source = f"\nsource: {function.source}" if function.source else ""
        sides = f"\n    {function.by_side}" if function.folds else ""
        return f"{function.shown()}\n    {function.formula}{sides}{source}\ngroup: {function.group}\n"
    if (found := dict(_prelude()).get(name)) is None:
        return ""
    group, shown, text = found
    return f"{shown}\n    {text}\ngroup: {group}, defined in the language itself\n"


def _phrases() -> str:
    return """\
phrase("I want non american food") is want + food - american: what is wanted, less what a negation governs.

  non                                the next word: non american food
  not, never, isn't, neither, ...    the next word, and what "or" joins to it: not red or green; behind them
                                     a verb is passed: don't eat meat is eat - meat
  without, no, except, but not, ...  the words up to one that ends it (but, with, for, a full stop), over
                                     "and", "or" and the commas of a list: without whole milk, cream or sugar
  non-american, sugar-free           where the whole is not a word of the model
  tea - coffee                       a minus between blanks, as without
  rather tea than coffee             as tea without coffee
  not without sugar                  two negations with nothing between them cancel

The rest of what is said around words falls away. Words that are one token (new_york) are found first. A note
shows the reading. It has no syntax: "without milk and bread" takes away both, whatever was meant.

phrase(text, negate=without) takes away together, without(want + food, american), what minus subtracts.
--phrase-words FILE has lists of your own: sections [non] [not] [without] [verbs] [and] [or] [ends]
[pronouns] [stop words] [prefixes] [suffixes], entries separated by commas or line ends; [english] adds ours.
"""


def _lists() -> str:
    return """\
[king, queen] is a list of vectors; of numbers it is a vector. A list of lists is one flat list.

  cos([king, queen], woman)              a table: a number for each vector of a list, with its label
  cos([king, queen], [man, woman])       a number for each pair; so do dist, dot, angle, sim01
  [king, queen] @ [man, woman]           dot products, the same
  sum(t)  mean(t)  std(t)  min(t)  max(t)    one number of all numbers of a table
  mean(t, by=rows)  mean(t, by=columns)  a number for each row, each column; so do the other four
  t + 1  t * u  t^2  sqrt(t)             number by number
  t - mean(t, by=rows)                   a number for each row, or column, spreads over a table
  softmax(t)                             each row adds up to 1
  t @ L                                  the vectors of L weighted by the numbers of t: attention
"""


def _texts() -> str:
    return """\
A textual model has a tokenizer beside its rows (model2vec, WordLlama): any text is a vector.

  text("I want to eat")                  a text; text(A) of a name or a column that stands for one
  text("...", pot)  pot:"..."            a text of the model pot (-m pot=FOLDER)
  cheap flights - expensive hotels       where the model is textual, bare words in a row are a text, too
  --exact                                reads nothing as a text that is not called so
  -m docs=FILE --embed MODEL             makes vectors of the lines of a file, --in docs ranks them
  --csv FILE -e 'cos(text(a), text(b))'  the texts of columns

A text is read as a whole: "food without meat" takes nothing away. phrase("...") does: vecalc help phrases.
"""


def _conditions() -> str:
    from vecalc.lang.condition_parse import FILE
    from vecalc.lang.grammar import grammar_text

    head = grammar_text(FILE).partition("\n\n")[0]
    return "\n".join(line.removeprefix("//").removeprefix(" ") for line in head.splitlines()) + f"\n\n{WHERE}"


WHERE = """\
vecalc -m films.parquet --where 'price < 10 and lang = "en"' --show title,price Alien

--where takes the words whose metadata are known to meet it, before anything is ranked: as many neighbours
come as are asked for. A word without a price meets neither price < 10 nor not (price < 10). Case counts. A
time is compared with the beginning of "2024", "2024-05", "2024-05-01" or "2024-05-01T10:00", in UTC. Lists,
records and bytes are shown; of them can only be asked whether they are null.

--show puts columns beside the words, * all but the one that the words are from. Both may be repeated: all
conditions hold, all columns are shown. explain, compare, diff, plot, convert and publish take --where, too,
and plot --color-by COLUMN. vecalc words --where CONDITION --show '*' lists words. At
the prompt: set where price < 10, set where off, set show title,price.
"""


def _models() -> str:
    return """\
-m FILE reads word2vec (text and binary), GloVe, fastText (.bin), what gensim saves, tables (CSV, TSV),
JSON, .npy and .npz, safetensors, parquet and Arrow files, plain or compressed (.gz .bz2 .xz .zst .zip), and
folders of model2vec, sentence-transformers, spaCy and Spark, told apart by their content. No file runs
code: a pickle that would is refused. Words in a file beside the rows are found, or named by --words-file.
FILE#NAME is a column, tensor or array of a file, FILE.zip:NAME a file of an archive; FILE#? lists them.
Without -m the starter answers: English words and names, made from WordNet and GloVe, inside the package.

-m users=users.bin -m movies=movies.bin loads several; users:42 and movies:"Toy Story (1995)" are
their words. A model without a name, or else the first, is the default space.

A model can have a name: `vecalc models add news vectors.bin`, then -m news. `vecalc models` lists them,
`vecalc models check news` looks what is wrong with one, `vecalc models pull` fetches (hf:OWNER/NAME too),
`... prune` tidies.

A default for every call: `vecalc models default news`; or VECALC_MODEL=FILE, or `model = ["FILE"]` in the
file of `vecalc config path`, which come first. `vecalc models set news --norm raw` is that model's own norm.

--norm rms (default)  word vectors of length √d: components have root mean square 1, so a product of
                      two words is as long as each of them, and A*B + A + B weighs all three alike
--norm unit           length 1: textbook cosine arithmetic; products are about 1/√d as long
--norm raw            what the file holds
"""


def _formats() -> str:
    from vecalc.shell.help_entries import FORMATS

    return FORMATS


def _csv() -> str:
    from vecalc.shell.help_entries import CSV

    return CSV


def _cluster() -> str:
    from vecalc.shell.help_entries import CLUSTER

    return CLUSTER


def _prompt() -> str:
    from vecalc.shell.help_entries import PROMPT

    return PROMPT


def _exit_codes() -> str:
    return "".join(f"{code:>4}  {meaning}\n" for code, meaning in EXIT_CODES.items())


TOPICS: dict[str, Callable[[], str]] = {
    "syntax": _syntax,
    "functions": _functions,
    "lists": _lists,
    "phrases": _phrases,
    "texts": _texts,
    "models": _models,
    "conditions": _conditions,
    "formats": _formats,
    "csv": _csv,
    "cluster": _cluster,
    "prompt": _prompt,
    "exit-codes": _exit_codes,
}
OTHER_NAMES = {
    **dict.fromkeys(("tables", "table", "list", "by"), "lists"),
    "phrase-words": "phrases",
    **dict.fromkeys(("metadata", "filter", "condition"), "conditions"),
    **dict.fromkeys(("format", "json", "jsonl", "tsv", "markdown", "junit", "npy", "output"), "formats"),
    **dict.fromkeys(
        ("set", "use", "vars", "del", "find", "once", "tee", "favourite", "save", "load"), "prompt"
    ),
    **dict.fromkeys(("quit", "exit", "repl"), "prompt"),
    **dict.fromkeys(("dask", "distributed", "workers"), "cluster"),
    **dict.fromkeys(("operators", "grammar", "language"), "syntax"),
}
CALLED = {  # what people ask for, and what it is called here
    **dict.fromkeys(("cosine", "similarity"), "cos"),
    **dict.fromkeys(("distance", "euclidean"), "dist"),
    **dict.fromkeys(("average", "avg"), "mean"),
    **dict.fromkeys(("normalize", "normalise"), "unit"),
    **dict.fromkeys(("options", "settings", "vectors"), "models"),
    **dict.fromkeys(("errors", "status", "codes"), "exit-codes"),
    **dict.fromkeys(("neighbours", "neighbors", "k"), "top"),
}
