"""What functions of other tools are called here: gensim's, fastText's, spaCy's, numpy's, and common names."""

from __future__ import annotations

from typing import NamedTuple


class Here(NamedTuple):
    """How something is written here, and how that is said where `it is ...` does not do."""

    expression: str
    said: str = "it is {}"

    def __str__(self) -> str:
        return self.said.format(self.expression)


COSINE = Here("cos(a, b)")
EUCLIDEAN = Here("dist(a, b)")
LENGTH = Here("norm(x)")
DOT = Here("dot(a, b)", "it is {}, or a @ b")
NEIGHBOURS = Here(
    "nearest(x, 10)", "x alone is answered with its neighbours, -k says how many; {} is a list of them"
)
MULTIPLIED = Here("sim01(?, a) * sim01(?, b) / (sim01(?, c) + 1e-6)")
ODD = Here("odd(a, b, c)")
MEAN = Here("mean(a, b)")
UNIT = Here("unit(x)")
VECTOR = Here("x", "it is the word alone, {}; --format vector prints its numbers")
CLOSER = Here("rank(b, a) - 1", "it is the first {} neighbours of a")
MOVERS = Here(
    "cos(mean(a, b), mean(c, d))",
    "the word mover's distance is missing; {} compares two texts by their means",
)

# By their names in small letters without underscores.
OTHER_NAMES = {
    **dict.fromkeys(("similarity", "cosine", "cosinesimilarity", "cossim", "cosim", "sim"), COSINE),
    "distance": Here("dist(a, b)", "it is {}; gensim's distance is 1 - cos(a, b)"),
    "distances": Here("dist(a, [b, c])", "it is {}; gensim's distances are 1 - cos(a, [b, c])"),
    "cosinedistance": Here("1 - cos(a, b)"),
    **dict.fromkeys(("euclidean", "euclideandistance", "l2", "l2distance"), EUCLIDEAN),
    **dict.fromkeys(("cosinematrix", "cosinesimilarities", "similaritymatrix"), Here("cos([a, b], [c, d])")),
    **dict.fromkeys(("cdist", "pdist", "distancematrix"), Here("dist([a, b], [c, d])")),
    **dict.fromkeys(("stdev", "stddev", "standarddeviation", "sd"), Here("std(x)")),
    **dict.fromkeys(("variance", "var"), Here("std(x) ^ 2")),
    **dict.fromkeys(("size", "count"), Here("len([a, b])")),
    **dict.fromkeys(("width", "dimension", "dimensions", "ndim"), Here("dim(x)")),
    **dict.fromkeys(("manhattan", "cityblock", "l1", "l1distance"), Here("sum(abs(a - b))")),
    **dict.fromkeys(("length", "magnitude", "mag", "vectornorm", "l2norm", "veclen"), LENGTH),
    **dict.fromkeys(("dotproduct", "inner", "innerproduct", "scalarproduct"), DOT),
    **dict.fromkeys(("mostsimilar", "similar", "similarby", "similarbyword", "similarbykey"), NEIGHBOURS),
    **dict.fromkeys(("similarbyvector", "getnearestneighbors", "nearestneighbors", "neighbors"), NEIGHBOURS),
    **dict.fromkeys(("nearestneighbours", "neighbours", "nn", "knn", "synonyms"), NEIGHBOURS),
    **dict.fromkeys(("mostsimilarcosmul", "cosmul", "3cosmul"), MULTIPLIED),
    **dict.fromkeys(("doesntmatch", "oddoneout", "oddone", "outlier", "rankbycentrality"), ODD),
    "nsimilarity": Here("cos(mean(raw(a), raw(b)), mean(raw(c), raw(d)))"),
    **dict.fromkeys(("closerthan", "wordscloserthan"), CLOSER),
    "relativecosinesimilarity": Here("cos(a, b) / (unit(a) @ sum(unit(nearest(a, 10))))"),
    **dict.fromkeys(("wmdistance", "wmd", "wordmoversdistance"), MOVERS),
    "mostsimilartogiven": Here("a", "it is {} alone with --among b,c, which says what the candidates are"),
    **dict.fromkeys(
        ("getanalogies", "analogies", "wordanalogy"), Here("analogy(a, b, c)", "it is {}, or a : b :: c")
    ),
    **dict.fromkeys(("average", "centroid", "getmeanvector", "getsentencevector", "docvector"), MEAN),
    **dict.fromkeys(("normalize", "normalise", "unitvec", "unitvector", "normalized", "normed"), UNIT),
    **dict.fromkeys(("getvector", "wordvec", "vector", "vec", "wv", "getwordvector"), VECTOR),
    **dict.fromkeys(("not", "orthogonal", "reject", "rejection"), Here("without(a, b)")),
    **dict.fromkeys(("hadamard", "elementwise", "product"), Here("a * b")),
    **dict.fromkeys(("subtract", "minus"), Here("a - b")),
    **dict.fromkeys(("plus",), Here("a + b")),
    **dict.fromkeys(("divide",), Here("a / b")),
    **dict.fromkeys(("pow", "power"), Here("x ^ 2")),
    **dict.fromkeys(("concatenate", "hstack"), Here("concat(a, b)")),
    **dict.fromkeys(("attention", "softattention"), Here("attend(a, [b, c])")),
    **dict.fromkeys(("pca", "svd"), Here("pc([a, b, c])")),
    **dict.fromkeys(("interpolate", "mix"), Here("lerp(a, b, 0.5)", "it is {}, or slerp along the circle")),
    **dict.fromkeys(("procrustes", "align"), Here("map(x, NAME)", "it is {}; -m NAME=FILE loads it")),
}


def here(name: str) -> Here | None:
    """What a function of another tool is called here."""
    return OTHER_NAMES.get(name.replace("_", "").lower())
