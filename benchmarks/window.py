"""The window with 100,000 firms, 20,000 visits and the pool of achievements: how long a person waits for it.

Every figure stands beside its limit (ux.md 2.11); the program ends with 1 if one is passed. The profile is made up
from fixed seeds. Where the judged pool is absent the made-up sample stands in, and the line says so.
"""

import gc
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))
POOL = REPOSITORY.parent / "shared" / "data" / "matching" / "achievements_17540.jsonl"

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from broker_app.db.session import Store
    from broker_app.ui.shell.main_window import MainWindow

FIRMS = int(os.environ.get("BROKER_WINDOW_FIRMS", "100000"))
VISITS = int(os.environ.get("BROKER_WINDOW_VISITS", "20000"))
SITTING = int(os.environ.get("BROKER_WINDOW_SITTING", "200"))
LIMITS = {
    "unlock_ms": 1500,
    "palette_p95_ms": 100,
    "open_record_p95_ms": 200,
    "switch_page_p95_ms": 200,
    "key_echo_during_import_p95_ms": 50,
    "key_echo_during_sync_p95_ms": 50,
    "sitting_grows_mb": 30,
    "keys_beyond_the_text": 3,
}
_PACE, _FEWEST_KEYS, _MOST_KEYS = 0.06, 60, 1500
_WARM = 20
_PLACES = ("温州", "瑞安", "乐清", "永嘉", "平阳", "苍南", "龙港", "瓯海", "龙湾", "洞头", "泰顺", "文成")
_COUNTIES = ("330302", "330381", "330382", "330324", "330326", "330327", "330383", "330304", "330303", "330305")
_FIRST = "华德正鸿宏恒兴隆泰丰永瑞金新中东南方天龙海江长远大力安达利民通顺诚信创科智慧锐奥欧佳美嘉益百千万"
_TRADES = (
    "电气",
    "阀门",
    "泵业",
    "汽车部件",
    "鞋业",
    "服饰",
    "眼镜",
    "包装机械",
    "塑料",
    "不锈钢",
    "教玩具",
    "智能电气",
)
_FORMS = ("有限公司", "股份有限公司", "科技有限公司", "厂", "集团有限公司")
_SENTENCES = (
    "断路器外壳注塑时冬天开裂，要零下二十五度不裂。",
    "阀体密封面堆焊靠老师傅，想上机械手。",
    "产线节拍四十秒，检测环节压不下来。",
    "去年申请的专利还没转化，问能不能作价入股。",
    "电镀废水里的镍回收率上不去，环保压力大。",
    "新车间明年投产，想找懂数字化改造的人。",
)
_QUERIES = ("wzdq", "rahd", "电气", "阀门", "温州华德", "zhineng", "开裂", "瑞安", "dianqi", "镍回收", "曾", "yongjia")


def main() -> int:
    """Print one JSON object; exit with 1 when a limit is passed."""
    with tempfile.TemporaryDirectory() as folder:
        kept = os.environ.get("BROKER_WINDOW_PROFILE")
        profile = Path(kept) if kept else Path(folder) / "profile"
        if not profile.exists():
            _child("--fill", str(profile))
        figures: dict[str, Any] = {
            "firms": FIRMS,
            "visits": VISITS,
            "pool": POOL.stem if POOL.exists() else "sample",
            **_child("--unlock", str(profile)),
            **_child("--walk", str(profile)),
            **_child("--type", folder),
            **_child("--sit", str(profile)),
        }
    figures["limits"] = LIMITS
    figures["missed"] = [name for name, limit in LIMITS.items() if name in figures and figures[name] > limit]
    sys.stdout.write(json.dumps(figures, ensure_ascii=False) + "\n")
    return 1 if figures["missed"] else 0


def _child(*arguments: str) -> dict[str, Any]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, env=environment, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout or b"{}")
    return found


def fill(folder: Path) -> None:
    """Make the profile: the sample, the pool, and firms and visits as if the server had sent them."""
    from broker_app.exchange.import_run import run_import  # noqa: PLC0415 - each step pays for itself only
    from broker_app.exchange.mapping import guess_mapping  # noqa: PLC0415
    from broker_app.exchange.sample import create_sample  # noqa: PLC0415
    from broker_app.exchange.source import open_source  # noqa: PLC0415
    from broker_app.paths import ProfilePaths  # noqa: PLC0415

    with create_sample(ProfilePaths(folder)) as store:
        if POOL.exists():
            source = open_source(POOL)
            run_import(store, source, guess_mapping("achievements", source.columns))
        dice = random.Random(20261124)  # noqa: S311 - made-up names, nothing secret
        firm_ids = _add_firms(store, dice)
        _add_visits(store, dice, firm_ids)


def _add_firms(store: "Store", dice: random.Random) -> list[UUID]:
    from sqlalchemy import insert  # noqa: PLC0415

    from broker_app.db.models import Enterprise  # noqa: PLC0415
    from broker_app.db.models.base import new_id  # noqa: PLC0415
    from broker_app.rules.calendar import utc_now  # noqa: PLC0415
    from broker_app.services.firm_names import firm_key  # noqa: PLC0415
    from broker_app.services.pinyin import search_keys  # noqa: PLC0415

    now, ids = utc_now(), [new_id() for _firm in range(FIRMS)]
    rows = []
    for number, firm_id in enumerate(ids):
        place = dice.choice(_PLACES)
        name = (
            f"{place}样例{dice.choice(_FIRST)}{dice.choice(_FIRST)}{dice.choice(_TRADES)}{dice.choice(_FORMS)}{number}"
        )
        rows.append(
            {
                "id": firm_id, "scope": "330300", "rev": 1, "name": name, "pinyin": search_keys(name),
                "name_key": firm_key(name), "county": dice.choice(_COUNTIES), "address": f"{place}样例路{number}号",
                "industries": ["smart_electric"], "profile": "样例企业，做" + dice.choice(_TRADES) + "。" * 3,
                "created_at": now,
            }
        )  # fmt: skip
    _insert(store, insert(Enterprise), rows)
    return ids


def _add_visits(store: "Store", dice: random.Random, firm_ids: Sequence[UUID]) -> None:
    from sqlalchemy import insert  # noqa: PLC0415

    from broker_app.db.models import Visit  # noqa: PLC0415
    from broker_app.db.models.base import new_id  # noqa: PLC0415
    from broker_app.rules.calendar import utc_now  # noqa: PLC0415

    now, mine = utc_now(), store.actor.user_id
    rows = []
    for number in range(VISITS):  # 24 a day by four people
        at = now - timedelta(hours=3 * number % 20_000, minutes=number % 60)
        rows.append(
            {
                "id": new_id(), "scope": "330300", "rev": 1, "number": f"Z{number:06d}", "state": "recorded",
                "enterprise_id": dice.choice(firm_ids), "role": "light_team", "started_at": at, "recorded_at": at,
                "created_at": at, "author_id": mine if number % 4 == 0 else "a colleague",
                "note": "".join(dice.choices(_SENTENCES, k=dice.randint(4, 12))) + str(number),
            }
        )  # fmt: skip
    _insert(store, insert(Visit), rows)


def _insert(store: "Store", statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    with store.engine.begin() as connection:
        for start in range(0, len(rows), 5000):
            connection.execute(statement, rows[start : start + 5000])


def unlock(folder: Path) -> dict[str, Any]:
    """From the passphrase given to Today on the screen; what the entrance loads ahead is loaded."""
    from broker_app.app import build_window, make_application, settle  # noqa: PLC0415
    from broker_app.exchange.sample import SAMPLE_PASSPHRASE  # noqa: PLC0415
    from broker_app.paths import ProfilePaths  # noqa: PLC0415
    from broker_app.services.entrance import enter  # noqa: PLC0415
    from broker_app.settings import Settings  # noqa: PLC0415

    app = make_application(Settings(theme="light"))
    began = time.perf_counter()
    with enter(ProfilePaths(folder), SAMPLE_PASSPHRASE) as store:
        opened = time.perf_counter()
        window = build_window(store)
        window.resize(1366, 768)
        window.show()
        settle(app, window)
        shown = time.perf_counter()
        window.close()
    return {"unlock_ms": _ms(shown - began), "of_that_store_ms": _ms(opened - began)}


def walk(folder: Path) -> dict[str, Any]:
    """Hits of the palette, records opened and pages switched, each until it stands on the screen."""
    with _window(folder) as (app, window):
        return {**_search(app, window), **_open_records(app, window), **_switch_pages(app, window)}


def _search(app: "QApplication", window: "MainWindow") -> dict[str, Any]:
    palette = window.palette_view
    palette.open()
    _settle(app, window)
    waits = []
    for _round in range(3):
        for query in _QUERIES:
            palette.field.clear()
            _pass(app, 0.1)
            answered: list[float] = []
            hear = palette.model.modelReset.connect(lambda: answered.append(time.perf_counter()))  # noqa: B023
            palette.field.insert(query)
            began = time.perf_counter()
            while not answered:
                app.processEvents()
            app.processEvents()  # until it is painted
            waits.append(time.perf_counter() - began)
            palette.model.modelReset.disconnect(hear)
    palette.close_palette()
    return {"palette_p95_ms": _p95(waits), "palette_p50_ms": _p50(waits)}


def _open_records(app: "QApplication", window: "MainWindow") -> dict[str, Any]:
    from broker_app.services.achievements import list_achievements  # noqa: PLC0415
    from broker_app.services.enterprises import list_enterprises  # noqa: PLC0415
    from broker_app.services.needs import list_needs  # noqa: PLC0415
    from broker_app.services.visits import list_visits  # noqa: PLC0415

    fetch = window.desk.tasks.fetch
    records: list[tuple[str, UUID]] = []
    for page, service in (
        ("enterprise", list_enterprises),
        ("visits", list_visits),
        ("need", list_needs),
        ("achievement", list_achievements),
    ):
        rows: Any = fetch(lambda session, service=service: service(session, limit=12))  # type: ignore[misc]
        records += [(page, row.id) for row in rows]
    random.Random(7).shuffle(records)  # noqa: S311 - an order, nothing secret
    waits: dict[str, list[float]] = {}
    for page, record in records:
        waits.setdefault(page, []).append(_until_shown(app, window, page, record))
    every = [wait for of_page in waits.values() for wait in of_page[1:]]  # a page is built once
    return {
        "open_record_p95_ms": _p95(every),
        "open_record_each_p95_ms": {page: _p95(of_page[1:]) for page, of_page in waits.items()},
        "first_of_a_kind_ms": {page: _ms(of_page[0]) for page, of_page in waits.items()},
    }


def _switch_pages(app: "QApplication", window: "MainWindow") -> dict[str, Any]:
    from broker_app.ui.pages import places  # noqa: PLC0415

    names = [place.name for place in places()]
    first = {name: _ms(_until_shown(app, window, name, None)) for name in names}
    waits: dict[str, list[float]] = {name: [] for name in names}
    for _round in range(4):
        for name in names:
            waits[name].append(_until_shown(app, window, name, None))
    return {
        "switch_page_p95_ms": _p95([wait for of_page in waits.values() for wait in of_page]),
        "switch_page_each_ms": {name: _p50(of_page) for name, of_page in waits.items()},
        "first_time_ms": first,
    }


def _until_shown(app: "QApplication", window: "MainWindow", page: str, what: object) -> float:
    began = time.perf_counter()
    window.show_page(page, what)
    _settle(app, window)
    return time.perf_counter() - began


def type_meanwhile(folder: Path) -> dict[str, Any]:
    """Key to painted letter while the pool is imported, and while 10,000 records go to a server on this computer."""
    from benchmarks.sync import PASSWORD  # noqa: PLC0415
    from benchmarks.sync import fill as fill_tasks  # noqa: PLC0415
    from benchmarks.sync import server as serve  # noqa: PLC0415
    from broker_app.db.key_file import create_key_file  # noqa: PLC0415
    from broker_app.exchange.sample import SAMPLE_PASSPHRASE  # noqa: PLC0415
    from broker_app.paths import ProfilePaths  # noqa: PLC0415
    from broker_app.services.profile import Profile, create_profile  # noqa: PLC0415
    from broker_app.sync.rounds import LogIn, log_in  # noqa: PLC0415
    from broker_app.ui.sync.exchange import exchange_of  # noqa: PLC0415

    paths = ProfilePaths(folder / "small")
    paths.folder.mkdir()
    key = create_key_file(paths.key_file, SAMPLE_PASSPHRASE)
    create_profile(paths, key.data_key, Profile(name="张样例", role="light_team")).close()
    with serve(folder / "server") as url, _window(folder / "small") as (app, window):
        page: Any = window.show_page("import", "achievements")
        _settle(app, window)
        page.open_file(POOL if POOL.exists() else REPOSITORY / "resources" / "sample" / "achievements.jsonl")
        _settle(app, window)
        page.import_button.click()
        importing = _keys(app, window)
        _settle(app, window)
        store: Any = window.desk.tasks.sessions
        log_in(store, LogIn(url, "one", PASSWORD))
        fill_tasks(store, 10_000)
        exchange_of(window.desk).ask()
        syncing = _keys(app, window)
        _settle(app, window)
    return {
        "key_echo_during_import_p95_ms": _p95(importing),
        "key_echo_during_import_worst_ms": _ms(max(importing)),
        "keys_during_import": len(importing),
        "key_echo_during_sync_p95_ms": _p95(syncing),
        "key_echo_during_sync_worst_ms": _ms(max(syncing)),
        "keys_during_sync": len(syncing),
    }


def _keys(app: "QApplication", window: "MainWindow") -> list[float]:
    """Type into a new visit at an even pace as long as the other work goes on; how late each letter was painted."""
    from PySide6.QtCore import Qt  # noqa: PLC0415
    from PySide6.QtTest import QTest  # noqa: PLC0415

    page: Any = window.show_page("visits", "new")
    note = page.editor.note
    note.setFocus()
    tasks = window.desk.tasks
    waits: list[float] = []
    due = time.perf_counter() + 0.2
    while len(waits) < _FEWEST_KEYS or (tasks.is_busy and len(waits) < _MOST_KEYS):
        while time.perf_counter() < due:
            app.processEvents()
            time.sleep(0.001)
        QTest.keyClick(note, Qt.Key.Key_A)
        note.viewport().repaint()
        waits.append(time.perf_counter() - due)  # from when the finger went down, whatever the window did then
        due = max(due + _PACE, time.perf_counter())
    page.editor.flush()
    return waits


def sit(folder: Path) -> dict[str, Any]:
    """Many visits in one sitting, by keys: how memory grows, and how many keys one takes beyond its text."""
    from PySide6.QtCore import Qt  # noqa: PLC0415
    from PySide6.QtTest import QTest  # noqa: PLC0415
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    keys = 0

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        nonlocal keys
        keys += 1
        QTest.keyClick(QApplication.focusWidget() or window, key, modifier)

    with _window(folder) as (app, window):
        resident, per_visit = [], []
        for number in range(_WARM + SITTING):
            keys = 0
            press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
            _settle(app, window)
            QTest.keyClicks(QApplication.focusWidget() or window, "yjx")
            press(Qt.Key.Key_Return)
            _settle(app, window)
            field: Any = QApplication.focusWidget()
            field.insertPlainText(f"{_SENTENCES[number % len(_SENTENCES)]}第{number}次。")
            press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            _settle(app, window)
            page: Any = window.page
            if page.editor.state != "recorded":
                raise RuntimeError("the visit was not recorded")
            per_visit.append(keys)
            if number >= _WARM - 1:
                resident.append(_resident_mb())
    return {
        "sitting_grows_mb": round(resident[-1] - resident[0], 1),
        "sitting_ends_at_mb": round(resident[-1], 1),
        "keys_beyond_the_text": max(per_visit),
    }


@contextmanager
def _window(folder: Path) -> "Iterator[tuple[QApplication, MainWindow]]":
    from broker_app.app import build_window, make_application  # noqa: PLC0415
    from broker_app.exchange.sample import SAMPLE_PASSPHRASE  # noqa: PLC0415
    from broker_app.paths import ProfilePaths  # noqa: PLC0415
    from broker_app.services.entrance import enter  # noqa: PLC0415
    from broker_app.settings import Settings  # noqa: PLC0415

    app = make_application(Settings(theme="light"))
    with enter(ProfilePaths(folder), SAMPLE_PASSPHRASE) as store:
        window = build_window(store)
        window.resize(1366, 768)
        window.show()
        window.activateWindow()
        _settle(app, window)
        _pass(app, 2.5)  # what the window reads ahead
        yield app, window
        window.close()


def _settle(app: "QApplication", window: "MainWindow") -> None:
    from broker_app.app import settle  # noqa: PLC0415

    settle(app, window)


def _pass(app: "QApplication", seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        app.processEvents()
        time.sleep(0.002)


def _resident_mb() -> float:
    gc.collect()
    status = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _p95(seconds: Sequence[float]) -> int:
    return _ms(sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * 0.95))])


def _p50(seconds: Sequence[float]) -> int:
    return _ms(statistics.median(seconds))


PARTS: dict[str, Callable[[Path], dict[str, Any] | None]] = {
    "--fill": fill,
    "--unlock": unlock,
    "--walk": walk,
    "--type": type_meanwhile,
    "--sit": sit,
}

if __name__ == "__main__":
    match sys.argv[1:]:
        case [part, folder] if part in PARTS:
            sys.stdout.write(json.dumps(PARTS[part](Path(folder)) or {}, ensure_ascii=False))
        case _:
            sys.exit(main())
