"""Requests that are not technical, by the kinds of the code list ``referral_kind``.

A kind needs its noun and, unless the noun alone is a request, a word that asks, lacks or wants.
"""

import re
from dataclasses import dataclass

_ASKS = re.compile(
    r"[?？]$|催|让我|排队|听讲|听说|问|想|要(?!求)|缺|愁|能不能|能否|可不可以|有没有|怎么|咋|如何|多少|帮|介绍|请|"
    r"希望|什么时候|找谁|哪里|打听|咨询|协助|支持|不会|乱|紧|到期|压|记一下|不归|没过|抢注|发函|拨|被|纠纷|教|推荐|"
    r"缺口|周转|需要|招|办理|啥"
)
_NO_ASK = re.compile(
    r"因(?:为)?.{0,6}(?:原因|问题)|没有?问|在谈|没用$|已经?(?:批|拿|用|办)|用完|去年|前年|愿意出|自己出"
)


@dataclass(frozen=True, slots=True)
class _Kind:
    code: str
    noun: re.Pattern[str]
    alone: re.Pattern[str] | None = None


def _kind(code: str, noun: str, alone: str = "") -> _Kind:
    return _Kind(code, re.compile(noun), re.compile(alone) if alone else None)


_KINDS = (
    _kind(
        "supply_lead",
        r"(?:专利|成果|发明|软著|实用新型).{0,24}?(?:闲(?:着|置)|沉睡|想卖|往外卖|卖(?:掉|出|给)|转让出|出让|作价|"
        r"入股|挂牌|转出|推广出去|授权(?:给|出)|许可(?:给|出)|(?:有意|愿意|想|拟|可以?)(?:对外)?(?:许可|转让|授权)|变现|出手)|(?:手[上头里]|自己|他们).{0,10}(?:成果|"
        r"专利).{0,12}(?:往外|想卖|转|卖)",
        r"(?:闲着|闲置|沉睡|想卖|往外卖|作价|挂牌|出让|出手|变现|往外转|想转)",
    ),
    _kind("contract_registration", r"技术合同|合同(?:要不要)?登记|登记(?:技术)?合同|合同认定", r"合同.{0,4}登记"),
    _kind(
        "declaration",
        r"高企|高新技术企业|科小|科技型中小|专精特新|小巨人|首台[套(（]|尖兵|领雁|辅助账|研发(?:中心|机构|"
        r"费用).{0,6}(?:认定|备案)|(?:项目|课题|奖|称号|企业)(?:的)?申报|申报(?:条件|材料|书|项目|表)|隐形冠军|"
        r"单项冠军|科技进步奖|雏鹰|瞪羚|院士站|博士后站|重新认定|示范(?:社|企业|基地|园|点)|(?:评|报|申请|"
        r"认定).{0,8}(?:称号|资格|示范|省级|市级|国家级)|材料(?:咋|怎么)写|复审|揭榜挂帅怎么",
        r"复审|辅助账|材料(?:咋|怎么)写",
    ),
    _kind(
        "tax",
        r"退税|使用税|房产税|印花税|减免.{0,6}税|税$|加计扣除|所得税|增值税|税(?:能|怎么|率|收|务|筹)|开票|发票|"
        r"归集|免税|抵税",
    ),
    _kind(
        "ip",
        r"商标|侵权|维权|专利(?:怎么|申请|费|年费|无效|布局|导航|代理|质押|被|撰写|保护|检索)|(?:申请|报|写|"
        r"布局).{0,4}专利|版权|著作权|软著|仿冒|山寨|盗版",
        r"抢注|侵权|发函|被仿|专利代理",
    ),
    _kind(
        "financing",
        r"贷款|抽贷|断贷|压贷|续贷|倒贷|转贷|银行.{0,8}(?:抽|断|压|续|放款|额度)|融(?:个)?[\d一二两三四五六七八九十百]+.{0,3}万|有没有基金|贷(?:点|一?笔|个)款|农担|[科农人技企数才信首续](?:技|机|才|业|信|贷)*贷(?!后)|指数贷|融资|过桥|授信|"
        r"利率|贴息|缺钱|周转|流动资金|担保|抵押|质押|资金(?:紧|缺|链|周|压)|垫资|压款|回款慢|投资人|风投|股权投资|"
        r"基金(?:投|对接)|借钱|愁的是钱|钱紧|首贷|续贷|利息",
        r"缺钱|资金(?:紧|缺|链)|压款|过桥|钱紧",
    ),
    _kind(
        "talent",
        r"想招|招懂|招(?:聘|人(?!家)|工(?!难|序)|个|[一二两三四五六七八九十几\d]+[个名位]|.{0,12}(?:工程师|技术员|博士|硕士|"
        r"研究生|大学生|员|师傅|人才|的人|总监|经理))|缺(?:人(?!手调|工调)|.{0,10}(?:工程师|技术员|博士|研究生|"
        r"人才|技工|设计师|程序员|总监|操作工|电工|焊工))|人才(?!公寓)|落户|引进.{0,4}(?:博士|专家来全职)|猎头|"
        r"实习生|子女入学|留不住人",
        r"想招|招懂|招(?:聘|个|[一二两三四五六七八九十几\d]+[个名位])|缺.{0,10}(?:工程师|技术员|技工|设计师)|^缺人$|缺人",
    ),
    _kind(
        "talent",
        r"(?:小孩|孩子|子女|娃).{0,8}(?:读书|上学|入学|入园|学位)|公办(?=学校|$|小学|幼儿园)|居住证|职称|工程师评审|技师(?:证|等级|评定)|"
        r"技能等级|夫妻分居|宿舍(?!楼)|学徒|(?:高校|职校|技校|学校).{0,8}(?:送|输送|招).{0,4}(?:人|学生)|留不住|人手(?:不够|紧|不足)",
        r"进不去|职称|留不住|学位",
    ),
    _kind(
        "policy",
        r"社保|医保|公积金|工伤保险|最低工资|电价|峰谷|谷电|电费(?=.{0,10}(?:谈|优惠|减|贴|问))|气价|用气指标|用电(?:增容|指标)|"
        r"增容|用能指标|参展|展位|展会(?:补|摊|费|名额)|摊位费|稳岗|返还|免申即享|申领|兑付",
        r"展位|增容",
    ),
    _kind(
        "land_environment",
        r"环评|能评|安评|排污(?:许可|证|指标)|用地|土地(?:指标|证|出让|流转)?|厂房(?:租|搬|扩|不够|太小|紧)|搬迁|"
        r"拆迁|园区.{0,4}(?:厂房|场地)|排放指标|环保(?:评估|手续|审批)|消防(?:验收|手续)|污水(?:接管|纳管)|扩建",
        r"环评|搬迁|土地指标|用地",
    ),
    _kind(
        "training",
        r"培训|讲课|上课(?!题)|讲座|现场讲了|宣讲|办班|教学班",
        r"(?:现场)?讲了.{0,10}(?:小时|课)|签到|报名?\d+人",
    ),
    _kind("testing", r"方法(?:验证|比对|学验证|开发验证)|能力验证|比对(?:实验|试验)|计量校准|校准(?:证书|怎么|哪)"),
    _kind(
        "policy",
        r"补贴|补助|奖励(?!机制)|政策|免费试用|先用后转(?=.{0,6}(?:怎么|条件|问|[?？]))|先投后股|创新券(?!抵)|公寓|"
        r"(?:sc|qs|生产许可|经营许可|gmp|ce|fda|3c|准入|资质|绿色食品|有机)(?:证|认证|许可)?(?=.{0,4}(?:怎么|问|"
        r"如何|办|咋))|[a-z0-9]{2,6}认证|认证(?:流程|怎么|费)|许可证|首套|奖补|以旧换新|技改(?:资金|补|奖)|"
        r"设备更新|兑现|批文|转移支付|出海|关税",
    ),
    _kind("declaration", r"怎么报|怎么评|咋报|申报"),
    _kind(
        "legal",
        r"纠纷|官司|起诉|仲裁|律师|劳动合同|竞业|欠薪|拖欠|被告|告(?:他|我|我们)们?|法院|执行(?:款|难)|合同(?:被|违约|怎么签|条款)|欠款|打官司|追款|诉讼",
    ),
)
_GENERAL = re.compile(
    r"(?:问|打听|咨询|想(?:了解|知道)|请教).{0,14}?(?:怎么|找谁|什么时候|能不能|让不让|如何|条件|办|多少|哪里|"
    r"有没有|流程|手续|政策)|找(?:个|家|一家).{0,8}(?:合作厂|代工|加工厂|买家|经销商|货源)|(?:不归|"
    r"不是).{0,6}(?:我|科技|技术需求)|转(?:给?)(?:乡|县|街道|经信|人社|科技|农业|住建|财政)|"
    r"(?:上市|股改|电商|直播|出口|展会|物流|保险|社保|医保|子女|户口|报关).{0,8}(?:找谁|怎么|问|咋|辅导)"
)
_TECHNICAL = re.compile(
    r"设备|仪器|车床|机床|机子|机器|机械手|中试|小试|工艺|材料|方案|技术|平台|共享|样品|样机|打样|检测|检验|测试|"
    r"cma|系统|软件|模具|专家|老师|算法|配方|办法|自动|机时|实验室|台(?=$|坏|架)|罐"
)


@dataclass(frozen=True, slots=True)
class RequestKind:
    """The kind of a request and whether its words alone make it one."""

    code: str
    certain: bool


def request_kind(text: str, sentence: str) -> RequestKind | None:
    """The kind of the request that a clause makes within its ``sentence``, None when it makes none."""
    for kind in _KINDS:
        found = kind.noun.search(text)
        if found is None:
            continue
        if _NO_ASK.search(text) and not re.search(r"问|打听|咨询|能不能|有没有", text):
            continue
        if kind.alone and kind.alone.search(text):
            return RequestKind(kind.code, True)
        if _ASKS.search(text):
            return RequestKind(kind.code, True)
        if _ASKS.search(sentence):
            return RequestKind(kind.code, False)
    if _GENERAL.search(text) and not _TECHNICAL.search(text):
        return RequestKind("other", True)
    return None


def is_technical(text: str) -> bool:
    """Tell whether a clause names an instrument, a process or another thing of technology."""
    return _TECHNICAL.search(text) is not None


def refers_away(text: str) -> bool:
    """Tell whether a clause says that the matter is for somebody else."""
    return (
        re.search(r"不归(?:我|咱|科技)|不[是算]技术需求|归.{1,5}管|转(?:给)?(?:乡|县|街道|经信|人社|农业|住建)", text)
        is not None
    )
