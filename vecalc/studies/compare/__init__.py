"""Formulas over the same two vectors, side by side.

formulas     the ways to make one vector of two
compare      two operands and some formulas -> a `Comparison`
sheets       a `Comparison` -> tables
"""
