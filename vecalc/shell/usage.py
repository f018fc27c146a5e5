"""What is wrong with a command line, said in our shape: what, where it was set, what to do."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import click
from click.core import ParameterSource

from vecalc.errors import UsageError
from vecalc.near import did_you_mean, near
from vecalc.shell.settings import Setting
from vecalc.shell.shell_words import taken_for_options

ALL_OPTIONS = "`vecalc -h` shows the options"
# Options whose second value would be taken to add to the first, and how that is said.
ONE_VALUE = {
    "--among": "all words in one list, a,b,c, or in a file",
    "--match": "one pattern for all, such as '/^(a|b)/'",
    "--in": "one model is searched; vecalc diff compares two",
}
_ONE_DASH = re.compile(r"-([a-z][a-z-]+)(?:=.*)?", re.DOTALL)
_NEAR = 0.75  # of 1: a word behind one dash may as well be part of an expression
# What options are called elsewhere, without their dashes.
CALLED: Mapping[str, str] = {
    **dict.fromkeys(("n", "N", "K", "num", "count", "topn", "top-n", "topk", "top-k", "neighbours"), "top"),
    **dict.fromkeys(("V", "v"), "version"),
    **dict.fromkeys(("j", "to-json"), "json"),
    **dict.fromkeys(("vectors", "embeddings", "load"), "model"),
    **dict.fromkeys(("similarity", "distance"), "metric"),
    **dict.fromkeys(("threshold", "cutoff", "min"), "min-score"),
    **dict.fromkeys(("out", "outfile", "write"), "output"),
    **dict.fromkeys(("colour", "colors"), "color"),
    **dict.fromkeys(("digits", "decimals", "round"), "precision"),
    **dict.fromkeys(("silent", "no-notes"), "quiet"),
    **dict.fromkeys(("input", "batch"), "file"),
    **dict.fromkeys(("define", "set", "var"), "let"),
    **dict.fromkeys(("filter", "condition", "having"), "where"),
    **dict.fromkeys(("columns", "fields", "with-metadata"), "show"),
    **dict.fromkeys(("vocab", "restrict", "restrict-vocab"), "first"),
}
# What the values of options are called elsewhere, and what people write instead.
CALLED_VALUES: Mapping[str, str] = {
    **dict.fromkeys(("cosine", "cos_sim", "similarity", "angular"), "cos"),
    **dict.fromkeys(("euclidean", "euclid", "distance", "dist", "l2norm"), "l2"),
    **dict.fromkeys(("inner", "product", "dotproduct", "ip", "scalar"), "dot"),
    **dict.fromkeys(("normalize", "normalise", "normalized", "normalised", "length1"), "unit"),
    **dict.fromkeys(("original", "asis", "as-is"), "raw"),
    **dict.fromkeys(("no", "nothing", "false", "off"), "none"),
    **dict.fromkeys(("ignore", "drop"), "skip"),
    **dict.fromkeys(("yes", "on", "true", "force"), "always"),
    **dict.fromkeys(("md", "gfm"), "markdown"),
    **dict.fromkeys(("ndjson", "jsonlines", "json-lines"), "jsonl"),
    **dict.fromkeys(("text", "txt"), "plain"),
    **dict.fromkeys(("xml", "xunit"), "junit"),
    **dict.fromkeys(("vec", "vectors"), "vector"),
    **dict.fromkeys(("half", "fp16", "f16"), "float16"),
    **dict.fromkeys(("single", "float", "fp32", "f32"), "float32"),
}


def not_one_of(value: str, choices: Sequence[str]) -> str:
    """What is said of a value that is none of those that can be chosen, and what may be meant."""
    meant = did_you_mean(value, choices, CALLED_VALUES)
    *others, last = choices
    return " ".join(filter(None, (f"there is no '{value}';", meant, f"choose {', '.join(others)} or {last}")))


def usage_error(
    problem: click.UsageError,
    arguments: Sequence[str],
    settings: Mapping[str, Setting],
    takes_value: Collection[str],
) -> UsageError:
    """The `UsageError` for one of click's; `takes_value` are the options whose next argument is theirs."""
    message = " ".join(problem.format_message().split()).rstrip(".")
    message = message[:1].lower() + message[1:]
    if isinstance(problem, click.NoSuchOption):
        message = f"no such option '{problem.option_name}'"
    where = ""
    if type(problem) is click.BadParameter and isinstance(problem.param, click.Option):
        names = problem.param.opts  # the one that was typed, where one was
        typed = (name for name in names if any(argument.startswith(name) for argument in arguments))
        where, message = next(typed, names[-1]), problem.message
        message = message.partition(". Recognized values")[0].replace("a valid boolean", "true or false")
    if origin := _origin(problem, settings):
        name = where.lstrip("-")
        return UsageError(f"{name}: {message}" if where else message, where=origin)
    # The trap of `-king`, which reads as `-k ing`.
    like_words = (a for a in arguments if a[:1] == "-" and len(a) > 3 and a[1:].isalpha())
    doubt = taken_for_options(arguments, takes_value) or _as_expression(next(like_words, ""))
    if where:
        return UsageError(message, where=where, hint=doubt if doubt != ALL_OPTIONS else "")
    path = problem.ctx.command_path if problem.ctx else "vecalc"
    if isinstance(problem, click.NoSuchOption):
        told = _meant(problem, arguments)
        all_options = f"`{path} --help` shows how" if " " in path else ALL_OPTIONS
        if told:
            return UsageError(message, where=path * (" " in path), hint=f"did you mean {told}? {all_options}")
    if " " in path:
        return UsageError(message, where=path, hint=f"`{path} --help` shows how")
    if isinstance(problem, click.NoSuchOption):
        told = taken_for_options(arguments, takes_value) or _as_expression(problem.option_name)
        return UsageError(message, hint=told)
    return UsageError(message, hint=doubt if doubt.startswith(ALL_OPTIONS) else f"{ALL_OPTIONS}; {doubt}")


def refuse_one_dash(command: click.Command, arguments: Sequence[str], takes_value: Collection[str]) -> None:
    """Raises `UsageError` for the name of a long option behind a single dash.

    click would read -format as -f ormat: a file of that name.
    """
    awaited = False
    for argument in arguments:
        if argument == "--":
            return
        match = None if awaited else _ONE_DASH.fullmatch(argument)
        if match and match[1] in _long_names(command):
            wrong = argument.partition("=")[0]
            raise UsageError(f"no such option '{wrong}'", hint=f"did you mean -{wrong}? {ALL_OPTIONS}")
        awaited = not awaited and argument in takes_value


def refuse_twice(command: click.Command, arguments: Sequence[str], takes_value: Collection[str]) -> None:
    """Raises `UsageError` for a second value of an option that people take to add to the first.

    Of others, such as -k, the last one counts, so that an alias of a shell may have them, too.
    """
    options = {name for one in command.params if not getattr(one, "multiple", False) for name in one.opts}
    seen, awaited = set[str](), False
    for argument in arguments:
        if argument == "--":
            return
        name = "" if awaited else argument.partition("=")[0]
        if name in ONE_VALUE and name in options:
            if name in seen:
                raise UsageError("it is given twice", where=name, hint=ONE_VALUE[name])
            seen.add(name)
        awaited = not awaited and argument in takes_value


def _long_names(command: click.Command) -> Iterator[str]:
    """The names of a command's options that have two dashes, without them."""
    options = [param for param in command.params if isinstance(param, click.Option)]
    names = (name for option in options for name in (*option.opts, *option.secondary_opts))
    return (name[2:] for name in names if name.startswith("--"))


def _meant(problem: click.NoSuchOption, arguments: Sequence[str]) -> str:
    """The option that may be meant; "" where none comes to mind."""
    known = [*_long_names(problem.ctx.command)] if problem.ctx else []
    name = problem.option_name
    if name.startswith("--"):
        found = near(name[2:], known, CALLED)
    else:  # one letter; of a word behind one dash, the first that is no option
        behind = (match[1] for a in arguments if (match := _ONE_DASH.fullmatch(a)) and name[1] in match[1])
        found = next(filter(None, (near(word, known, cutoff=_NEAR) for word in behind)), [])
        other = CALLED.get(name[1], "")
        found = found or [other] * (other in known)
    return f"--{found[0]}" if found else ""


def _origin(problem: click.UsageError, settings: Mapping[str, Setting]) -> str:
    """Where a bad value was set, if not on the command line."""
    if not isinstance(problem, click.BadParameter) or problem.param is None or problem.ctx is None:
        return ""
    name = problem.param.name or ""
    # A value that is refused has no source yet; one of the command line has.
    if problem.ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
        return ""
    found = settings.get(name.replace("_", "-"))
    return found.origin if found else ""


def _as_expression(argument: str) -> str:
    return f"{ALL_OPTIONS}; if {argument} is an expression, write -e {argument}" if argument else ALL_OPTIONS
