"""A small made-up pool of achievements, and needs in an owner's words."""

from uuid import UUID, uuid5

from broker_app.matching import Document

NAMESPACE = UUID("6f0c3f8e-2f4b-4f64-9a55-0d4a1f5f7c11")

_ROWS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    (
        "小型断路器瞬时脱扣特性自动校验方法",
        ("断路器", "脱扣", "双金属片"),
        "针对小型断路器瞬时脱扣一致性差的难题,提出力与位移闭环校验方法。一次合格率由91%升到98.5%。已在产线试用半年。",
        "电气工程",
    ),
    (
        "低银电触头材料的粉末冶金制备",
        ("触头", "低银", "温升"),
        "采用粉末冶金制备低银电触头,银含量降低20%。触头温升满足GB/T 10963.1的要求,抗烧蚀性能良好。",
        "材料科学与工程",
    ),
    (
        "无卤阻燃PC/ABS合金的低温增韧",
        ("PC/ABS", "阻燃", "增韧"),
        "以硅橡胶核壳粒子对PC/ABS合金增韧。-30℃缺口冲击强度达42 kJ/m²,不加溴系阻燃剂即可通过1.6 mm UL94 V-0。",
        "材料科学与工程",
    ),
    (
        "耐低温ABS电器外壳专用料",
        ("ABS", "外壳"),
        "面向低压电器外壳,-15℃跌落不裂;阻燃体系为十溴二苯乙烷与三氧化二锑,含溴阻燃剂用量12%。",
        "材料科学与工程",
    ),
    (
        "深冷球阀唇形密封结构",
        ("球阀", "密封", "低温"),
        "设计了柔性唇形密封结构的深冷球阀。在-196℃下泄漏率低于标准限值,启闭一万次无磨损。",
        "机械工程",
    ),
    (
        "离心泵叶轮汽蚀的数值模拟与优化",
        ("离心泵", "叶轮", "汽蚀"),
        "对离心泵内部流动做数值模拟,优化叶片型线后效率提高4.2个百分点,小流量振动明显减弱。",
        "动力工程及工程热物理",
    ),
    (
        "鞋面柔性抓取与自动涂胶机器人",
        ("鞋面", "涂胶", "机器人"),
        "视觉引导的机械手抓取鞋面并沿帮面轮廓涂胶,节拍6秒一双,采用水性胶。",
        "机械工程",
    ),
    (
        "杨梅采后低温气调保鲜技术",
        ("杨梅", "保鲜", "气调"),
        "以低温和气调组合处理杨梅,常温货架期由2天延长到7天,腐烂率低于5%。",
        "食品科学与工程",
    ),
)


def record_id(number: int) -> UUID:
    """Return the id of the ``number``-th achievement (from 0)."""
    return uuid5(NAMESPACE, str(number))


def documents() -> list[Document]:
    """Return the pool."""
    return [
        Document(record_id(number), title, keywords, body, field=field)
        for number, (title, keywords, body, field) in enumerate(_ROWS)
    ]
