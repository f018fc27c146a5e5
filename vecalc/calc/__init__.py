"""From tree to value: names and definitions are expanded, words resolved, the rest computed.

expand(tree, scope)            no names, no `where`, no user's functions are left
resolve(tree, spaces, ...)     every word looked up at once, all unknown ones reported together
evaluate(tree, vectors, ...)   a pure function of the tree and a mapping from word to vector
"""
