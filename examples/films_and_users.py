"""Can the product of a user's and a film's vector feed a model? Factors of ratings as embeddings.

python examples/films_and_users.py factors RATINGS.csv[.gz] FOLDER     then `vecalc features`, then
python examples/films_and_users.py judge FOLDER

The last step needs scikit-learn (pip install scikit-learn); `check` says so if it is not there.

RATINGS has the columns userId, movieId, rating. `factors` splits the ratings at random (seeded) in three:

    60 %  the factors are fitted on these alone: rating = mean + bias of the user + bias of the film + u·f
    20 %  a model learns from features of these (train.csv)
    20 %  held out until the end (test.csv)

so no rating that a model learns from or is judged by has shaped the factors. It writes users.txt and
films.txt as word2vec text, which vecalc reads like any embeddings, and `base`, the prediction without the
factors, into both tables.

`judge` reads the features that `vecalc features` made of the two tables and fits models with scikit-learn.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from judging import Interval, interval

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SIZE = 16  # components of a factor
ROUNDS = 12
SHRINKAGES = (3.0, 10.0, 30.0)  # one is chosen by a tenth of the factors' own ratings
BIAS_SHRINKAGE = 5.0
SEED = 7


class Ratings(NamedTuple):
    """Users and films by index, and the ratings [n]."""

    users: Ints
    films: Ints
    values: Floats

    def take(self, rows: Ints) -> Ratings:
        """Some of them."""
        return Ratings(self.users[rows], self.films[rows], self.values[rows])


class Fit(NamedTuple):
    """mean + user_bias[u] + film_bias[f] + users[u]·films[f]."""

    mean: float
    user_bias: Floats
    film_bias: Floats
    users: Floats
    films: Floats

    def base(self, ratings: Ratings) -> Floats:
        """The prediction without factors."""
        return self.mean + self.user_bias[ratings.users] + self.film_bias[ratings.films]

    def predict(self, ratings: Ratings) -> Floats:
        """The prediction with them."""
        return self.base(ratings) + np.einsum(
            "nk,nk->n", self.users[ratings.users], self.films[ratings.films]
        )


# --- factors --------------------------------------------------------------------------------


def biases(ratings: Ratings, users: int, films: int) -> Fit:
    """Mean and biases, shrunk towards 0 (Koren 2008), no factors yet."""
    mean = float(ratings.values.mean())
    user_bias, film_bias = np.zeros(users), np.zeros(films)
    for _ in range(10):
        rest = ratings.values - mean - user_bias[ratings.users]
        film_bias = _shrunk_mean(rest, ratings.films, films)
        rest = ratings.values - mean - film_bias[ratings.films]
        user_bias = _shrunk_mean(rest, ratings.users, users)
    return Fit(mean, user_bias, film_bias, np.zeros((users, SIZE)), np.zeros((films, SIZE)))


def _shrunk_mean(values: Floats, owners: Ints, count: int) -> Floats:
    return np.bincount(owners, values, count) / (np.bincount(owners, minlength=count) + BIAS_SHRINKAGE)


def factorise(ratings: Ratings, users: int, films: int, shrinkage: float) -> Fit:
    """Factors of what the biases leave, by alternating least squares (Zhou et al. 2008)."""
    fit = biases(ratings, users, films)
    rest = ratings.values - fit.base(ratings)
    random = np.random.default_rng(SEED)
    u, f = random.normal(0, 0.1, (users, SIZE)), random.normal(0, 0.1, (films, SIZE))
    for _ in range(ROUNDS):
        u = _solve(rest, ratings.users, f[ratings.films], users, shrinkage)
        f = _solve(rest, ratings.films, u[ratings.users], films, shrinkage)
    return fit._replace(users=u, films=f)


def _solve(rest: Floats, owners: Ints, others: Floats, count: int, shrinkage: float) -> Floats:
    """The ridge regression of each owner's ratings on the factors of the other side."""
    order = np.argsort(owners, kind="stable")
    starts = np.searchsorted(owners[order], np.arange(count + 1))
    found = np.zeros((count, SIZE))
    for i in np.flatnonzero(np.diff(starts)):
        rows = order[starts[i] : starts[i + 1]]
        x = others[rows]
        found[i] = np.linalg.solve(x.T @ x + shrinkage * np.eye(SIZE), x.T @ rest[rows])
    return found


def chosen(ratings: Ratings, users: int, films: int) -> float:
    """The shrinkage that predicts a tenth of these ratings best from the others."""
    order = np.random.default_rng(SEED + 1).permutation(len(ratings.values))
    cut = len(order) // 10
    tried = {}
    for shrinkage in SHRINKAGES:
        fit = factorise(ratings.take(order[cut:]), users, films, shrinkage)
        held = ratings.take(order[:cut])
        tried[shrinkage] = rmse(held.values, fit.predict(held))
    return min(tried, key=tried.__getitem__)


def rmse(values: Floats, predictions: Floats) -> float:
    """Root mean squared error."""
    return float(np.sqrt(np.mean((values - predictions) ** 2)))


def write_factors(ratings_path: Path, folder: Path) -> None:
    """Fit on 60 % of the ratings; write users.txt, films.txt, train.csv and test.csv."""
    data = ratings_path.read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    users, u = np.unique([row["userId"] for row in rows], return_inverse=True)
    films, f = np.unique([row["movieId"] for row in rows], return_inverse=True)
    ratings = Ratings(u, f, np.array([float(row["rating"]) for row in rows]))
    order = np.random.default_rng(SEED).permutation(len(rows))
    parts = np.split(order, [len(rows) * 6 // 10, len(rows) * 8 // 10])
    shrinkage = chosen(ratings.take(parts[0]), len(users), len(films))
    fit = factorise(ratings.take(parts[0]), len(users), len(films), shrinkage)
    folder.mkdir(parents=True, exist_ok=True)
    seen_users, seen_films = np.unique(u[parts[0]]), np.unique(f[parts[0]])
    _write_vectors(folder / "users.txt", users[seen_users], fit.users[seen_users])
    _write_vectors(folder / "films.txt", films[seen_films], fit.films[seen_films])
    for name, part in zip(("train", "test"), parts[1:], strict=True):
        some = ratings.take(part)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["user_id", "film_id", "rating", "base"])
            writer.writerows(
                zip(users[some.users], films[some.films], some.values, fit.base(some), strict=True)
            )
    print(f"{len(rows):,} ratings, {len(users):,} users, {len(films):,} films; shrinkage {shrinkage:g}")


def _write_vectors(path: Path, names: npt.NDArray[np.str_], factors: Floats) -> None:
    """word2vec text."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"{len(names)} {SIZE}\n")
        for name, row in zip(names, factors.tolist(), strict=True):
            stream.write(f"{name} {' '.join(map(repr, row))}\n")


# --- models ---------------------------------------------------------------------------------

INPUTS = {
    "sum: u + f": ("sum",),
    "concat: [u; f]": ("u", "f"),
    "product: u*f": ("product",),
    "product and sum": ("product", "sum"),
    "product and concat": ("product", "u", "f"),
    "[u; f; |u - f|; u*f]": ("u", "f", "difference", "product"),
    "dot product alone": ("dot",),
    "dot product and concat": ("dot", "u", "f"),
}

# Boosted trees take their time.
TREES = ("concat: [u; f]", "product: u*f", "product and concat", "dot product and concat")


class Features(NamedTuple):
    """What `vecalc features` wrote: columns by formula, and what was kept."""

    columns: dict[str, Floats]
    rating: Floats
    base: Floats


def read_features(path: Path) -> Features:
    """The features of one table, the columns of each formula together."""
    held = np.load(path)
    names = np.array([name.rsplit("_", 1)[0] for name in held["columns"].tolist()])
    columns = {name: held["features"][:, names == name].astype(np.float64) for name in np.unique(names)}
    return Features(columns, held["keep_rating"].astype(float), held["keep_base"].astype(float))


def judge(folder: Path) -> None:
    """Fit models on the features of train.csv, and print how they do on those of test.csv."""
    from judging import print_table
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import RidgeCV
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    train, test = read_features(folder / "train.npz"), read_features(folder / "test.npz")
    predictions = {
        "global mean": np.full(len(test.rating), train.rating.mean()),
        "biases": test.base,
        "biases + u·f, as fitted": test.base + test.columns["dot"][:, 0],
    }
    for name, columns in INPUTS.items():
        x, y = (
            np.hstack([part.base[:, None], *(part.columns[c] for c in columns)]) for part in (train, test)
        )
        linear = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 4, 13)))
        predictions[f"ridge, {name}"] = linear.fit(x, train.rating).predict(y)
        if name in TREES:
            trees = HistGradientBoostingRegressor(learning_rate=0.1, max_iter=60, random_state=SEED)
            predictions[f"trees, {name}"] = trees.fit(x, train.rating).predict(y)
    liked = test.rating >= 4
    usual, of_trees = predictions["ridge, concat: [u; f]"], predictions["trees, concat: [u; f]"]
    rows = []
    for name in sorted(predictions, key=lambda name: (name.startswith("trees"), name.startswith("ridge"))):
        found = predictions[name]
        error = interval(lambda at, p=found: rmse(test.rating[at], p[at]), len(liked))
        trees = str(gain(test.rating, found, of_trees)) if name.startswith("trees") else ""
        auc = f"{roc_auc_score(liked, found):.3f}"
        rows.append([name, str(error), str(gain(test.rating, found, usual)), trees, auc])
    share = f"{liked.mean():.0%} of them 4 or more"
    print(f"{len(train.rating):,} ratings to learn from, {len(liked):,} held out, {share}\n")
    than = [f"minus that of {kind}, concat" for kind in ("ridge", "trees")]
    print_table(["prediction", "RMSE [95 %]", *than, "AUC of 4 or more"], rows)


def gain(ratings: Floats, found: Floats, usual: Floats) -> Interval:
    """How much smaller (below 0) or larger the error of some predictions is than that of others."""
    return interval(
        lambda at: rmse(ratings[at], found[at]) - rmse(ratings[at], usual[at]),
        len(ratings),
    )


def check() -> None:
    """End with a line where scikit-learn is missing, which `judge` needs."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        sys.exit("films_and_users: scikit-learn is needed to judge the features: pip install scikit-learn")


if __name__ == "__main__":
    if sys.argv[1] != "factors":
        check()
    if sys.argv[1] == "factors":
        write_factors(Path(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1] == "judge":
        judge(Path(sys.argv[2]))
