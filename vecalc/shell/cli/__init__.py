"""The command line: `arguments` -> `command` (options) -> `run` (what they ask for) -> `output`."""
