"""Setting visit records: milliseconds each and peak memory, against reportlab's own Paragraph and Table.

The peer sets the same sheet in the same run with the library's layout classes: the same faces, texts and rows, but no
rules for line ends, no fingerprint and no code. The first record of a process also loads the faces and is told apart.
Limits: 300 ms a record (95 of 100) and 400 MB, on two cores.
"""

import io
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).parents[1]))

RECORDS, MILLISECONDS, MEGABYTES = 50, 300, 400


def main() -> None:
    """Print one JSON object."""
    ours, peer = _run("--ours"), _run("--peer")
    result = {
        "benchmark": "papers",
        "records": RECORDS,
        **ours,
        **{f"peer_{name}": value for name, value in peer.items()},
        "times_peer": round(ours["ms_each"] / peer["ms_each"], 2),
        "limit_ms_each": MILLISECONDS,
        "limit_megabytes": MEGABYTES,
        "holds": ours["ms_p95"] <= MILLISECONDS and ours["peak_megabytes"] <= MEGABYTES,
    }
    sys.stdout.write(json.dumps(result) + "\n")


def _run(who: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, __file__, who], capture_output=True, check=True, text=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _measure(build: Callable[[Any], bytes]) -> dict[str, Any]:
    """Set the records one by one, each a file of its own."""
    from tests.reports.sheets import VISIT  # noqa: PLC0415 - only the measured process pays for it

    times, sizes = [], []
    for number in range(RECORDS):
        sheet = replace(VISIT, number=f"ZF-330382-2026-{number:05}")
        started = time.perf_counter()
        content = build(sheet)
        times.append((time.perf_counter() - started) * 1000)
        sizes.append(len(content))
    return {
        "first_ms": round(times[0], 1),
        "ms_each": round(statistics.median(times[1:]), 1),
        "ms_p95": round(statistics.quantiles(times[1:], n=20)[-1], 1),
        "seconds": round(sum(times) / 1000, 2),
        "kilobytes_each": round(statistics.median(sizes) / 1024),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _ours() -> dict[str, Any]:
    from broker_app.reports.by_name import make_pdf  # noqa: PLC0415

    return _measure(partial(make_pdf, "visit_record"))


def _peer() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.pdfbase import pdfmetrics, ttfonts  # noqa: PLC0415
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle  # noqa: PLC0415

    from broker_app.paths import resources  # noqa: PLC0415

    for name, file in (("serif", "NotoSerifSC-Regular"), ("sans", "NotoSansSC-Regular")):
        pdfmetrics.registerFont(ttfonts.TTFont(name, resources() / "fonts" / f"{file}.ttf"))
    body = ParagraphStyle("body", fontName="serif", fontSize=10.5, leading=16.5, wordWrap="CJK")
    head = ParagraphStyle("head", parent=body, fontName="sans")
    lines = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, (0, 0, 0)), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])

    def cell(text: str, style: Any = body) -> Any:
        return Paragraph(escape(text).replace("\n", "<br/>"), style)

    def build(sheet: Any) -> bytes:
        facts = [
            ("企业名称", sheet.enterprise), ("统一社会信用代码", sheet.credit_code), ("所在地域", sheet.county),
            ("走访时间", f"{sheet.started_at:%Y-%m-%d %H:%M}"), ("走访地点", sheet.place), ("走访角色", sheet.role),
            ("走访目的", "；".join(sheet.purposes)), ("带队人", sheet.lead), ("同行人", "、".join(sheet.companions)),
            ("接待人", "；".join(f"{one.name} {one.position} {one.phone_masked}" for one in sheet.met)),
            ("走访记录", sheet.note), ("现场发现", sheet.findings),
            ("非技术诉求", "\n".join(f"{one.kind}：{one.text}，转{one.refer_to}" for one in sheet.referrals)),
            ("企业意见", sheet.opinion),
        ]  # fmt: skip
        rows = [[cell(name, head), cell(words)] for name, words in facts]
        needs = [
            [cell(str(number)), cell(f"{one.title}\n{one.number}\n{one.summary}"),
             cell("\n".join(f"{each.name} {each.target} {each.unit}" for each in one.metrics)), cell(one.budget),
             cell(one.deadline)]
            for number, one in enumerate(sheet.needs, 1)
        ]  # fmt: skip
        tasks = [[cell(one.text), cell(one.who), cell(str(one.due))] for one in sheet.follow_ups]
        stream = io.BytesIO()
        SimpleDocTemplate(stream, invariant=1).build(
            [
                cell("企业走访记录表", head),
                Table(rows, [80, 370], style=lines, splitInRow=1),
                Table(needs, [30, 180, 120, 70, 50], style=lines, repeatRows=1),
                Table(tasks, [270, 100, 80], style=lines),
            ]
        )
        return stream.getvalue()

    return _measure(build)


if __name__ == "__main__":
    if sys.argv[1:] == ["--ours"]:
        sys.stdout.write(json.dumps(_ours()))
    elif sys.argv[1:] == ["--peer"]:
        sys.stdout.write(json.dumps(_peer()))
    else:
        main()
