"""`set` and `reset`: the options of the prompt, by the names that they have on the command line.

One entry for each in `SETTINGS`: what it is, how it is read, what can be typed. All else is made of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from math import isnan, nan
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from vecalc.answers import EXCLUSIONS, METRICS, NORMS, OOVS
from vecalc.conditions import column_list, listed, typed_column
from vecalc.engine.records import columns_in
from vecalc.errors import ExpressionError, UsageError, VecalcError
from vecalc.near import did_you_mean
from vecalc.render import THEMES
from vecalc.render.visible import visible
from vecalc.shell.display import formats, renderer
from vecalc.shell.options import lists_of
from vecalc.shell.request import ENGLISH
from vecalc.space.patterns import pattern

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

KEYS = ("emacs", "vi")
SWITCH = ("on", "off")
DEFAULT = "default"  # as a value: what was in force when the prompt opened
NUMBER, PATTERN = "a number", "a glob such as q*, or /regex/"
CONDITION = "a condition such as price < 10"
_ASSIGNED = re.compile(r"([^\s=]*)\s*=?\s*(.*?)\s*", re.DOTALL)


_Ways: TypeAlias = "tuple[Callable[[Session], object], Callable[..., None]]"  # how it is shown and taken


class PromptSetting(NamedTuple):
    """What `set` can change."""

    what: str  # in a line of help
    shown: Callable[[Session], object]
    take: Callable[[Session, str], None]  # a value as it is typed; raises `UsageError`
    choices: Callable[[Session], Sequence[str]]  # the values that can be named
    others: str = ""  # and what else a value can be
    in_parts: bool = False  # a value may have several of the choices in it


def change(session: Session, argument: str) -> None:
    """Show all options or one, or change one. Raises `UsageError` for what is none, or can't be."""
    assigned = _ASSIGNED.fullmatch(argument.removeprefix("--"))
    assert assigned is not None  # noqa: S101 - any text is
    name, value = assigned.groups()
    if not argument:
        session.show("".join(f"{visible(f'{name} = {typed(session, name)}')}\n" for name in SETTINGS))
        return
    if name not in SETTINGS:
        hint = did_you_mean(name, SETTINGS) or "`set` shows all"
        raise UsageError(f"there is no setting '{name}'", where="set", hint=hint)
    if not value:
        session.write_fitted(f"{visible(f'{name} = {typed(session, name)}')}{_offer(session, name)}")
        return
    _put(session, name, value)


def reset(session: Session, argument: str) -> None:
    """Put one setting, or all of them, back to what it was when the prompt opened. Raises `UsageError`."""
    if argument:
        change(session, f"{argument} {DEFAULT}")
        return
    before = {name: typed(session, name) for name in SETTINGS}
    for name in SETTINGS:
        _put(session, name, DEFAULT)
    after = {name: typed(session, name) for name in SETTINGS}
    changed = [f"{name} {value}" for name, value in after.items() if before[name] != value]
    session.tell(
        [f"back to {', '.join(changed)}" if changed else "all settings are as they were at the start"]
    )


def typed(session: Session, name: str) -> str:
    """The present value of a setting, as one types it."""
    value = SETTINGS[name].shown(session)
    match value:
        case None:
            return "none"
        case bool():
            return "on" if value else "off"
        case _:
            return str(value)


def described(session: Session, name: str) -> str:
    """Help on a setting: what it is, what it is now, and what it can be."""
    setting = SETTINGS[name]
    return (
        f"set {name} VALUE\n    {setting.what}; now {visible(typed(session, name))}{_offer(session, name)}\n"
    )


def of_value(session: Session, value: str) -> str:
    """The setting that a word such as `l2` is a value of, and of no other; or ''."""
    found = [name for name, one in SETTINGS.items() if name != "in" and value in one.choices(session)]
    return found[0] if len(found) == 1 else ""


# --- helpers --------------------------------------------------------------------------------


def _offer(session: Session, name: str) -> str:
    setting = SETTINGS[name]
    found = [*map(visible, setting.choices(session)), *filter(None, [setting.others])]
    if setting.others == CONDITION:  # the columns are no values, but what one is made of
        off, *columns, _ = found
        found = [off, f"or {CONDITION}{'; columns: ' * bool(columns)}{', '.join(columns)}"]
    return f"   ({', '.join(found)})"


def _put(session: Session, name: str, value: str) -> None:
    """Set one; `default` is what it was, a model's own norm or metric included."""
    is_default = value == DEFAULT and DEFAULT not in SETTINGS[name].choices(session)
    if is_default:
        value = session.at_start[name]
    if value != typed(session, name):
        try:
            SETTINGS[name].take(session, value)
        except (UsageError, ExpressionError) as problem:
            problem.where = f"set {name}"
            raise
    was_unset = is_default and name in session.unset_at_start
    unset = {*session.request.unset} - {name} | ({name} if was_unset else set())
    session.request = session.request._replace(unset=tuple(sorted(unset)))
    if was_unset:
        session.take_up_own()


def _refused(value: str, choices: Sequence[str]) -> UsageError:
    told = f"choose {', '.join(choices[:-1])} or {choices[-1]}"
    return UsageError(f"it can't be '{value}'", hint=f"{did_you_mean(value, choices)} {told}".lstrip())


def _option(name: str, read: Callable[[str], object]) -> _Ways:
    """An option of the calculator: what it is, and how it is set."""

    def take(session: Session, value: str) -> None:
        session.calculator.set(**{name: read(value)})

    return lambda session: getattr(session.calculator.options, name), take


def _of_metadata(name: str, read: Callable[[str], object]) -> Callable[[Session, str], None]:
    """Sets an option that has to do with columns, unless there are none such."""

    def take(session: Session, value: str) -> None:
        before = getattr(session.calculator.options, name)
        session.calculator.set(**{name: read("" if value in ("off", "none") else value)})
        try:
            session.tell(session.calculator.candidate_notes())
        except VecalcError:
            session.calculator.set(**{name: before})
            raise

    return take


def _own(name: str, read: Callable[[str], object]) -> _Ways:
    """The same of the session."""

    def take(session: Session, value: str) -> None:
        setattr(session, name, read(value))

    return lambda session: getattr(session, name), take


def _one_of(value: str, choices: Sequence[str]) -> str:
    if value not in choices:
        raise _refused(value, choices)
    return value


def _switch(value: str) -> bool:
    if value.lower() not in (*SWITCH, "true", "false"):
        raise _refused(value, SWITCH)
    return value.lower() in ("on", "true")


def _count(value: str, least: int, otherwise: str = "") -> int | None:
    """A whole number, or None for the word that stands for none."""
    if value == otherwise or (otherwise and value == "none"):
        return None
    if not value.isdecimal() or int(value) < least:
        whole = f"a whole number from {least}"
        raise UsageError(
            f"it can't be '{value}'", hint=f"it is {whole}" + f", or {otherwise}" * bool(otherwise)
        )
    return int(value)


def _least(value: str) -> float | None:
    try:
        least = None if value == "none" else float(value)
    except ValueError:
        least = nan
    if least is not None and isnan(least):
        raise UsageError(f"it can't be '{value}'", hint="it is a number, or none")
    return least


def _pattern(value: str) -> str | None:
    if value in ("none", "*"):
        return None
    pattern(value)  # what is none is told now
    return value


def _format(session: Session, value: str) -> None:
    if value not in (known := formats()):
        raise _refused(value, known)
    renderer(value)
    session.format = value
    session.calculator.set(rank=value != "vector")


def _precision(session: Session, value: str) -> None:
    session.request = session.request._replace(precision=_count(value, 0, "none"))


def _theme(session: Session, value: str) -> None:
    found = [theme for theme in THEMES if theme == value]
    if not found:
        raise _refused(value, THEMES)
    session.request = session.request._replace(theme=found[0])


def _phrase_words(session: Session, value: str) -> None:
    path = ENGLISH if value == "none" else value
    session.calculator.set(phrase_words=lists_of(path))
    session.request = session.request._replace(phrase_words=path)


def _keys(session: Session, value: str) -> None:
    session.keys = _one_of(value, KEYS)
    session.use_keys(value)


def _choice(what: str, pair: _Ways, *values: str) -> PromptSetting:
    return PromptSetting(what, *pair, lambda _: values)


def _chosen(name: str, what: str, values: Sequence[str]) -> PromptSetting:
    return _choice(what, _option(name, partial(_one_of, choices=values)), *values)


def _columns(session: Session) -> Sequence[str]:
    """The columns of metadata of all loaded models, as one types them."""
    columns = (column.name for space in session.calculator.spaces.values() for column in columns_in(space))
    return ("off", *dict.fromkeys(map(typed_column, columns)))


def _spaces(session: Session) -> Sequence[str]:
    return ("none", *(name or space.name for name, space in session.calculator.spaces.items()))


SETTINGS: dict[str, PromptSetting] = {
    "norm": _chosen("norm", "how long word vectors are taken", NORMS),
    "top": PromptSetting("neighbours to show", *_option("k", partial(_count, least=1)), lambda _: (), NUMBER),
    "metric": _chosen("metric", "what near means", METRICS),
    "exclude": _chosen("exclude", "words to leave out of the results", EXCLUSIONS),
    "first": PromptSetting(
        "only the N most frequent words are candidates",
        lambda session: session.calculator.options.first or "all",
        _option("first", partial(_count, least=1, otherwise="all"))[1],
        lambda _: ("all",),
        NUMBER,
    ),
    "match": PromptSetting(
        "only words that match are candidates",
        lambda session: session.calculator.options.match or "*",
        _option("match", _pattern)[1],
        lambda _: ("*",),
        PATTERN,
    ),
    "where": PromptSetting(
        "only words whose metadata meet a condition are candidates",
        lambda session: session.calculator.options.where or "off",
        _of_metadata("where", lambda value: value or None),
        _columns,
        CONDITION,
        in_parts=True,
    ),
    "show": PromptSetting(
        "metadata that stand beside words",
        lambda session: listed(session.calculator.options.show) or "off",
        _of_metadata("show", column_list),
        lambda session: (*_columns(session), *("*" for _ in _columns(session)[1:2])),
        "columns, with commas between them",
        in_parts=True,
    ),
    "in": PromptSetting(
        "the model whose words are ranked",
        *_option("within", lambda value: None if value == "none" else value),
        _spaces,
    ),
    "min-score": PromptSetting(
        "the least score to show", *_option("min_score", _least), lambda _: ("none",), NUMBER
    ),
    "oov": _chosen("oov", "what becomes of unknown words in sums, means and lists", OOVS),
    "exact": _choice("find words only exactly as written", _option("exact", _switch), *SWITCH),
    "words": _choice("take a line as one word, whatever is in it", _option("words", _switch), *SWITCH),
    "phrase-words": PromptSetting(
        "lists by which phrases are read",
        lambda session: session.request.phrase_words,
        _phrase_words,
        lambda _: (ENGLISH,),
        "a file",
    ),
    "format": PromptSetting("how answers look", lambda session: session.format, _format, lambda _: formats()),
    "precision": PromptSetting(
        "decimals of scores",
        lambda session: session.request.precision,
        _precision,
        lambda _: ("none",),
        NUMBER,
    ),
    "keys": PromptSetting("the keys of the line editor", lambda session: session.keys, _keys, lambda _: KEYS),
    "live": _choice("show the answer while you type", _own("live", _switch), *SWITCH),
    "menu": _choice("show completions while you type, not only after Tab", _own("menu", _switch), *SWITCH),
    "theme": PromptSetting(
        "colours for a dark or a light background",
        lambda session: session.request.theme,
        _theme,
        lambda _: THEMES,
    ),
    "pager": _choice("show what is taller than the screen in a pager", _own("pages", _switch), *SWITCH),
}  # fmt: skip
