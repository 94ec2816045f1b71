"""The shared HTTP client against servers that misbehave, on real sockets."""

from __future__ import annotations

import base64
import contextlib
import datetime
import email.utils
import gc
import gzip
import io
import ipaddress
import json
import pickle
import socket
import ssl
import threading
import time
import traceback
import tracemalloc
from urllib.parse import quote

import pytest

from outhaul.errors import (
    ConfigurationError,
    DestinationError,
    NotSent,
    OutcomeUnknown,
    OuthaulError,
    RequestRefused,
    RequestTooLarge,
    RowRefused,
    StopSync,
    Throttled,
)
from outhaul.http.addresses import (
    base_url_problem,
    header_problem,
    path_part,
    path_problem,
)
from outhaul.http.answers import Response, classify, json_of, wait_of
from outhaul.http.client import HttpClient
from outhaul.http.transport import exchange
from tests.http.raw_server import answering, read_request, reply, serving

SECRET = "SG.canary/secret+value=42"


def client_of(server, **options):
    options.setdefault("deadline_seconds", 2.0)
    return HttpClient(
        server.url,
        {"Authorization": f"Bearer {SECRET}", "X-Api-Key": SECRET},
        secrets=(SECRET,),
        **options,
    )


def ask(script, method="PUT", body=b"{}", context=None, **options):
    """One request to a server that plays this script."""
    with serving(script, context) as server:
        client = client_of(server, **options)
        try:
            return client.request(method, "/v3/things", body=body)
        finally:
            client.close()


def test_an_answer_is_read_whole_with_its_headers():
    response = ask(answering(reply("200 OK", b'{"a": 1}', "X-Thing: yes")))
    assert (response.status, response.body) == (200, b'{"a": 1}')
    assert response.headers["x-thing"] == "yes"
    assert json_of(response) == {"a": 1}


def test_a_request_carries_body_headers_and_our_name():
    seen = []

    def script(connection):
        seen.append(read_request(connection))
        connection.sendall(reply("200 OK", b"{}"))

    with serving(script) as server:
        client = client_of(server)
        client.request(
            "DELETE",
            f"/lists/{path_part('../a?b#c')}",
            params={"ids": "a,b"},
            headers={"X-Once": "1"},
        )
        client.close()
    head = seen[0].decode()
    assert head.startswith("DELETE /lists/..%2Fa%3Fb%23c?ids=a,b HTTP/1.1\r\n")
    assert "User-Agent: outhaul/" in head
    assert "X-Once: 1" in head
    assert "Cookie" not in head


def test_connections_are_kept_alive():
    connections = []

    def script(connection):
        connections.append(connection)
        answering(*[reply("200 OK", b"{}")] * 3)(connection)

    with serving(script) as server:
        client = client_of(server)
        for _ in range(3):
            assert client.request("PUT", "/a", body=b"{}").status == 200
        client.close()
    assert len(connections) == 1


def test_B01_a_name_that_does_not_resolve_is_not_sent():
    client = HttpClient("https://outhaul.invalid", {}, deadline_seconds=5)
    with pytest.raises(NotSent):
        client.request("PUT", "/", body=b"x")


def test_B02_a_refused_connection_is_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = HttpClient(f"http://127.0.0.1:{port}", {})
    with pytest.raises(NotSent, match="refused"):
        client.request("PUT", "/", body=b"x")


def test_B03_a_connection_that_nobody_takes_up_is_not_sent():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        with contextlib.ExitStack() as fillers:
            for _ in range(4):
                filler = fillers.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
            time.sleep(0.02)
            port = listener.getsockname()[1]
            client = HttpClient(
                f"http://127.0.0.1:{port}", {}, connect_seconds=0.2, deadline_seconds=60
            )
            started = time.monotonic()
            with pytest.raises(NotSent):
                client.request("PUT", "/", body=b"x")
            assert time.monotonic() - started < 30


def test_B05_a_connection_closed_before_the_answer_is_unknown():
    with pytest.raises(OutcomeUnknown):
        ask(lambda connection: read_request(connection))


def test_B05_a_connection_reset_before_the_answer_is_unknown():
    def script(connection):
        read_request(connection)
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    with pytest.raises(OutcomeUnknown):
        ask(script)


def test_B06_an_answer_that_ends_too_early_is_unknown():
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"
    with pytest.raises(OutcomeUnknown):
        ask(answering(cut))


def test_B07_a_chunked_answer_without_an_end_is_unknown():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
    with pytest.raises(OutcomeUnknown):
        ask(answering(head))
    assert ask(answering(head + b"0\r\n\r\n")).body == b"{}"


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"],
    ids=["in the headers", "in the body"],
)
def test_B08_an_answer_that_drips_ends_at_the_deadline(start):
    def script(connection):
        read_request(connection)
        connection.sendall(start)
        for _ in range(3_000):
            connection.sendall(b"x")
            time.sleep(0.02)

    started = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="within 0.25 s"):
        ask(script, deadline_seconds=0.25)
    assert time.monotonic() - started < 30


def test_B08_a_body_of_unknown_length_that_is_cut_by_the_deadline_is_not_taken():
    def script(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n{}")
        with contextlib.suppress(OSError):
            connection.recv(1)

    with pytest.raises(OutcomeUnknown, match="within"):
        ask(script, deadline_seconds=0.25)


def test_B09_a_server_that_does_not_read_our_body_ends_at_the_deadline():
    is_over = threading.Event()

    def script(connection):
        connection.recv(100)
        is_over.wait(60)

    started = time.monotonic()
    with serving(script) as server:
        client = client_of(server, deadline_seconds=0.25)
        with pytest.raises(OutcomeUnknown, match="within"):
            client.request("PUT", "/", body=b"x" * 50_000_000)
        is_over.set()
        client.close()
    assert time.monotonic() - started < 30


def test_B11_a_connection_that_was_closed_while_idle_is_opened_again():
    with serving(answering(reply("200 OK", b"{}"))) as server:
        client = client_of(server)
        assert client.request("PUT", "/a", body=b"{}").status == 200
        time.sleep(0.05)
        assert client.request("PUT", "/b", body=b"{}").status == 200
        client.close()


def test_B12_an_answer_over_10_MiB_is_cut_off():
    def script(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
        for _ in range(50):
            connection.sendall(b"x" * 1_000_000)

    with pytest.raises(OutcomeUnknown, match="longer than 10 MiB"):
        ask(script)


def test_B13_a_small_answer_that_unpacks_to_much_is_cut_off():
    bomb = gzip.compress(b"0" * 60_000_000, compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(OutcomeUnknown, match="longer than 10 MiB"):
            ask(answering(reply("200 OK", bomb, "Content-Encoding: gzip")))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000


def test_B13_a_packed_answer_of_normal_size_is_read():
    packed = gzip.compress(b'{"a": 1}')
    answer = reply("200 OK", packed, "Content-Encoding: gzip")
    assert json_of(ask(answering(answer))) == {"a": 1}
    with pytest.raises(OutcomeUnknown, match="cut off"):
        ask(answering(reply("200 OK", packed[:-9], "Content-Encoding: gzip")))
    with pytest.raises(OutcomeUnknown, match="not asked for"):
        ask(answering(reply("200 OK", packed, "Content-Encoding: gzip, gzip")))


def test_B15_J06_proxies_and_certificates_of_the_environment_are_ignored(
    monkeypatch, tmp_path
):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert ask(answering(reply("200 OK", b"{}"))).status == 200
    assert not (tmp_path / "keys").exists()


def test_B18_an_answer_before_our_body_was_read_counts_by_its_status():
    def script(connection):
        connection.recv(1_000)
        connection.sendall(reply("413 Too Large", b"", "Connection: close"))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1_000_000):
            pass

    response = ask(script, body=b"x" * 3_000_000)
    with pytest.raises(RequestTooLarge):
        classify(response)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody has signed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stand-in")])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def tls_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_B04_a_certificate_that_nobody_vouches_for_stops_the_sync(certificate):
    script = answering(reply("200 OK", b"{}"))
    with pytest.raises(StopSync, match="certificate of 127.0.0.1") as caught:
        ask(script, context=tls_server(certificate))
    assert not caught.value.outcome_unknown


def test_B04_a_certificate_that_the_user_names_is_trusted(certificate):
    script = answering(reply("200 OK", b"{}"))
    response = ask(script, context=tls_server(certificate), ca_file=str(certificate))
    assert response.status == 200


def test_B04_a_server_that_speaks_no_TLS_stops_the_sync():
    def script(connection):
        connection.recv(1_000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with serving(script) as server:
        url = server.url.replace("http:", "https:")
        client = HttpClient(url, {}, deadline_seconds=2)
        with pytest.raises(StopSync, match="TLS"):
            client.request("PUT", "/", body=b"x")
        client.close()


def test_B08_a_TLS_handshake_that_drips_ends_at_the_deadline_and_is_not_sent():
    def script(connection):
        connection.recv(1_000)
        connection.sendall(b"\x16\x03\x03\x3f\x00")
        for _ in range(3_000):
            connection.sendall(b"x")
            time.sleep(0.02)

    with serving(script) as server:
        url = server.url.replace("http:", "https:")
        client = HttpClient(url, {}, deadline_seconds=0.25)
        started = time.monotonic()
        with pytest.raises(NotSent, match="within"):
            client.request("PUT", "/", body=b"x")
        assert time.monotonic() - started < 30
        client.close()


def test_B08_a_deadline_that_is_over_before_TLS_begins_leaves_no_socket_open():
    def script(connection):
        connection.recv(1_000)
        connection.sendall(b"\x16\x03\x03\x3f\x00")
        connection.recv(1_000)

    with serving(script) as server:
        client = HttpClient(
            server.url.replace("http:", "https:"), {}, deadline_seconds=0.001
        )
        for _ in range(10):
            with pytest.raises(NotSent, match="within"):
                client.request("PUT", "/", body=b"x")
        client.close()
    gc.collect()  # a socket that is still open is a warning, and so an error


def test_a_missing_file_of_certificates_is_a_mistake_of_the_user():
    with pytest.raises(ConfigurationError, match="certificates"):
        HttpClient("https://example.com", {}, ca_file="/nonexistent.pem")


def response_of(status, body=b"", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, headers, body, "PUT /v3/things", (SECRET,))


def test_C02_a_web_page_where_JSON_belongs_stops_the_sync():
    for response in (
        response_of(200, b"{}", **{"Content-Type": "text/html"}),
        response_of(200, b"\n <!doctype html><p>Log in"),
    ):
        with pytest.raises(StopSync) as caught:
            json_of(response)
        assert caught.value.outcome_unknown
    assert json_of(response_of(200, b"{}")) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1, "a": 2}',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b"{} trailing",
    ],
)
def test_C03_what_is_not_strictly_JSON_is_unknown(body):
    with pytest.raises(OutcomeUnknown):
        json_of(response_of(200, body))


def test_C03_a_byte_order_mark_is_passed_over():
    assert json_of(response_of(200, b'\xef\xbb\xbf{"a": 1}')) == {"a": 1}


def test_C05_an_empty_answer_counts_only_where_it_is_expected():
    classify(response_of(204), expected=(204,))
    with pytest.raises(StopSync):
        classify(response_of(204), expected=(200,))


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
def test_C06_C07_a_redirect_is_not_followed_and_stops_the_sync(status):
    with serving(answering(reply("200 OK", b"{}"))) as elsewhere:
        location = f"Location: {elsewhere.url}/login"
        response = ask(answering(reply(f"{status} Moved", b"", location)))
        assert response.status == int(status)
        with pytest.raises(StopSync) as caught:
            classify(response)
        assert caught.value.outcome_unknown
        assert not elsewhere.workers


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (100, StopSync),
        (202, StopSync),
        (299, StopSync),
        (304, StopSync),
        (400, RequestRefused),
        (401, StopSync),
        (403, StopSync),
        (404, StopSync),
        (405, StopSync),
        (408, OutcomeUnknown),
        (409, RequestRefused),
        (410, StopSync),
        (413, RequestTooLarge),
        (415, StopSync),
        (422, RequestRefused),
        (425, OutcomeUnknown),
        (429, Throttled),
        (500, OutcomeUnknown),
        (501, StopSync),
        (502, OutcomeUnknown),
        (503, OutcomeUnknown),
        (504, OutcomeUnknown),
        (505, StopSync),
        (522, OutcomeUnknown),
        (600, OutcomeUnknown),
        (0, StopSync),
    ],
)
def test_C14_C16_C18_C24_C27_each_status_has_one_meaning(status, error):
    with pytest.raises(DestinationError) as caught:
        classify(response_of(status, b"no"))
    assert type(caught.value) is error
    assert str(status) in str(caught.value)
    classify(response_of(status), expected=(status,))


def test_a_hint_says_what_to_do_about_a_status():
    with pytest.raises(StopSync, match="check the key"):
        classify(response_of(401), hints={401: "check the key"})


@pytest.mark.parametrize(
    "line", ["299 Odd", "600 Odd", "200", "0 None", "1000 Long", "abc", "-5 Minus"]
)
def test_C27_odd_status_lines_never_crash(line):
    try:
        response = ask(answering(reply(line, b"{}")))
    except OutcomeUnknown:
        return
    with contextlib.suppress(DestinationError):
        classify(response)


@pytest.mark.parametrize(
    "headers",
    [
        b"X-Long: " + b"a" * 1_000_000,
        b"\r\n".join(b"X-%d: 1" % n for n in range(10_000)),
    ],
    ids=["one of 1 MB", "10,000 of them"],
)
def test_C28_absurd_headers_are_unknown(headers):
    answer = b"HTTP/1.1 200 OK\r\n" + headers + b"\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(OutcomeUnknown):
        ask(answering(answer))


def test_C29_an_answer_that_echoes_key_and_addresses_is_shown_without_them():
    forms = [
        SECRET,
        quote(SECRET, safe=""),
        base64.b64encode(f"user:{SECRET}".encode()).decode(),
        json.dumps(f'"{SECRET}"'),
    ]
    body = f"{' '.join(forms)} ann@example.com +44 7700 900123\n\x1b[31mred".encode()
    with pytest.raises(RequestRefused) as caught:
        classify(response_of(400, body))
    text = str(caught.value)
    for leaked in (SECRET, "canary", "ann@", "900123", "\x1b", "\n", quote(SECRET)):
        assert leaked not in text
    assert base64.b64encode(b"secret")[:7].decode() not in text
    assert "red" in text


def test_C30_cookies_are_not_kept():
    seen = []

    def script(connection):
        for _ in range(2):
            seen.append(read_request(connection))
            connection.sendall(reply("200 OK", b"{}", "Set-Cookie: session=1; Path=/"))

    with serving(script) as server:
        client = client_of(server)
        for _ in range(2):
            client.request("PUT", "/a", body=b"{}")
        client.close()
    assert len(seen) == 2
    assert b"cookie" not in seen[1].lower()


def test_C21_a_wait_is_obeyed_and_nonsense_is_ignored():
    now = 1_700_000_000.0
    dated = email.utils.formatdate(now + 30, usegmt=True)
    assert wait_of(response_of(429, Retry_After="2"), now) == 2
    assert wait_of(response_of(429, Retry_After=dated), now) == 30
    for nonsense in ("-1", "99999999", "abc", "nan", "inf", "", "1e400"):
        assert wait_of(response_of(429, Retry_After=nonsense), now) is None
    reset = {"X-RateLimit-Reset": str(int(now) + 7)}
    assert wait_of(response_of(429, **reset), now) == 7
    assert wait_of(response_of(429, **{"X-RateLimit-Reset": "5"}), now) == 5
    assert wait_of(response_of(429, **{"X-RateLimit-Reset": "900"}), now) == 60
    assert wait_of(response_of(429, **{"X-RateLimit-Reset": "7"}, Retry_After="2")) == 2


def test_K08_a_wrong_clock_of_ours_does_not_distort_a_wait():
    server = 1_700_000_000.0
    headers = {
        "Date": email.utils.formatdate(server, usegmt=True),
        "X-RateLimit-Reset": str(int(server) + 9),
    }
    assert wait_of(response_of(429, **headers), server + 365 * 86_400) == 9
    with pytest.raises(Throttled) as caught:
        classify(response_of(429, **headers))
    assert caught.value.after == 9


def failing_scripts():
    yield lambda connection: connection.recv(1) and None
    yield lambda connection: read_request(connection) and None
    yield answering(b"nonsense\r\n\r\n")
    yield answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}")
    yield answering(reply("200 OK", b"x", "Content-Encoding: gzip"))
    yield answering(reply("401 No", SECRET.encode()))
    yield answering(reply("500 No", quote(SECRET, safe="").encode()))
    yield answering(reply("302 No", b"", f"Location: http://127.0.0.1/?key={SECRET}"))


@pytest.mark.parametrize("number", range(8))
def test_J01_J04_no_error_path_shows_the_secret(number):
    """Neither in the URL's query nor in headers; not in chained errors either."""
    script = list(failing_scripts())[number]
    with serving(script) as server:
        client = client_of(server)
        with pytest.raises(OuthaulError) as caught:
            response = client.request("GET", f"/x?api_key={SECRET}")
            classify(response)
        client.close()
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    shown = io.StringIO()
    traceback.print_exception(type(error), error, error.__traceback__, file=shown)
    texts = [shown.getvalue(), repr(error), str(error), repr(client)]
    texts.append(pickle.dumps(error).decode("latin-1"))
    for text in texts:
        assert "canary" not in text


def test_J03_a_secret_that_cannot_stand_in_a_header_is_refused_without_showing_it():
    for key in ("SG.canary\nX: y", "SG.canary ", "SG.canäry", "", "SG.can\x00ary"):
        with pytest.raises(ConfigurationError) as caught:
            HttpClient("https://example.com", {"Authorization": key})
        assert "can" not in str(caught.value).replace("can be", "").lower()
        assert header_problem(key)
    assert header_problem("SG.canary") is None


def test_J05_netrc_is_not_read(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    seen = []

    def script(connection):
        seen.append(read_request(connection))
        connection.sendall(reply("200 OK", b"{}"))

    assert ask(script).status == 200
    assert f"Authorization: Bearer {SECRET}".encode() in seen[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "api.example.com",
        "https://",
        "https://user:secret@api.example.com",
        "https://api.example.com/?key=1",
        "https://api.example.com/#x",
        "https://api.example.com/a b",
        "http://10.0.0.1",
        "http://169.254.169.254",
        "http://127.0.0.1.example.com",
        "http://2130706433",
        "https://[::1",
        "https://api.example.com:port",
        "https://api.example.com\\evil.test",
    ],
)
def test_J07_an_address_that_is_not_https_is_refused(url):
    assert base_url_problem(url)
    with pytest.raises(ConfigurationError):
        HttpClient(url, {})


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com",
        "https://api.example.com:8443/prefix/",
        "http://127.0.0.1:8025/sendgrid",
        "http://localhost:1",
        "http://[::1]:1",
    ],
)
def test_J07_https_and_this_machine_are_taken(url):
    assert base_url_problem(url) is None
    HttpClient(url, {})


def test_J07_an_address_that_a_server_named_must_not_lead_into_a_private_network():
    script = answering(reply("200 OK", b"{}"))
    with pytest.raises(StopSync, match="private network"):
        ask(script, public_only=True)
    assert ask(script).status == 200


def test_a_connection_made_after_the_deadline_is_shut_down_at_once():
    ours, theirs = socket.socketpair()
    with ours, theirs, exchange(0.01) as running:
        time.sleep(0.05)
        running.watch(ours)
        theirs.settimeout(1)
        assert theirs.recv(1) == b""


@pytest.mark.parametrize("value", ["", ".", "..", "\ud800"])
def test_G25_a_segment_that_leads_elsewhere_is_refused(value):
    with pytest.raises(RowRefused):
        path_part(value)


@pytest.mark.parametrize(
    ("value", "path"),
    [("../admin", "..%2Fadmin"), ("?x=1#", "%3Fx%3D1%23"), ("%2e%2e", "%252e%252e")],
)
def test_G25_a_value_stays_one_segment(value, path):
    assert path_part(value) == path


# --- where a request goes, whatever its path says


def asked(url, path):
    """One request with a credential to this address and path."""
    client = HttpClient(url, {"Authorization": SECRET})
    try:
        client.request("POST", path, body=b"{}")
    finally:
        client.close()


@contextlib.contextmanager
def one_that_must_not_be_asked():
    """The address of a server, without its scheme, that is to get no connection."""
    with serving(answering(reply("200 OK", b"{}"))) as other:
        yield other.url.partition("://")[2]
        assert other.workers == []


@pytest.mark.parametrize("base", ["", "/hook"])
@pytest.mark.parametrize(
    "path",
    [
        "@{other}/x",
        ":80@{other}/x",
        ".evil.test/x",
        "0/x",
        "/../../admin",
        "/%2e%2e/admin",
        "/.%2E/admin",
        "/x/..\\..\\admin",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused_before_anything_is_sent(base, path):
    with one_that_must_not_be_asked() as other:
        with serving(answering(reply("200 OK", b"{}"))) as server:
            with pytest.raises((StopSync, NotSent)):
                asked(server.url + base, path.format(other=other))
            assert server.workers == []


@pytest.mark.parametrize("base", ["", "/hook", "/hook/", "/a|b"])
@pytest.mark.parametrize("path", ["", "/", "/x/@me", "/a..b/.c?d=/../e", "/%2Fx//y"])
def test_a_path_below_the_address_is_asked(base, path):
    heads = []

    def script(connection):
        heads.append(read_request(connection))
        connection.sendall(reply("200 OK", b"{}"))

    with serving(script) as server:
        asked(server.url + base, path)
    home = base.rstrip("/").replace("|", "%7C")
    assert heads[0].decode().startswith(f"POST {home + path or '/'} HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "path",
    [
        "@evil.test/x",
        ".evil.test/x",
        ":8443/x",
        "people",
        "//evil.test/x",
        "https://evil.test",
        "/a//b",
        "/..",
        "/a/../b",
        "/a/./b",
        "/%2e%2E/b",
        "/%252e%252e/b",
        "/..%2fb",
        "/%5c..",
        "/a\\b",
        "/a b",
        "/a\nb",
        "/a%0d%0ab",
        "/%2f/evil.test",
        "/a#b",
        "/café",
    ],
)
def test_a_path_that_a_user_writes_cannot_be_anything_else(path):
    assert "must be a path such as /customers" in (path_problem(path) or "")


@pytest.mark.parametrize(
    "path", ["", "/", "/a/", "/a/@me:x", "/a.b/..c", "/caf%C3%A9", "/a?b=//c/../%2e"]
)
def test_a_path_that_a_user_writes_can_be_a_path(path):
    assert path_problem(path) is None
