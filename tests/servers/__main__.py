"""`python -m tests.servers postgres`: start a server, print where it is, stop it at Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from .sharing import SERVERS, keep

parser = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__)
parser.add_argument("name", choices=SERVERS)
parser.add_argument("--until", type=int, metavar="PID", help="stop it when this process has ended")
parser.add_argument("--tell", type=Path, metavar="FILE", help="write where it is into a file")
arguments = parser.parse_args()
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda *_: sys.exit())
keep(arguments.name, arguments.until, arguments.tell)
