"""vecalc, the calculator for embeddings.

    text -> parse -> resolve -> evaluate -> rank -> answer -> render -> text
            (lang)    (calc)      (calc)   (search) (engine) (render)
                        |                     |
                        +------ space --------+     words and rows   <- formats (of sources, read once)

`Calculator.stages` and `Calculator.ranked` (`vecalc.engine.calculator`) name these stages in their order.
Around them `studies` ask many questions, `library` knows models by name, and `shell` is the command line, the
prompt and the batch: `vecalc.shell.opening` is how each of them begins and ends.

The Python API:

    >>> import vecalc
    >>> calculate = vecalc.Calculator()
    >>> answer = calculate("king - man + woman")
    >>> answer.result.neighbours[0].word
    'queen'

`vecalc.open(model)` opens what `-m` opens, `vecalc.load(path)` reads a file and returns the space and notes,
`vecalc.from_keyed_vectors(kv)` takes a gensim model, `vecalc.save(space, path)` writes a file;
`calculate.value(text)` is the value alone, `vecalc.parse` and `vecalc.show` are the language alone.
Public names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOMES = {
    "Answer": "vecalc.api.answered",
    "Answers": "vecalc.api.answered",
    "Calculator": "vecalc.api.asking",
    "Features": "vecalc.studies.features",
    "Neighbour": "vecalc.answers",
    "Number": "vecalc.answers",
    "Options": "vecalc.engine.question",
    "Plot": "vecalc.api.drawn",
    "Question": "vecalc.engine.question",
    "Ranking": "vecalc.answers",
    "Rows": "vecalc.answers",
    "Scored": "vecalc.answers",
    "Tabled": "vecalc.answers",
    "VecalcError": "vecalc.errors",
    "VecalcWarning": "vecalc.errors",
    "VectorSpace": "vecalc.space",
    "features": "vecalc.studies.features.in_memory",
    "from_keyed_vectors": "vecalc.formats.keyed_vectors",
    "load": "vecalc.library.open_model",
    "open": "vecalc.api.spaces",
    "parse": "vecalc.lang.parse",
    "quote": "vecalc.lang.show",
    "save": "vecalc.formats.save",
    "show": "vecalc.lang.show",
    "starter": "vecalc.library.catalogue",
    "to_arrow": "vecalc.api.frames",
    "to_pandas": "vecalc.api.frames",
    "to_polars": "vecalc.api.frames",
}

__all__ = [
    "Answer",
    "Answers",
    "Calculator",
    "Features",
    "Neighbour",
    "Number",
    "Options",
    "Plot",
    "Question",
    "Ranking",
    "Rows",
    "Scored",
    "Tabled",
    "VecalcError",
    "VecalcWarning",
    "VectorSpace",
    "__version__",
    "features",
    "from_keyed_vectors",
    "load",
    "open",
    "parse",
    "quote",
    "save",
    "show",
    "starter",
    "to_arrow",
    "to_pandas",
    "to_polars",
]

if TYPE_CHECKING:
    from vecalc.answers import Neighbour, Number, Ranking, Rows, Scored, Tabled
    from vecalc.api.answered import Answer, Answers
    from vecalc.api.asking import Calculator
    from vecalc.api.drawn import Plot
    from vecalc.api.frames import to_arrow, to_pandas, to_polars
    from vecalc.api.spaces import open  # noqa: A004 - as a user calls it: vecalc.open
    from vecalc.engine.question import Options, Question
    from vecalc.errors import VecalcError, VecalcWarning
    from vecalc.formats.keyed_vectors import from_keyed_vectors
    from vecalc.formats.save import save
    from vecalc.lang.parse import parse
    from vecalc.lang.show import quote, show
    from vecalc.library.catalogue import starter
    from vecalc.library.open_model import load
    from vecalc.space import VectorSpace
    from vecalc.studies.features import Features
    from vecalc.studies.features.in_memory import features


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'vecalc' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def load_ipython_extension(ipython: object) -> None:
    """What `%load_ext vecalc` calls: from here on there are %vecalc and %%vecalc."""
    from vecalc.api.magics import load

    load(ipython)


def unload_ipython_extension(ipython: object) -> None:
    """What `%unload_ext vecalc` calls."""
    from vecalc.api.magics import unload

    unload(ipython)


def __dir__() -> list[str]:
    return sorted(__all__)
