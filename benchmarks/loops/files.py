"""Files on an SFTP server."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from benchmarks.loops.place import Batches, Place

_PIECE_BYTES = 32_768


def _upload(place: Place, name: str, pieces: Iterable[bytes]) -> None:
    """Write under a temporary name, then rename, as a careful hand does."""
    import paramiko

    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507
    client.connect("127.0.0.1", place.port, place.username, key_filename=place.key_file)
    with client, client.open_sftp() as sftp:
        part = f"{place.folder}/.{name}.part"
        with sftp.open(part, "w") as file:
            file.set_pipelined(True)
            for piece in pieces:
                for start in range(0, len(piece), _PIECE_BYTES):
                    file.write(piece[start : start + _PIECE_BYTES])
        sftp.posix_rename(part, f"{place.folder}/{name}")


def _lines(batches: Batches, header: Sequence[str], **form: Any) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, **form)
    writer.writerow(header)
    for rows in batches(10_000):
        writer.writerows(rows)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def _zipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=31)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


_COLUMNS = (
    "customer_id email first_name last_name country lifetime_value order_count"
    " born_on last_seen_at note"
).split()


def sftp_csv(batches: Batches, place: Place) -> None:
    _upload(place, "customers.csv", _lines(batches, _COLUMNS))


def sftp_gzip(batches: Batches, place: Place) -> None:
    _upload(place, "customers.csv.gz", _zipped(_lines(batches, _COLUMNS)))


def sftp_json_lines(batches: Batches, place: Place) -> None:
    def lines() -> Iterator[bytes]:
        for rows in batches(10_000):
            yield b"".join(
                orjson.dumps(
                    {
                        "customer_id": id,
                        "email": email,
                        "first_name": first,
                        "last_name": last,
                        "country": country,
                        "lifetime_value": float(value),
                        "order_count": orders,
                        "born_on": born,
                        "last_seen_at": seen,
                        "note": note,
                    },
                    option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NAIVE_UTC,
                )
                for (
                    id,
                    email,
                    first,
                    last,
                    country,
                    value,
                    orders,
                    born,
                    seen,
                    note,
                ) in rows
            )

    _upload(place, "customers.jsonl", lines())


def splio_files(batches: Batches, place: Place) -> None:
    form = {"delimiter": ";", "quoting": csv.QUOTE_ALL, "lineterminator": "\n"}
    _upload(place, "shop_contacts_all.csv", _lines(batches, _COLUMNS[1:], **form))
