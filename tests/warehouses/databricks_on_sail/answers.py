"""Results of Sail as the driver of Databricks reads them: Arrow within Thrift."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from databricks.sql.thrift_api.TCLIService import ttypes

SUCCESS = ttypes.TStatus(statusCode=ttypes.TStatusCode.SUCCESS_STATUS)
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


def failure(text: str) -> Any:
    """The direct results of an operation that failed."""
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


def results(table: pa.Table) -> Any:
    """The direct results of an operation: all rows at once."""
    table = pa.table(
        [_as_sent(column) for column in table.columns], names=table.column_names
    )
    batches = [
        ttypes.TSparkArrowBatch(
            batch=batch.serialize().to_pybytes(), rowCount=len(batch)
        )
        for batch in table.to_batches()
    ]
    metadata = ttypes.TGetResultSetMetadataResp(
        status=SUCCESS,
        schema=ttypes.TTableSchema(
            columns=[_column(*each) for each in enumerate(table.schema)]
        ),
        resultFormat=ttypes.TSparkRowSetType.ARROW_BASED_SET,
        lz4Compressed=False,
        arrowSchema=table.schema.serialize().to_pybytes(),
        isStagingOperation=False,
    )
    return ttypes.TSparkDirectResults(
        operationStatus=ttypes.TGetOperationStatusResp(
            status=SUCCESS, operationState=ttypes.TOperationState.FINISHED_STATE
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
