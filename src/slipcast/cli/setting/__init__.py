"""What `slipcast set` changes: objects as they are, and as they are to be. No server in it."""
