"""Texts become vectors, and lines of a file a space: what a textual model or a user's program encodes.

An encoder is a `vecalc.space.Encoder`. Words have rows, texts have none: each is encoded when it is met, or
once and for all when the lines of a file become a store.

    line_texts        a file -> its lines, trimmed
    column_texts      a table -> the cells of a column
    embedding         texts -> blocks of a store: each once, encoded some thousand at a time

What is read as texts: a file that holds no vectors, where there is an encoder; of a table the cells of a
column. `FORCED` before its name reads any text so, also one that could be vectors.
"""

from __future__ import annotations

FORCED = "lines:"
