"""The names that a model pickled by gensim may hold, and what may be made of them.

Nothing here is imported or called: a name is two texts, and `pickled` builds plain values for those it finds
in these tables. Everything else is refused when it is named, whether or not it would be used.
"""

from __future__ import annotations

from typing import NamedTuple


class Name(NamedTuple):
    """A global that a pickle names."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


def _names(module: str, names: str) -> set[Name]:
    return {Name(module, name) for name in names.split()}


_KEYED = (
    "KeyedVectors BaseKeyedVectors WordEmbeddingsKeyedVectors Word2VecKeyedVectors EuclideanKeyedVectors "
    "FastTextKeyedVectors Doc2VecKeyedVectors PoincareKeyedVectors Vocab"
)
_DOC2VEC = "Doc2Vec Doc2VecVocab Doc2VecTrainables DocvecsArray Doctag"

# Classes of gensim, of every version since 0.12: their instances become bags of attributes.
BAGS = frozenset(
    _names("gensim.models.keyedvectors", _KEYED)
    | _names("gensim.models.deprecated.keyedvectors", _KEYED)
    | _names("gensim.models.word2vec", "Word2Vec Word2VecVocab Word2VecTrainables Vocab")
    | _names("gensim.models.deprecated.word2vec", "Word2Vec Vocab")
    | _names("gensim.models.fasttext", "FastText FastTextKeyedVectors FastTextVocab FastTextTrainables")
    | _names("gensim.models.deprecated.fasttext", "FastText FastTextKeyedVectors")
    | _names("gensim.models.wrappers.fasttext", "FastText FastTextKeyedVectors")
    | _names("gensim.models.deprecated.fasttext_wrapper", "FastText FastTextKeyedVectors")
    | _names("gensim.models.doc2vec", _DOC2VEC)
    | _names("gensim.models.deprecated.doc2vec", _DOC2VEC)
    | _names("gensim.models.poincare", "PoincareModel PoincareKeyedVectors NegativesBuffer")
)

RECONSTRUCT = Name("numpy.core.multiarray", "_reconstruct")
FROM_BUFFER = Name("numpy.core.numeric", "_frombuffer")
SCALAR = Name("numpy.core.multiarray", "scalar")
DTYPE = Name("numpy", "dtype")
NDARRAY = Name("numpy", "ndarray")
ENCODE = Name("_codecs", "encode")
BYTES = Name("builtins", "bytes")
RECONSTRUCTOR = Name("copyreg", "_reconstructor")  # makes instances in protocols 0 and 1
DICTIONARIES = frozenset(_names("collections", "defaultdict OrderedDict Counter"))

# What arrays, random states, sets and instances are made by in a pickle. Those not named above stay unmade:
# no part of a model that is read is one of them.
MADE = frozenset(
    {RECONSTRUCT, RECONSTRUCTOR, FROM_BUFFER, SCALAR, DTYPE, ENCODE, BYTES, *DICTIONARIES}
    | _names("builtins", "set frozenset")
    | _names("numpy.random", "__RandomState_ctor")
    | _names("numpy.random._pickle", "__randomstate_ctor __generator_ctor __bit_generator_ctor")
)

# Values of attributes, such as a model's hash function, the type of its numbers, or what a defaultdict makes.
MENTIONED = frozenset(
    {NDARRAY}
    | _names("builtins", "hash int float object list dict tuple str")
    | _names("numpy", "float16 float32 float64 int32 int64 uint32")
    | _names("numpy.random._mt19937", "MT19937")
    | _names("numpy.random._pcg64", "PCG64")
    | _names("gensim.utils", "call_on_class_only")
)

KNOWN = BAGS | MADE | MENTIONED

# Modules under names of other versions. Python 2's collections.defaultdict, pickled by Python 3 for
# Python 2, is UserString.defaultdict by a slip of Python's own table.
_ELSEWHERE = {
    "__builtin__": "builtins",
    "copy_reg": "copyreg",
    "UserString": "collections",
    "numpy._core.multiarray": "numpy.core.multiarray",
    "numpy._core.numeric": "numpy.core.numeric",
}


def known(module: str, name: str) -> Name | None:
    """The name, in the spelling of these tables, or None when it is in none of them."""
    if name == "long":  # Python 2's int
        name = "int"
    found = Name(_ELSEWHERE.get(module, module), name)
    return found if found in KNOWN else None


TORCH = (
    "safetensors.torch.save_file({'embeddings': matrix}, 'FILE.safetensors'), and a word a line in FILE.words"
)

# Libraries whose objects are pickled often: what to call them, and how to convert them in Python.
_OTHERS = {
    "pandas": ("a table of pandas", "pd.read_pickle('FILE').to_parquet('FILE.parquet')"),
    "torch": ("tensors of PyTorch", TORCH),
    "scipy": (
        "a matrix of scipy",
        "np.savez('FILE.npz', words=words, vectors=matrix.toarray()), if there is room for all its zeros",
    ),
    "sklearn": ("a model of scikit-learn", "pickle its array alone: (words, model.components_.T), say"),
    "spacy": ("a pipeline of spaCy", "nlp.to_disk('FOLDER') writes a folder with its vectors"),
    "flair": ("embeddings of flair", "pickle what is in them: (words, rows)"),
    "tensorflow": ("tensors of TensorFlow", "np.savez('FILE.npz', words=words, vectors=tensor.numpy())"),
    "keras": ("a model of Keras", "np.savez('FILE.npz', words=words, vectors=layer.get_weights()[0])"),
    "jax": ("arrays of JAX", "np.savez('FILE.npz', words=words, vectors=np.asarray(array))"),
}


def of_library(name: str) -> tuple[str, str] | None:
    """What a pickle is that names something of a library, and how to convert it; None for other names."""
    return _OTHERS.get(name.partition(".")[0])
