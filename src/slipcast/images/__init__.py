"""Image streams and images: what their names mean, what is filled in, what is wrong with them."""
