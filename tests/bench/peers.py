"""The same work with other libraries, each at its best setting; and with vecalc's engine. One task a process.

    python tests/bench/peers.py TASK ARGUMENT...

prints a line of JSON. Queries are `king - man + woman` of random rows: sums of three unit vectors, whose own
words are left out by everybody (vecalc and gensim do it themselves, the others fetch three more).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import spaces
from measure import median

K = 10
SEED = 11


def triples(rows: int, count: int) -> np.ndarray:
    """Rows [count, 3] of the words a - b + c."""
    return np.random.default_rng(SEED).integers(0, rows, (count, 3))


def unit_matrix(path: Path) -> np.ndarray:
    """The vectors of a word2vec binary file, with length 1."""
    from gensim.models import KeyedVectors

    vectors = KeyedVectors.load_word2vec_format(path, binary=True).vectors
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def sums(units: np.ndarray, count: int) -> np.ndarray:
    """Queries [count, d] float32 of length 1."""
    a, b, c = triples(len(units), count).T
    queries = units[a] - units[b] + units[c]
    return queries / np.linalg.norm(queries, axis=1, keepdims=True)


def best_of(settings: dict[str, Callable[[], object]], count: int, times: int = 3) -> dict[str, Any]:
    """Seconds per query of each setting, and of the best."""
    taken = {name: median(work, times) / count for name, work in settings.items()}
    return {"seconds": min(taken.values()), "setting": min(taken, key=taken.__getitem__), "all": taken}


# --- gensim ----------------------------------------------------------------------------------


def gensim_import(path: str, output: str) -> dict[str, Any]:
    from gensim.models import KeyedVectors

    start = time.perf_counter()
    KeyedVectors.load_word2vec_format(path, binary=path.endswith(".bin")).save(output)
    return {"seconds": time.perf_counter() - start}


def gensim_one_shot(path: str, *words: str) -> dict[str, Any]:
    """The whole process is what counts, and is timed by the caller."""
    from gensim.models import KeyedVectors

    model = KeyedVectors.load(path, mmap="r")
    plus, minus, other = words
    return {"words": [word for word, _ in model.most_similar(positive=[plus, other], negative=[minus])]}


def gensim_loop(path: str, count: str) -> dict[str, Any]:
    from gensim.models import KeyedVectors

    model = KeyedVectors.load(path, mmap="r")
    wanted = [[model.index_to_key[row] for row in three] for three in triples(len(model), int(count))]

    def loop() -> None:
        for a, b, c in wanted:
            model.most_similar(positive=[a, c], negative=[b], topn=K)

    return {"seconds": median(loop, 1) / int(count)}


# --- the others ------------------------------------------------------------------------------


def faiss_flat(path: str, count: str) -> dict[str, Any]:
    import faiss

    units = unit_matrix(Path(path))
    queries = sums(units, int(count))
    index = faiss.IndexFlatIP(units.shape[1])
    index.add(units)
    del units

    def search(threshold: int, at_once: int) -> None:
        faiss.cvar.distance_compute_blas_threshold = threshold
        for first in range(0, len(queries), at_once):
            index.search(queries[first : first + at_once], K + 3)

    usual = faiss.cvar.distance_compute_blas_threshold
    settings: dict[str, Callable[[], object]] = {"default": lambda: search(usual, 1 << 30)}
    if len(queries) > 1:
        settings |= {f"BLAS, {n} at once": lambda n=n: search(1, n) for n in (256, 1024)}
    return best_of(settings, len(queries))


def usearch_exact(path: str, count: str) -> dict[str, Any]:
    from usearch.index import MetricKind, search

    units = unit_matrix(Path(path))
    queries = sums(units, int(count))
    settings: dict[str, Callable[[], object]] = {
        "float32": lambda: search(units, queries, K + 3, MetricKind.Cos, exact=True),
    }
    return best_of(settings, len(queries), times=1)


def numpy_blocks(path: str, count: str) -> dict[str, Any]:
    units = unit_matrix(Path(path))
    queries = sums(units, int(count))

    def search(at_once: int) -> None:
        for first in range(0, len(queries), at_once):
            _numpy_search(units, queries[first : first + at_once])

    return best_of(
        {f"{n} at once": lambda n=n: search(n) for n in (1, 256) if n <= len(queries)}, len(queries)
    )


def _numpy_search(units: np.ndarray, queries: np.ndarray, block: int = 8192) -> np.ndarray:
    """Rows [q, k + 3] by matrix products in blocks, the best of each block kept."""
    rows, scores = [], []
    for first in range(0, len(units), block):
        products = queries @ units[first : first + block].T
        some = min(K + 3, products.shape[1])
        best = np.argpartition(products, -some, axis=1)[:, -some:]
        rows.append(best + first)
        scores.append(np.take_along_axis(products, best, axis=1))
    every, order = np.concatenate(rows, axis=1), np.argsort(-np.concatenate(scores, axis=1), axis=1)
    return np.take_along_axis(every, order[:, : K + 3], axis=1)


def wordllama_embed(path: str) -> dict[str, Any]:
    """Lines embedded by WordLlama's own package and saved; its model is loaded before."""
    from wordllama.inference import WordLlamaInference

    model = WordLlamaInference(*_of_wordllama())
    return _embedded(path, lambda lines: model.embed(lines, batch_size=64))


def model2vec_encode(path: str) -> dict[str, Any]:
    """The same rows and tokenizer in model2vec."""
    from model2vec import StaticModel

    model = StaticModel(*_of_wordllama())
    return _embedded(path, lambda lines: model.encode(lines, use_multiprocessing=False))


def _of_wordllama() -> tuple[np.ndarray, Any]:
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = spaces.wordllama()
    rows = load_file(folder / "weights" / "l2_supercat_256.safetensors")["embedding.weight"]
    return rows, Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))


def _embedded(path: str, embed: Callable[[list[str]], np.ndarray]) -> dict[str, Any]:
    lines = Path(path).read_text("utf-8").splitlines()
    start = time.perf_counter()
    np.save(f"{path}.npy", embed(lines))
    return {"seconds": time.perf_counter() - start}


# --- vecalc ----------------------------------------------------------------------------------


def vecalc_search(path: str, count: str, k: str = str(K + 3)) -> dict[str, Any]:
    """The engine, warm, without the language: exact rows and scores in float64."""
    import vecalc
    from vecalc.search.exact import search

    space = vecalc.load(path).space
    a, b, c = (space.vectors(rows) for rows in triples(len(space), int(count)).T)
    units = [vectors / np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in (a, b, c)]
    queries = units[0] - units[1] + units[2]

    def all_of_them() -> None:
        for first in range(0, len(queries), 256):
            search(space, queries[first : first + 256], int(k))

    return {"seconds": median(all_of_them, 5) / len(queries)}


def limits(path: str) -> dict[str, Any]:
    """What the machine can do at most: bytes read, products of float32 and of int8."""
    import numkong

    import vecalc
    from vecalc.space.threads import on_all_cores

    codes = vecalc.load(path).space.codes
    assert codes is not None
    values = np.asarray(codes.values)
    pieces = list(range(0, len(values), 1 << 14))
    read = median(
        lambda: on_all_cores(lambda at: values[at : at + (1 << 14)].view(np.int64).max(), pieces), 3
    )
    square = np.ones((2048, 2048), np.float32)
    product = median(lambda: square @ square, 3)
    packed = numkong.dots_pack(np.ascontiguousarray(values[:256]))
    few = np.ascontiguousarray(values[: 1 << 15])
    steps = list(range(0, len(few), 1024))
    whole = median(
        lambda: on_all_cores(lambda at: numkong.dots_packed(few[at : at + 1024], packed), steps), 3
    )
    return {
        "bytes": values.nbytes / read,
        "float32": 2 * 2048**3 / product,
        "int8": 2 * len(few) * values.shape[1] * 256 / whole,
    }


PEERS = (gensim_import, gensim_one_shot, gensim_loop, faiss_flat, usearch_exact, numpy_blocks)
PEERS += (wordllama_embed, model2vec_encode)
TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    task.__name__: task for task in (*PEERS, vecalc_search, limits)
}


def questions(folder: Path, rows: int, count: int) -> Path:
    """The same queries as expressions, one a line."""
    path = folder / f"questions-{rows}-{count}.txt"
    lines = ("{} - {} + {}\n".format(*map(spaces.word, three)) for three in triples(rows, count).tolist())
    path.write_text("".join(lines), "utf-8")
    return path


if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
