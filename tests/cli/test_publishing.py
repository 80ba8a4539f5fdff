"""``broker need publish``: looks first, goes with ``--yes``, and is taken back."""

from pathlib import Path

from sqlalchemy import update

from broker_app.db.key_file import open_with_passphrase
from broker_app.db.models import Need, PublishedNeed
from broker_app.paths import ProfilePaths
from broker_app.services.profile import open_profile
from tests.cli.conftest import PASSPHRASE, Broker


def verify(profile: Path) -> None:
    paths = ProfilePaths(profile)
    with open_profile(paths, open_with_passphrase(paths.key_file, PASSPHRASE)) as store, store.write() as session:
        verified = {"state": "verified", "verifier_id": "another", "goal": "温升降下来", "no_metric_reason": "没有量过"}
        session.execute(update(Need).values(**verified))


def test_a_need_is_looked_at_published_listed_and_withdrawn(broker: Broker) -> None:
    refused = broker.run("need", "publish", "N1", "--yes", "--unit", "样例县科技局", "--phone", "0577", code=1)
    assert "核实" in refused.err
    verify(broker.profile)
    looked = broker.run("need", "publish", "N1")
    assert "断路器触点温升" in looked.out
    assert "--yes" in looked.out
    assert "甲样例电气" not in looked.out
    assert broker.json("need", "public") == []
    published = broker.json("need", "publish", "N1", "--yes", "--unit", "样例县科技局", "--phone", "0577-65810000")
    assert published["office"]["unit"] == "样例县科技局"
    (listed,) = broker.json("need", "public")
    assert (listed["title"], listed["is_ours"]) == ("断路器触点温升", True)
    assert "断路器触点温升" in broker.run("need", "public", "--query", "触点").out
    broker.run("need", "take", listed["number"], code=1)
    broker.run("need", "withdraw", "N1", "--why", "企业不愿公开")
    assert broker.json("need", "public") == []
    paths = ProfilePaths(broker.profile)
    with open_profile(paths, open_with_passphrase(paths.key_file, PASSPHRASE)) as store, store.read() as session:
        assert session.query(PublishedNeed).one().title == ""
