"""Which activations a command is for, in dbt's grammar of selection.

https://docs.getdbt.com/reference/node-selection/syntax
"""

from outhaul.registry.selection.select import (
    Known,
    NothingSelected,
    Selection,
    select,
)

__all__ = ["Known", "NothingSelected", "Selection", "select"]
