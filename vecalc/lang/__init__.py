"""Text to tree and back; the only home of Lark.

    parse(text) -> tuple of statements        show(node) -> canonical text

and `parse(show(t)) == t` for every tree. `nodes` is what the other layers know of the language.
"""
