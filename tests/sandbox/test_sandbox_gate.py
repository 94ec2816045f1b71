"""What of this machine may use the sandbox, and what it never writes."""

from __future__ import annotations

import base64
import os

import pytest
import requests
from click.testing import CliRunner

from outhaul.cli import cli
from outhaul.sandbox import Sandbox
from outhaul.sandbox.sftp_files import Files

KEY = {"Authorization": "Bearer SG.anything"}
FIELDS = "/sendgrid/v3/marketing/field_definitions"


@pytest.fixture
def sandbox(tmp_path):
    with Sandbox(job_seconds=0.0, folder=tmp_path / "mirror") as running:
        yield running


def asked(sandbox, path, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = requests.get(sandbox.url() + path, headers={**KEY, **headers}, timeout=5)
    return answer.status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:8025"}, 200),
        ({"Host": "[::1]:8025"}, 200),
        ({"Host": "evil.test"}, 421),
        ({"Host": "127.0.0.1.evil.test:8025"}, 421),
        ({"Host": ""}, 421),
        ({"Host": "[::1"}, 421),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "none"}, 200),
    ],
)
def test_no_web_page_reaches_a_stand_in(sandbox, headers, status):
    assert asked(sandbox, FIELDS, **headers) == status
    is_refused = status != 200
    assert (not sandbox.state()["requests"]) is is_refused


@pytest.mark.parametrize("path", ["/state", "/reset", "/faults"])
def test_the_control_endpoint_wants_its_token(sandbox, path):
    url = f"{sandbox.url()}/_sandbox{path}"
    right = {"Authorization": f"Bearer {sandbox.token}"}
    body = b'{"sftp": {"/../outside/.bashrc": "eA=="}, "what": "drop"}'
    for headers in ({}, KEY, {"Authorization": f"Bearer {sandbox.token}x"}):
        plain = {**headers, "Content-Type": "text/plain"}
        answer = requests.post(url, data=body, headers=plain, timeout=5)
        assert answer.status_code == 401
    page = {**right, "Origin": "https://evil.test"}
    assert requests.post(url, data=body, headers=page, timeout=5).status_code == 403
    assert sandbox.state()["sftp"]["files"] == {}
    assert sandbox.state()["faults"] == []
    assert requests.get(url, headers=right, timeout=5).status_code in (200, 404)


def test_each_sandbox_has_a_token_of_its_own():
    assert len({Sandbox().token for _ in range(5)}) == 5
    assert Sandbox(token="chosen").token == "chosen"


def test_a_file_never_leaves_the_folder_of_the_mirror(sandbox, tmp_path):
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    content = base64.b64encode(b"x").decode()
    body = {"sftp": {"/../outside/.bashrc": content, "/in/a.csv": content}}
    url = f"{sandbox.url()}/_sandbox/state"
    assert requests.post(url, json=body, headers=headers, timeout=5).status_code == 204
    assert not (tmp_path / "outside").exists()
    found = {p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file()}
    assert set(map(str, found)) == {"mirror/outside/.bashrc", "mirror/in/a.csv"}


@pytest.mark.parametrize("path", ["/a\x00b", "/a\nb", "/a\\b", "/c:\\x", "/", "/.."])
def test_a_name_that_no_file_can_have_is_refused(tmp_path, path):
    files = Files(tmp_path)
    with pytest.raises(ValueError, match="name"):
        files.put(path, b"x", 0.0)
    assert files.all() == {} and not any(tmp_path.iterdir())


@pytest.mark.parametrize("link", ["folder", "folder/a.csv"])
def test_a_link_in_the_mirror_is_not_followed(tmp_path, link):
    mirror, outside = tmp_path / "mirror", tmp_path / "outside"
    (mirror / link).parent.mkdir(parents=True)
    outside.mkdir()
    (outside / "a.csv").write_bytes(b"mine")
    target = outside if link == "folder" else outside / "a.csv"
    (mirror / link).symlink_to(target)
    files = Files(mirror)
    with pytest.raises(OSError):
        files.put("/folder/a.csv", b"theirs", 0.0)
    files.clear()
    assert (outside / "a.csv").read_bytes() == b"mine"


def test_a_link_in_the_place_of_the_state_is_not_followed(tmp_path):
    file, outside = tmp_path / "state.json", tmp_path / "mine"
    outside.write_text("mine")
    os.symlink(outside, tmp_path / "state.json.part")
    with Sandbox(state_file=file):
        pass
    assert outside.read_text() == "mine"
    assert not file.is_symlink()


@pytest.mark.parametrize(
    ("option", "said"), [("--for", "Its time is over"), ("--idle", "Nobody used it")]
)
def test_it_ends_by_itself(option, said):
    ran = CliRunner().invoke(cli, ["sandbox", "--port", "0", option, "0.0001"])
    assert said in ran.output
    assert "token of /_sandbox/: " in ran.output


def test_a_token_that_was_given_is_not_printed():
    environ = {"OUTHAUL_SANDBOX_TOKEN": "canary-token"}
    arguments = ["sandbox", "--port", "0", "--for", "0.0001"]
    ran = CliRunner(env=environ).invoke(cli, arguments)
    assert "over" in ran.output and "canary" not in ran.output


def test_a_request_keeps_it_from_being_idle():
    now = [0.0]
    with Sandbox(clock=lambda: now[0]) as sandbox:
        now[0] = 100.0
        assert sandbox.idle_seconds == 100.0
        asked(sandbox, FIELDS, Host="evil.test")
        assert sandbox.idle_seconds == 100.0
        asked(sandbox, FIELDS)
        assert sandbox.idle_seconds == 0.0
