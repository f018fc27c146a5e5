"""`--cluster`: the answers to a batch, made by many, as one machine would have written them."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from vecalc.cluster.connection import checked, connected
from vecalc.cluster.dispatch import Dispatch, Lost
from vecalc.cluster.joined import Joined
from vecalc.cluster.ranges import parts
from vecalc.cluster.worker import Job, told_apart
from vecalc.engine import identity
from vecalc.errors import RemoteProblem, UsageError
from vecalc.library.catalogue import split_model
from vecalc.shell.display import TextSink, clear_line, error_style, renderer, style
from vecalc.shell.opening import Opened
from vecalc.shell.request import ENGLISH, Request
from vecalc.shell.resume import MADE_OF, about, places_for

EXAMPLE = "vecalc -f questions.txt -o answers.jsonl --cluster local:2"
# What an answer of the batch does not depend on, or a worker has no use for.
_OF_THIS_MACHINE: dict[str, Any] = {
    "file": (), "output": None, "resume": False, "cluster": None, "beside": (), "notes": (), "unset": (),
    "quiet": True,
}  # fmt: skip
_PASSWORD = re.compile(r"(://[^/@:\s]*:)[^/@\s]*@")


def refuse(request: Request) -> None:
    """Raises `UsageError` for a request that can't be shared among machines."""
    reason = ""
    if request.expressions or request.expression_option or request.interactive or request.csv is not None:
        reason = "it shares the lines of files (-f), and nothing else"
    elif not request.file or "-" in request.file:
        reason = "the expressions have to be in a file (-f)"
    elif request.output in (None, "-"):
        reason = "the answers have to go to a file (-o)"
    elif request.bail or request.line_buffered:
        reason = "--bail and --line-buffered want one line after the other"
    elif request.among == "-":
        reason = "--among can't be standard input"
    if reason:
        raise UsageError(reason, where="--cluster", hint=EXAMPLE)
    for path in request.file:
        if Path(path).exists() and not Path(path).is_file():
            raise UsageError(
                "is not a file, of which every machine could read a part", where=path, hint=EXAMPLE
            )
    checked(request.cluster or "", insecure=request.insecure_cluster)


def answer(opened: Opened, progress: Callable[[int], None]) -> int:
    """Answer the batch of a request that is not to be refused; the exit code.

    `progress` hears how many lines are done. Raises `RemoteProblem` for a cluster that can't be reached or is
    lost: what is done is kept then.
    """
    request = opened.request
    form = request.format or ""
    if form == "npy":
        raise UsageError("an array can't be written in parts", where="--cluster", hint="-o answers.jsonl")
    look = style(request, several=True, file=io.StringIO())
    whole = about(request, [], form, opened.calculator)
    made_of = {MADE_OF: whole, "--cluster": True}
    where = checked(request.cluster or "", insecure=request.insecure_cluster)
    with closing(Joined(places_for(request, EXAMPLE), made_of, resume=request.resume)) as joined:
        if joined.lines_done:
            opened.tell(f"{joined.lines_done:,} lines are done already")
            progress(joined.lines_done)
        if not joined.done:
            job = Job(
                portable(request),
                told_apart(opened.calculator),
                look,
                error_style(request.color, request.theme),
                request.quiet,
                str(joined.folder.absolute()),
                identity.of_text(json.dumps([whole, str(joined.folder)])).rpartition(":")[2][:12],
            )
            try:
                with connected(where) as cluster:
                    opened.tell(*cluster.notes())
                    _dispatch(Dispatch(cluster, job), request, joined, progress)
            except Lost as lost:
                raise _told(lost, request, joined) from lost
            except (KeyboardInterrupt, SystemExit):
                _stopped(opened, joined)
                raise
        end = io.StringIO(newline="\n")
        TextSink(renderer(form), look, end, index=joined.answers).close()
        joined.finish(end.getvalue())
        opened.tell(*joined.untold)
        return joined.code


def _dispatch(dispatch: Dispatch, request: Request, joined: Joined, progress: Callable[[int], None]) -> None:
    """Have all that is missing answered, and say on standard error what is said of it, in order."""
    missing = joined.missing(parts(request.file, binding=not request.words))
    try:
        for part, receipts in dispatch.done(missing):
            for said in joined.take(part, receipts):
                if said:
                    clear_line()
                    sys.stderr.write(said)
            progress(part.lines)
    except BaseException:
        dispatch.cancel()
        raise


def _stopped(opened: Opened, joined: Joined) -> None:
    if opened.request.resume:
        opened.tell(f"stopped after {joined.lines_done:,} lines; the same command goes on from there")
    else:
        joined.remove()
        opened.tell("stopped; nothing is kept without --resume")


def _told(lost: Lost, request: Request, joined: Joined) -> RemoteProblem:
    """What is told of a cluster that is lost, with the command that goes on."""
    arguments = [_PASSWORD.sub(r"\1***@", argument) for argument in sys.argv[1:]]
    command = shlex.join(["vecalc", *([] if request.resume else ["--resume"]), *arguments])
    return RemoteProblem(
        f"{lost}; {joined.lines_done:,} lines are done and kept",
        where=request.cluster or "",
        hint=f"go on with: {command}",
    )


# --- files by names that every machine knows ----------------------------------------------------


def portable(request: Request) -> Request:
    """A request as a worker has it, with absolute paths. Names of models stay what they are."""
    models = []
    for model in request.model:
        name, place = split_model(model)
        models.append(f"{name}={absolute(place)}" if name else absolute(place))
    among, lists = request.among, request.phrase_words
    return request._replace(
        **_OF_THIS_MACHINE,
        model=tuple(models),
        embed=absolute(request.embed),
        words_file=absolute(request.words_file),
        among=absolute(among) if among and os.path.isfile(among) else among,  # noqa: PTH113 - any text
        phrase_words=lists if lists == ENGLISH else absolute(lists),
    )


def absolute(place: str) -> str:
    """A path that exists as an absolute one, also with a scheme before it or a part of it behind; otherwise
    what it is: a name, a command, the address of a server.
    """
    for start in (0, place.find(":") + 1):
        ends = [len(place), *(found.start() for found in re.finditer("[#:]", place) if found.start() > start)]
        for end in ends if "://" not in place else ():
            if os.path.lexists(place[start:end]):
                return f"{place[:start]}{os.path.abspath(place[start:end])}{place[end:]}"  # noqa: PTH100
    return place
