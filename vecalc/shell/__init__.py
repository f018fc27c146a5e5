"""The shell: everything with effects, around the pure stages.

cli        the command line: `command` (its options), `run` (what they ask for)
commands   one file a command; `models` are those of `vecalc models`
repl       the prompt
opening    how all of them begin and end; `display` is what is shown, and how
"""
