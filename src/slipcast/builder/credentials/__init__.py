"""Secrets in the shape that each tool wants them."""
