"""The web process: what the house knows, over HTTP. It wires nothing and does no heavy work."""
