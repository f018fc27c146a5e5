"""vecalc, the calculator for embeddings.

    text -> parse -> resolve -> evaluate -> rank -> render -> text
            (lang)    (calc)      (calc)   (search) (render)
                        |                     |
                        +------ space --------+     words and rows   <- formats (read once, streamed)
    app: command line / prompt / batch around the whole line

Each stage is a function with one return type; no stage calls an earlier one; only `app` has effects.

The Python API:

    >>> import vecalc
    >>> calculate = vecalc.Calculator(vecalc.starter())
    >>> answer = calculate("king - man + woman")
    >>> answer.result.neighbours[0].word
    'queen'

`vecalc.load(path)` opens a file of vectors, `vecalc.from_keyed_vectors(kv)` takes a gensim model,
`vecalc.save(space, path)` writes a file;
`calculate.value(text)` is the value alone, `vecalc.parse` and `vecalc.show` are the language alone.
Public names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Answer": "vecalc.answers",
    "Calculator": "vecalc.app.pipeline",
    "Features": "vecalc.app.features",
    "Neighbour": "vecalc.answers",
    "Number": "vecalc.answers",
    "Options": "vecalc.app.asking",
    "Question": "vecalc.app.asking",
    "Ranking": "vecalc.answers",
    "Rows": "vecalc.answers",
    "Scored": "vecalc.answers",
    "VecalcError": "vecalc.errors",
    "VectorSpace": "vecalc.space",
    "features": "vecalc.app.features.table",
    "from_keyed_vectors": "vecalc.formats.keyed_vectors",
    "load": "vecalc.app.stores",
    "parse": "vecalc.lang.parse",
    "quote": "vecalc.lang.show",
    "save": "vecalc.formats.save",
    "show": "vecalc.lang.show",
    "starter": "vecalc.app.spaces",
}

__all__ = [
    "Answer",
    "Calculator",
    "Features",
    "Neighbour",
    "Number",
    "Options",
    "Question",
    "Ranking",
    "Rows",
    "Scored",
    "VecalcError",
    "VectorSpace",
    "__version__",
    "features",
    "from_keyed_vectors",
    "load",
    "parse",
    "quote",
    "save",
    "show",
    "starter",
]

if TYPE_CHECKING:
    from vecalc.answers import Answer, Neighbour, Number, Ranking, Rows, Scored
    from vecalc.app.asking import Options, Question
    from vecalc.app.features import Features
    from vecalc.app.features.table import features
    from vecalc.app.pipeline import Calculator
    from vecalc.app.spaces import starter
    from vecalc.app.stores import load
    from vecalc.errors import VecalcError
    from vecalc.formats.keyed_vectors import from_keyed_vectors
    from vecalc.formats.save import save
    from vecalc.lang.parse import parse
    from vecalc.lang.show import quote, show
    from vecalc.space import VectorSpace


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'vecalc' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
