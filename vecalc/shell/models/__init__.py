"""What `vecalc models` does: `listing` and `pruning` of what there is, `pulling` what there is not yet."""
