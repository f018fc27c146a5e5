"""Commands besides answering expressions: one module a command, found by themselves.

A module of this folder is the command of its name (without a `_` at the end: `import_` is `import`). It has

    run: Command      made by `@command(usage, ...)` of a function: options in, exit code out (see `registry`)

and loads no more than click until it runs, because the help of all of them is shown together.
"""
