"""Turns a recording into renditions, words, phases, suggestions and clips."""
