"""推介函: a letter that offers an enterprise achievements for one need, each with its exact reasons."""

from collections.abc import Iterator

from broker_app.reports.blocks import NOTHING, Proof, chinese_date, chinese_number, label, missing_note, value
from broker_app.reports.fingerprint import fingerprint
from broker_app.reports.flow import MM, Block
from broker_app.reports.fonts import Face
from broker_app.reports.grid import Cell, Grid, Row
from broker_app.reports.page import Family, Paper
from broker_app.reports.text import Align, Run, Style, Text
from broker_app.services.sheets import IntroAchievement, IntroSheet

_TITLE = Style(Face.SERIF_BOLD, 22, 33, Align.CENTRE)
_BODY = Style(Face.SERIF, 14, 24.5, Align.JUSTIFY, indent=2)
_FLUSH = Style(Face.SERIF, 14, 24.5)
_RIGHT = Style(Face.SERIF, 14, 24.5, Align.RIGHT)
_HEADING = Style(Face.SANS_BOLD, 14, 25, indent=2)
_VALUE = Style(Face.SERIF, 10.5, 15.5)
_NAME = Style(Face.SERIF_BOLD, 10.5, 15.5)
_CARD = tuple(one * MM for one in (28, 50, 28, 50))


def compose_intro_letter(sheet: IntroSheet, *, duplex: bool = True) -> Paper:
    """The introduction letter, ready to be set."""
    mark = fingerprint(sheet)
    title = "科技成果推介函"
    blocks: list[Block] = [
        Text(title, _TITLE, keep=True, space_after=10 * MM, bookmark=(0, title)),
        Text(f"{sheet.enterprise}：", _FLUSH, keep=True),
        Text(_opening(sheet), _BODY),
        _heading("一、需求要点"),
        Text(sheet.need_points, _BODY),
        _heading("二、推介成果及理由"),
        Text("下列“依据”摘自成果摘要，加粗的是与需求相合的词。", _BODY, keep=True, space_after=1.5 * MM),
        *(_card(number, one) for number, one in enumerate(sheet.achievements, 1)),
        _heading("三、下一步"),
        Text(_next_step(), _BODY, keep=True),
        *_sign_off(sheet, mark),
    ]
    return Paper(Family.LETTER, title, sheet.number, mark, sheet.organisation, sheet.frozen_at, blocks, duplex)


def _opening(sheet: IntroSheet) -> str:
    need = f"“{sheet.need_title}”（需求编号 {sheet.need_number or NOTHING}）"
    offered = chinese_number(len(sheet.achievements))
    pool = f"经比对成果池 {sheet.pool_size:,} 项成果，现推介以下{offered}项，供贵公司选择。"
    if sheet.visited_on:
        met = "我单位技术经纪人{broker}一行于{day}走访贵公司，了解到贵公司的技术需求{need}。"
        return met.format(broker=sheet.broker, day=chinese_date(sheet.visited_on), need=need) + pool
    return f"我单位了解到贵公司的技术需求{need}。" + pool


def _next_step() -> str:
    return (
        "贵公司如有意向，请与我单位联系。双方同意后，我单位安排见面；需要时先签保密协议。"
        "推介不构成对成果价值的评估，也不构成贷款、补助的承诺。"
    )


def _heading(words: str) -> Text:
    return Text(words, _HEADING, keep=True, bookmark=(1, words))


def _card(number: int, one: IntroAchievement) -> Grid:
    name = f"成果{chinese_number(number)}"
    rows = tuple(_card_rows(name, one))
    return Grid(_CARD, rows, space_after=2 * MM, bookmark=(2, f"{name}　{one.title}"))


def _card_rows(name: str, one: IntroAchievement) -> Iterator[Row]:
    yield Row((label(name), value(one.title, 3, _NAME)), keep=True)
    yield _pair("完成单位", one.owner, "就绪水平", one.readiness)
    yield _pair("知识产权", one.ip, "转化方式", one.modes)
    reasons = "\n".join(f"{n}. {reason}；" for n, reason in enumerate(one.reasons, 1))
    yield _wide("推介理由", reasons.removesuffix("；") + "。" if reasons else "")
    yield Row((label("依据"), Cell(Text(_evidence(one) or NOTHING, _VALUE), 3)), keep=True)
    yield _wide("未覆盖", one.not_covered or "需求要点均已提及")
    price = "面议" if one.price_wan is None else f"{one.price_wan:,.2f}（成果权利人报价）"
    yield _pair("拟价（万元）", price, "匹配分", f"{one.score}（本地口径）", keep=False)


def _pair(first: str, first_value: str, second: str, second_value: str, *, keep: bool = True) -> Row:
    return Row(
        (
            label(first),
            value(first_value, 1, _VALUE),
            label(second),
            value(second_value, 1, _VALUE),
        ),
        keep=keep,
    )


def _wide(name: str, words: str) -> Row:
    return Row((label(name), value(words, 3, _VALUE)), keep=True)


def _evidence(one: IntroAchievement) -> list[Run]:
    """The sentence in runs, the matched words bold."""
    runs: list[Run] = []
    at = 0
    for start, length in sorted(one.evidence_marks):
        if start < at:
            continue
        runs += [(one.evidence[at:start], Face.SERIF), (one.evidence[start : start + length], Face.SERIF_BOLD)]
        at = start + length
    runs.append((one.evidence[at:], Face.SERIF))
    return [run for run in runs if run[0]]


def _sign_off(sheet: IntroSheet, mark: str) -> list[Block]:
    """Contact, organisation, date and fingerprint: one piece."""
    contact = [
        f"联系人：{sheet.contact_name}" if sheet.contact_name else "",
        f"电话：{sheet.contact_phone}" if sheet.contact_phone else "",
    ]
    address = f"地址：{sheet.contact_address}" if sheet.contact_address else ""
    lines = "\n".join(line for line in ("　　".join(one for one in contact if one), address) if line)
    return [
        *missing_note(sheet),
        *([Text(lines, _BODY, keep=True, space_after=2 * MM)] if lines else []),
        Text(sheet.organisation, _RIGHT, keep=True),
        Text(f"{chinese_date(sheet.signed_on)}　　", _RIGHT, keep=True, space_after=3 * MM),
        Proof("intro", sheet.number, sheet.revision, mark),
    ]
