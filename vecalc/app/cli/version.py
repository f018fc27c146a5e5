"""What `--version` shows: this program, and what it runs on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import vecalc

PARTS = ("click", "gensim", "lark", "numpy", "platformdirs", "rapidfuzz", "rich")
OPTIONAL = ("pyarrow", "safetensors", "zstandard")


def describe() -> str:
    """Versions of vecalc, Python, the libraries, and the BLAS that numpy multiplies with."""
    lines = [f"vecalc {vecalc.__version__}", f"Python {platform.python_version()} on {platform.platform()}"]
    lines += [f"{name} {_version(name)}" for name in (*PARTS, *OPTIONAL)]
    return "\n".join([*lines, f"BLAS {_blas()}"]) + "\n"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _blas() -> str:
    import numpy as np

    config = np.show_config(mode="dicts") or {}
    blas = config.get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()
