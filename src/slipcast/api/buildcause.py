"""Why builds are started.

Source: triggers.md; the API reference of build.openshift.io/v1.
"""

from __future__ import annotations

from msgspec import field

from slipcast.api.buildsource import SourceRevision
from slipcast.api.meta import ObjectReference
from slipcast.api.wire import Wire


class GenericWebHookCause(Wire, frozen=True, kw_only=True):
    """A webhook started the build.

    revision: the commit it told of.
    secret: its secret, not in full.
    """

    revision: SourceRevision | None = None
    secret: str = ""


class ImageChangeCause(Wire, frozen=True, kw_only=True):
    """A new image started the build.

    imageID: the image.
    fromRef: where it was noticed.
    """

    image_id: str = field(default="", name="imageID")
    from_ref: ObjectReference | None = None


class BuildTriggerCause(Wire, frozen=True, kw_only=True):
    """Why a build was started.

    message: why, in a sentence.
    genericWebHook: a generic webhook.
    githubWebHook: a webhook of GitHub.
    imageChangeBuild: a new image.
    gitlabWebHook: a webhook of GitLab.
    bitbucketWebHook: a webhook of Bitbucket.
    """

    message: str = ""
    generic_web_hook: GenericWebHookCause | None = None
    github_web_hook: GenericWebHookCause | None = None
    image_change_build: ImageChangeCause | None = None
    gitlab_web_hook: GenericWebHookCause | None = None
    bitbucket_web_hook: GenericWebHookCause | None = None
