"""Controllers at work: what they see is gathered, what they decide is carried out.

What is decided is in `reconcile`; here is the loop around it. Begin with `controller`.
"""
