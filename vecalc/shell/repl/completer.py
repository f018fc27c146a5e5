"""What may stand where the cursor is, for any editor: commands, what they take, names, functions, words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from vecalc.calc.functions import FUNCTIONS
from vecalc.engine import prelude
from vecalc.errors import VecalcError
from vecalc.lang.show import is_bare, quote, show
from vecalc.library import catalogue
from vecalc.render.visible import visible
from vecalc.shell import help_topics
from vecalc.shell.registry import names as shell_commands
from vecalc.shell.repl import favourites, prompt_commands, prompt_models, prompt_names, prompt_options
from vecalc.shell.repl.insertions import OFFERED, Completion, files, matching
from vecalc.shell.repl.prompt_command import Takes
from vecalc.space.prefixes import Beginning, Prefixes

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

Offered = Iterator[Completion]

DELIMITERS = " \t\n+-*/@^()[],;:=\"'"  # what readline takes for the end of a part
_LONGEST_META = 40  # characters of a menu's remark
_NAME = re.compile(r"(?:\w[\w'’]*)?$")
_TOKEN = re.compile(r"\w[\w'’]*(?:-[\w'’]*)+$")  # a word with hyphens, or a difference: both are offered
_SPACE = re.compile(r"(?<![\w'’])([^\W\d][\w'’]*):$")
_QUOTE = re.compile(r""""(?:\\.|[^"\\])*"?|(?<![\w’])'(?:\\.|[^'\\])*'?""", re.DOTALL)


def completions(session: Session, line: str) -> Iterator[Completion]:
    """What may stand at the end of a line, best first: what a command takes; or names, functions, words."""
    seen = set()
    with suppress(VecalcError):  # a damaged catalogue or model is told of by what needs it
        for one in islice(_offered(session, line), OFFERED):
            if (one.start, one.text) not in seen:
                seen.add((one.start, one.text))
                yield one


def of_part(session: Session, line: str, begin: int) -> list[str]:
    """The same for readline, which replaces the part from `begin`, wherever a completion starts.

    What would change the line before it is left out. A part behind a quotation mark readline closes itself,
    where there is one completion.
    """
    found = []
    for one in completions(session, line):
        if one.start >= begin:
            found.append(line[begin : one.start] + one.text)
        elif one.text.startswith(line[one.start : begin]):
            found.append(one.text[begin - one.start :])
    mark = line[begin - 1 : begin]
    if len(found) == 1 and mark and mark in "\"'":
        found = [found[0].removesuffix(mark)]
    return found


def _offered(session: Session, line: str) -> Offered:
    text = line.lstrip()
    name, blank, argument = text.partition(" ")
    if blank and prompt_commands.command_of(text) is not None:
        name = prompt_commands.SPELLINGS.get(name, name)
        takes = prompt_commands.COMMANDS[name].takes
        yield from TAKES[takes](session, line, len(line) - len(argument.lstrip()))
        return
    if not blank:
        summaries = {name: command.summary for name, command in prompt_commands.COMMANDS.items()}
        yield from matching({**summaries, "quit": "leave"}, text, len(line) - len(text))
    yield from _expression(session, line, 0)


# --- what commands take -----------------------------------------------------------------------


def _nothing(session: Session, line: str, start: int) -> Offered:
    return iter(())


def _files(session: Session, line: str, start: int) -> Offered:
    return files(line, start)


def _settings(session: Session, line: str, start: int) -> Offered:
    """The names of settings, or the values of one."""
    name, blank, value = line[start:].replace("=", " ").partition(" ")
    if not blank:
        values = {name: prompt_options.typed(session, name) for name in prompt_options.SETTINGS}
        yield from matching(values, name, start)
    elif name in prompt_options.SETTINGS:
        start = len(line) - len(value.lstrip())
        if prompt_options.SETTINGS[name].in_parts and (
            parts := re.search(r"[\s,(](?=[^\s,(]*$)", line[start:])
        ):
            start += parts.end()
        choices = prompt_options.SETTINGS[name].choices(session)
        now = prompt_options.typed(session, name)
        metas = {choice: "now" if choice == now else "" for choice in choices}
        metas.setdefault(prompt_options.DEFAULT, session.at_start[name])
        yield from matching(metas, line[start:], start)
        if name == "phrase-words":
            yield from files(line, start)


def _models(session: Session, line: str, start: int) -> Offered:
    """Loaded models, those with a name, files; behind --embed, too."""
    last = re.search(r"(--embed\s+|[^\W\d][\w'’]*=)(?!.*--embed\s)", line[start:])
    start += last.end() if last else 0
    spaces = session.calculator.spaces
    sizes = {
        prompt_models.called(session, name): f"{len(space):,} words, loaded" for name, space in spaces.items()
    }
    named = {name: "a model with a name" for name in catalogue.names() if name not in sizes}
    yield from matching({**sizes, **named}, line[start:], start)
    yield from files(line, start)


def _topics(session: Session, line: str, start: int) -> Offered:
    topics: dict[str, str] = dict.fromkeys(help_topics.TOPICS, "topic")
    topics |= {name: command.summary for name, command in prompt_commands.COMMANDS.items()}
    for name, setting in prompt_options.SETTINGS.items():
        topics.setdefault(name, setting.what)
    for name, shown in _functions(session).items():
        topics.setdefault(name.rstrip("("), shown)
    for name in shell_commands():
        topics.setdefault(name, "a command of the shell")
    yield from matching(topics, line[start:], start)


def _favourites(session: Session, line: str, start: int) -> Offered:
    name, equals, _ = line[start:].partition("=")
    if equals:
        return _expression(session, line, start + len(name) + 1)
    return matching(dict.fromkeys(favourites.names(), "favourite"), line[start:], start)


def _names(session: Session, line: str, start: int) -> Offered:
    functions = {found.function.name: "a function" for found in prompt_names.own_functions(session)}
    return matching({**_bound(session, ""), **functions}, line[start:], start)


def _words(session: Session, line: str, start: int) -> Offered:
    """Words as they stand: a pattern has no quotes."""
    for word, row in _beginning(session, session.calculator.default, line[start:]):
        if visible(word) == word and not re.search(r"[*?\[\]/]", word):
            yield Completion(word, start, f"word {row + 1:,}")


# --- expressions ------------------------------------------------------------------------------


def _expression(session: Session, line: str, begin: int) -> Offered:
    """What may stand at the end of an expression that begins at some place."""
    for match in _QUOTE.finditer(line, begin):
        whole = match[0]
        if match.end() == len(line):  # behind a word that is complete stands nothing but an operator
            yield from () if _is_closed(whole) else _quoted(session, line, match.start())
            return
    part = "".join(_NAME.findall(line[begin:])[:1])
    start = len(line) - len(part)
    if space := _SPACE.search(line[begin:start]):
        yield from _in_space(session, space[1], part, start)
        return
    yield from matching(_bound(session, part), part, start)
    yield from matching(_functions(session), part, start)
    named = [name for name in session.calculator.spaces if name and part]
    yield from matching({f"{name}:": "a word of this model" for name in named}, part, start)
    if token := _TOKEN.search(line[begin:]):
        yield from _bare(session, token[0], begin + token.start())
    if part:
        yield from _bare(session, part, start)


def _is_closed(whole: str) -> bool:
    """Whether a quotation mark ends what one begins."""
    return re.fullmatch(r"(.)(?:\\.|(?!\1)[^\\])*\1", whole, re.DOTALL) is not None


def _quoted(session: Session, line: str, start: int) -> Offered:
    """Words behind an open quotation mark, each with its own pair."""
    mark, prefix = line[start], re.sub(r"\\(.)", r"\1", line[start + 1 :])
    space = _SPACE.search(line[:start])
    name = space[1] if space and space[1] in session.calculator.spaces else session.calculator.default
    for word, row in _beginning(session, name, prefix) if prefix else ():
        text = quote(word)
        if mark == "'":
            text = "'" + text[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"
        yield Completion(text, start, f"word {row + 1:,}")


def _in_space(session: Session, name: str, prefix: str, start: int) -> Offered:
    if name in session.calculator.spaces:
        for word, row in _beginning(session, name, prefix):
            yield Completion(
                word if word.isidentifier() or word.isdecimal() else quote(word), start, f"word {row + 1:,}"
            )


def _bare(session: Session, prefix: str, start: int) -> Offered:
    """Words as they must be typed where an operand stands."""
    names = session.calculator.scope.names
    for word, row in _beginning(session, session.calculator.default, prefix):
        hidden = word in names or (start == 0 and word in prompt_commands.COMMANDS)
        plain = (word.isidentifier() and word != "where") or (
            is_bare(word) and names.keys().isdisjoint(word.split("-"))
        )
        yield Completion(word if plain and not hidden else quote(word), start, f"word {row + 1:,}")


def _bound(session: Session, part: str) -> Mapping[str, str]:
    """The bound names and what they stand for; `_1`, `_2`, ... only where an underscore was typed."""
    names = session.calculator.scope.names
    wanted = part.startswith("_")
    return {name: _meta(show(tree)) for name, tree in names.items() if wanted or not name[1:].isdecimal()}


def _functions(session: Session) -> Mapping[str, str]:
    """Functions with the bracket that calls them, and their signatures."""
    own = {f.function.name: f.function for f in prompt_names.own_functions(session)}
    return {**_shipped(), **{f"{name}(": _meta(show(it).partition(" = ")[0]) for name, it in own.items()}}


@cache
def _shipped() -> Mapping[str, str]:
    shown = {name: function.shown() for name, function in FUNCTIONS.items()}
    return {f"{name}(": signature for name, signature in (shown | dict(prelude.signatures())).items()}


def _meta(text: str) -> str:
    text = visible(text)
    return text if len(text) <= _LONGEST_META else f"{text[: _LONGEST_META - 1]}…"


def _beginning(session: Session, name: str, prefix: str) -> Iterable[Beginning]:
    """The words of a space that begin so."""
    if name not in session.prefixes:
        session.prefixes[name] = Prefixes(session.calculator.spaces[name])
    return session.prefixes[name].beginning(prefix, OFFERED)


TAKES: Mapping[Takes, Callable[[Session, str, int], Offered]] = {
    "nothing": _nothing,
    "expression": _expression,
    "pair": _expression,
    "file": _files,
    "model": _models,
    "setting": _settings,
    "topic": _topics,
    "favourite": _favourites,
    "name": _names,
    "word": _words,
}
