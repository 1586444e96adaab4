"""What is filled in of objects of the kinds of Kubernetes when they do not say it.

    pods        Pod, and the pods that others make
    services    Service, Route
    workloads   Deployment, Job, DeploymentConfig
    others      LimitRange, PersistentVolumeClaim, Secret, role bindings

Every function returns a changed copy, and changes nothing of an object that it has filled in.
Builds, images and templates are filled in above this floor.

Source: Kubernetes' defaulting of its API; the API references of OpenShift.
"""
