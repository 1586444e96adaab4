"""What `slipcast get` prints is what kubectl prints, byte for byte, from the same server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from conformance.conftest import Ran, Server
from containers import wait_for

OBJECTS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: a10
  namespace: shop
  labels: {app: web, example.com/tier: front}
  annotations: {note: "two\\nlines", big: "1e3"}
data: {key: value, size: 1Gi, html: "<a href='x'>&</a>", multi: "line1\\nline2\\n", last: "true"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a2, namespace: shop, labels: {app: api}}
data: {key: other, size: 500Mi}
---
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: shop}
stringData: {password: hidden}
---
apiVersion: build.openshift.io/v1
kind: BuildConfig
metadata: {name: app, namespace: shop}
spec:
  source: {git: {uri: "https://example.com/app.git", ref: main}}
  strategy: {sourceStrategy: {from: {kind: ImageStreamTag, name: "ruby:2.3"}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  ports: [{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, protocol: UDP}]
  selector: {app: web}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: shop}
spec: {containers: [{name: c, image: x}, {name: d, image: "y"}]}
"""

AGE = re.compile(r"\b(?:\d+[dhms]){1,2}(?: +|$)", re.MULTILINE)
HEAD = re.compile(r"\bAGE(?: +|$)", re.MULTILINE)

TABLES = [
    "cm",
    "cm --show-labels",
    "cm -L app,example.com/tier",
    "cm -L app --show-labels --no-headers",
    "cm --show-kind",
    "cm a2 a10",
    "cm/a2 bc/app cm/a10",
    "cm,secret",
    "cm,bc,secret,dc",
    "all",
    "po,svc -o wide",
    "bc -A",
    "deploy.apps",
    "deployments.v1.apps",
    "ns",
    "ns -A",
    "rolebindings -A -o wide",
    "cm -l app=web",
    "cm -l app=none",
    "cm --field-selector metadata.name=a2",
    "cm --chunk-size=1",
    "cm --sort-by=.metadata.name",
    "cm --sort-by={.data.size}",
    "cm -A -l app --sort-by=.metadata.labels.app",
]

WHOLES = [
    "cm -o yaml",
    "cm -o json",
    "cm a10 -o yaml",
    "cm a10 -o json",
    "cm a10 -o yaml --show-managed-fields",
    "cm a2 a10 -o json",
    "cm,bc -o yaml",
    "svc,pod -o yaml",
    "dc -o yaml",
    "cm,bc -o name",
    "cm --sort-by=.data.size -o name",
    "cm --sort-by=.data.size -o yaml",
    "cm -o custom-columns=NAME:.metadata.name,SIZE:.data.size,NO:.data.no,L:.metadata.labels",
    "cm a10 -o custom-columns=NAME:metadata.name,M:.metadata.managedFields[*].manager",
    "cm -o custom-columns=NAME:metadata.name --no-headers",
    "clusterroles view -o custom-columns=N:.metadata.name,R:.rules[0].verbs",
    "dc -o jsonpath={.items}",
    "--raw /api/v1/namespaces/shop",
]

REFUSED = [
    "cm nope",
    "cm a2 nope",
    "cm/a2 cm/nope secret/nope",
    "cm a2 nope -o yaml",
    "clusterrole nope",
    "cm nope --ignore-not-found",
    "foo",
    "cm/a/b",
    "cm a -A",
    "cm a -l x=y",
    "cm -l a|b",
    "cm --field-selector bad=x",
    "selfsubjectreviews",
    "cm -o custom-columns=NAME",
    "cm -o custom-columns=",
    "cm -o jsonpath={.items[0]",
    "cm -o jsonpath={#}",
    "cm --raw /version",
    "cm,secret -w",
]

TEMPLATES = [
    "{.items[*].metadata.name}",
    "{.items[0,1].metadata.name}",
    "{.items[-1].metadata.name}",
    "{.items[::2].metadata.name}",
    '{.items[:1].metadata.name}{"\\n"}',
    '{.items[?(@.metadata.name=="a2")].data.size}',
    '{.items[?(@.metadata.name!="a2")].data.size}',
    '{.items[?(@.data.size>"5")].metadata.name}',
    r"{.items[?(@.metadata.labels.example\.com/tier)].metadata.name}",
    "{.items[*]['metadata.name','data.size']}",
    r"{.items[0].metadata.labels['example\.com/tier']}",
    "{.items[0].metadata.labels['example.com/tier']}",
    '{range .items[*]}{.metadata.name}{"\\t"}{.data.size}{"\\n"}{end}',
    "{range .items[*]}{.metadata.name}{','}{end}tail",
    "{range .nope[*]}x{end}y",
    "{.items[*].nope}",
    "{.items[0].data}",
    "{.items[0].data.multi}",
    "{..namespace}",
    "{.kind}{.metadata}",
    "plain \\n text",
    '{"a\'b"}{\'c"d\'}{"x\\u00e9\\t"}',
    "{true} {1} {1.5} {-3}",
    "{'it''s'}",
    "{}",
    "{.}",
    "{$.kind}{@.kind}",
    "{.items[0].metadata..app}",
]


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Server]:
    """The server with a few objects in the namespace `shop`."""
    made = server.kubectl("apply", "-f", "-", stdin=OBJECTS)
    assert made.code == 0, made.stderr
    yield server
    server.kubectl("delete", "namespace", "shop")


def both(server: Server, *words: str) -> tuple[Ran, Ran]:
    """What kubectl and slipcast answer to the same words; ages are all the same."""
    theirs, ours = server.kubectl("get", *words), server.slipcast("get", *words)
    return _without_ages(theirs), _without_ages(ours)


def _without_ages(ran: Ran) -> Ran:
    return Ran(ran.code, without_ages(ran.stdout), ran.stderr)


def without_ages(text: str) -> str:
    """Ages are as wide as they are; whoever asks later sees a later one."""
    return HEAD.sub("AGE ", AGE.sub("0s ", text))


@pytest.mark.parametrize("line", [*TABLES, *WHOLES])
def test_objects_are_printed_as_kubectl_prints_them(shop: Server, line: str) -> None:
    where = [] if line.startswith("--raw") else ["-n", "shop"]

    theirs, ours = both(shop, *line.split(" "), *where)

    assert theirs.code == 0, theirs.stderr
    assert ours == theirs


@pytest.mark.parametrize("line", REFUSED)
def test_refusals_are_told_as_kubectl_tells_them(shop: Server, line: str) -> None:
    theirs, ours = both(shop, *line.split(" "), "-n", "shop")

    assert ours == theirs


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_are_filled_in_as_kubectl_does(shop: Server, template: str) -> None:
    theirs, ours = both(shop, "cm", "-n", "shop", "-o", f"jsonpath={template}")

    assert theirs.code == 0, theirs.stderr
    assert ours == theirs


@pytest.mark.parametrize("events", [[], ["--output-watch-events"]], ids=["plain", "events"])
@pytest.mark.parametrize(
    "form",
    ["", "wide", "yaml", "json", "name", "jsonpath={.metadata.name}{.object.metadata.name};"],
)
def test_a_watch_prints_as_kubectl_prints_it(
    shop: Server, tmp_path: Path, form: str, events: list[str]
) -> None:
    words = [
        "get",
        "cm",
        "-n",
        "shop",
        "-l",
        "watched",
        "--watch",
        "--show-managed-fields",
        *events,
    ]
    words += ["-o", form] if form else []
    put(shop, "first", "yes")

    with (
        shop.begun(tmp_path / "theirs", "kubectl", *words) as theirs,
        shop.begun(tmp_path / "ours", "slipcast", *words) as ours,
    ):
        theirs.prints("first")
        ours.prints("first")
        change(shop)
        theirs.prints("the-end")
        ours.prints("the-end")
        # The name of the last object is not the last word about it: the rest may be on its way.
        with suppress(AssertionError):
            wait_for(lambda: without_ages(ours.printed) == without_ages(theirs.printed), "the same")

    assert without_ages(ours.printed) == without_ages(theirs.printed)
    shop.kubectl("delete", "cm", "-n", "shop", "-l", "watched")


def change(server: Server) -> None:
    """Something happens: a change, an object with a long name, a deletion, and a last object."""
    put(server, "first", "no")
    put(server, "a-longer-name", "yes")
    server.kubectl("delete", "cm", "first", "-n", "shop")
    put(server, "the-end", "yes")


def put(server: Server, name: str, value: str) -> None:
    """See that a ConfigMap is there, with a label that watches ask for."""
    metadata = {"name": name, "labels": {"watched": value}}
    text = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    done = server.kubectl("apply", "-n", "shop", "-f", "-", stdin=text)
    assert done.code == 0, done.stderr
