"""The server: calls of Databricks' driver, and a session of Sail for each warehouse."""

from __future__ import annotations

import logging
import sys
import threading
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
from databricks.sql.thrift_api.TCLIService import TCLIService, ttypes
from pysail.spark import SparkConnectServer
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TMemoryBuffer

from databricks_on_sail.answers import SUCCESS, failure, results
from databricks_on_sail.runs import run
from databricks_on_sail.statement import Refused

CATALOG = "main"
TOKEN = "a-token"


class Warehouse:
    """A session of Sail, which has a catalog of its own."""

    catalog = CATALOG

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        url = f"sc://127.0.0.1:{port}/;session_id={uuid.uuid4()}"
        self._spark = SparkSession.builder.remote(url).create()  # type: ignore[attr-defined]
        self._spark.conf.set("spark.sql.session.timeZone", "UTC")

    def run(self, sql: str) -> pa.Table:
        return self._spark.sql(sql).toArrow()


class Service:
    """The calls of Databricks' driver that a build and a sync make."""

    def __init__(self, folder: Path, sail_port: int) -> None:
        self._folder = folder
        self._sail_port = sail_port
        self._lock = threading.Lock()
        self._warehouses: dict[str, Warehouse] = {}
        self._sessions: dict[bytes, Warehouse] = {}
        self._local = threading.local()

    def serve(self, path: str, body: bytes) -> bytes:
        """One call of a warehouse."""
        self._local.path = path
        answer = TMemoryBuffer()
        TCLIService.Processor(self).process(
            TBinaryProtocol(TMemoryBuffer(body)), TBinaryProtocol(answer)
        )
        return answer.getvalue()

    def OpenSession(self, request: Any) -> Any:
        guid = uuid.uuid4().bytes
        with self._lock:
            path = self._local.path
            if path not in self._warehouses:
                self._warehouses[path] = Warehouse(self._folder, self._sail_port)
            self._sessions[guid] = self._warehouses[path]
        handle = ttypes.TSessionHandle(
            sessionId=ttypes.THandleIdentifier(guid=guid, secret=guid)
        )
        return ttypes.TOpenSessionResp(
            status=SUCCESS,
            serverProtocolVersion=ttypes.TProtocolVersion.SPARK_CLI_SERVICE_PROTOCOL_V7,
            sessionHandle=handle,
            canUseMultipleCatalogs=True,
            initialNamespace=request.initialNamespace,
        )

    def CloseSession(self, request: Any) -> Any:
        with self._lock:
            self._sessions.pop(request.sessionHandle.sessionId.guid, None)
        return ttypes.TCloseSessionResp(status=SUCCESS)

    def ExecuteStatement(self, request: Any) -> Any:
        parameters = [
            (parameter.value and parameter.value.stringValue, parameter.type)
            for parameter in request.parameters or ()
        ]
        operation, answer = self._answer(
            request,
            lambda warehouse: run(warehouse, request.statement, parameters),
        )
        return ttypes.TExecuteStatementResp(
            status=SUCCESS, operationHandle=operation, directResults=answer
        )

    def GetSchemas(self, request: Any) -> Any:
        def schemas(warehouse: Warehouse) -> pa.Table:
            names = warehouse.run("show schemas").column("name")
            catalogs = [CATALOG] * len(names)
            return pa.table({"TABLE_SCHEM": names, "TABLE_CATALOG": catalogs})

        operation, answer = self._answer(request, schemas)
        return ttypes.TGetSchemasResp(
            status=SUCCESS, operationHandle=operation, directResults=answer
        )

    def CloseOperation(self, request: Any) -> Any:
        return ttypes.TCloseOperationResp(status=SUCCESS)

    def _answer(
        self, request: Any, work: Callable[[Warehouse], pa.Table]
    ) -> tuple[Any, Any]:
        """The handle and the whole result of an operation, or why it failed."""
        operation = ttypes.TOperationHandle(
            operationId=ttypes.THandleIdentifier(
                guid=uuid.uuid4().bytes, secret=uuid.uuid4().bytes
            ),
            operationType=ttypes.TOperationType.EXECUTE_STATEMENT,
            hasResultSet=True,
        )
        warehouse = self._sessions.get(request.sessionHandle.sessionId.guid)
        try:
            if warehouse is None:
                raise Refused("Invalid SessionHandle")
            with warehouse.lock:
                found = work(warehouse)
            answer = results(found)
        except (Refused, PySparkException) as error:
            statement = getattr(request, "statement", "")
            print(f"{statement}\n-> {error}", file=sys.stderr, flush=True)
            answer = failure(str(error))
        return operation, answer


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(200, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                return self._send(403, b"")
            return self._send(200, service.serve(self.path, body))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-thrift")
            self.send_header("Content-Length", str(len(body)))
            # The driver leaves open sockets to the garbage collector, which warns.
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: Any = "-", size: Any = "-") -> None:
            """Nobody reads them."""

    return Handler


def serve(port: int, folder: Path) -> None:
    """Answer on a port of 127.0.0.1, with tables in a folder; never returns."""
    logging.basicConfig(level=logging.ERROR)
    sail = SparkConnectServer("127.0.0.1", 0)
    sail.start(background=True)
    _, sail_port = sail.listening_address
    service = Service(folder, sail_port)
    ThreadingHTTPServer(("127.0.0.1", port), _handler(service)).serve_forever()
