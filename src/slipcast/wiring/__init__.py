"""Wiring: the only package that may name an adapter."""
