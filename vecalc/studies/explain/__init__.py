"""An expression explained: sheets on how it was read, what came out, and how far to trust that.

explanation       the sheets of an expression, whatever its value is
reading_sheets    the text, the tree, the words
ranking_sheets    neighbours, the parts of their scores, the words that were left out
score_sheets      the same for an expression with `?`, whose parts are similarities
number_sheets     a number; a list is so short that it stands in explanation
measures          numbers about a result, each with its meaning
"""
