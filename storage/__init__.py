"""Remembers: the database holds what we know, the object store what we hold."""
