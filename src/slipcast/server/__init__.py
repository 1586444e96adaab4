"""HTTP in front of an Api: routes, negotiation, streaming, identity; nothing is of one kind."""
