"""Redshift's SQL for a PostgreSQL: what Redshift lacks is refused, the rest translated.

PostgreSQL would run much that Redshift refuses. The lists here are those of
https://docs.aws.amazon.com/redshift/latest/dg/c_unsupported-postgresql-features.html,
c_unsupported-postgresql-functions.html, c_SQL_functions_leader_node_only.html and
r_correlated_subqueries.html, as far as somebody could think of writing such a thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError


class NotInRedshift(Exception):
    """A statement that Redshift would refuse, or answer otherwise than meant."""


# Constructs by their node in the syntax tree.
_CONSTRUCTS: dict[type[exp.Expression], str] = {
    exp.NullSafeNEQ: "IS DISTINCT FROM",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.OnConflict: "ON CONFLICT",
    exp.Returning: "RETURNING",
    exp.Filter: "FILTER on an aggregate",
    exp.Lock: "FOR UPDATE",
    exp.Lateral: "LATERAL",
    exp.Array: "array constructors",
}
# What only Redshift writes so.
_TRANSLATED = (
    exp.ConvertTimezone,
    exp.CurrentTimestamp,
    exp.DecodeCase,
    exp.GroupConcat,
    exp.TsOrDsAdd,
    exp.TsOrDsDiff,
)
# Functions, wherever they are called; those of the leader node's catalogs stay.
_FUNCTIONS = (
    "array_agg|bit_length|clock_timestamp|corr|covar_pop|encode|every|format"
    "|generate_series|generate_subscripts|hash_record_extended|hashtextextended"
    "|jsonb?_build_object|localtimestamp|mode|now|overlay|pg_sleep|regexp_matches"
    "|row|statement_timestamp|string_agg|substr|to_regclass|transaction_timestamp"
)
_CALLED = re.compile(rf"(?<![\w.\"])({_FUNCTIONS})\s*\(", re.IGNORECASE)
_CLOCKS = re.compile(r"\b(current_timestamp|localtime|current_time)\b", re.IGNORECASE)
_SET_OFF = re.compile(
    r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$",
    re.DOTALL,
)
_COLUMNS = re.compile(r'information_schema\."?columns"?')
_PLACEHOLDER = re.compile(r"\$(\d+)")
_PARAMETER = re.compile(r"_parameter_(\d+)")
_UNSIZED = (exp.DType.TEXT, exp.DType.VARCHAR, exp.DType.NVARCHAR)
_CATALOGS = re.compile(r"^(pg_|svv_|stv_|columns$|tables$|views$|schemata$)")
# Statements that sqlglot does not take apart, and that mean the same in both.
_PLAIN = re.compile(
    r"\s*(/\*.*?\*/\s*)*(begin|commit|rollback|set|show|lock|analyze|grant|revoke"
    r"|comment|close|deallocate|create schema|drop schema)\b",
    re.IGNORECASE | re.DOTALL,
)


def to_postgres(sql: str) -> str:
    """The statement for PostgreSQL; raises NotInRedshift."""
    if _PLAIN.match(sql) or not sql.strip():
        return sql.replace("query_group", "redshift.query_group")
    # sqlglot would take what stands between two placeholders for quoted text
    tree = _parsed(_PLACEHOLDER.sub(r"_parameter_\1", sql))
    for problem in _problems(sql, tree):
        raise NotInRedshift(f"Redshift has no {problem}")
    short_texts = [] if _reads_only_catalogs(tree) else list(_short_texts(tree))
    for data_type in short_texts:
        data_type.replace(exp.DataType.build("varchar(256)"))
    if short_texts or tree.find(*_TRANSLATED) is not None:
        translated = tree.transform(_translated).sql(dialect="postgres")
        sql = _PARAMETER.sub(r"$\1", translated)
    return _COLUMNS.sub("pg_catalog.redshift_columns", sql)


def _parsed(sql: str) -> exp.Expression:
    try:
        statements = [each for each in sqlglot.parse(sql, read="redshift") if each]
    except SqlglotError as error:
        raise NotInRedshift(f"not SQL of Redshift: {error}") from None
    if len(statements) != 1:
        raise NotInRedshift("several statements at once")
    if isinstance(statements[0], exp.Command):
        raise NotInRedshift("statement of this kind that sqlglot knows")
    return statements[0]


def _problems(sql: str, tree: exp.Expression) -> Iterator[str]:
    """What Redshift lacks of a statement, in words."""
    only_catalogs = _reads_only_catalogs(tree)
    code = _SET_OFF.sub("''", sql)
    if not only_catalogs:
        yield from (f"function {call}()" for call in _CALLED.findall(code))
        yield from (f"{clock} on its tables" for clock in _CLOCKS.findall(code))
    for node in tree.walk():
        if type(node) in _CONSTRUCTS:
            yield _CONSTRUCTS[type(node)]
        elif isinstance(node, exp.Distinct) and node.args.get("on"):
            yield "DISTINCT ON"
        elif isinstance(node, exp.Values) and not isinstance(node.parent, exp.Insert):
            yield "VALUES as a table"
        elif isinstance(node, exp.Count) and _counts_several(node):
            yield "COUNT(DISTINCT) of several expressions"
        elif isinstance(node, exp.Tuple) and isinstance(node.parent, exp.Binary):
            yield "row constructors"
        elif isinstance(node, exp.Create):
            yield from _problems_of_create(node)
        elif isinstance(node, exp.Delete) and node.this.args.get("alias"):
            yield "alias of the table of a DELETE"
        elif isinstance(node, exp.Exists) and node.find_ancestor(exp.Or):
            yield "plan for a correlated subquery below OR"


def _short_texts(tree: exp.Expression) -> Iterator[exp.DataType]:
    """Types of text without a size, which is 256 bytes then."""
    for data_type in tree.find_all(exp.DataType):
        if data_type.this in _UNSIZED and not data_type.expressions:
            yield data_type


def _problems_of_create(create: exp.Create) -> Iterator[str]:
    if create.kind == "INDEX":
        yield "indexes"
    if create.kind == "TABLE" and create.args.get("replace"):
        yield "CREATE OR REPLACE TABLE"
    if create.kind == "TABLE" and create.args.get("exists") and create.expression:
        yield "IF NOT EXISTS for a CREATE TABLE AS"


def _counts_several(count: exp.Count) -> bool:
    several = isinstance(count.this, exp.Distinct) and count.this.expressions
    return bool(several) and (
        len(several) > 1
        or isinstance(several[0], (exp.Tuple, exp.Anonymous))
        and several[0].name.lower() == "row"
    )


def _reads_only_catalogs(tree: exp.Expression) -> bool:
    """Whether all tables are those of the leader node, where PostgreSQL's SQL runs."""
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = [table.name for table in tree.find_all(exp.Table)]
    return bool(tables) and all(
        name in ctes or not name or _CATALOGS.match(name.lower()) for name in tables
    )


def _translated(node: exp.Expression) -> exp.Expression:
    """A word of Redshift that PostgreSQL lacks; redshift_stubs.sql has others."""
    if isinstance(node, exp.CurrentTimestamp):
        clock = "sysdate" if node.args.get("sysdate") else "getdate"
        return exp.Anonymous(this=f"redshift_{clock}")
    if isinstance(node, exp.Literal) and node.is_string:
        return exp.Literal.string(node.this.replace("\\", "\\\\"))
    if isinstance(node, exp.WithinGroup) and isinstance(node.this, exp.GroupConcat):
        return _string_agg(node)
    return node


def _string_agg(listagg: exp.WithinGroup) -> exp.Expression:
    counted, order = listagg.this, listagg.expression
    values = counted.this
    separator = counted.args.get("separator")
    if isinstance(values, exp.Distinct) and len(values.expressions) > 1:
        separator = values.expressions[1]
        values = exp.Distinct(expressions=values.expressions[:1])
    ordered = exp.Order(this=values.copy(), expressions=order.expressions)
    return exp.GroupConcat(this=ordered, separator=separator or exp.Literal.string(""))
