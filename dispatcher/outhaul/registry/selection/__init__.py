"""Which activations a command is for, in dbt's grammar of selection.

https://docs.getdbt.com/reference/node-selection/syntax
"""

from outhaul.registry.selection.names import any_is, select_records
from outhaul.registry.selection.select import (
    Known,
    NothingSelected,
    Selection,
    of_models,
    select,
)

__all__ = [
    "Known",
    "NothingSelected",
    "Selection",
    "any_is",
    "of_models",
    "select",
    "select_records",
]
