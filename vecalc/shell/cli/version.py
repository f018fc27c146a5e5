"""What `--version` shows: this program, and what it runs on."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

import vecalc

PARTS = (
    "blake3", "click", "gensim", "lark", "numkong", "numpy", "platformdirs", "rapidfuzz", "regex", "rich",
    "threadpoolctl",
)  # fmt: skip
OPTIONAL = {"pyarrow": "parquet", "safetensors": "safetensors", "zstandard": "zstd"}  # and what installs them
WITHOUT_ZSTANDARD = (3, 14)  # this Python and later ones read zstd themselves


def describe() -> str:
    """Versions of vecalc, Python, the libraries, optional ones too, and the BLAS numpy multiplies with."""
    lines = [f"vecalc {vecalc.__version__}", f"Python {platform.python_version()} on {platform.platform()}"]
    lines += [f"{name} {_version(name) or 'not installed'}" for name in PARTS]
    lines += [f"{name} {_version(name) or _lacking(name)} (optional)" for name in OPTIONAL]
    return "\n".join([*lines, f"BLAS {_blas()}"]) + "\n"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _lacking(name: str) -> str:
    if name == "zstandard" and sys.version_info >= WITHOUT_ZSTANDARD:
        return "not needed, Python reads zstd itself"
    return f"not installed, pip install 'vecalc[{OPTIONAL[name]}]'"


def _blas() -> str:
    import numpy as np

    config = np.show_config(mode="dicts") or {}
    blas = config.get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()
