"""One file a command: `options` describes its arguments, `run` does it and returns the exit code."""
