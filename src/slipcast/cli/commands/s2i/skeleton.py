"""The skeleton of a builder image: THE TABLE of its files, and their texts.

Source: source-to-image, create (S2I-283 to 285).
"""

from __future__ import annotations

import msgspec

IMAGE = "@IMAGE@"
"""Stands for the image's name in the texts."""


class File(msgspec.Struct, frozen=True):
    """A file: where, with which mode, holding what."""

    path: str
    mode: int
    text: str


DOCKERFILE = """\
# The builder image @IMAGE@.
#
# Name a base image that has what your applications need, at least /bin/sh and tar.
FROM docker.io/library/debian:bookworm-slim

# What the image offers, for people and for tools that look for builder images.
LABEL io.k8s.display-name="@IMAGE@" \\
      io.k8s.description="Builds and runs applications" \\
      io.openshift.expose-services="8080:http" \\
      io.openshift.tags="builder"

# Where the scripts lie that build and run an application.
LABEL io.openshift.s2i.scripts-url="image:///usr/libexec/s2i"
COPY --chmod=0755 s2i/bin/ /usr/libexec/s2i/

# Install what assemble and run need here.

# Applications live in a directory that any user of group 0 can write to, for platforms that choose
# the user themselves.
RUN mkdir -p /opt/app-root/src && chgrp -R 0 /opt/app-root && chmod -R g=u /opt/app-root
ENV HOME=/opt/app-root/src
WORKDIR /opt/app-root/src
USER 1001

EXPOSE 8080
CMD ["/usr/libexec/s2i/usage"]
"""

README = """\
# @IMAGE@

A builder image for source-to-image builds.

| file | what it is for |
|---|---|
| `Dockerfile` | the image: its base, its tools, its labels, its user |
| `s2i/bin/assemble` | builds an application from the source in `/tmp/src` |
| `s2i/bin/run` | starts the application; becomes the result's command |
| `s2i/bin/save-artifacts` | writes a tar of what the next build can reuse to standard output |
| `s2i/bin/usage` | tells how the image is used |
| `test/run` | builds the test application and checks that it runs |
| `test/test-app` | the test application |

Begin with a base image in `Dockerfile`, then fill in `assemble` and `run`.

    make build    # the builder image
    make test     # the builder image, then an application made with it

Build an application:

    slipcast s2i build SOURCE @IMAGE@ my-app
    slipcast run my-app
"""

MAKEFILE = """\
IMAGE_NAME ?= @IMAGE@
SLIPCAST ?= slipcast

.PHONY: build
build:
\t$(SLIPCAST) build . --strategy docker --tag $(IMAGE_NAME)

.PHONY: test
test:
\t$(SLIPCAST) build . --strategy docker --tag $(IMAGE_NAME)-candidate
\tIMAGE_NAME=$(IMAGE_NAME)-candidate SLIPCAST="$(SLIPCAST)" test/run
"""

ASSEMBLE = """\
#!/bin/sh
# Builds an application: the source lies in /tmp/src, the result goes to the working directory.
set -e

# What save-artifacts of the previous image kept, in an incremental build.
if [ -n "$(ls -A /tmp/artifacts 2>/dev/null)" ]; then
    echo "---> Restoring artifacts of the previous build"
    cp -R /tmp/artifacts/. ./
fi

echo "---> Installing the application"
cp -R /tmp/src/. ./

# Fetch dependencies and compile here.

# The platform may run the result as another user of group 0.
chmod -R g=u . 2>/dev/null || true
"""

RUN = """\
#!/bin/sh
# Starts the application. What stands here must end on TERM; most servers do when started by `exec`.
trap 'exit 0' TERM
sleep infinity &
wait
"""

SAVE_ARTIFACTS = """\
#!/bin/sh
# Writes one tar stream of what the next build can reuse, and nothing else, to standard output.
set -e
if [ -d deps ]; then
    tar cf - deps
fi
"""

USAGE = """\
#!/bin/sh
# Tells people how the image is used.
cat <<'END'
@IMAGE@ is a builder image: it makes runnable images from source code.

    slipcast s2i build SOURCE @IMAGE@ my-app
    slipcast run my-app
END
"""

TEST = """\
#!/bin/sh
# Builds the test application and checks that the result keeps running.
set -eu
cd "$(dirname "$0")"
# May be several words, such as a program and its first argument.
slipcast=${SLIPCAST:-slipcast}
candidate=${IMAGE_NAME:-@IMAGE@}
application=$candidate-testapp

$slipcast s2i usage "$candidate"
$slipcast s2i build --copy test-app "$candidate" "$application"
$slipcast run "$application" --no-wait
trap '$slipcast run "$application" --stop' EXIT
sleep 1
$slipcast run "$application" --status

# Ask the application something here, and check the answer.
echo "Test passed"
"""

INDEX = """\
<!doctype html>
<title>@IMAGE@</title>
<p>An application made with @IMAGE@.
"""

FILES = (
    File("Dockerfile", 0o600, DOCKERFILE),
    File("README.md", 0o600, README),
    File("Makefile", 0o600, MAKEFILE),
    File("s2i/bin/assemble", 0o755, ASSEMBLE),
    File("s2i/bin/run", 0o755, RUN),
    File("s2i/bin/usage", 0o755, USAGE),
    File("s2i/bin/save-artifacts", 0o755, SAVE_ARTIFACTS),
    File("test/run", 0o700, TEST),
    File("test/test-app/index.html", 0o600, INDEX),
)
"""THE TABLE of files."""
