"""What becomes of memory that a worker has freed."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

# glibc's numbers for what `mallopt` sets (malloc.h), and how much is kept: twice what a search takes at once.
_TRIM, _MMAP = -1, -3
KEPT = 32 << 20


@cache
def keep() -> None:
    """Have glibc keep freed memory for what is wanted next; elsewhere nothing happens.

    Dask sets MALLOC_TRIM_THRESHOLD_ for its workers, so that it is given back at once. A search takes and
    frees 16 MB for each few thousand rows, whose pages would be fetched anew each time: half of its time.
    """
    if sys.platform != "linux":
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_MMAP, KEPT)
        set_option(_TRIM, 2 * KEPT)
