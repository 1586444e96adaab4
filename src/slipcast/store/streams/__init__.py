"""Image streams as the store writes them, and the kinds that are views of them."""
