"""From tree to value: names and definitions are expanded, words resolved, the rest computed.

expand(tree, scope)            no names, no `where`, no user's functions are left
resolve(tree, spaces, ...)     every word looked up at once, all unknown ones reported together
evaluate(tree, vectors, ...)   a pure function of the tree and a mapping from word to vector
search_scores(space, scores)   an expression with `?` has a number for every word: the best of them

    values                                    what an expression can be worth, may ask and may cost
    operators, calls (signature)              what is checked before a kernel computes
    functions                                 the table of functions
    kernels, vector_kernels, algebra          every function and operator, over rows; those of whole lists
    tabulation, table_arithmetic              lists become tables, by the same kernels; their arithmetic
    builder (affine), program                 what varies becomes steps for many rows
    topk                                      the steps run over a space, block by block
    row_program, column_formula               the steps run over the rows of a table, or of questions
    prune (gaps), linear_terms                trees without unknown terms; sums taken apart
    procrustes                                what takes all words of a space, or of two
"""
