"""Texts become vectors, and lines of a file a space: what a textual model or a user's program encodes.

An encoder is a `vecalc.space.Encoder`. Words have rows, texts have none: each is encoded when it is met, or
once and for all when the lines of a file become a store.
"""
