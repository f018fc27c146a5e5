#!/bin/sh
# Ratings to factors, factors to features, features to models:  sh examples/films_and_users.sh RATINGS.csv[.gz] FOLDER
set -e
here=$(dirname "$0")
python "$here/films_and_users.py" check  # what the last step needs, before the long ones
python "$here/films_and_users.py" factors "$1" "$2"
for part in train test; do
    vecalc features "$2/$part.csv" -o "$2/$part.npz" --norm raw -m users="$2/users.txt" -m films="$2/films.txt" \
        --bind u=users:user_id --bind f=films:film_id --keep rating --keep base --unknown skip \
        -e 'u = u' -e 'f = f' -e 'sum = u + f' -e 'product = u*f' -e 'difference = absdiff(u, f)' -e 'dot = u@f'
done
python "$here/films_and_users.py" judge "$2"
