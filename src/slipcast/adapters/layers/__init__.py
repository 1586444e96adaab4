"""Image layers: tar streams written by hand, hashed and compressed in one pass, laid out, sent.

Source: OCI image specification 1.0, layer.md; POSIX pax interchange format.
"""
