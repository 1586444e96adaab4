"""The resources: what is kept and served, field for field as documented on the wire.

One frozen Struct per kind (`meta`, `core`, `build`, `image`, ...), THE TABLE of kinds (`kinds`),
objects as kept (`document`), and how bytes become objects (`codec`).
"""
