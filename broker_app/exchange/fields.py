"""The fields a kind of record offers to an import, with the headings people use for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from broker_app.exchange.amounts import parse_budget, parse_price
from broker_app.exchange.dates import parse_day, parse_deadline
from broker_app.exchange.parsers import (
    parse_credit_code,
    parse_email,
    parse_industry,
    parse_line,
    parse_list,
    parse_phone,
    parse_text,
    parse_trl,
)
from broker_app.exchange.particulars import parse_metrics, parse_people, parse_rights
from broker_app.i18n import _

Kind = Literal["achievements", "enterprises", "needs"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Field:
    """One field: identifier, label on the screen, parser of a cell, and headings, the likeliest first."""

    name: str
    label: str
    parse: Callable[[Any, str], Any]
    headings: tuple[str, ...]
    required: bool = False


def fields_of(kind: Kind) -> tuple[Field, ...]:
    """Return the fields of ``kind`` in the order of its form, labelled in the language in use."""
    return {"achievements": _achievement_fields, "enterprises": _enterprise_fields, "needs": _need_fields}[kind]()


def _field(
    name: str, label: str, parse: Callable[[Any, str], Any], headings: str = "", *, required: bool = False
) -> Field:
    return Field(name, label, parse, (name, label, *headings.split()), required)


def _achievement_fields() -> tuple[Field, ...]:
    return (
        Field(
            "source_id",
            _("原编号"),
            parse_line,
            ("id", "achievement_id", "source_id", "原编号", "成果编号", "编号", "序号"),
        ),
        _field("title", _("成果名称"), parse_line, "成果标题 项目名称 技术名称 专利名称 标题 名称 name", required=True),
        _field(
            "abstract",
            _("摘要"),
            parse_text,
            "成果简介 成果介绍 技术简介 项目简介 内容简介 简介 内容 summary description",
        ),
        _field("keywords", _("关键词"), parse_list, "关键字 主题词 keyword"),
        _field("field", _("学科"), parse_line, "技术领域 所属领域 学科分类 领域 discipline"),
        _field("industry", _("行业"), parse_industry, "所属行业 应用行业 产业 行业代码 产业代码 industries"),
        _field(
            "owner",
            _("完成单位"),
            parse_line,
            "持有人 权利人 所属单位 成果单位 第一完成单位 单位 高校 holder institution",
        ),
        _field("owner_kind", _("单位类型"), parse_line, "单位性质 完成单位类型"),
        _field("completers", _("完成人"), parse_people, "主要完成人 发明人 负责人 团队成员 inventors authors"),
        _field("trl", _("技术就绪水平"), parse_trl, "成熟度 技术成熟度 就绪水平 TRL等级"),
        _field("stage", _("所处阶段"), parse_line, "阶段 研发阶段 成果阶段"),
        _field("ip", _("知识产权"), parse_rights, "专利 知识产权情况 专利情况 知识产权类型 patents"),
        _field("modes", _("转化方式"), parse_list, "合作方式 转让方式 拟转化方式 交易方式 transfer_modes"),
        _field(
            "price_wan",
            _("价格（万元）"),
            parse_price,
            "报价 转让价格 拟转让价格 意向价格 挂牌价 asking_price_wan price",
        ),
        _field("contact", _("联系人"), parse_line, "联系人姓名 contact_name"),
        _field("phone", _("电话"), parse_phone, "手机 联系电话 手机号 联系方式 mobile tel"),
        _field("flags", _("标记"), parse_list, "标签 所属成果池 成果池 政策标记 pools tags"),
        _field("level", _("水平"), parse_line, "成果水平 鉴定水平 先进性"),
        _field("metrics", _("技术指标"), parse_text, "主要技术指标 性能指标 指标"),
        _field("finished_on", _("完成日期"), parse_day, "完成时间 成果完成时间 finished date"),
    )


def _enterprise_fields() -> tuple[Field, ...]:
    return (
        Field(
            "source_id",
            _("原编号"),
            parse_line,
            ("id", "enterprise_id", "source_id", "原编号", "企业编号", "编号", "序号"),
        ),
        _field(
            "name",
            _("企业名称"),
            parse_line,
            "单位名称 公司名称 企业 公司 单位 名称 title enterprise company",
            required=True,
        ),
        _field("uscc", _("统一社会信用代码"), parse_credit_code, "社会信用代码 信用代码 组织机构代码 credit_code"),
        _field(
            "county",
            _("所在县区"),
            parse_line,
            "县区 区县 所在区县 县市区 县（市、区） 所属县市区 行政区划 county_code",
        ),
        _field("address", _("地址"), parse_line, "企业地址 单位地址 注册地址 经营地址 通讯地址 详细地址"),
        _field("industry", _("行业"), parse_industry, "所属行业 产业 行业代码 industries"),
        _field("gb4754", _("国民经济行业代码"), parse_line, "国标行业 国民经济行业 国民经济行业分类 行业分类代码"),
        _field("size", _("规模"), parse_line, "企业规模 规模类型"),
        _field("legal_person", _("法定代表人"), parse_line, "法人 法人代表 法定代表"),
        _field("founded_on", _("成立日期"), parse_day, "成立时间 注册日期 注册时间 founded"),
        _field("website", _("网址"), parse_line, "网站 官网 主页 url"),
        _field("email", _("邮箱"), parse_email, "电子邮箱 电子邮件 邮件 mail"),
        _field("profile", _("简介"), parse_text, "企业简介 公司简介 主营业务 经营范围 主要产品 description"),
        _field("tags", _("标签"), parse_list, "企业标签 资质 企业资质 称号"),
        _field("contact", _("联系人"), parse_line, "联系人姓名 对接人 contact_name"),
        _field("position", _("职务"), parse_line, "联系人职务 职位 岗位"),
        _field("phone", _("电话"), parse_phone, "手机 联系电话 手机号 联系方式 联系人电话 mobile tel"),
    )


def _need_fields() -> tuple[Field, ...]:
    return (
        Field(
            "source_id", _("原编号"), parse_line, ("id", "need_id", "source_id", "原编号", "需求编号", "编号", "序号")
        ),
        _field(
            "title", _("需求名称"), parse_line, "技术需求名称 需求标题 需求题目 难题名称 标题 名称 name", required=True
        ),
        _field(
            "description", _("需求描述"), parse_text, "需求内容 需求说明 技术难题 需求详情 描述 内容 说明 摘要 abstract"
        ),
        _field("enterprise", _("企业名称"), parse_line, "需求单位 单位名称 公司名称 企业 公司 单位 company"),
        _field("uscc", _("统一社会信用代码"), parse_credit_code, "社会信用代码 信用代码 credit_code"),
        _field("industry", _("行业"), parse_industry, "所属行业 产业 技术领域 所属领域 行业代码 industries"),
        _field("kind", _("需求类型"), parse_line, "需求类别 类型 类别 need_kind"),
        _field("keywords", _("关键词"), parse_list, "关键字 主题词 keyword"),
        _field("metrics", _("技术指标"), parse_metrics, "目标指标 主要指标 主要技术指标 考核指标 指标"),
        _field(
            "budget_wan",
            _("预算（万元）"),
            parse_budget,
            "意向投入 投入预算 拟投入资金 投入资金 经费预算 资金 经费 budget",
        ),
        _field("deadline", _("期限"), parse_deadline, "完成期限 解决期限 要求完成时间 截止日期 截止时间 完成时间 due"),
        _field("mode", _("合作方式"), parse_line, "意向合作方式 拟合作方式 coop_mode"),
        _field("confidential", _("保密字段"), parse_list, "保密内容 不公开字段 confidential_fields"),
    )
