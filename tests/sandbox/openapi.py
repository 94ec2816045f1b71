"""A vendor's own description of its interface, to hold requests and answers against.

The files are not part of this repository: they are looked for in the folder that
`OUTHAUL_SPECS` names, or in `shared/specs` beside the repository.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outhaul.sandbox.messages import Reply, Request

BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "specs"
SPECS = Path(os.environ.get("OUTHAUL_SPECS") or BESIDE)


@dataclass
class AskedRequest:
    """A recorded request in the form that openapi-core reads."""

    request: Request
    parameters: Any = None
    host_url: str = "https://api.sendgrid.com"
    content_type: str = "application/json"
    method: str = field(init=False)
    path: str = field(init=False)

    def __post_init__(self):
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import Headers, ImmutableMultiDict

        self.method = self.request.method.lower()
        self.path = self.request.path
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(self.request.query),
            header=Headers(dict(self.request.headers)),
        )

    @property
    def body(self) -> bytes | None:
        return self.request.body or None


@dataclass
class GivenReply:
    """A recorded reply in the form that openapi-core reads."""

    reply: Reply
    content_type: str = "application/json"

    @property
    def status_code(self) -> int:
        return self.reply.status

    @property
    def data(self) -> bytes:
        return self.reply.content()

    @property
    def headers(self) -> Mapping[str, Any]:
        return self.reply.headers


def drop_stray_enums(schema: Any) -> None:
    """Take away enums of texts where something else than a text must stand.

    HubSpot's files give the enum of a state to the times, lists and objects beside it.
    """
    if isinstance(schema, list):
        for each in schema:
            drop_stray_enums(each)
    elif isinstance(schema, dict):
        is_text = schema.get("type", "string") == "string" and "format" not in schema
        enum = schema.get("enum")
        is_of_texts = isinstance(enum, list) and all(isinstance(e, str) for e in enum)
        if is_of_texts and ("$ref" in schema or not is_text):
            del schema["enum"]
        for each in schema.values():
            drop_stray_enums(each)


def let_in_by_token(content: Any) -> None:
    """What OAuth 2.0 lets in has a token, of which openapi-core knows more."""
    schemes = content.get("components", {}).get("securitySchemes", {})
    for name, each in schemes.items():
        if each["type"] == "oauth2":
            schemes[name] = {"type": "http", "scheme": "bearer"}


def of_version_3(content: Any) -> Any:
    """A description of Swagger 2.0 in the words of OpenAPI 3.0, without base path.

    Types of null are named there by `x-nullable`, which is left out.
    """
    text = json.dumps(content).replace("#/definitions/", "#/components/schemas/")
    old = json.loads(text)
    paths = {
        path: {verb: _operation(each) for verb, each in operations.items()}
        for path, operations in old["paths"].items()
    }
    return {
        "openapi": "3.0.3",
        "info": old["info"],
        "servers": [{"url": f"https://{old['host']}"}],
        "paths": paths,
        "components": {"schemas": old["definitions"]},
    }


def _operation(old: Any) -> Any:
    others, made = [], {}
    for each in old.get("parameters", ()):
        if each["in"] == "body":
            content = {"application/json": {"schema": each["schema"]}}
            made["requestBody"] = {"content": content, "required": True}
        else:
            about = ("name", "in", "required", "description", "collectionFormat")
            kept = {key: each[key] for key in about[:4] if key in each}
            schema = {key: each[key] for key in each if key not in about}
            others.append({**kept, "schema": schema})
    made["responses"] = {
        status: {
            "description": each.get("description", ""),
            **(
                {"content": {"application/json": {"schema": each["schema"]}}}
                if "schema" in each
                else {}
            ),
        }
        for status, each in old["responses"].items()
    }
    return {**made, "parameters": others}


class Description:
    """The files of a vendor, by the beginning of the paths that each describes.

    overlapping: paths whose requests have one of several forms, of which a request may
    well have two, as the files do not allow.
    """

    def __init__(
        self, files: Mapping[str, str], overlapping: Collection[str] = ()
    ) -> None:
        from openapi_core import OpenAPI

        self._files = {}
        for start, name in files.items():
            content = json.loads((SPECS / name).read_text())
            if "swagger" in content:
                content = of_version_3(content)
            for path in overlapping:
                asked = content["paths"][path]["post"]["requestBody"]["content"]
                schema = asked["application/json"]["schema"]
                schema["anyOf"] = schema.pop("oneOf")
            drop_stray_enums(content)
            let_in_by_token(content)
            host = content["servers"][0]["url"]
            self._files[start] = OpenAPI.from_dict(content), host

    def knows(self, request: Request) -> bool:
        """Whether one of the files describes this path."""
        return any(request.path.startswith(start) for start in self._files)

    def check_request(self, request: Request) -> None:
        """Raises OpenAPIError."""
        specification, asked = self._asked(request)
        specification.validate_request(asked)

    def check_reply(self, request: Request, reply: Reply) -> None:
        """Raises OpenAPIError."""
        specification, asked = self._asked(request)
        kind = reply.headers.get("Content-Type", "application/json")
        specification.validate_response(asked, GivenReply(reply, kind))

    def _asked(self, request: Request) -> tuple[Any, AskedRequest]:
        start = max(
            (start for start in self._files if request.path.startswith(start)), key=len
        )
        specification, host = self._files[start]
        kind = request.headers.get("content-type", "application/json")
        return specification, AskedRequest(request, host_url=host, content_type=kind)
