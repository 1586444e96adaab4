"""Telling a URL how a build ended; nothing that goes wrong here fails a build.

Source: source-to-image, callback (S2I-286 to 289).
"""

from __future__ import annotations

from collections.abc import Mapping

from slipcast.builder.job import Job
from slipcast.builds.s2i import callback
from slipcast.values.faults import DownloadFault

_NOT_TAKEN = 300


def tell(job: Job, *, success: bool, labels: Mapping[str, str]) -> None:
    """Deliver the outcome to the callback URL, if one was given."""
    url = job.request.callback_url
    if not url:
        return
    try:
        status = job.downloads.post_json(url, callback.body(success=success, labels=labels))
    except DownloadFault as fault:
        job.progress.note(f"the callback could not be delivered: {fault.message}")
        return
    if status >= _NOT_TAKEN:
        job.progress.note(f"the callback was answered with status {status}")
