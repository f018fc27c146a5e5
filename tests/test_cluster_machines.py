"""A batch on real workers: processes of this machine, and two hosts that are network namespaces.

Each test ends with the bytes of one machine, whatever was killed, frozen, cut off or lost meanwhile.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from namespaces import MISSING, Host, Network, children
from running import FAMILY, command

pytestmark = pytest.mark.slow

PATIENCE = 150  # seconds of a whole batch
LINES = 1_500
# A scheduler gives up silent workers after these seconds; in the docs it is 30.
SOON = {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "8s", "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s"}
DASK = [sys.executable, "-P", "-m", "distributed.cli."]
needs_hosts = pytest.mark.skipif(bool(MISSING), reason=MISSING)
Popen = subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with questions, and the answers of one machine."""
    folder = tmp_path_factory.mktemp("work")
    texts = ["king - man + woman", "A = queen", "A + boy - {i} * girl", "nosuch", "[king * {i}, A, queen]"]
    lines = [texts[i % len(texts)].format(i=i + 1) for i in range(LINES)]
    (folder / "q.txt").write_text("\n".join(lines), "utf-8")
    one = _vecalc(folder, "one.jsonl")
    assert one.wait(PATIENCE) == 1
    return folder


def _arguments(folder: Path, output: str, *more: str) -> list[str]:
    return command("-m", FAMILY, "-f", folder / "q.txt", "-o", folder / output, "-k", "100", *more)


def _vecalc(folder: Path, output: str, *more: str, host: Host | None = None, **environment: str) -> Popen:
    """A batch under way, here or on a host."""
    start: Callable[..., Popen] = host.start if host else lambda *line, **how: subprocess.Popen(line, **how)
    with (folder / f"said-{output}").open("wb") as said:
        return start(*_arguments(folder, output, *more), stderr=said, env=os.environ | environment)


def _said(folder: Path, output: str) -> bytes:
    return (folder / f"said-{output}").read_bytes()


def _is_running(pid: int) -> bool:
    """Not of one that has ended and that nobody has waited for: orphans may be this process's children."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _until(there: Callable[[], object], what: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < until, what
        time.sleep(0.02)


def _under_way(folder: Path, output: str) -> None:
    """Some answers are there."""
    part = folder / f"{output}.part"
    _until(lambda: part.exists() and part.stat().st_size, "no answers")


def _same(folder: Path, output: str) -> bool:
    """Whether the answers are those of one machine, and nothing else is left."""
    assert not [path.name for path in folder.iterdir() if path.name.startswith((f"{output}.", f".{output}"))]
    return (folder / output).read_bytes() == (folder / "one.jsonl").read_bytes()


# --- processes of this machine ------------------------------------------------------------------


def _started_by(process: Popen) -> set[int]:
    found, new = set[int](), {process.pid}
    while new:
        found |= new
        new = {child for pid in new for child in children(pid)} - found
    return found


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_of_our_own(workers: int, work: Path) -> None:
    """They are on loopback alone, and nothing of dask's reaches the terminal; 81: one is killed."""
    output = f"own-{workers}.jsonl"
    batch = _vecalc(work, output, "--cluster", f"local:{workers}")
    _under_way(work, output)
    started = _started_by(batch)
    nanny = next(
        pid for pid in started if f"--nworkers\0{workers}" in Path(f"/proc/{pid}/cmdline").read_text()
    )
    computing = [pid for pid in children(nanny) if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]
    assert len(computing) == workers
    listening = _listening(started)
    assert listening
    assert all(address.startswith(("127.", "[::1]")) for address in listening), listening
    os.kill(computing[0], signal.SIGKILL)
    assert batch.wait(PATIENCE) == 1
    assert _said(work, output) == _said(work, "one.jsonl")
    assert _same(work, output)
    _until(lambda: not any(map(_is_running, started)), "processes are left")


def _listening(processes: set[int]) -> list[str]:
    """The addresses that some processes listen on."""
    sockets = set()
    for pid in processes:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            target = str(link.readlink()) if link.is_symlink() else ""
            sockets |= set(re.findall(r"socket:\[(\d+)\]", target))
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == "0A" and inode in sockets:
                host = local.partition(":")[0]
                found.append(
                    "127." if host.endswith("7F") else "[::1]" if host == "0" * 24 + "01000000" else host
                )
    return found


@pytest.mark.parametrize("resume", [True, False])
def test_ctrl_c_keeps_what_is_done_where_it_is_to_be_resumed(resume: bool, work: Path) -> None:
    output = f"stopped-{resume}.jsonl"
    more = ["--cluster", "local:2", *["--resume"] * resume]
    batch = _vecalc(work, output, *more)
    _under_way(work, output)
    started = _started_by(batch)
    time.sleep(1.2 * resume)  # until it is noted
    batch.send_signal(signal.SIGINT)
    assert batch.wait(PATIENCE) == 130
    told = _said(work, output).decode()
    assert "Traceback" not in told
    assert ("the same command goes on from there" in told) == resume
    assert ("stopped; nothing is kept without --resume" in told) != resume
    _until(lambda: not any(map(_is_running, started)), "processes are left")
    left = [path.name for path in work.iterdir() if path.name.startswith((output, f".{output}"))]
    assert bool(left) == resume, left
    if resume:
        again = _vecalc(work, output, *more)
        assert again.wait(PATIENCE) == 1
        assert b"lines are done already" in _said(work, output)
        assert _same(work, output)


def test_82_a_line_that_ends_its_worker_is_found(work: Path, tmp_path: Path) -> None:
    """The program that embeds its text kills who has started it."""
    killer = tmp_path / "kill.py"
    killer.write_text(
        "import os, pathlib, signal, sys\n"
        "texts = sys.stdin.read().splitlines()\n"
        "above = [int(pathlib.Path(f'/proc/{sys.argv[1]}/stat').read_text().split()[3])]\n"
        "if any('poison' in text for text in texts): os.kill(*above, signal.SIGKILL)\n"
        "for text in texts: print([len(text), text.count('e'), 1.0])\n"
    )
    lines = [f'cos(text("some {i}"), text("others"))' for i in range(20)]  # parts of 16 and 4
    lines[17] = 'cos(text("poison"), text("others"))'
    (tmp_path / "q.txt").write_text("\n".join(lines))
    model = (
        f"!{shlex.quote(sys.executable)} {shlex.quote(str(killer))} $$"  # the shell, whom the worker started
    )
    out = tmp_path / "out.csv"
    line = command("-m", model, "-f", tmp_path / "q.txt", "-o", out, "--cluster", "local:2")
    done = subprocess.run(line, capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stderr.count(b"this line ended 3 workers, one after the other") == 1, done.stderr
    assert out.read_text().count("\n") == 1 + 20


# --- two hosts ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with Network() as made:
        for _ in range(3):
            made.host()
        yield made


def _scheduler(host: Host, *more: str) -> Popen:
    line = [*DASK[:-1], f"{DASK[-1]}dask_scheduler", "--host", host.address, "--port", "8786"]
    line += ["--dashboard-address", "127.0.0.1:0", *more]
    nowhere = subprocess.DEVNULL
    return host.start(*line, stdout=nowhere, stderr=nowhere, env=os.environ | SOON)


def _workers(host: Host, at: str, *more: str, count: int = 2, **environment: str) -> Popen:
    """As docs/scale.md says how they are started."""
    line = [*DASK[:-1], f"{DASK[-1]}dask_worker", at, "--nworkers", str(count), "--nthreads", "1"]
    line += ["--memory-limit", "0", "--death-timeout", "60", "--dashboard-address", "127.0.0.1:0", *more]
    nowhere = subprocess.DEVNULL
    return host.start(*line, stdout=nowhere, stderr=nowhere, env=os.environ | SOON | environment)


def _computing(workers: Popen) -> list[int]:
    return [pid for pid in children(workers.pid) if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]


def _end(*processes: Popen) -> None:
    for process in processes:
        os.killpg(process.pid, signal.SIGKILL)


@needs_hosts
def test_81_83_workers_are_killed_frozen_cut_off_and_the_scheduler_is_lost(
    network: Network, work: Path
) -> None:
    home, one, two = network.hosts
    at = f"tcp://{home.address}:8786"
    scheduler = _scheduler(home)
    first, second = _workers(one, at), _workers(two, at)
    more = ["--cluster", at, "--insecure-cluster"]

    # One is killed, one frozen, and the other host's cable is cut: its own worker goes on alone.
    began = time.monotonic()
    batch = _vecalc(work, "hosts.jsonl", *more, host=home)
    _under_way(work, "hosts.jsonl")
    os.kill(_computing(first)[0], signal.SIGKILL)
    os.kill(_computing(second)[0], signal.SIGSTOP)
    two.cable("down")
    assert batch.wait(PATIENCE) == 1
    said = _said(work, "hosts.jsonl")
    assert b"gives up a silent worker" not in said
    assert said == _said(work, "one.jsonl")
    assert _same(work, "hosts.jsonl")
    assert time.monotonic() - began < 90  # silence is bounded
    two.cable("up")
    _end(second)

    # The scheduler is lost: what is done is kept, and the command that goes on is told.
    batch = _vecalc(work, "lost.jsonl", *more, host=home)
    _under_way(work, "lost.jsonl")
    _end(scheduler)
    assert batch.wait(PATIENCE) == 6
    told = _said(work, "lost.jsonl").decode().splitlines()[-1]
    found = re.fullmatch(
        r"vecalc: (.+): the scheduler is lost; ([\d,]+) lines .+; go on with: vecalc (.+)", told
    )
    assert found, told
    assert found[2] != "0"
    line = shlex.split(found[3])
    assert line == ["--resume", *_arguments(work, "lost.jsonl", *more)[3:]]
    _end(first)
    line[line.index(at)] = "local:2"  # another cluster does as well
    assert subprocess.run(command(*line), capture_output=True, timeout=PATIENCE, check=False).returncode == 1
    assert _same(work, "lost.jsonl")


@needs_hosts
def test_84_another_program_or_model_is_refused(network: Network, work: Path, tmp_path: Path) -> None:
    home, one, two = network.hosts
    at = f"tcp://{home.address}:8786"
    more = ["--cluster", at, "--insecure-cluster", "-q"]
    scheduler = _scheduler(home)

    shutil.copytree(Path(sys.modules["vecalc"].__file__ or "").parent, tmp_path / "vecalc")
    shutil.copytree(Path(__file__).parents[1] / "grammar", tmp_path / "grammar")
    init = tmp_path / "vecalc" / "__init__.py"
    init.write_text(re.sub(r'__version__ = "[^"]+"', '__version__ = "99.0"', init.read_text()))
    workers = _workers(one, at, count=1, PYTHONPATH=str(tmp_path))
    batch = _vecalc(work, "other.jsonl", *more, host=home)
    assert batch.wait(PATIENCE) == 6
    told = _said(work, "other.jsonl").decode()
    assert re.search(rf"vecalc: tcp://{one.address}:\d+: vecalc is 99\.0 there and \d+\.\S+ here", told), told
    _end(workers)

    (tmp_path / "other.txt").write_bytes(FAMILY.read_bytes().replace(b"king", b"ring"))
    two.run("mount", "--bind", str(tmp_path / "other.txt"), str(FAMILY))
    workers = _workers(two, at, count=1)
    batch = _vecalc(work, "third.jsonl", *more, host=home)
    assert batch.wait(PATIENCE) == 6
    told = _said(work, "third.jsonl").decode()
    assert re.search(rf"tcp://{two.address}:\d+: the model is blake3:\w+ there and blake3:\w+ here", told), (
        told
    )
    two.run("umount", str(FAMILY))
    _end(workers, scheduler)
    assert not [path.name for path in work.iterdir() if path.name.startswith(("other.", "third."))]


def _certificate(folder: Path, name: str, authority: str = "") -> None:
    """A key and a certificate, signed by an authority of the folder or by itself."""
    how = ["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key"] if authority else []
    line = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    line += ["-keyout", f"{name}.key", "-out", f"{name}.pem", *how]
    subprocess.run(line, cwd=folder, check=True, capture_output=True)


@needs_hosts
@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificates")
def test_85_certificates(network: Network, work: Path, tmp_path: Path) -> None:
    home, one, _ = network.hosts
    for name, authority in {"ca": "", "node": "ca", "strangers": "", "stranger": "strangers"}.items():
        _certificate(tmp_path, name, authority)
    tls = "DASK_DISTRIBUTED__COMM__TLS__"

    def certified(name: str, authority: str = "ca") -> dict[str, str]:
        pair = {"CERT": str(tmp_path / f"{name}.pem"), "KEY": str(tmp_path / f"{name}.key")}
        mine = {f"{tls}CLIENT__{key}": value for key, value in pair.items()}
        return {f"{tls}CA_FILE": str(tmp_path / f"{authority}.pem"), **mine}

    files = ["--tls-ca-file", "ca.pem", "--tls-cert", "node.pem", "--tls-key", "node.key"]
    given = [str(tmp_path / name) if name[0] != "-" else name for name in files]
    at = f"tls://{home.address}:8786"
    scheduler = _scheduler(home, "--protocol", "tls", *given)
    workers = _workers(one, at, *given)
    good = _vecalc(work, "tls.jsonl", "--cluster", at, "-q", host=home, **certified("node"))
    assert good.wait(PATIENCE) == 1, _said(work, "tls.jsonl")
    assert _same(work, "tls.jsonl")
    plain = [f"tcp://{home.address}:8786", "--insecure-cluster"]
    for where, environment, wanted in (
        ([at], {}, "there are no certificates for tls://"),
        ([at], {f"{tls}CA_FILE": str(tmp_path / "ca.pem")}, "certificate"),
        ([at], certified("stranger"), "TLS: |closes the connection"),
        ([at], certified("node", "strangers"), "TLS: .*self.signed|unable to get"),
        ([at], certified("nobody"), "No such file"),
        (plain, {}, "it may want tls://"),
    ):
        began = time.monotonic()
        refused = _vecalc(work, "no.jsonl", "--cluster", *where, host=home, **environment)
        assert refused.wait(PATIENCE) == 6
        told = _said(work, "no.jsonl").decode()
        assert told.count("\n") == 1, told
        assert re.search(wanted, told), told
        assert time.monotonic() - began < 30
        assert not [path.name for path in work.iterdir() if path.name.startswith("no.")]
    _end(workers, scheduler)
