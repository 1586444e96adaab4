"""What new-app and new-build make of each kind of input, kept under review: `make golden` rewrites.

Source: generated-objects.md section 12, (a) to (e).
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from newappworld import PIPE, SHOP, WEB, made_by, request_of
from slipcast.api import codec
from slipcast.api.document import JSON
from slipcast.newapp.documents import with_build_env, with_env

OBJECTS = Path(__file__).parent / "newapp"
REWRITE = os.environ.get("GOLDEN") == "rewrite"
INLINE = "$'FROM centos:7\\nRUN make\\n'"
LABELLED: tuple[JSON, ...] = (
    {
        "apiVersion": "apps.openshift.io/v1",
        "kind": "DeploymentConfig",
        "metadata": {"name": "db", "labels": {"app": "theirs"}},
        "spec": {
            "template": {
                "metadata": {"labels": {"name": "db"}},
                "spec": {"containers": [{"name": "db", "env": [{"name": "A", "value": "old"}]}]},
            }
        },
    },
    {
        "apiVersion": "build.openshift.io/v1",
        "kind": "BuildConfig",
        "metadata": {"name": "db"},
        "spec": {"strategy": {"dockerStrategy": {"env": [{"name": "B", "value": "theirs"}]}}},
    },
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"}, "spec": {"ports": []}},
)
WITH_TEMPLATE = ("mysql", "-e", "A=new", "--build-env=B=1", "--build-env=C=2", "-l", "tier=data")
FROM_SHOP = f"{SHOP}#stable --context-dir=web -e DEBUG=0 --build-env PIP_INDEX_URL=http://m"
COMMANDS = {
    "source": f"new-app {FROM_SHOP}",
    "source-as-deployment": f"new-app {FROM_SHOP} --as-deployment",
    "source-private": f"new-app {SHOP} --source-secret=git",
    "source-as-test-with-labels": f"new-app python:2.7~{SHOP} --as-test -l app=theirs,tier=web",
    "image-of-a-stream": "new-app mysql -e MYSQL_USER=me -e MYSQL_DATABASE=shop",
    "image-of-a-stream-as-deployment": "new-app mysql --as-deployment",
    "image-by-flag-as-deployment": "new-app -i mysql:5.6 --name=db --as-deployment",
    "image-of-a-registry": "new-app quay.io/team/proxy:1 --insecure-registry",
    "image-taken-for-granted": "new-app nowhere/at-all:1 --allow-missing-images",
    "image-of-the-host": "new-app localhost/own:1",
    "image-found-on-the-host": "new-app own:2",
    "source-with-a-builder-of-the-host": f"new-app localhost/s2i:1~{SHOP}",
    "dockerfile-on-a-stream": f"new-app {WEB}",
    "dockerfile-on-a-registry": f"new-app {WEB}-own",
    "dockerfile-on-what-is-missing": f"new-app {WEB}-lost --allow-missing-images",
    "dockerfile-from-scratch": f"new-app {WEB}-empty",
    "dockerfile-as-deployment": f"new-app {WEB} --as-deployment",
    "pipeline": f"new-app {PIPE}",
    "directory": "new-app ./shop",
    "several": f"new-app {SHOP} {WEB} mysql:5.6",
    "group": f"new-app python~{SHOP}+mysql -e A=1",
    "group-as-deployment": f"new-app python~{SHOP}+mysql --as-deployment",
    "group-by-flag": "new-app mysql redis --group=mysql+redis",
    "group-of-directories": "new-app ./shop ./admin --group=./shop+./admin",
    "group-of-a-directory-and-an-image": "new-app ./shop mysql --group=mysql+./shop",
    "build-of-a-directory": "new-build ./shop",
    "build-binary": "new-build --binary --name=app",
    "build-binary-with-a-builder": "new-build --binary ruby --name=app",
    "build-binary-by-docker": "new-build --binary --image-stream=ruby --strategy=docker",
    "build-inline": f"new-build -D {INLINE}",
    "build-inline-to-docker": "new-build -D 'FROM openshift/origin:v1.1' --to-docker",
    "build-inline-to": "new-build -D 'FROM openshift/origin:v1.1' --to origin-test:v1.1",
    "build-inline-to-a-repository": "new-build -D 'FROM openshift/origin:v1.1'"
    " --to-docker --to openshift/origin:v1.1-test",
    "build-inline-to-and-name": f"new-build -D {INLINE} --to n --name m",
    "build-inline-without-output": f"new-build -D {INLINE} --no-output",
    "build-with-a-dockerfile-of-its-own": f"new-build {SHOP} -D {INLINE}",
    "build-with-files-of-an-image": f"new-build ruby~{SHOP} --source-image=jenkins"
    " --source-image-path=/var/lib/jenkins:tmp",
    "build-of-an-image-only": "new-build ruby --source-image=jenkins"
    " --source-image-path=/a --name=app",
    "build-with-arguments": f"new-build {WEB} --build-arg B=2 --build-arg A=1 -e Z=1",
    "build-with-secrets": f"new-build {SHOP} --push-secret=p --source-secret=s"
    " --build-secret=npmrc:.npmrc --build-config-map=settings:config",
    "build-of-two": f"new-build ruby~{SHOP} nodejs~{WEB}",
    "build-of-one-twice": f"new-build ruby~{SHOP} ruby~{SHOP}",
}
"""THE TABLE of command lines, by the name of the file with what they make."""


@pytest.mark.parametrize("name", COMMANDS)
def test_objects_are_what_was_reviewed(name: str) -> None:
    command = COMMANDS[name]
    request = request_of(*shlex.split(command.replace("$'", "'").replace("\\n", "\n")))

    kept(name, f"slipcast {command}", made_by(request))


def test_objects_of_a_template_are_what_was_reviewed() -> None:
    request = request_of("new-app", *WITH_TEMPLATE)
    made = with_build_env(with_env(LABELLED, request.env), request.build_env)

    command = f"slipcast new-app TEMPLATE {shlex.join(WITH_TEMPLATE)}"
    kept("template", command, made_by(request, made=made))


def kept(name: str, command: str, made: tuple[JSON, ...]) -> None:
    """Compare a List with the one that was reviewed."""
    whole: JSON = {"kind": "List", "apiVersion": "v1", "metadata": {}, "items": list(made)}
    text = f"# {command}\n{codec.to_yaml(whole)}"
    file = OBJECTS / f"{name}.yaml"
    if REWRITE:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    assert file.read_text() == text
