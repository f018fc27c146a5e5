#!/bin/sh
# Ratings to factors, factors to features, features to models:
#   sh examples/films_and_users.sh RATINGS.csv[.gz] FOLDER [SEED]
set -e
here=$(dirname "$0")
python "$here/films_and_users.py"  # what the last step needs, before the long ones
python "$here/rating_factors.py" "$1" "$2" ${3:+"$3"}
for part in train test; do
    vecalc features "$2/$part.csv" -o "$2/$part.npz" --norm raw -m users="$2/users.txt" -m films="$2/films.txt" \
        --bind u=users:user_id --bind f=films:film_id --bind other=films:other_id \
        --keep rating --keep base --unknown skip \
        -e 'u = u' -e 'f = f' -e 'sum = u + f' -e 'more_u = u + 0.5*f' -e 'more_f = 0.5*u + f' \
        -e 'product = u*f' -e 'dot = u@f' -e 'difference = absdiff(u, f)' -e 'min = min(u, f)' -e 'max = max(u, f)' \
        -e 'combined_rms = combined(rms(u), rms(f))' -e 'combined_unit = combined(unit(u), unit(f))' \
        -e 'combined_raw = combined(u, f)' -e 'dilate_u = dilate(u, f)' -e 'dilate_f = dilate(f, u)' \
        -e 'bind = bind(u, f)' -e 'other_product = u*other' -e 'other_dot = u@other' -e 'other_bind = bind(u, other)'
done
python "$here/films_and_users.py" "$2" ${3:+"$3"}
