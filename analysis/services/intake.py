"""Files come in: every name that is offered gets an item with an outcome.

The bytes are on the disk before the row exists; the row, the job, the queue message and the audit
event commit together.
"""

from __future__ import annotations

import unicodedata

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.audit.record import Actor, record
from analysis.models import Batch, BatchItem, SourceFile
from analysis.models.words import Door, Outcome, SourceState
from analysis.services.jobs import job_queue
from analysis.storage import Incoming

ENDINGS = (".xls", ".xlsx")
_NAMELESS = "(no name)"


def batch_create(*, actor: Actor, door: Door) -> Batch:
    """Open a hand-over."""
    with transaction.atomic():
        batch = Batch.objects.create(made_by=actor.user, made_at=timezone.now(), door=door)
        record(action="batch.created", actor=actor, subject=f"batch:{batch.pk}")
    return batch


def file_refusal(*, name: str, size: int) -> str:
    """Say why a file of this name and size is not taken in; empty where it is."""
    if name.startswith("~$"):
        return "An Excel lock file, not a workbook: nothing to store."
    if not name.lower().endswith(ENDINGS):
        return "Not taken in: station workbooks end in .xls or .xlsx."
    if size == 0:
        return "The file is empty (0 bytes): nothing to store. Copy it again from the station."
    if size > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // 1024**2
        return f"Larger than {limit} MB, the most that is taken in (setting MAX_UPLOAD_MB)."
    return ""


def file_take(
    *, batch: Batch, actor: Actor, name: str, folder: str, incoming: Incoming
) -> BatchItem:
    """Take in one offered file; the bytes have already been written to ``incoming``."""
    name, folder = display_name(name), display_folder(folder)
    refusal = file_refusal(name=name, size=incoming.size)
    if refusal:
        incoming.discard()
        return file_refuse(batch=batch, actor=actor, name=name, folder=folder, reason=refusal)
    kept = incoming.keep()
    now = timezone.now()
    with transaction.atomic():
        source_file, is_new = SourceFile.objects.get_or_create(
            sha256=kept.sha256,
            defaults={"size": kept.size, "name": name, "folder": folder, "received_at": now},
        )
        if is_new:
            job_queue(source_file=source_file)
        item = BatchItem.objects.create(
            batch=batch,
            name=name,
            folder=folder,
            offered_at=now,
            outcome=Outcome.ACCEPTED if is_new else Outcome.DUPLICATE,
            source_file=source_file,
        )
        record(
            action="file.received" if is_new else "file.offered_again",
            actor=actor,
            subject=f"source:{source_file.pk}",
            after={"name": name, "sha256": kept.sha256, "batch": str(batch.pk)},
        )
    return item


def file_refuse(*, batch: Batch, actor: Actor, name: str, folder: str, reason: str) -> BatchItem:
    """Note a name whose file is not taken in."""
    name, folder = display_name(name), display_folder(folder)
    with transaction.atomic():
        item = BatchItem.objects.create(
            batch=batch,
            name=name,
            folder=folder,
            offered_at=timezone.now(),
            outcome=Outcome.REFUSED,
            reason=reason,
        )
        record(
            action="file.refused",
            actor=actor,
            subject=f"batch:{batch.pk}",
            after={"name": name},
            reason=reason,
        )
    return item


def source_file_retry(*, source_file_id: int, actor: Actor) -> bool:
    """Read a quarantined file again; False where it is not quarantined."""
    with transaction.atomic():
        freed = SourceFile.objects.filter(pk=source_file_id, state=SourceState.QUARANTINED).update(
            state=SourceState.RECEIVED, reason_code="", reason="", sheet="", cell="", incident=""
        )
        if not freed:
            return False
        job_queue(source_file=SourceFile.objects.get(pk=source_file_id))
        record(action="file.retried", actor=actor, subject=f"source:{source_file_id}")
    return True


def display_name(name: str) -> str:
    """Turn a client's file name into harmless display text: never a path, never control marks."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _plain(last)[-255:] or _NAMELESS


def display_folder(folder: str) -> str:
    """Turn a client's folder into display text with forward slashes."""
    parts = (_plain(part) for part in folder.replace("\\", "/").split("/"))
    return "/".join(part for part in parts if part not in ("", ".", ".."))[-1000:]


def _plain(text: str) -> str:
    normal = unicodedata.normalize("NFC", text)
    # Category C holds control, format (bidi overrides), surrogate and unassigned characters.
    return "".join(mark for mark in normal if unicodedata.category(mark)[0] != "C").strip()
