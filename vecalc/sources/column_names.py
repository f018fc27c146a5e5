"""What people call the columns of a table that holds vectors, the likeliest name first."""

from __future__ import annotations

SURE_WORDS = ("word", "token", "term")  # also where they look like numbers
WORDS = (
    *SURE_WORDS,
    *("key", "words", "tokens", "text", "title", "name", "label", "sentence", "content", "item", "entity"),
)
IDS = ("node_id", "item_id", "user_id", "movie_id", "id", "node", "item", "user", "key", "index")
VECTORS = ("vector", "embedding", "vectors", "embeddings", "emb", "vec", "features", "values")
