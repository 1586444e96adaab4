"""What is wrong with objects of the kinds of Kubernetes, in the words that its users know.

    data        Secret, ConfigMap
    services    Service
    pods        Pod, and the pods that others make (containers, volumes)
    workloads   Deployment, Job, DeploymentConfig
    roles       Role, ClusterRole and their bindings
    limits      LimitRange, ResourceQuota
    claims      PersistentVolumeClaim
    routes      Route
    others      Namespace, Event, Lease

Every rule takes the new object and the stored one (None for a new one), finds all that is wrong,
and changes nothing. Metadata is looked at in `metadata`, images and builds above this floor.

Source: Kubernetes' validation of its API.
"""
