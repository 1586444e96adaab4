"""Builds: from what a user asked to what happens, decided without doing any of it."""
