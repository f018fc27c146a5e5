"""The parts of the starter-space builder, split by meaning."""
