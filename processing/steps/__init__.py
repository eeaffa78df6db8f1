"""The steps: pure functions from paths and values to values and files in a scratch folder."""
