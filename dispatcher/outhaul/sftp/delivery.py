"""The way of one file into its folder: whole or not at all, and never twice.

A file is written under a temporary name, its size is compared where the server lets
us look, and it is renamed in one step. Whoever watches the folder sees a whole file
or none. The same file sent again has the same name and replaces the first one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from outhaul.errors import DestinationError, NotSent, OutcomeUnknown, StopSync
from outhaul.sftp.session import Denied, Failed, Lost, Missing, SftpSession

_DAY_SECONDS = 86_400.0
_TAKES_ALONE = (
    ". If it only takes files, set verify: none; then nobody compares what has arrived"
)

_OLDER_FILE = (
    "there is an older file of this name, which the server cannot replace in one step;"
    " with allow_non_atomic: true it is deleted first"
)

Connect = Callable[[], AbstractContextManager[SftpSession]]
"""Opens a session; all sessions of one delivery share its deadline."""


@dataclass(frozen=True)
class RemoteFile:
    """Where a file goes.

    token: tells the temporary names of two processes apart. staging: the folder of
    temporary names, on the same file system as `folder`; empty: `folder` itself.
    done_suffix: an empty file of the same name and this suffix follows; empty: none.
    allow_non_atomic: delete an older file of this name before the rename, where the
    server cannot replace it in one step. compares_size: look at what has arrived;
    False for a server that takes files and does not let us look at them.
    """

    name: str
    folder: str
    token: str
    staging: str = ""
    done_suffix: str = ""
    allow_non_atomic: bool = False
    compares_size: bool = True

    @property
    def path(self) -> str:
        """Where the whole file is."""
        return join(self.folder, self.name)

    @property
    def part(self) -> str:
        """Where the file is while it is written."""
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


def check_folders(session: SftpSession, file: RemoteFile) -> None:
    """Raises StopSync where a folder is not there, or may not be looked at though
    sizes are to be compared."""
    for folder in filter(None, (file.folder, file.staging)):
        try:
            is_there = session.is_folder(folder)
        except Denied:
            is_there = not file.compares_size
            if not is_there:
                raise StopSync(
                    f"the server does not let us look at the folder '{folder}' (STAT is"
                    f" denied){_TAKES_ALONE}"
                ) from None
        except Failed:
            is_there = False
        except Lost:
            raise NotSent("the connection broke") from None
        if not is_there:
            raise StopSync(
                f"there is no folder '{folder}' on the server, or"
                " this user may not enter it"
            )


def check_looks(session: SftpSession, file: RemoteFile) -> list[str]:
    """What to know of a server that does not let us look; it changes nothing.

    Raises StopSync where sizes are to be compared and the server tells none.
    """
    folder = file.staging or file.folder
    try:
        found = session.files(folder)
    except (Denied, Failed, Missing):
        return [
            f"the server does not let us list '{folder}': temporary files that a killed"
            " process leaves there are not cleared away"
        ]
    except Lost:
        raise NotSent("the connection broke") from None
    if file.compares_size and any(each.is_file and each.size is None for each in found):
        raise StopSync(_no_sizes())
    return []


def _no_sizes() -> str:
    return f"the server does not report the sizes of files{_TAKES_ALONE}"


def sweep(session: SftpSession, file: RemoteFile, own: re.Pattern[str]) -> None:
    """Delete temporary files that we left more than a day ago, and nothing else.

    own: the names that this activation gives its files.
    """
    folder = file.staging or file.folder
    pattern = re.compile(rf"\.{own.pattern}\.[0-9a-f]+\.part")
    with suppress(Denied, Failed, Missing, Lost):
        for each in session.files(folder):
            is_old = each.changed_at < time.time() - _DAY_SECONDS
            if is_old and pattern.fullmatch(each.name):
                session.remove(join(folder, each.name))


def join(folder: str, name: str) -> str:
    """The path of a name in a folder; empty or `.`: where a session begins."""
    return f"{folder.rstrip('/')}/{name}" if folder not in ("", ".") else name


def _upload(session: SftpSession, file: RemoteFile, pieces: Iterable[bytes]) -> int:
    """The size of the file that now lies under its temporary name."""
    try:
        size = session.upload(file.part, pieces)
    except Denied:
        _discard(session, file)
        raise StopSync(f"the server does not let us write '{file.part}'") from None
    except Missing:
        raise StopSync(f"the server has no folder for '{file.part}'") from None
    except Failed as failure:
        reason = f"{failure}; is the disk full?"
    else:
        reason = _difference(session, file, size) if file.compares_size else ""
        if not reason:
            return size
    _discard(session, file)
    raise NotSent(f"'{file.name}' cannot be written: {reason}")


def _difference(session: SftpSession, file: RemoteFile, size: int) -> str:
    """What has arrived, where that is not the whole file; or nothing."""
    try:
        found = session.size(file.part)
    except Denied:
        _discard(session, file)
        raise StopSync(
            f"the server does not let us look at '{file.part}' (STAT is denied)"
            f"{_TAKES_ALONE}"
        ) from None
    except Missing:
        return "it was written and is not there; does something take it away?"
    except Failed as failure:
        return f"its size cannot be asked for: {failure}"
    if found is None:
        _discard(session, file)
        raise StopSync(_no_sizes())
    return (
        "" if found == size else f"{found} of {size} bytes arrived; is the disk full?"
    )


def _put_in_place(session: SftpSession, file: RemoteFile) -> bool:
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


def _replaced(session: SftpSession, file: RemoteFile) -> bool:
    """Rename in one step; False where the server does not know how."""
    try:
        session.replace(file.part, file.path)
    except (Failed, Missing):
        return False  # or for another reason, which the plain rename will show
    return True


def _renamed(session: SftpSession, file: RemoteFile) -> bool:
    if not file.compares_size:
        return _renamed_unseen(session, file)
    is_there = session.has(file.path)
    if is_there and not file.allow_non_atomic:
        raise Failed(_OLDER_FILE)
    if is_there:
        session.remove(file.path)
    session.rename(file.part, file.path)
    return True


def _renamed_unseen(session: SftpSession, file: RemoteFile) -> bool:
    """Where we may not look for an older file: a plain rename fails if there is one."""
    try:
        session.rename(file.part, file.path)
        return True
    except Failed as failure:
        reason = str(failure)
    if not file.allow_non_atomic:
        raise Failed(f"{reason}. Perhaps {_OLDER_FILE}")
    with suppress(Missing):
        session.remove(file.path)
    session.rename(file.part, file.path)
    return True


def _find_out(connect: Connect, file: RemoteFile, size: int) -> None:
    """The answer to a rename was lost: see what became of it."""
    is_part = False
    try:
        with connect() as session:
            is_part = session.has(file.part)
            if not is_part and _is_whole(session, file, size):
                _mark_done(session, file)
                return
    except (DestinationError, Lost, Denied, Failed, Missing):
        pass
    text = _lost(file, "while it was renamed")
    if is_part:
        raise NotSent(text)
    raise OutcomeUnknown(f"{text}; it may be there, or taken already")


def _is_whole(session: SftpSession, file: RemoteFile, size: int) -> bool:
    found = session.size(file.path)
    return found == size or (found is None and not file.compares_size)


def _mark_done(session: SftpSession, file: RemoteFile) -> None:
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


def _discard(session: SftpSession, file: RemoteFile) -> None:
    with suppress(Denied, Failed, Missing, Lost):
        session.remove(file.part)


def _lost(file: RemoteFile, when: str) -> str:
    return f"the connection broke or the time ran out {when}: '{file.name}'"
