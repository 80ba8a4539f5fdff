"""The way to work together and the kind of a need, read from its words."""

import re

_MODES = (
    ("use_then_pay", r"先用后转|先(?:免费|白)试|免费试用|试好(?:再|按)"),
    ("challenge", r"张榜|揭榜|挂榜"),
    ("instrument_share", r"开放共享|机时|借(?:学校|用|台|一台).{0,8}(?:用|台|仪器|设备)"),
    ("lease", r"想?租(?=$|[一个台,，用])|租赁"),
    ("testing_service", r"cma|第三方检测|送检"),
    ("joint_research", r"联合攻关|产学研|跟.{1,6}一起(?:报|攻)"),
    ("joint_development",
        r"联合开发|合作开发|合作研发|共同开发|跟(?:学校|高校|院校|大学|研究所).{0,6}(?:合作|联合|一起)"),
    ("commissioned_development", r"委托(?:开发|研发)|请人(?:开发|做|优化|设计)|定制开发"),
    ("equity_contribution", r"技术入股|作价入股"),
    ("licence", r"许可|授权使用"),
    ("purchase", r"买断|购买|(?<!购)买(?:一?台|套|现成)|采购一"),
    ("technical_service", r"诊断|请(?:专家|老师|人).{0,4}(?:看|指导|诊)|咨询费|技术服务"),
)  # fmt: skip
_KINDS = (
    ("instrument", r"开放共享|机时|借(?:学校|用).{0,8}|仪器共享|谁家有.{0,12}(?:机|仪)"),
    ("testing", r"cma|第三方检测|(?:做|要|找).{0,6}检测(?!线|系统|装置|设备)|送检"),
    ("pilot", r"中试|放大|小试(?!样)|先打样"),
    ("poc", r"概念验证"),
    ("digital", r"mes|erp|软件|系统(?:集成|对接)?|数字化|ai|算法|信息化|预测|模型|数据|看片|识别|排产"),
    ("agriculture", r"苗|种薯|果(?=[实蝇树农膨园])|葡萄|杨梅|大棚|猪|鱼|虾|茶园|稻|菜|农|养殖|螨|蜂|病虫|土壤|花卉"),
    ("green", r"废(?:水|气|膜|料|酸|渣|液)|vocs?|粉尘|除尘|臭|污泥|污水|环保|排放|节能|能耗|余热|回收|降碳|尾水"),
    ("equipment",
        r"自动|机器人|机械手|设备|装备|产线|检测线|装置|分选|视觉|纠偏|上下料|无人|机(?=$|[,，]|器)|夹具|在线"),
    ("component", r"密封|阀座|轴承|柔轮|转子|芯片|刀具|球珠|部件|零件|减速器|电机|泵"),
    ("material", r"材料|料(?=$|[,，的])|涂层|镀层|胶|合金|涂料|墨|油漆|树脂|纤维|膜|钢|配方|无铬|无卤|替代"),
    ("process", r"工艺|压铸|焊|硫化|热处理|铸|注塑|烘|杀菌|印|染|电镀|挤出|良率|合格率|报废|不良|一致性"),
)  # fmt: skip


def read_mode(text: str) -> str:
    """The code of the way to work together, "" when nothing was said."""
    return next((code for code, pattern in _MODES if re.search(pattern, text)), "")


def read_kind(text: str, wish: str) -> str:
    """The code of the kind of a need; what is wished for decides before what surrounds it."""
    for part in (wish, text):
        for code, pattern in _KINDS:
            if part and re.search(pattern, part):
                return code
    return "technology"
