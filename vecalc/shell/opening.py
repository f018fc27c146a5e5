"""How every command begins: all that comes before its own work, in one place, so that none forgets a part.

    begin            no input is read twice or overwritten, the format is known, models' own settings count
    open_models      and the models are open, what was put up with is told
    open_calculator  and there is a calculator over them, with the parser's tables and the user's own names

Each gives back the request as it is from then on. It has to name all that the command reads: models, `file`,
`csv`, `among`; what lies beside a model is found out when it is opened. Nothing else opens models for a
command (`tests/test_layers.py`); and the end of one, `showing.sink_for`, asks again whether its output is
an input.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from math import isnan
from typing import Any, NamedTuple

from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Options
from vecalc.errors import UsageError
from vecalc.lang.limits import Limits
from vecalc.library.cache import CacheUse
from vecalc.library.named_spaces import open_spaces, own_settings
from vecalc.library.paths import PRELUDE, keep_tables
from vecalc.shell import questions
from vecalc.shell.arguments import as_utf8
from vecalc.shell.display import format_name, tell
from vecalc.shell.file_guard import refuse_overwriting
from vecalc.shell.request import Request
from vecalc.space import VectorSpace


class Opened(NamedTuple):
    """A calculator over the models of a request, and the request as it is now."""

    calculator: Calculator
    request: Request


def begin(request: Request) -> Request:
    """The request with the models' own settings. Raises `UsageError` for one that would lose something."""
    refuse_sharing(request)
    format_name(request)
    refuse_overwriting(request)
    return as_models_have_it(request)


def open_models(request: Request) -> tuple[dict[str, VectorSpace], Request]:
    """The models of a request, read as it says, by the names of their spaces."""
    request = begin(request)
    if not request.model:  # the starter: nothing is read, converted or watched
        return open_spaces(()).spaces, request
    from vecalc.shell.meter import watched

    opened = open_spaces(
        request.model,
        watch=partial(watched, quiet=request.quiet),
        cache=_cache_use(request),
        skip_bad_rows=request.skip_bad_rows,
        allow_trailing=request.allow_trailing,
        encoding_errors=request.encoding_errors,
        trust_pickle=request.trust_pickle,
    )
    tell(opened.notes, request)
    request = request._replace(beside=tuple(map(str, opened.files)))
    refuse_overwriting(request)
    return opened.spaces, request


def open_calculator(request: Request) -> Opened:
    """A calculator over the models of a request, under its options, with the user's own definitions."""
    keep_tables()
    spaces, request = open_models(request)
    calculator = Calculator(spaces, _options(request))
    tell(calculator.candidate_notes(), request)
    _define(calculator, request.let)
    return Opened(calculator, request)


def refuse_sharing(request: Request) -> None:
    """Raises `UsageError` where standard input is to be read twice."""
    batch = "the batch" if "file" in request.unset else "-f"
    reads = [*((batch, file) for file in request.file), ("--csv", request.csv), ("--among", request.among)]
    takers = [taker for taker, path in reads if path == "-"]
    if len(takers) > 1:
        what = f"{takers[0]} and {takers[1]} can't both read standard input"
        raise UsageError(what, where=takers[1], hint="give one of them the name of a file")


def as_models_have_it(request: Request) -> Request:
    """The request with the default model's own norm and metric, where nothing else was said."""
    own = next(iter(own_settings(request.model).values()))
    said: dict[str, Any] = {"norm": own.norm, "metric": own.metric}
    return request._replace(**{name: said[name] for name in said if said[name] and name in request.unset})


# --- the calculator -------------------------------------------------------------------------


def _cache_use(request: Request) -> CacheUse:
    """What a request asks of the cache."""
    tell_now = partial(_tell_now, request=request)
    return CacheUse(request.require_cache, not request.no_wait, request.verify, tell_now)


def _tell_now(text: str, request: Request) -> None:
    tell([text], request)
    sys.stderr.flush()


def _define(calculator: Calculator, bindings: Iterable[str]) -> None:
    """Take up the user's prelude, if there is one, and the names of `--let`."""
    if PRELUDE.path().exists():
        from vecalc.library import definitions

        calculator.define(definitions.kept_text(PRELUDE), where=str(PRELUDE.path()))
    for binding in map(as_utf8, bindings):
        if "=" not in binding:
            raise UsageError(f"'{binding}' binds nothing", where="--let", hint="write --let 'A = blood'")
        calculator.define(binding, where="--let")


def _options(request: Request) -> Options:
    if request.min_score is not None and isnan(request.min_score):
        raise UsageError("nan is no score", where="--min-score")
    return Options(
        k=request.top,
        norm=request.norm,
        metric=request.metric,
        exclude=request.exclude,
        first=request.first,
        among=questions.words(request.among),
        match=request.match,
        min_score=request.min_score,
        within=request.within,
        exact=request.exact,
        oov=request.oov,
        limits=_limits(request.limit),
        rank=format_name(request) not in ("vector", "npy"),
    )


MOST_DIGITS = 18  # of a limit: Python reads no number of thousands of them


def _limits(given: Iterable[str]) -> Limits:
    limits = Limits()
    for text in given:
        name, _, value = text.partition("=")
        if name not in Limits._fields or not value.isdecimal() or len(value) > MOST_DIGITS:
            raise UsageError(
                f"'{text}' is no limit",
                where="--limit",
                hint=f"its name is one of {', '.join(Limits._fields)}, its value below 10^{MOST_DIGITS}",
            )
        limits = limits._replace(**{name: int(value)})
    return limits
