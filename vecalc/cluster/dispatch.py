"""Parts go out to workers, receipts come back, in any order; some times as many as there are workers are out.

The scheduler gives a part to another worker where one dies, falls silent or is cut off. A part whose workers
die again and again is kept for the end: then its halves are tried, and theirs, until one line is left.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from vecalc.cluster.connection import Cluster
from vecalc.cluster.ranges import LinePart
from vecalc.cluster.worker import Job, Overwhelmed, Receipt, answered
from vecalc.errors import RemoteProblem, StorageProblem, VecalcError

if TYPE_CHECKING:
    from distributed import Future

AHEAD = 4  # parts that are out for each thread of a worker
LOOK = 5.0  # seconds after which the scheduler is asked whether it is there, where nothing comes
NO_WORKER = 60.0  # seconds that a batch waits for a worker, where there is none
FETCH = 120.0  # seconds in which the receipt of a part that is done has to come, also from a worker that dies
TRIES = 3  # of a part whose answers do not arrive as they were written


class Lost(Exception):
    """The cluster is no longer there; the message says what of it."""


class Dispatch:
    """The parts of one batch on a cluster. The methods raise `Lost`, and `VecalcError` that a worker has."""

    def __init__(self, cluster: Cluster, job: Job) -> None:
        self._cluster = cluster
        self._job = job
        self._out: dict[Future[Receipt], LinePart] = {}
        self._back: SimpleQueue[Future[Receipt]] = SimpleQueue()
        self._tries: dict[str, int] = {}
        self._fatal: set[str] = set()  # lines that end workers
        self._threads = 0
        self._looked = self._seen = time.monotonic()  # when it was asked last, and when there was a worker

    def done(self, parts: Iterable[LinePart]) -> Iterator[tuple[LinePart, list[Receipt]]]:
        """Each part with its receipts, in any order: one, or those of what it was split into."""
        self._look()
        waiting, suspects = iter(parts), list[LinePart]()
        while True:
            if time.monotonic() - self._looked > LOOK:
                self._look()
            while len(self._out) < AHEAD * max(self._threads, 1) and (part := next(waiting, None)):
                self._send(part)
            if not self._out:
                break
            for part, receipt in self._ended():
                if receipt is None:
                    suspects.append(part)
                else:
                    yield part, [receipt]
        for part in sorted(suspects):  # one of them may have died of its neighbour
            receipt = self._alone(part)
            yield part, [receipt] if receipt else list(self._split(part))

    def cancel(self) -> None:
        """Nothing that is out is wanted any longer."""
        if self._out:
            self._cluster.client.cancel(list(self._out), force=True)
            self._out.clear()

    def _split(self, part: LinePart) -> Iterator[Receipt]:
        """The receipts of a part that ends workers, in its order; what comes before it is answered."""
        if part.lines == 1:
            self._fatal.add(part.called)
            yield self._alone(part._replace(fatal=self._cluster.tries, bound=())) or _nothing_left(part)
            return
        begins = part.begins
        for half in part.halves():
            half = half._replace(begins=begins)  # noqa: PLW2901 - the same, with its place
            receipt = self._alone(half)
            for found in [receipt] if receipt else self._split(half):
                begins = begins and not found.answers
                yield found

    def _alone(self, part: LinePart) -> Receipt | None:
        """The receipt of a part while no other is out; None where it ended its workers."""
        self._send(part)
        while True:
            for _, receipt in self._ended():
                return receipt

    # --- out and back -----------------------------------------------------------------------

    def _send(self, part: LinePart) -> None:
        harmless = tuple(line for line in part.bound or () if line.where not in self._fatal)
        part = part._replace(bound=None if part.bound is None else harmless)
        # Of a key that it knows, the scheduler has the outcome: what is sent again has to have another.
        key = f"vecalc-{self._job.name}-{secrets.token_hex(8)}"
        future = self._cluster.client.submit(answered, self._job, part, key=key, pure=False)
        self._out[future] = part
        future.add_done_callback(self._back.put)

    def _ended(self) -> Iterator[tuple[LinePart, Receipt | None]]:
        """What has come back since, if anything; a part without a receipt has ended its workers."""
        try:
            future = self._back.get(timeout=LOOK)
        except Empty:
            self._look()
            return
        part = self._out.pop(future)
        receipt = _receipt(future)
        if receipt is None or receipt.is_sound(Path(self._job.folder)):
            yield part, receipt
        else:
            self._again(part)

    def _again(self, part: LinePart) -> None:
        """Send a part once more. Raises `StorageProblem` where that is in vain."""
        self._tries[part.file] = self._tries.get(part.file, 0) + 1
        if self._tries[part.file] >= TRIES:
            raise StorageProblem(
                "answers that a worker has written are not there",
                where=self._job.folder,
                hint="share the folder of -o among all machines",
            )
        self._send(part)

    def _look(self) -> None:
        """Ask how many workers there are. Raises `Lost` where nobody answers, or there is none for long."""
        try:
            self._threads = self._cluster.threads()
        except Exception as fault:
            raise Lost("the scheduler is lost") from fault
        self._looked = now = time.monotonic()
        self._seen = now if self._threads else self._seen
        if now - self._seen > NO_WORKER:
            raise Lost(f"there was no worker for {NO_WORKER:.0f} s")


def _receipt(future: Future[Receipt]) -> Receipt | None:
    """What came of a part; None where it has ended its workers. Raises what a worker says of it."""
    from distributed import KilledWorker

    try:
        receipt: Receipt = future.result(timeout=FETCH)
    except (KilledWorker, Overwhelmed):
        return None
    except VecalcError:
        raise
    except (CancelledError, OSError) as fault:  # a time that is over is one, too
        raise Lost("the scheduler is lost") from fault
    except Exception as fault:
        what = f"a worker has no vecalc, or another one: {type(fault).__name__}: {fault}"
        raise RemoteProblem(what, hint="install the same version for all workers") from fault
    return receipt


def _nothing_left(part: LinePart) -> Receipt:
    raise Lost(f"workers end whatever they are given, last at {part.called}")
