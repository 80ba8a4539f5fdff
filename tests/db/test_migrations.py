"""The schema: its newest step is what the models say, and every released one still opens.

``schemas/NNNN.sql`` holds a store of that schema as it was released. Such a file is never made anew: a change
of the tables is a new step in ``broker_app/db/migrations/versions``.
"""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlcipher3 import dbapi2 as driver

from broker_app.db.models import Base
from broker_app.db.session import Store, create_store, integrity_faults
from broker_app.paths import ProfilePaths
from broker_app.services.achievements import list_achievements
from broker_app.services.import_batches import record_counts
from broker_app.services.needs import get_need, list_needs
from broker_app.services.profile import open_profile, read_profile
from broker_app.services.visits import get_visit, list_visits
from tests.db.conftest import DATA_KEY

SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("*.sql"))


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": False,  # SQLite has no types to compare
                "include_object": lambda _object, name, kind, *_: kind != "table" or not name.startswith("match_"),
            },
        )
        return list(compare_metadata(context, Base.metadata))


def test_the_newest_schema_is_what_the_models_say(paths: ProfilePaths) -> None:
    with create_store(paths, DATA_KEY) as store:
        assert differences(store) == []
        with store.write() as session:
            session.execute(text("ALTER TABLE need DROP COLUMN partner"))
        assert len(differences(store)) == 1  # the comparison can see a difference


def test_there_is_a_frozen_store_of_every_schema() -> None:
    steps = {file.name[:4] for file in Path("broker_app/db/migrations/versions").glob("[0-9]*.py")}
    assert {file.stem for file in SCHEMAS} == steps


@pytest.mark.parametrize("dump", SCHEMAS, ids=lambda file: str(file.stem))
def test_every_released_schema_still_opens_with_all_its_rows(dump: Path, paths: ProfilePaths) -> None:
    paths.folder.mkdir()
    connection = driver.connect(str(paths.database))
    connection.execute(f"PRAGMA key = \"x'{DATA_KEY.hex()}'\"")
    connection.executescript(dump.read_text("utf-8"))
    connection.close()
    with open_profile(paths, DATA_KEY) as store:
        assert integrity_faults(store) == []
        assert differences(store) == []
        with store.read() as session:
            assert read_profile(session).name == "林样例"
            counts = record_counts(session)
            assert counts == {"enterprises": 1, "visits": 1, "needs": 1, "achievements": 1, "matches": 1}
            visit = get_visit(session, list_visits(session)[0].id)
            assert visit.draft.note == "断路器触点温升高，<b>现在</b>合格率 91%。\n供应商别往外说 😀"
            assert (visit.enterprise, visit.state, len(visit.moves)) == ("甲样例电气厂", "recorded", 1)
            need = get_need(session, list_needs(session)[0].id)
            assert need.draft.metrics[0].confidential
            assert (need.budget, need.draft.keywords) == ("30—60 万元", ("断路器", "温升"))
            assert list_achievements(session, "温升")[0].price == "80 万元"
