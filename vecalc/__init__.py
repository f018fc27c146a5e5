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
    "Calculator": "vecalc.engine.calculator",
    "Features": "vecalc.studies.features",
    "Neighbour": "vecalc.answers",
    "Number": "vecalc.answers",
    "Options": "vecalc.engine.question",
    "Question": "vecalc.engine.question",
    "Ranking": "vecalc.answers",
    "Rows": "vecalc.answers",
    "Scored": "vecalc.answers",
    "Tabled": "vecalc.answers",
    "VecalcError": "vecalc.errors",
    "VectorSpace": "vecalc.space",
    "features": "vecalc.studies.features.in_memory",
    "from_keyed_vectors": "vecalc.formats.keyed_vectors",
    "load": "vecalc.library.open_model",
    "parse": "vecalc.lang.parse",
    "quote": "vecalc.lang.show",
    "save": "vecalc.formats.save",
    "show": "vecalc.lang.show",
    "starter": "vecalc.library.catalogue",
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
    "Tabled",
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
    from vecalc.answers import Answer, Neighbour, Number, Ranking, Rows, Scored, Tabled
    from vecalc.engine.calculator import Calculator
    from vecalc.engine.question import Options, Question
    from vecalc.errors import VecalcError
    from vecalc.formats.keyed_vectors import from_keyed_vectors
    from vecalc.formats.save import save
    from vecalc.lang.parse import parse
    from vecalc.lang.show import quote, show
    from vecalc.library.catalogue import starter
    from vecalc.library.open_model import load
    from vecalc.space import VectorSpace
    from vecalc.studies.features import Features
    from vecalc.studies.features.in_memory import features


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
