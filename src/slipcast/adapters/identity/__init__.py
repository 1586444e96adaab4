"""Authenticators: one way of saying who asks per module, and `chain`, which asks them in turn."""
