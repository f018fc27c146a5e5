"""An expression explained: sheets on how it was read, what came out, and how far to trust that.

explain      the sheets of an expression, whatever its value is
reading      the text, the tree, the words
ranked       neighbours, the parts of their scores, the words that were left out
scored       the same for an expression with `?`, whose parts are similarities
lists        a list; numbers: a number
measures     numbers about a result, each with its meaning
"""
