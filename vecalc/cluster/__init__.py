"""A batch on many machines: parts of its files to workers of a dask cluster, their answers to one file.

    ranges        a file of expressions in parts: ranges of bytes, with the lines before them that bind names
    worker        one part, there: read, answered, rendered, written, and a receipt for it
    dispatch      parts out, receipts back; a part that ends its workers is split until one line is left
    joined        parts in order into the output, by the journal that `--resume` has
    connection    the cluster: an address and TLS, or workers of our own on this machine
    batch         `--cluster`, the whole of it

What a worker is given are places, never vectors; what comes back are receipts, never answers. So the files,
the output's folder and the models have to be where every machine sees them, by the same names. A part may be
worked on twice, or by two at once: it comes to the same bytes, which take their name when they are complete.
"""
