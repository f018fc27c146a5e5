"""Ratings to embeddings: a vector of each user and each film, by alternating least squares.

python examples/rating_factors.py RATINGS.csv[.gz] FOLDER [SEED]

RATINGS has the columns userId, movieId, rating. They are split at random (seeded) in three:

    60 %  the factors are fitted on these alone: rating = mean + bias of the user + bias of the film + u·f
    20 %  a model learns from features of these (train.csv)
    20 %  held out until the end (test.csv)

so no rating that a model learns from or is judged by has shaped the factors. Written are users.txt and
films.txt as word2vec text, which vecalc reads like any embeddings; and into both tables `base`, the
prediction without the factors, and `other_id`, a film dealt at random, for products that know nothing of the
film.
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


def factorise(ratings: Ratings, users: int, films: int, shrinkage: float, seed: int) -> Fit:
    """Factors of what the biases leave, by alternating least squares (Zhou et al. 2008)."""
    fit = biases(ratings, users, films)
    rest = ratings.values - fit.base(ratings)
    random = np.random.default_rng(seed)
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


def chosen(ratings: Ratings, users: int, films: int, seed: int) -> float:
    """The shrinkage that predicts a tenth of these ratings best from the others."""
    order = np.random.default_rng(seed + 1).permutation(len(ratings.values))
    cut = len(order) // 10
    tried = {}
    for shrinkage in SHRINKAGES:
        fit = factorise(ratings.take(order[cut:]), users, films, shrinkage, seed)
        held = ratings.take(order[:cut])
        tried[shrinkage] = rmse(held.values, fit.predict(held))
    return min(tried, key=tried.__getitem__)


def rmse(values: Floats, predictions: Floats) -> float:
    """Root mean squared error."""
    return float(np.sqrt(np.mean((values - predictions) ** 2)))


def write_factors(ratings_path: Path, folder: Path, seed: int) -> None:
    """Fit on 60 % of the ratings; write users.txt, films.txt, train.csv and test.csv."""
    data = ratings_path.read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    users, u = np.unique([row["userId"] for row in rows], return_inverse=True)
    films, f = np.unique([row["movieId"] for row in rows], return_inverse=True)
    ratings = Ratings(u, f, np.array([float(row["rating"]) for row in rows]))
    order = np.random.default_rng(seed).permutation(len(rows))
    parts = np.split(order, [len(rows) * 6 // 10, len(rows) * 8 // 10])
    shrinkage = chosen(ratings.take(parts[0]), len(users), len(films), seed)
    fit = factorise(ratings.take(parts[0]), len(users), len(films), shrinkage, seed)
    folder.mkdir(parents=True, exist_ok=True)
    seen_users, seen_films = np.unique(u[parts[0]]), np.unique(f[parts[0]])
    _write_vectors(folder / "users.txt", users[seen_users], fit.users[seen_users])
    _write_vectors(folder / "films.txt", films[seen_films], fit.films[seen_films])
    for name, part in zip(("train", "test"), parts[1:], strict=True):
        some = ratings.take(part)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["user_id", "film_id", "other_id", "rating", "base"])
            others = dealt(some.films, seen_films, seed)
            base = fit.base(some)
            writer.writerows(
                zip(users[some.users], films[some.films], films[others], some.values, base, strict=True)
            )
    print(f"{len(rows):,} ratings, {len(users):,} users, {len(films):,} films; shrinkage {shrinkage:g}")


def dealt(films: Ints, seen: Ints, seed: int) -> Ints:
    """The same films at other ratings, at random; those without factors stay where they are."""
    known = np.flatnonzero(np.isin(films, seen))
    others = films.copy()
    others[known] = films[np.random.default_rng(seed + 2).permutation(known)]
    return others


def _write_vectors(path: Path, names: npt.NDArray[np.str_], factors: Floats) -> None:
    """word2vec text."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"{len(names)} {SIZE}\n")
        for name, row in zip(names, factors.tolist(), strict=True):
            stream.write(f"{name} {' '.join(map(repr, row))}\n")


if __name__ == "__main__":
    write_factors(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else SEED)
