"""An expression explained: sheets on how it was read, what came out, and how far to trust that.

explain      the sheets of an expression, whatever its value is
reading      the text, the tree, the words
ranked       neighbours, the parts of their scores, the words that were left out
measured     numbers about the result: its length, its axes, its place among random words
"""
