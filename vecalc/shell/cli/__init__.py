"""The command line: `command` has its options, `run` does what they ask for."""
