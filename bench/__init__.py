"""Measurements: how well and how fast Guanke does on recordings with truth."""
