"""The same expression in several models: `side_by_side` asks and measures, `diff_sheets` shows."""
