"""new-app: words to objects, in pure stages; what must be looked up is returned as questions."""
