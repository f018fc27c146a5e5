"""Which static embeddings are models of texts, and how each kind reads one: what the package of each does.

    model2vec                 tensor `embeddings`, tokenizer.json, config.json (max_length, normalize): the
                              unknown token has no share, a text ends after max_length tokens, and before that
                              after max_length times the median length of a token, in characters
    WordLlama                 `embedding.weight`, NAME_tokenizer_config.json: all tokens have a share
    sentence-transformers     `embedding.weight`, tokenizer.json with its own truncation; modules.json says
                              whether a `Normalize` follows

Sources: `StaticModel` of model2vec 0.10, `WordLlamaInference` of WordLlama 0.4, `StaticEmbedding` of
sentence-transformers 5.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.errors import FileProblem
from vecalc.formats.word_values import json_of, of_tokenizer, whole
from vecalc.formats.wordlists import OF_WORDLLAMA
from vecalc.sources import Source
from vecalc.sources.word_text import shown

if TYPE_CHECKING:
    from vecalc.space.text_encoder import TextRules

_OF_MODEL2VEC, _OF_OTHERS = "embeddings", "embedding.weight"
_NESTED = "0_StaticEmbedding"
_MODULES = ("StaticEmbedding", "Normalize")  # of sentence-transformers, that are known here
_MOST_TOKENS = 512  # of a text, where a model of model2vec says nothing
_NEEDLESS = ("post_processor", "decoder", "padding")  # special tokens, texts of tokens, batches of one length


class Textual(NamedTuple):
    """How a model reads a text, and which token has no share in one."""

    rules: TextRules
    unknown: int | None = None


def textual(tensor: str, listed: Path, source: Source) -> Textual | None:
    """How the model reads a text whose rows are a tensor and whose words a list; None where it reads none.

    FileProblem for a tokenizer that is not sound JSON.
    """
    if tensor not in {_OF_MODEL2VEC, _OF_OTHERS} or listed.suffix != ".json":
        return None
    value = _read(listed, source)
    if not isinstance(value, dict) or not isinstance(value.get("model"), dict):
        return None
    for key in _NEEDLESS:
        value[key] = None
    if value["model"].get("dropout"):  # of training: the same text would have another vector every time
        source.tally.remarks["the dropout of its tokenizer is left out"] = None
        value["model"]["dropout"] = None
    if listed.name.endswith(OF_WORDLLAMA):
        value["truncation"] = None
        return _textual(value, listed)
    if tensor == _OF_MODEL2VEC and source.path.parent.name != _NESTED:
        return _of_model2vec(value, listed, source)
    return _textual(value, listed, normalized=_is_normalized(source))


def _of_model2vec(value: dict[str, Any], listed: Path, source: Source) -> Textual:
    beside = source.path.with_name("config.json")
    said = _read(beside, source) if source.has(beside) else {}
    config = said if isinstance(said, dict) else {}
    most = config.get("max_length", _MOST_TOKENS)
    if most is not None and not (type(most) is int and most > 0):
        source.tally.remarks[f"max_length of config.json is not a number, {_MOST_TOKENS} is taken"] = None
        most = _MOST_TOKENS
    vocabulary = of_tokenizer(value, listed)
    cut = {"direction": "Right", "max_length": most, "strategy": "LongestFirst", "stride": 0}
    value["truncation"] = cut if most else None
    characters = most and most * int(np.median(list(map(len, vocabulary))))
    made = _textual(value, listed, characters, normalized=bool(config.get("normalize")))
    model = value["model"]
    by_id = isinstance(model.get("vocab"), list)
    unknown = model.get("unk_id") if by_id else vocabulary.get(str(model.get("unk_token")))
    return made._replace(unknown=unknown if type(unknown) is int else None)


def _textual(
    value: dict[str, Any], listed: Path, characters: int | None = None, *, normalized: bool = False
) -> Textual:
    """The rules, with a tokenizer that is kept."""
    try:
        kept = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half a character
        raise FileProblem("not sound Unicode", where=str(listed), hint="fetch the file again") from None
    from vecalc.space.text_encoder import TextRules

    return Textual(TextRules(kept, characters, normalized))


def _is_normalized(source: Source) -> bool:
    """Whether sentence-transformers brings the vectors of a model to length 1."""
    folder = source.path.parent.parent if source.path.parent.name == _NESTED else source.path.parent
    modules = folder / "modules.json"
    said = _read(modules, source) if source.has(modules) else []
    listed = [module for module in said if isinstance(module, dict)] if isinstance(said, list) else []
    kinds = [str(module.get("type")).rpartition(".")[2] for module in listed]
    if others := [kind for kind in kinds if kind not in _MODULES]:
        remark = (
            f"modules.json also names {shown(', '.join(others))}, which vectors of texts do not go through"
        )
        source.tally.remarks[remark] = None
    return "Normalize" in kinds


def _read(path: Path, source: Source) -> Any:
    return json_of(whole(source.open(path)), path)
