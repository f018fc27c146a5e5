"""From tree to value: names and definitions are expanded, words resolved, the rest computed.

expand(tree, scope)            no names, no `where`, no user's functions are left
resolve(tree, spaces, ...)     every word looked up at once, all unknown ones reported together
evaluate(tree, vectors, ...)   a pure function of the tree and a mapping from word to vector
search_scores(space, scores)   an expression with `?` has a number for every word: the best of them

    operators, apply (matching), algebra      what operators and functions do with values
    lift, drafting (each, affine), program    a tree with `?` or columns becomes steps for many rows
    steps, vector_steps                       the functions of those steps
    scores                                    the steps run over a space, block by block
    per_row, column_formula                   the steps run over the rows of a table, or of questions
    spacewide, surroundings                   what takes all words of a space, or several spaces
"""
