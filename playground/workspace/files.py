"""Files: reserved by name and length, filled by an upload, then shared."""

from __future__ import annotations

import mimetypes

from playground.workspace.ids import Clock, Ids
from playground.workspace.model import StoredFile


class Files:
    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._files: dict[str, StoredFile] = {}

    def reserve(
        self, team_id: str, user_id: str, name: str, size: int, alt_text: str
    ) -> StoredFile:
        file = StoredFile(
            id=self._ids.make("F"),
            team_id=team_id,
            user_id=user_id,
            name=name,
            title=name,
            size=size,
            created=int(self._clock()),
            mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
            alt_text=alt_text,
            upload_key=self._ids.secret(32),
        )
        self._files[file.id] = file
        return file

    def add(self, team_id: str, user_id: str, name: str, content: bytes) -> StoredFile:
        """A whole file at once, as a person's upload."""
        file = self.reserve(team_id, user_id, name, len(content), "")
        file.content, file.complete = content, True
        return file

    def get(self, file_id: str) -> StoredFile | None:
        return self._files.get(file_id)

    def by_upload_key(self, key: str) -> StoredFile | None:
        return next((file for file in self._files.values() if file.upload_key == key), None)
