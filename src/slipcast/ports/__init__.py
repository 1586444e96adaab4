"""Protocols: what rooms ask of the outside world. One colour each, at most ten methods."""
