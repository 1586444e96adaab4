"""What is wrong with BuildConfigs, Builds and the requests that make them.

    config    a BuildConfig, new or changed
    build     a Build, new or changed
    details   what a builder reports of its Build
    request   BuildRequest
    logs      BuildLogOptions
    common_spec, source, strategy, volumes, output, triggers, references    their parts

Every rule finds all that is wrong, with the paths of BA-14, and changes nothing.
"""
