"""Registries elsewhere, over HTTP: `registries.RemoteRegistries` implements Distribution.

`reaching` sends and follows, `challenges` answers who we are, `addresses` says where nobody may
be led.
"""
