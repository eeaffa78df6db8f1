"""The command, the settings, the supervisor: the one place that wires things together."""
