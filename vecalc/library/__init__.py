"""Models by name: the catalogue, the cache of conversions, downloads, and where all of it lies."""
