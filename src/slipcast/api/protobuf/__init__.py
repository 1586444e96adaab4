"""Objects as protobuf: what typed clients of Kubernetes send of its own kinds. Read, never written.

`reading` turns a message into JSON by the field numbers in `metafields`, `corefields`, `podfields`
and `groupfields`.
"""
