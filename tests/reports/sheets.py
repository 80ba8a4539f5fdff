# ruff: noqa: E501 - what people write is kept as it is written
"""Made-up sheets: an ordinary visit, a visit that is nasty in every way, a letter. All firms and people are 样例."""

import math
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from broker_app.rules.calendar import CHINA_TIME
from broker_app.services.sheets import (
    FirmMatchLine,
    FirmNeedLine,
    FirmSheet,
    FirmVisitLine,
    FollowUpLine,
    IntroAchievement,
    IntroSheet,
    MetricLine,
    NeedLine,
    NeedSheet,
    PersonLine,
    PlanLine,
    PlanSheet,
    ReferralLine,
    RoleLine,
    SignatureMark,
    SlipSheet,
    VisitSheet,
)
from broker_app.services.work_sheets import (
    AssessmentSheet,
    DutyLine,
    LogLine,
    MonthLine,
    WorkLogSheet,
    WorkTotals,
)

MOMENT = datetime(2026, 11, 3, 17, 20, 5, tzinfo=CHINA_TIME)

PARAGRAPHS = (
    "9点半到，门卫登记半天。总经理去宁波了，由技术部陈喆工程师、品质部李镕接待，财务龚䶮后到。主要还是 MCB 校验线的事："
    "瞬时脱扣一致性不行，靠两个老师傅手调双金属片，年底一个要退休；老师傅说“手感”写不成作业指导书——这一点最要命。",
    "设备预算说别超 150 个（万），研发费另算三五十万。明年 6 月底前一定要上，有个网里的标，投标截止 2027-06-30。现场环境："
    "夏季车间 <50 ℃，冬季冷库试验 -25 ℃，相对湿度≤95 %，供电 AC 400 V±10 %，节拍要求≤3.5 s/极；标准按 GB/T 10963.1-2020 "
    "和 IEC 60898-1:2015，温升限值按表 6。",
    "银触点：银价涨得吓人，想降银 20 %，但温升别超标（就是 10963 那个标准），找过一家粉末冶金的没下文。R&D 投入占比 6.8 %，"
    "去年授权发明专利 3 件（ZL202610000001.X 等）。图纸文件名 D:\\project\\2026\\MCB_calibration_line_v3.2_final(2)_for_review.step，"
    "邮件里有。",
    "设备联网：PLC 地址 opc.tcp://plc.example.com:4840/freeopcua/server/?session=8f14e45fceea167a5a36dedd4bea2543&node=ns=2;"
    "s=Channel1.Device1.TripCurve，数据每 50 ms 一点，一天约 1.7×10^6 条，存了三年没人看。",
    "高企复审：研发辅助账乱，问能不能派人教。财务说去年被退回两次，一次是人员工时对不上，一次是“直接投入”与领料单不符……"
    "希望 11 月底前有人来一趟。瓯江边上的新厂房在藤桥镇垟塆村，老厂在湖头埭，新厂地坪承重 5 t/㎡，门洞 4.2 m×4.5 m。",
)

NEEDS = (
    NeedLine(
        "XQ-330382-2026-0102",
        "小型断路器自动校验线瞬时脱扣一致性提升",
        "技术攻关",
        "瞬时脱扣一致性不足，依赖人工手调双金属片；要求节拍≤3.5 s/极，-25 ℃～50 ℃ 环境稳定，明年 6 月 30 日前上线。",
        (
            MetricLine("离散系数", "11", "≤4", "%"),
            MetricLine("节拍", "", "≤3.5", "s/极", "GB/T 10963.1-2020"),
        ),
        "180—200 万元",
        "2027-06-30",
        1,
    ),
    NeedLine("XQ-330382-2026-0103", "低银电触点材料（降银 20 % 且温升达标）", "技术攻关", "", (), "", "2027-03-31"),
    NeedLine(
        "XQ-330382-2026-0104",
        "铸件射线底片 AI 识别",
        "技术开发",
        "",
        (MetricLine("检出率", "92.5", "≥98.5", "%"),),
        "不超过 50 万元",
        "",
    ),
)

VISIT = VisitSheet(
    number="ZF-330382-2026-00417",
    revision=1,
    enterprise="样例鹦盾电气有限公司",
    credit_code="91330382MA00013Y0X",
    county="温州市乐清市（330382）",
    industry="电气机械和器材制造业",
    place="柳市镇湖头埭 12 号；藤桥镇垟塆村新厂",
    started_at=datetime(2026, 11, 3, 9, 30, tzinfo=CHINA_TIME),
    ended_at=datetime(2026, 11, 3, 11, 40, tzinfo=CHINA_TIME),
    role="科技副总",
    purposes=("技术需求征集", "研发辅助账辅导"),
    lead="王堃（中级技术经纪人）",
    companions=("张瓯", "林喆"),
    met=(
        PersonLine("陈喆", "技术部工程师", "138****0000"),
        PersonLine("李镕", "品质部", ""),
        PersonLine("龚䶮", "财务部", ""),
    ),
    note="\n".join(PARAGRAPHS),
    note_corrections=("更正 1（数字听错）：设备预算上限应为 180 万元。",),
    findings="校验台共 6 台，仅 2 台有力-位移采集；瞬时脱扣电流离散系数约 11 %，目标≤4 %。双金属片来料硬度未做批检。",
    needs=NEEDS,
    referrals=(
        ReferralLine("政策咨询", "高新技术企业复审辅导", "乐清市科技局", date(2026, 11, 30)),
        ReferralLine("人才", "流体仿真工程师 1 名", "人社部门", date(2026, 12, 15)),
    ),
    follow_ups=(
        FollowUpLine("带样例大学电气学院团队复访，看校验线", "王堃", date(2026, 11, 11)),
        FollowUpLine("回复先用后转的条件、期限和责任（企业问：坏了谁赔？）", "张瓯", date(2026, 11, 13)),
        FollowUpLine("安排研发费用辅助账辅导", "乐清市科技局", date(2026, 11, 30), done=True),
    ),
    opinion="基本满意",
    late_reason="",
    withheld=2,
    organisation="样例市科技大市场（技术转移中心）",
    state="已提交",
    frozen_at=MOMENT,
)

NASTY = replace(
    VISIT,
    number="ZF-330382-2026-00418",
    enterprise="样例" + "特别长的名字" * 9 + "有限公司",
    note="\n".join(PARAGRAPHS * 4),
    note_corrections=(),
    referrals=(),
    needs=tuple(
        replace(NEEDS[index % 3], summary="\n".join(PARAGRAPHS * 8) if index == 6 else NEEDS[index % 3].summary)
        for index in range(40)
    ),
    follow_ups=(),
    opinion="",
    late_reason="会议时间长，当天没有网络，第三天补录",
    withheld=0,
    companions=(),
    place="",
)


def _marks(sentence: str, *words: str) -> tuple[tuple[int, int], ...]:
    return tuple((sentence.index(word), len(word)) for word in words)


LETTER = IntroSheet(
    number="DJ-330382-2026-0093",
    revision=1,
    enterprise="样例鹦盾电气有限公司",
    visited_on=date(2026, 11, 3),
    broker="王堃（中级技术经纪人）",
    organisation="样例市科技大市场（技术转移中心）",
    need_number="XQ-330382-2026-0102",
    need_title="小型断路器自动校验线瞬时脱扣一致性提升",
    need_points=(
        "瞬时脱扣一致性不足，依赖人工手调双金属片；要求节拍≤3.5 s/极，-25 ℃～50 ℃ 环境稳定，符合 GB/T 10963.1-2020，"
        "2027年6月30日前上线。预算 180 万元至 200 万元（设备不超过 150 万元，R&D 费用 30 万元至 50 万元）。"
    ),
    pool_size=14177,
    achievements=(
        IntroAchievement(
            "基于力-位移曲线闭环的小型断路器自动校验方法",
            "样例大学电气学院",
            "7 级（环境级）",
            "发明专利 1 件",
            "许可、委托开发",
            ("与需求同说“断路器、脱扣、双金属片、校验、闭环”", "同属低压电器", "依据见摘要第 2 句"),
            "本方法用力-位移曲线闭环校验小型断路器的双金属片，脱扣时间离散系数由 12 % 降到 3.6 %。",
            _marks(
                "本方法用力-位移曲线闭环校验小型断路器的双金属片，脱扣时间",
                "闭环",
                "校验",
                "断路器",
                "双金属片",
                "脱扣",
            ),
            "节拍",
            Decimal("60"),
            "9.6",
        ),
        IntroAchievement(
            "双金属片激光微调与热脱扣在线补偿装置",
            "样例激光智能装备研究院",
            "6 级（正样级）",
            "发明专利 2 件",
            "转让、合作",
            ("与需求同说“双金属片、脱扣、在线”",),
            "装置对双金属片作激光微调，在线补偿热脱扣漂移。",
            _marks("装置对双金属片作激光微调，在线补偿热脱扣漂移。", "双金属片", "在线", "脱扣"),
            "瞬时脱扣、低温",
            Decimal("85.5"),
            "7.2",
        ),
        IntroAchievement(
            "多工位电磁脱扣特性快速测试系统",
            "样例理工学院龚䶮团队",
            "未说明",
            "",
            "先用后转",
            ("与需求同说“脱扣、测试”",),
            "样机测试样本量 n=200，一致性 98.5 %。",
            (),
            "",
            None,
            "5.1",
        ),
    ),
    contact_name="王堃",
    contact_phone="0577-00000000",
    contact_address="样例市科技大道 1 号",
    signed_on=date(2026, 11, 6),
    frozen_at=datetime(2026, 11, 6, 9, 0, tzinfo=CHINA_TIME),
)

SLIP = SlipSheet(
    number="QR-330382-2026-00417",
    revision=1,
    enterprise="浙江省温州市瓯江口样例高端装备智能制造与新材料研究开发股份有限公司柳市镇湖头埭精密断路器分公司",
    started_at=VISIT.started_at,
    ended_at=VISIT.ended_at,
    place="柳市镇湖头埭 12 号",
    met=(PersonLine("陈喆", "技术部工程师", ""),),
    visitors=("王堃", "张瓯"),
    purposes=("需求摸排", "政策宣讲"),
    statement=(
        "2026年11月3日09:30 至 11:40，样例市科技大市场王堃、张瓯到本公司走访，地点为柳市镇湖头埭 12 号。双方谈及下列技术需求："
        "（1）小型断路器自动校验线瞬时脱扣一致性提升；（2）低银电触点材料（降银 20 % 且温升符合 GB/T 10963.1-2020）。",
        "本公司确认以上走访属实，同意将需求名称、技术领域和公开的指标用于寻找科技成果。另有 2 处内容本公司要求不得外传，不印入交给第三方的材料。",
    ),
    withheld=2,
    organisation=VISIT.organisation,
    frozen_at=MOMENT,
)

_HAND = (  # two made-up characters: a cross, a loop, and a dot
    ((60.0, 120.0), (150.0, 100.0), (250.0, 112.0)),
    ((160.0, 30.0), (148.0, 130.0), (90.0, 230.0)),
    ((150.0, 120.0), (190.0, 180.0), (265.0, 240.0)),
    tuple((400 + 70 * math.cos(t / 8), 140 + 90 * math.sin(t / 8)) for t in range(60)),
    ((330.0, 60.0), (420.0, 150.0), (480.0, 260.0)),
    ((520.0, 250.0),),
)
MARK = SignatureMark("陈喆", date(2026, 11, 3), "7F3A 19C2", _HAND)
SIGNED_SLIP = replace(SLIP, signature=MARK)
SIGNED_VISIT = replace(VISIT, signature=MARK)
CHANGED_SLIP = replace(
    SLIP, signature=replace(MARK, strokes=(), instead="签字后有改动，原来的签名不印在这里。请对改动后的内容重新签字。")
)

NEED = NeedSheet(
    number="XQ-330382-2026-0102",
    revision=1,
    state="已核实",
    enterprise="样例鹦盾电气有限公司",
    credit_code="91330382MA00013Y0X",
    county="温州市乐清市（330382）",
    address="浙江省温州市乐清市柳市镇湖头埭 12 号",
    legal_person="王堃",
    size="中型",
    contact="陈喆",
    phone_masked="138****0000",
    email="research.development-department@xiangli-electric.example.com",
    website="www.example.com",
    profile="公司成立于 2009 年，注册资本 5,000 万元，职工 412 人，其中 R&D 人员 68 人；主导产品为小型断路器、剩余电流动作断路器，"
    "年产约 2,400 万极，执行 GB/T 10963.1-2020；2025 年 R&D 投入占比 6.8 %，省级企业研究院 1 家，有效发明专利 31 件。",
    title="小型断路器自动校验线瞬时脱扣一致性提升",
    kind="工艺改进",
    deadline="2027-06-30",
    four_list="国产替代清单",
    urgency="较急",
    problem="瞬时脱扣依靠人工手调双金属片，经验难以传承；6 台校验台中仅 2 台具备力-位移采集，数据未闭环。-25 ℃ 低温与 <50 ℃ 高温工况下"
    "漂移明显，返工率高，旺季（9—12 月）成为产能瓶颈。\n曾与样例粉末冶金厂、样例自动化公司合作，未达目标：前者材料批次离散大，"
    "后者视觉定位误差±0.05 mm，不满足±0.02 mm。",
    text="要一套自动校验的方法和装备，把瞬时脱扣的离散降下来，老师傅的手感变成可以传下去的参数。",
    metrics=(
        MetricLine("校验节拍", "6.2", "≤3.5", "s/极", "现场计时，n=500"),
        MetricLine("脱扣电流离散系数", "11", "≤4", "%", "企业标准 Q/XLD 012-2026"),
        MetricLine("环境温度", "5 ℃～40 ℃", "-25 ℃～50 ℃", "", "GB/T 2423.1-2008"),
    ),
    no_metric_reason="",
    goal="建成力-位移闭环自动校验线 1 条，替代人工手调工位 12 个；形成发明专利不少于 2 件、企业标准 1 项；2027年6月30日前通过验收。",
    keywords=("断路器", "脱扣", "双金属片", "自动校验", "一致性"),
    budget="180—200 万元",
    mode="委托开发",
    partner="",
    use_then_pay=True,
    industries=("低压电器", "智能装备"),
    gb4754="C 制造业 / 38 电气机械和器材制造业",
    author="林样例",
    verifier="陈样例",
    verified_on=date(2026, 11, 5),
    withheld=1,
    organisation=VISIT.organisation,
    frozen_at=MOMENT,
)

FIRM = FirmSheet(
    number="QY-330382-3F9A1C",
    revision=1,
    enterprise="样例鹦盾电气有限公司",
    credit_code="91330382MA00013Y0X",
    county="温州市乐清市（330382）",
    address="浙江省温州市乐清市柳市镇湖头埭 12 号",
    industries=("低压电器", "智能装备"),
    size="中型",
    legal_person="王堃",
    founded_on=date(2009, 4, 18),
    website="www.example.com",
    tags=("高企", "专精特新"),
    profile=NEED.profile,
    contacts=(PersonLine("陈喆", "技术部工程师", "138****0000"), PersonLine("李镕", "品质部", "139****1111")),
    visits=tuple(
        FirmVisitLine(f"ZF-330382-2026-0041{n}", date(2026, 11, 3 - n), "王堃", PARAGRAPHS[n][:60] + "……", "已记录")
        for n in range(3)
    ),
    visit_count=7,
    needs=tuple(FirmNeedLine(one.number, one.title, one.budget, one.deadline, "已核实") for one in NEEDS),
    matches=(
        FirmMatchLine(
            "XQ-330382-2026-0102", "基于力-位移曲线闭环的小型断路器自动校验方法", "样例大学电气学院", "已推介"
        ),
        FirmMatchLine("XQ-330382-2026-0102", "双金属片激光微调与热脱扣在线补偿装置", "样例激光研究院", "企业不要"),
    ),
    follow_ups=VISIT.follow_ups[:2],
    withheld=3,
    organisation=VISIT.organisation,
    frozen_at=MOMENT,
)

PLAN = PlanSheet(
    number="JH-330382-20261109-20261113",
    revision=1,
    first=date(2026, 11, 9),
    last=date(2026, 11, 13),
    broker="王堃（中级技术经纪人）",
    organisation=VISIT.organisation,
    stops=tuple(
        PlanLine(
            datetime(2026, 11, 9 + n // 3, 9 + 2 * (n % 3), 30, tzinfo=CHINA_TIME),
            f"样例{name}有限公司",
            "温州市乐清市（330382）",
            "柳市镇湖头埭 12 号" if n % 2 else "",
            ("需求摸排", "先用后转跟踪")[: 1 + n % 2],
            ("王堃", "张瓯", "林喆")[: 1 + n % 3],
            date(2026, 8, 1 + n) if n % 3 else None,
            n % 4,
            n % 2,
            "已计划",
        )
        for n, name in enumerate(("鹦盾电气", "瓯江阀门", "垟塆泵业", "楠溪鞋机", "飞云锁具", "洞头海工", "鳌江包装"))
    ),
    frozen_at=MOMENT,
)

DUTIES = ("指导技术攻关", "推动产学研合作", "帮助建设研发机构", "指导规范研发投入")
SERVICES = (
    "技术指导和服务",
    "示范基地建设",
    "科技研发",
    "成果转化",
    "人才引进与培养",
    "知识技能培训",
    "政策宣传与科普",
    "其他四类（名称待核实）",
)
VP_LINES = (RoleLine("home_unit", "样例市科技大学机电工程学院"), RoleLine("term", "2026-03-01 至 2028-02-29"))
ROLE_VISIT = replace(
    VISIT,
    needs=VISIT.needs[:1],
    role_lines=(*VP_LINES, RoleLine("tech_vp_duty", "推动产学研合作、帮助建设研发机构", "tech_vp_duty")),
    training="23 人，1.5 小时",
    note=PARAGRAPHS[0],
    note_corrections=(),
)
TOTALS = WorkTotals(
    visits=7,
    firms=5,
    days=6,
    needs=9,
    verified_needs=4,
    matches=3,
    referrals=4,
    tasks_done=6,
    trainings=2,
    trained=41,
    training_hours="3.5",
    late=1,
)
LOG = WorkLogSheet(
    number="RZ-330382-20261101-20261130",
    revision=1,
    first=date(2026, 11, 1),
    last=date(2026, 11, 30),
    person="王堃（中级技术经纪人）",
    role="科技轻骑队",
    organisation=VISIT.organisation,
    role_lines=(RoleLine("team", "样例泵阀产业分队"), RoleLine("team_field", "泵阀")),
    totals=TOTALS,
    lines=tuple(
        LogLine(
            datetime(2026, 11, 3 + 3 * n, 9, 30, tzinfo=CHINA_TIME),
            datetime(2026, 11, 3 + 3 * n, 11, 10, tzinfo=CHINA_TIME) if n % 3 else None,
            f"ZF-330382-2026-{n:06X}",
            f"样例{name}有限公司",
            "温州市乐清市（330382）",
            ("技术攻关", "设计诊断", "人才引育")[: 1 + n % 3],
            PARAGRAPHS[n % 4][: 24 + 6 * n] + "……",
            ("需求 2 项", "诉求 1 件", "培训 23 人")[: n % 4],
            is_late=n == 4,
        )
        for n, name in enumerate(("鹦盾电气", "瓯江阀门", "垟塆泵业", "楠溪鞋机", "飞云锁具", "洞头海工", "鳌江包装"))
    ),
    withheld=2,
    frozen_at=MOMENT,
)
ASSESSMENT = AssessmentSheet(
    number="KH-330382-20260901-20261130",
    revision=1,
    first=date(2026, 9, 1),
    last=date(2026, 11, 30),
    person="王堃（副教授）",
    role_code="tech_vp",
    role="科技副总",
    enterprise=VISIT.enterprise,
    organisation=VISIT.organisation,
    role_lines=VP_LINES,
    duties=tuple(
        DutyLine(title, 3 - n, tuple(f"11-{3 + day:02} {PARAGRAPHS[n][:38]}……" for day in range(3 - n)))
        for n, title in enumerate(DUTIES)
    ),
    months=tuple(
        MonthLine(f"2026-{month:02}", 4 - n, 3 - n, 1, 2 * n, 0 if n else 23, "2", is_met=n < 2)
        for n, month in enumerate((9, 10, 11))
    ),
    totals=TOTALS,
    withheld=1,
    frozen_at=MOMENT,
)
COMMISSIONER = replace(
    ASSESSMENT,
    number="KH-330382-20260101-20261231",
    first=date(2026, 1, 1),
    last=date(2026, 12, 31),
    role_code="commissioner",
    role="科技特派员",
    enterprise="",
    role_lines=(
        RoleLine("commissioner_kind", "团队", "commissioner_kind"),
        RoleLine("service_mode", "1团＋1业", "service_mode"),
    ),
    duties=tuple(
        DutyLine(title, n % 3, (f"11-09 样例垟塆泵业有限公司：{PARAGRAPHS[0][:36]}……",) * (n % 3))
        for n, title in enumerate(SERVICES)
    ),
    months=tuple(
        MonthLine(f"2026-{month:02}", month % 5, month % 4, month % 3, month % 2, 0, "", is_met=None)
        for month in range(1, 13)
    ),
    withheld=0,
)
