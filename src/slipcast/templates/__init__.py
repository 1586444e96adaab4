"""Templates: objects with parameters, and what is wrong with them."""
