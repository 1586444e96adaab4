"""Container engines behind the Engine port."""
