"""Uploaded bytes go straight to the store, hashed on the way; they are never held in memory."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from analysis.storage import Incoming


class ReceivedFile(UploadedFile):
    """An uploaded file whose bytes are already in the store's incoming folder."""

    def __init__(self, incoming: Incoming, name: str) -> None:
        super().__init__(name=name, content_type="application/octet-stream", size=incoming.size)
        self.incoming = incoming

    def close(self) -> None:
        """Forget bytes that nobody kept."""
        self.incoming.discard()


class OriginalsUploadHandler(FileUploadHandler):
    """Streams each file of a request into ``Incoming``.

    Django parses a body before it asks who sent it, so this handler skips the files of anyone who
    is not signed in. Beyond the size limit the bytes are counted and dropped.
    """

    chunk_size = 1024 * 1024

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        request: HttpRequest | None = self.request
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            raise SkipFile
        self.incoming = Incoming()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take bytes; returning None keeps other handlers out."""
        if self.incoming.size <= settings.MAX_UPLOAD_BYTES:
            self.incoming.write(raw_data)

    def file_complete(self, file_size: int) -> ReceivedFile:
        """Hand the file over."""
        return ReceivedFile(self.incoming, self.file_name or "")

    def upload_interrupted(self) -> None:
        """Forget a half file."""
        incoming: Incoming | None = getattr(self, "incoming", None)
        if incoming is not None:
            incoming.discard()
