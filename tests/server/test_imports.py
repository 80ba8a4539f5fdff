"""The two programs share three pure modules and nothing else."""

import pytest
from grimp import ImportGraph, build_graph

SHARED = {f"broker_app.sync.{name}" for name in ("protocol", "kinds", "merge")}
# The package folders themselves come with every import of what is inside.
FOLDERS = {"broker_app", "broker_app.sync"}


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    """Who imports whom in both programs."""
    return build_graph("broker_app", "broker_server", include_external_packages=True)


def crossings(graph: ImportGraph) -> set[tuple[str, str]]:
    """Imports from one program into the other that are not of the shared modules."""
    found = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            programs = importer.partition(".")[0], imported.partition(".")[0]
            if set(programs) == {"broker_app", "broker_server"} and imported not in SHARED | FOLDERS:
                found.add((importer, imported))
    return found


def test_neither_program_imports_the_other(graph: ImportGraph) -> None:
    assert crossings(graph) == set()


@pytest.mark.parametrize(
    ("importer", "imported"),
    [("broker_server.push", "broker_app.db.outbox"), ("broker_app.sync.merge", "broker_server.tables")],
)
def test_a_planted_import_is_seen(graph: ImportGraph, importer: str, imported: str) -> None:
    graph.add_import(importer=importer, imported=imported)
    try:
        assert crossings(graph) == {(importer, imported)}
    finally:
        graph.remove_import(importer=importer, imported=imported)


def test_the_server_needs_no_window(graph: ImportGraph) -> None:
    reached = graph.find_upstream_modules("broker_server", as_package=True)
    assert not {name for name in reached if name.partition(".")[0] in ("PySide6", "shiboken6", "reportlab", "keyring")}
