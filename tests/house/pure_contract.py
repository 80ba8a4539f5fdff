"""The import contract ``pure``: named modules stand on the standard library and on each other, on nothing else.

A module that is not there yet is passed over, so a room can be guarded before it is furnished.
"""

import sys
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PureContract(Contract):
    """Holds for the modules named in ``modules`` and everything inside them."""

    type_name = "pure"

    modules = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find every direct import that leaves the standard library and the named modules."""
        named = cast("list[str]", self.modules)  # import-linter puts the parsed value where the field was declared
        inside = {module for module in graph.modules if any(_is_in(module, name) for name in named)}
        impure = {
            (importer, imported)
            for importer in inside
            for imported in graph.find_modules_directly_imported_by(importer)
            if imported not in inside and imported.partition(".")[0] not in sys.stdlib_module_names
        }
        return ContractCheck(kept=not impure, metadata={"impure": sorted(impure)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that does not belong."""
        for importer, imported in check.metadata["impure"]:
            output.print_error(f"- {importer} -> {imported}", bold=False)


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
