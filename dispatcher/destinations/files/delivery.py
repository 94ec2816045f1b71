"""The way of one file into its folder: whole or not at all, and never twice.

A file is written under a temporary name, its size is compared, and it is
renamed in one step. Whoever watches the folder sees a whole file or none. The
same file sent again has the same name and replaces the first one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from dispatcher.destinations.files.session import (
    Denied,
    Failed,
    Lost,
    Missing,
    Session,
)
from dispatcher.errors import DestinationError, NotSent, OutcomeUnknown, StopSync

_DAY_SECONDS = 86_400.0

Connect = Callable[[], AbstractContextManager[Session]]
"""Opens a session; all sessions of one delivery share its deadline."""


@dataclass(frozen=True)
class RemoteFile:
    """Where a file goes.

    token: tells the temporary names of two processes apart. staging: the folder of
    temporary names, on the same file system as `folder`; empty: `folder` itself.
    done_suffix: an empty file of the same name and this suffix follows; empty: none.
    allow_non_atomic: delete an older file of this name before the rename, where the
    server cannot replace it in one step.
    """

    name: str
    folder: str
    token: str
    staging: str = ""
    done_suffix: str = ""
    allow_non_atomic: bool = False

    @property
    def path(self) -> str:
        return join(self.folder, self.name)

    @property
    def part(self) -> str:
        part = f".{self.name}.{self.token}.part"
        return join(self.staging or self.folder, part)


def deliver(connect: Connect, file: RemoteFile, pieces: Iterable[bytes]) -> None:
    """Returns when the file is in its folder under its name, with the right size.

    Raises NotSent where it is not there under its name, OutcomeUnknown where it may
    be or may have been taken already, StopSync where the server will never have it.
    """
    try:
        with connect() as session:
            size = _upload(session, file, pieces)
            if _put_in_place(session, file):
                _mark_done(session, file)
                return
    except Lost:
        raise NotSent(_lost(file, "while it was sent")) from None
    _find_out(connect, file, size)


def check_folders(session: Session, file: RemoteFile) -> None:
    """Raises StopSync where a folder is not there."""
    for folder in filter(None, (file.folder, file.staging)):
        try:
            is_there = session.is_folder(folder)
        except (Denied, Failed):
            is_there = False
        except Lost:
            raise NotSent("the connection broke") from None
        if not is_there:
            raise StopSync(
                f"there is no folder '{folder}' on the server, or"
                " this user may not enter it"
            )


def sweep(session: Session, file: RemoteFile, own: re.Pattern[str]) -> None:
    """Delete temporary files that we left more than a day ago, and nothing else.

    own: the names that this activation gives its files.
    """
    folder = file.staging or file.folder
    pattern = re.compile(rf"\.{own.pattern}\.[0-9a-f]+\.part")
    with suppress(Denied, Failed, Missing, Lost):
        for name, changed_at in session.files(folder):
            if pattern.fullmatch(name) and changed_at < time.time() - _DAY_SECONDS:
                session.remove(join(folder, name))


def join(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if folder not in ("", ".") else name


def _upload(session: Session, file: RemoteFile, pieces: Iterable[bytes]) -> int:
    """The size of the file that now lies under its temporary name."""
    try:
        size = session.upload(file.part, pieces)
        found = session.size(file.part)
    except Denied:
        _discard(session, file)
        raise StopSync(f"the server does not let us write '{file.part}'") from None
    except Missing:
        raise StopSync(f"the server has no folder for '{file.part}'") from None
    except Failed as failure:
        reason = str(failure)
    else:
        if found == size:
            return size
        reason = f"{found or 0} of {size} bytes arrived"
    _discard(session, file)
    raise NotSent(f"'{file.name}' cannot be written ({reason}); is the disk full?")


def _put_in_place(session: Session, file: RemoteFile) -> bool:
    """Rename as the settings allow; False where the answer to that was lost."""
    try:
        return _replaced(session, file) or _renamed(session, file)
    except Lost:
        return False
    except Failed as failure:
        reason = str(failure)
    except (Denied, Missing) as failure:
        reason = f"{type(failure).__name__.lower()}, says the server"
    _discard(session, file)
    raise StopSync(f"'{file.name}' cannot be put in place: {reason}")


def _replaced(session: Session, file: RemoteFile) -> bool:
    """Rename in one step; False where the server does not know how."""
    try:
        session.replace(file.part, file.path)
    except (Failed, Missing):
        return False  # or for another reason, which the plain rename will show
    return True


def _renamed(session: Session, file: RemoteFile) -> bool:
    is_there = session.size(file.path) is not None
    if is_there and not file.allow_non_atomic:
        raise Failed(
            "there is an older file of this name, which the server cannot replace in"
            " one step; with allow_non_atomic: true it is deleted first"
        )
    if is_there:
        session.remove(file.path)
    session.rename(file.part, file.path)
    return True


def _find_out(connect: Connect, file: RemoteFile, size: int) -> None:
    """The answer to a rename was lost: see what became of it."""
    is_part, found = False, None
    try:
        with connect() as session:
            is_part = session.size(file.part) is not None
            found = session.size(file.path)
            if found == size and not is_part:
                _mark_done(session, file)
                return
    except (DestinationError, Lost, Denied, Failed):
        found = None
    text = _lost(file, "while it was renamed")
    if is_part:
        raise NotSent(text)
    raise OutcomeUnknown(f"{text}; it may be there, or taken already")


def _mark_done(session: Session, file: RemoteFile) -> None:
    """Without its marker a file is not taken: then the whole of it is sent again."""
    if not file.done_suffix:
        return
    path = file.path + file.done_suffix
    try:
        session.upload(path, [])
        return
    except (Denied, Missing):
        error: DestinationError = StopSync(f"the server does not let us write '{path}'")
    except (Lost, Failed):
        error = OutcomeUnknown(f"'{file.name}' is in place, its marker is not")
    raise error


def _discard(session: Session, file: RemoteFile) -> None:
    with suppress(Denied, Failed, Missing, Lost):
        session.remove(file.part)


def _lost(file: RemoteFile, when: str) -> str:
    return f"the connection broke or the time was over {when}: '{file.name}'"
