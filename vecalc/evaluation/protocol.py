"""Named protocols, and the protocol of a number as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vecalc.answers import Column, Sheet
from vecalc.errors import UsageError
from vecalc.evaluation import Case, Exclusion, Protocol, Rules, Unknown

# What other programs do; an option on the command line overrules.
PROTOCOLS: dict[Protocol, Rules] = {
    "exact": Rules(),
    # KeyedVectors.evaluate_word_analogies and evaluate_word_pairs at their defaults: words in capitals, the
    # first five hits are looked through for one that is no input in any case.
    "gensim": Rules("gensim", case="upper", first=300_000, exclude="any-case", reach=5),
    # compute-accuracy of word2vec, called with 30000 as its demos do: capitals of ASCII letters, and only the
    # three rows themselves are passed over.
    "word2vec": Rules("word2vec", case="ascii", first=30_000),
}

ANALOGY_UNKNOWN: tuple[Unknown, ...] = ("skip", "wrong", "error")
SIMILARITY_UNKNOWN: tuple[Unknown, ...] = ("skip", "zero", "mean", "error")

CASE: dict[Case, str] = {
    "exact": "as written",
    "upper": "compared in capitals",
    "ascii": "compared in capitals of ASCII letters",
}
_EXCLUDE: dict[Exclusion, str] = {
    "inputs": "the words of the question",
    "any-case": "the words of the question in any case",
    "none": "nothing",
}
_UNKNOWN: dict[Unknown, str] = {
    "skip": "left out",
    "wrong": "counted as wrong",
    "zero": "similarity 0",
    "mean": "the mean of all vectors",
    "error": "an error",
}


def rules_of(protocol: Protocol, known: Iterable[Unknown], **given: Any) -> Rules:
    """A named protocol with what was given (not None) in its place.

    Raises `UsageError` for a treatment of unknown words that this kind of question does not know.
    """
    rules = PROTOCOLS[protocol]._replace(
        **{name: value for name, value in given.items() if value is not None}
    )
    if rules.unknown not in known:
        raise UsageError(
            f"'{rules.unknown}' is not a way to treat unknown words here",
            where="--unknown",
            hint=f"there are {', '.join(known)}",
        )
    return rules


def protocol_sheet(rules: Rules, facts: Iterable[tuple[str, str]], *, ranked: bool) -> Sheet:
    """All that the numbers depend on; `ranked` for analogies, whose answers are searched for."""
    first = "all words" if rules.first is None else f"the first {rules.first:,} words"
    names = {"case": "case", "first": "vocabulary", "unknown": "unknown words", "exclude": "no answers"}
    usual = PROTOCOLS[rules.name]
    changed = [name for field, name in names.items() if getattr(rules, field) != getattr(usual, field)]
    rows = [
        *facts,
        ("protocol", rules.name + (f", but for {', '.join(changed)}" if changed else "")),
        ("case", CASE[rules.case]),
        ("vocabulary", first),
        ("unknown words", _UNKNOWN[rules.unknown]),
        ("norm", rules.norm),
    ]
    if ranked:
        reach = "" if rules.reach is None else f"; a right answer is among the first {rules.reach} other rows"
        rows += [("metric", rules.metric), ("no answers", _EXCLUDE[rules.exclude] + reach)]
    bootstrap = f"percentile bootstrap, {rules.resamples:,} resamples, seed {rules.seed}"
    rows.append(("interval", f"95 %, {'Wilson score' if ranked else bootstrap}"))
    return Sheet("protocol", Column.all("text", "setting", "value"), tuple(rows), "Protocol")
