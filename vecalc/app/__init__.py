"""The shell: everything with effects, around the pure stages.

`pipeline` is the five stages in a row, `cli` and `repl` are the ways in.
"""
