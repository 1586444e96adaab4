"""Command lines about image streams: what they ask for, as requests and histories."""
