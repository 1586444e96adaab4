"""The program that turns a source into an image. Synchronous, top to bottom."""
