"""Starts what stands in for Databricks; runs in the emulator's own environment.

    python -I databricks_emulator.py PORT FOLDER

Databricks' driver speaks Thrift over HTTP. This server answers it, and has the
statements run by Sail, an engine with Spark's SQL and Delta tables, in this process.
Each HTTP path is a warehouse of its own, with one catalog `main`; it runs one statement
at a time, so writers wait for each other, where those of Databricks may conflict.
"""

from __future__ import annotations

import logging
import os
import resource
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CATALOG = "main"
TOKEN = "a-token"
# A plan that grows without an end ends this process, and not the machine's memory.
MEMORY = 6 * 1024**3
os.environ.update(
    {
        "RUST_LOG": "error",
        "SAIL_CATALOG__LIST": (
            f'[{{name="{CATALOG}", type="memory", initial_database=["default"]}}]'
        ),
        "SAIL_CATALOG__DEFAULT_CATALOG": CATALOG,
        "SAIL_EXECUTION__DEFAULT_PARALLELISM": "1",
        # A long expression is walked to its end.
        "SAIL_RUNTIME__STACK_SIZE": str(64 * 1024**2),
        "SAIL_SPARK__SESSION_TIMEOUT_SECS": "86400",
    }
)
# Behind the packages: this folder has files that are named like some.
sys.path.append(str(Path(__file__).parent))

from databricks_on_sail.runs import run  # noqa: E402
from databricks_on_sail.statement import Refused  # noqa: E402
import pyarrow as pa  # noqa: E402
from databricks.sql.thrift_api.TCLIService import TCLIService, ttypes  # noqa: E402
from pysail.spark import SparkConnectServer  # noqa: E402
from pyspark.errors import PySparkException  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from thrift.protocol.TBinaryProtocol import TBinaryProtocol  # noqa: E402
from thrift.transport.TTransport import TMemoryBuffer  # noqa: E402

SUCCESS = ttypes.TStatus(statusCode=ttypes.TStatusCode.SUCCESS_STATUS)
FINISHED = ttypes.TOperationState.FINISHED_STATE
# Thrift's types by those of Arrow, for the description of a result.
TYPES = {
    "bool": ttypes.TTypeId.BOOLEAN_TYPE,
    "int8": ttypes.TTypeId.TINYINT_TYPE,
    "int16": ttypes.TTypeId.SMALLINT_TYPE,
    "int32": ttypes.TTypeId.INT_TYPE,
    "int64": ttypes.TTypeId.BIGINT_TYPE,
    "float": ttypes.TTypeId.FLOAT_TYPE,
    "double": ttypes.TTypeId.DOUBLE_TYPE,
    "string": ttypes.TTypeId.STRING_TYPE,
    "binary": ttypes.TTypeId.BINARY_TYPE,
    "date32[day]": ttypes.TTypeId.DATE_TYPE,
    "null": ttypes.TTypeId.NULL_TYPE,
}
# Sail's words for what Databricks names by a condition.
CONDITIONS = {
    "Table not found": "TABLE_OR_VIEW_NOT_FOUND",
    "Database not found": "SCHEMA_NOT_FOUND",
}


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
        operation, results = self._answer(
            request,
            lambda warehouse: run(
                warehouse, request.statement, parameters
            ),
        )
        return ttypes.TExecuteStatementResp(
            status=SUCCESS, operationHandle=operation, directResults=results
        )

    def GetSchemas(self, request: Any) -> Any:
        def schemas(warehouse: Warehouse) -> pa.Table:
            names = warehouse.run("show schemas").column("name")
            catalogs = [CATALOG] * len(names)
            return pa.table({"TABLE_SCHEM": names, "TABLE_CATALOG": catalogs})

        operation, results = self._answer(request, schemas)
        return ttypes.TGetSchemasResp(
            status=SUCCESS, operationHandle=operation, directResults=results
        )

    def CloseOperation(self, request: Any) -> Any:
        return ttypes.TCloseOperationResp(status=SUCCESS)

    def _answer(self, request: Any, work: Any) -> tuple[Any, Any]:
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
            results = _results(found)
        except (Refused, PySparkException) as error:
            statement = getattr(request, "statement", "")
            print(f"{statement}\n-> {error}", file=sys.stderr, flush=True)
            results = _failure(str(error))
        return operation, results


def _failure(text: str) -> Any:
    for words, condition in CONDITIONS.items():
        if text.startswith(words) and f"[{condition}]" not in text:
            text = f"[{condition}] {text}"
    status = ttypes.TGetOperationStatusResp(
        status=SUCCESS,
        operationState=ttypes.TOperationState.ERROR_STATE,
        errorMessage=text,
        displayMessage=text,
    )
    return ttypes.TSparkDirectResults(operationStatus=status)


def _results(table: pa.Table) -> Any:
    table = pa.table(
        [_as_sent(column) for column in table.columns], names=table.column_names
    )
    batches = [
        ttypes.TSparkArrowBatch(batch=batch.serialize().to_pybytes(), rowCount=len(batch))
        for batch in table.to_batches()
    ]
    metadata = ttypes.TGetResultSetMetadataResp(
        status=SUCCESS,
        schema=ttypes.TTableSchema(columns=list(map(_column, range(table.num_columns), table.schema))),
        resultFormat=ttypes.TSparkRowSetType.ARROW_BASED_SET,
        lz4Compressed=False,
        arrowSchema=table.schema.serialize().to_pybytes(),
        isStagingOperation=False,
    )
    return ttypes.TSparkDirectResults(
        operationStatus=ttypes.TGetOperationStatusResp(
            status=SUCCESS, operationState=FINISHED
        ),
        resultSetMetadata=metadata,
        resultSet=ttypes.TFetchResultsResp(
            status=SUCCESS,
            hasMoreRows=False,
            results=ttypes.TRowSet(startRowOffset=0, rows=[], arrowBatches=batches),
        ),
        closeOperation=ttypes.TCloseOperationResp(status=SUCCESS),
    )


def _as_sent(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Moments bear the name of the session's zone as Java has it."""
    if pa.types.is_timestamp(column.type) and column.type.tz:
        return column.cast(pa.timestamp("us", "Etc/UTC"))
    return column


def _column(position: int, field: pa.Field) -> Any:
    of = field.type
    qualifiers = None
    if pa.types.is_decimal(of):
        thrift_type = ttypes.TTypeId.DECIMAL_TYPE
        qualifiers = ttypes.TTypeQualifiers(
            qualifiers={
                "precision": ttypes.TTypeQualifierValue(i32Value=of.precision),
                "scale": ttypes.TTypeQualifierValue(i32Value=of.scale),
            }
        )
    elif pa.types.is_timestamp(of):
        thrift_type = ttypes.TTypeId.TIMESTAMP_TYPE
    elif pa.types.is_map(of):
        thrift_type = ttypes.TTypeId.MAP_TYPE
    elif pa.types.is_list(of):
        thrift_type = ttypes.TTypeId.ARRAY_TYPE
    elif pa.types.is_struct(of):
        thrift_type = ttypes.TTypeId.STRUCT_TYPE
    else:
        thrift_type = TYPES[str(of)]
    entry = ttypes.TTypeEntry(
        primitiveEntry=ttypes.TPrimitiveTypeEntry(
            type=thrift_type, typeQualifiers=qualifiers
        )
    )
    return ttypes.TColumnDesc(
        columnName=field.name,
        typeDesc=ttypes.TTypeDesc(types=[entry]),
        position=position,
    )


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
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: Any = "-", size: Any = "-") -> None:
            """Nobody reads them."""

    return Handler


def main(port: int, folder: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.basicConfig(level=logging.ERROR)
    sail = SparkConnectServer("127.0.0.1", 0)
    sail.start(background=True)
    _, sail_port = sail.listening_address
    service = Service(folder, sail_port)
    ThreadingHTTPServer(("127.0.0.1", port), _handler(service)).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
