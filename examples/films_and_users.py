"""Can the product of a user's and a film's vector feed a model? Factors of ratings as embeddings.

python examples/films_and_users.py FOLDER [SEED]

judges the features that `vecalc features` made in FOLDER of what rating_factors.py wrote there: models of
scikit-learn are fitted to those of train.csv, and it prints how they do on those of test.csv. All steps in a
row are films_and_users.sh. Without arguments it only says so if scikit-learn is missing (pip install
scikit-learn).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from judging import Interval, auc_interval, print_table, samples
from rating_factors import SEED, Floats

# Columns of the tables that `vecalc features` wrote; each model gets the biases besides.
INPUTS = {
    "u": ("u",),
    "f": ("f",),
    "u + f": ("sum",),
    "u + 0.5*f": ("more_u",),
    "0.5*u + f": ("more_f",),
    "[u; f]": ("u", "f"),
    "u*f": ("product",),
    "0.5*(u*f + u + f), rms": ("combined_rms",),
    "0.5*(u*f + u + f), unit": ("combined_unit",),
    "0.5*(u*f + u + f), raw": ("combined_raw",),
    "min(u, f)": ("min",),
    "max(u, f)": ("max",),
    "dilate(u, f)": ("dilate_u",),
    "dilate(f, u)": ("dilate_f",),
    "bind(u, f)": ("bind",),
    "u·f": ("dot",),
    "u*f, u + f": ("product", "sum"),
    "u*f, [u; f]": ("product", "u", "f"),
    "[u; f; |u - f|; u*f]": ("u", "f", "difference", "product"),
    "u·f, [u; f]": ("dot", "u", "f"),
    "bind(u, f), [u; f]": ("bind", "u", "f"),
    "u*f of another film": ("other_product",),
    "u*f of another film, [u; f]": ("other_product", "u", "f"),
    "u·f of another film": ("other_dot",),
    "u·f of another film, [u; f]": ("other_dot", "u", "f"),
    "bind(u, f) of another film": ("other_bind",),
    "bind(u, f) of another film, [u; f]": ("other_bind", "u", "f"),
}
USUAL = "[u; f]"


class Features(NamedTuple):
    """What `vecalc features` wrote: columns by formula, and what was kept."""

    columns: dict[str, Floats]
    rating: Floats
    base: Floats


def read_features(path: Path) -> Features:
    """The features of one table, the columns of each formula together."""
    held = np.load(path)
    names = np.array([re.sub(r"_\d+$", "", name) for name in held["columns"].tolist()])
    columns = {name: held["features"][:, names == name].astype(np.float64) for name in np.unique(names)}
    return Features(columns, held["keep_rating"].astype(float), held["keep_base"].astype(float))


def predictions(train: Features, test: Features, seed: int) -> dict[str, Floats]:
    """What each model that has learned from the one predicts for the other."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    found = {
        "global mean": np.full(len(test.rating), train.rating.mean()),
        "biases": test.base,
        "biases + u·f, as fitted": test.base + test.columns["dot"][:, 0],
    }
    for kind in ("ridge", "trees"):
        for name, columns in INPUTS.items():
            x, y = (
                np.hstack([part.base[:, None], *(part.columns[c] for c in columns)]) for part in (train, test)
            )
            if kind == "ridge":
                model = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 4, 13)))
            else:
                model = HistGradientBoostingRegressor(learning_rate=0.1, max_iter=60, random_state=seed)
            found[f"{kind}: {name}"] = model.fit(x, train.rating).predict(y)
    return found


def judge(folder: Path, seed: int) -> None:
    """Fit models on the features of train.csv, and print how they do on those of test.csv."""
    train, test = read_features(folder / "train.npz"), read_features(folder / "test.npz")
    found = predictions(train, test, seed)
    liked = test.rating >= 4
    error = {name: errors(test.rating, predicted) for name, predicted in found.items()}
    rows = []
    for name, predicted in found.items():
        gains = [
            "" if name == usual else str(Interval.of(error[name] - error[usual]))
            for usual in (f"ridge: {USUAL}", f"trees: {USUAL}")
        ]
        rows.append([f"`{name}`", str(Interval.of(error[name])), *gains, str(auc_interval(predicted, liked))])
    than = [f"minus that of {kind}: {USUAL}" for kind in ("ridge", "trees")]
    print_table(
        f"Seed {seed}: {len(train.rating):,} ratings to learn from, {len(liked):,} held out, "
        f"{liked.mean():.0%} of them 4 or more",
        ["prediction", "RMSE [95 %]", *than, "AUC of 4 or more [95 %]"],
        [[cell.replace("|", "\\|") for cell in row] for row in rows],
    )


def errors(ratings: Floats, found: Floats) -> Floats:
    """The root mean squared error of some predictions in each of the samples."""
    return np.sqrt(samples(len(ratings)) @ (ratings - found) ** 2 / len(ratings))


def check() -> None:
    """End with a line where scikit-learn is missing, which the models need."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        sys.exit("films_and_users: scikit-learn is needed to judge the features: pip install scikit-learn")


if __name__ == "__main__":
    check()
    if sys.argv[1:]:
        judge(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else SEED)
