"""Formulas over the same two vectors, side by side.

formulas         the ways to make one vector of two
comparison       two operands and some formulas -> a `Comparison`
compare_sheets   a `Comparison` -> tables
"""
