# ruff: noqa: E501 - what people write is kept as it is written
"""Made-up sheets: an ordinary visit, a visit that is nasty in every way, a letter. All firms and people are 样例."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from broker_app.rules.calendar import CHINA_TIME
from broker_app.services.sheets import (
    FollowUpLine,
    IntroAchievement,
    IntroSheet,
    MetricLine,
    NeedLine,
    PersonLine,
    ReferralLine,
    VisitSheet,
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
