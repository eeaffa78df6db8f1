"""Scores that compare what was found with the truth."""
