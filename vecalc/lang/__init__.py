"""Text to tree and back; the only home of Lark.

    parse(text) -> tuple of statements        show(node) -> canonical text

and `parse(show(t)) == t` for every tree. `tokens.settle` asks a vocabulary, before a text is parsed, what of
it is one word without quotes. `nodes` is what the other layers know of the language.
"""
