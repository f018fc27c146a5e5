"""The same expression in several models: `differ` asks, `agreement` measures, `sheets` shows."""
