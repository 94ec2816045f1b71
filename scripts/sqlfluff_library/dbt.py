"""Lets sqlfluff render what models use of dbt's own macros."""


def type_string() -> str:
    return "text"
