"""The shell: everything with effects, around the pure stages.

`pipeline` is the five stages in a row, `cli` and `repl` are the ways in. `catalogue` knows models by name,
`stores` opens them, `cache` keeps converted ones; `models` and `doctor` are what `vecalc models` does.
"""
