"""Brings recordings in."""
