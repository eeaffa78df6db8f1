"""One file a command: `options` names its arguments, `run` does it and returns the exit code."""
