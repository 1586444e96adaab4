"""Builds and BuildConfigs, described.

Source: cli.md section 10 (DE-1 to DE-3); `oc describe` of 3.5 and later.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.builds.explaining import elsewhere
from slipcast.builds.naming import BUILD_NUMBER, POD_NAME
from slipcast.values import instant
from slipcast.values.faults import Fault
from slipcast.views import age as ages
from slipcast.views.buildcolumns import STRATEGIES, came
from slipcast.views.column import NONE, at
from slipcast.views.describe.page import Around, Line, Lines, below, rows, said

NEWEST: Final = 10
"""How many builds of a configuration are told."""
DELIVERIES: Final = 5
"""How many webhooks that were delivered are told."""
WEBHOOKS: Final = {
    "GitHub": "github",
    "GitLab": "gitlab",
    "Bitbucket": "bitbucket",
    "Generic": "generic",
}
"""THE TABLE of webhooks: their type in a trigger, and the field that it is in."""
_SHORT: Final = 7
_SENTENCE: Final = 100


def build(content: JSON, around: Around) -> Lines:
    """What a build makes of what, and how it goes."""
    status: JSON = at(content, "status") or {}
    phase = str(at(status, "phase") or "")
    message = at(status, "message")
    yield Line("Status:", f"{phase} ({message})" if message else phase)
    yield from said("Started:", started(at(status, "startTimestamp")))
    yield Line("Duration:", duration(content, around.now))
    yield from _stages(status)
    yield from said("Build Config:", at(status, "config", "name"))
    yield _runner(content)
    yield from said("Image Digest:", at(status, "output", "to", "imageDigest"))
    yield Line("")
    spec: JSON = at(content, "spec") or {}
    yield from common(spec)
    yield from _causes(at(spec, "triggeredBy") or ())
    snippet = at(status, "logSnippet")
    if snippet:
        yield Line("Log Tail:", str(snippet))


def _runner(content: JSON) -> Line:
    """Who runs a build: its pod, or Jenkins (PL-73)."""
    annotations = at(content, "metadata", "annotations") or {}
    if at(content, "spec", "strategy", "jenkinsPipelineStrategy") is not None:
        return Line("Jenkins:", elsewhere(annotations))
    pod = at(annotations, POD_NAME)
    return Line("Build Pod:", str(pod or f"{at(content, 'metadata', 'name')}-build"))


def config(content: JSON, around: Around) -> Lines:
    """How builds are made, what starts them, and the newest of them."""
    spec: JSON = at(content, "spec") or {}
    yield Line("Latest Version:", str(at(content, "status", "lastVersion") or "Never built"))
    yield Line("")
    yield from common(spec)
    yield Line("")
    yield Line("Build Run Policy:", str(at(spec, "runPolicy") or ""))
    yield Line("Triggered by:", ", ".join(_triggers(spec)) or NONE)
    yield from _webhooks(content, around.server)
    for label, field in (
        ("Successful Builds Kept:", "successfulBuildsHistoryLimit"),
        ("Failed Builds Kept:", "failedBuildsHistoryLimit"),
    ):
        if at(spec, field) is not None:
            yield Line(label, str(at(spec, field)))
    yield from _builds(around)
    yield from _deliveries(around)


def delivery(content: JSON, around: Around) -> Lines:
    """What came of a webhook."""
    for label, field in (
        ("BuildConfig:", "buildConfig"),
        ("Webhook:", "type"),
        ("Event:", "event"),
        ("Delivery:", "deliveryID"),
    ):
        yield from said(label, at(content, field))
    yield from said("Received:", ages.ago(at(content, "receivedAt"), around.now))
    yield from said("Ref:", at(content, "ref"))
    yield from said("Commit:", at(content, "commit"))
    yield Line("Outcome:", str(came(content, around.now)))
    yield from said("Message:", at(content, "message"))


def common(spec: JSON) -> Lines:
    """What builds and their configurations have in common."""
    yield Line("Strategy:", STRATEGIES.get(_strategy_field(spec), ""))
    yield from _source(spec)
    yield from _strategy(spec)
    yield from said("Output to:", reference(at(spec, "output", "to")))
    yield from _inputs(at(spec, "source") or {})
    yield from _hook(at(spec, "postCommit") or {})
    yield from said("Push Secret:", at(spec, "output", "pushSecret", "name"))
    deadline = at(spec, "completionDeadlineSeconds")
    if deadline:
        yield Line("Fail Build After:", ages.human(timedelta(seconds=int(deadline))))


def reference(held: object) -> str:
    """An object that is named: its kind, and its name with its namespace."""
    if not isinstance(held, dict) or not held.get("name"):
        return ""
    inside = f"{held['namespace']}/" if held.get("namespace") else ""
    return f"{held.get('kind') or ''} {inside}{held['name']}".strip()


def started(stamp: object) -> str:
    """When a build began, in full."""
    if not isinstance(stamp, str) or not stamp:
        return ""
    try:
        return instant.parse(stamp).strftime("%a, %d %b %Y %H:%M:%S UTC")
    except Fault:
        return stamp


def duration(content: JSON, now: datetime) -> str:
    """How long a build took, has run, waited or waits (DE-2)."""
    status: JSON = at(content, "status") or {}
    created = ages.elapsed(at(content, "metadata", "creationTimestamp"), now) or timedelta()
    began = ages.elapsed(at(status, "startTimestamp"), now)
    ended = ages.elapsed(at(status, "completionTimestamp"), now)
    if ended is None and at(status, "phase") in {"Cancelled", "Complete", "Failed", "Error"}:
        # Nobody noted when it ended.
        return "unknown"
    if began is None:
        waited = created if ended is None else created - ended
        return f"{'waiting for' if ended is None else 'waited for'} {ages.human(waited)}"
    if ended is None:
        return f"running for {ages.human(began)}"
    return ages.took(at(status, "duration")) or ages.human(began - ended)


def _stages(status: JSON) -> Lines:
    for stage in at(status, "stages") or ():
        took = timedelta(milliseconds=int(at(stage, "durationMilliseconds") or 0))
        yield Line(f"{at(stage, 'name')}:", ages.human(took), 1)


def _source(spec: JSON) -> Lines:
    source: JSON = at(spec, "source") or {}
    yield from said("URL:", at(source, "git", "uri"))
    yield from said("Ref:", at(source, "git", "ref"))
    yield from said("ContextDir:", at(source, "contextDir"))
    yield from said("Source Secret:", at(source, "sourceSecret", "name"))
    revision = at(spec, "revision", "git")
    if revision:
        yield from _commit(revision)
    yield from said("Dockerfile:", at(source, "dockerfile"))


def _commit(revision: JSON) -> Lines:
    """A commit, in short; who committed it when it was not its author (DE-3)."""
    message = str(at(revision, "message") or "").partition("\n")[0]
    short = str(at(revision, "commit") or "")[:_SHORT]
    yield from said("Commit:", f"{short} ({message})" if message else short)
    author, committer = _person(at(revision, "author")), _person(at(revision, "committer"))
    if author == committer:
        yield from said("Author/Committer:", author)
    else:
        yield from said("Author:", author)
        yield from said("Committer:", committer)


def _person(held: object) -> str:
    if not isinstance(held, dict):
        return ""
    mail = f" <{held['email']}>" if held.get("email") else ""
    return f"{held.get('name') or ''}{mail}".strip()


def _strategy(spec: JSON) -> Lines:
    field = _strategy_field(spec)
    held: JSON = at(spec, "strategy", field) or {}
    image = at(held, "from")
    label = "Image Reference:" if at(image, "kind") == "DockerImage" else "From Image:"
    yield from said(label, reference(image))
    for name, what in _STRATEGY_LINES:
        yield from said(name, at(held, *what))
    if field == "jenkinsPipelineStrategy" and not held.get("jenkinsfile"):
        where = held.get("jenkinsfilePath")
        yield Line("Jenkinsfile:", f"at {where}" if where else "from source repository root")
    yield from _variables("Environment:", at(held, "env") or ())
    yield from _variables("Build Args:", at(held, "buildArgs") or ())
    for volume in at(held, "volumes") or ():
        mounts = (str(at(mount, "destinationPath")) for mount in at(volume, "mounts") or ())
        yield Line("Volume:", f"{at(volume, 'name')} at {', '.join(mounts)}")


def _strategy_field(spec: JSON) -> str:
    return next((each for each in STRATEGIES if at(spec, "strategy", each) is not None), "")


_STRATEGY_LINES: Final = (
    ("Scripts:", ("scripts",)),
    ("Dockerfile Path:", ("dockerfilePath",)),
    ("Pull Secret:", ("pullSecret", "name")),
    ("Incremental Build:", ("incremental",)),
    ("No Cache:", ("noCache",)),
    ("Force Pull:", ("forcePull",)),
    ("Runtime Image:", ("runtimeImage", "name")),
    ("Expose Docker Socket:", ("exposeDockerSocket",)),
    ("Jenkinsfile:", ("jenkinsfile",)),
)


def _variables(label: str, env: Any) -> Lines:
    if env:
        yield from below(label, [_variable(each) for each in env])


def _variable(each: JSON) -> str:
    for field, what in (("secretKeyRef", "secret"), ("configMapKeyRef", "config map")):
        found = at(each, "valueFrom", field)
        if found:
            return f"{each.get('name')} from {what} {found.get('name')}, key {found.get('key')}"
    return f"{each.get('name')}={each.get('value') or ''}"


def _inputs(source: JSON) -> Lines:
    binary = at(source, "binary")
    if binary is not None:
        file = at(binary, "asFile")
        yield Line(
            "Binary:", f'provided as file "{file}" on build' if file else "provided on build"
        )
    secrets = [_copied(each, "secret") for each in at(source, "secrets") or ()]
    yield from said("Build Secrets:", ",".join(secrets))
    maps = [_copied(each, "configMap") for each in at(source, "configMaps") or ()]
    yield from said("Build ConfigMaps:", ",".join(maps))
    for image in at(source, "images") or ():
        yield Line("Image Source:", _image(image))
    if not any(at(source, each) is not None for each in ("git", "binary", "dockerfile", "images")):
        yield Line("Empty Source:", "no input source provided")


def _copied(each: JSON, field: str) -> str:
    return f"{at(each, field, 'name')}->{at(each, 'destinationDir') or '.'}"


def _image(image: JSON) -> str:
    paths = [
        f"{at(path, 'sourcePath')}->{at(path, 'destinationDir')}"
        for path in at(image, "paths") or ()
    ]
    copies = f"copies {', '.join(paths)} from " if paths else ""
    return f"{copies}{reference(at(image, 'from'))}"


def _hook(hook: JSON) -> Lines:
    """The command that is run in the new image, as it is run."""
    args = [str(each) for each in at(hook, "args") or ()]
    if at(hook, "script"):
        argv = ["/bin/sh", "-ic", str(hook["script"]), *(("/bin/sh", *args) if args else ())]
    elif at(hook, "command"):
        argv = [*map(str, hook["command"]), *args]
    elif args:
        argv = ["<image-entrypoint>", *args]
    else:
        return
    quoted = ", ".join(f'"{each}"' for each in argv)
    yield Line("Post Commit Hook:", f"[{quoted}]")


def _causes(causes: Any) -> Lines:
    if not causes:
        yield Line("Build trigger cause:", "<unknown>")
    for cause in causes:
        yield Line("Build trigger cause:", str(at(cause, "message") or ""))
        yield from _cause(cause)


def _cause(cause: JSON) -> Lines:
    for field in ("githubWebHook", "genericWebHook", "gitlabWebHook", "bitbucketWebHook"):
        hook = at(cause, field)
        if hook:
            yield from _commit(at(hook, "revision", "git") or {})
            yield from said("Secret:", "*****" if at(hook, "secret") else "", 1)
    image = at(cause, "imageChangeBuild")
    if image:
        yield from said("Image ID:", at(image, "imageID"), 1)
        yield from said("Image Name/Kind:", reference(at(image, "fromRef")), 1)


def _triggers(spec: JSON) -> Iterator[str]:
    for trigger in at(spec, "triggers") or ():
        match at(trigger, "type"):
            case "ConfigChange":
                yield "Config"
            case "ImageChange":
                image = at(trigger, "imageChange", "from")
                yield f"Image({reference(image)})" if image else "ImageChange"
            case _:
                pass


def _webhooks(content: JSON, server: str) -> Lines:
    """Where webhooks call; what they must know is not told."""
    metadata: JSON = at(content, "metadata") or {}
    root = (
        f"{server}/apis/build.openshift.io/v1/namespaces/{metadata.get('namespace')}"
        f"/buildconfigs/{metadata.get('name')}/webhooks/<secret>"
    )
    for trigger in at(content, "spec", "triggers") or ():
        field = WEBHOOKS.get(str(at(trigger, "type")))
        if field is not None:
            yield Line(f"Webhook {trigger['type']}:")
            yield Line("URL:", f"{root}/{field}", 1)
            if field == "generic":
                allowed = bool(at(trigger, "generic", "allowEnv"))
                yield Line("AllowEnv:", "true" if allowed else "false", 1)


def _builds(around: Around) -> Lines:
    if not around.builds:
        return
    newest = sorted(around.builds, key=_age, reverse=True)[:NEWEST]
    yield Line("")
    head = ("Build", "Status", "Duration", "Creation Time")
    yield from rows([head, *(_row(each, around.now) for each in newest)], level=0)


def _deliveries(around: Around) -> Lines:
    """What came of the newest webhooks (UP-15)."""
    if not around.deliveries:
        return
    newest = sorted(around.deliveries, key=_received, reverse=True)[:DELIVERIES]
    yield Line("")
    head = ("Webhook", "Delivered", "Outcome", "Message")
    yield from rows([head, *(_delivery(each, around.now) for each in newest)], level=0)


def _delivery(content: JSON, now: datetime) -> tuple[str, ...]:
    event = str(at(content, "event") or "")
    what = f"{at(content, 'type')} {event}".strip()
    when = ages.ago(at(content, "receivedAt"), now)
    return (what, when, str(came(content, now)), str(at(content, "message") or "")[:_SENTENCE])


def _received(content: JSON) -> tuple[str, int]:
    """What deliveries are ordered by: those of one second as they were written."""
    revision = str(at(content, "metadata", "resourceVersion") or "")
    return str(at(content, "receivedAt") or ""), int(revision) if revision.isdecimal() else 0


def _creation(content: JSON) -> str:
    return str(at(content, "metadata", "creationTimestamp") or "")


def _age(content: JSON) -> tuple[str, int]:
    """What builds are ordered by: those of one second by their numbers."""
    number = str(at(content, "metadata", "annotations", BUILD_NUMBER) or "")
    return _creation(content), int(number) if number.isdecimal() else 0


def _row(content: JSON, now: datetime) -> tuple[str, ...]:
    phase = str(at(content, "status", "phase") or "").lower()
    name = str(at(content, "metadata", "name"))
    return (name, phase, duration(content, now), _creation(content))
