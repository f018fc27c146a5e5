"""What `vecalc models` does: `report` shows and fetches, `edit` changes names, defaults and settings."""
