"""Launchers: containers that outlive a command."""
