"""Inputs: getting the source together, from git or as it lies there."""
