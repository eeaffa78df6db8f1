"""The steps. Each is a pure function: paths and values in, values and files in its scratch folder out."""
