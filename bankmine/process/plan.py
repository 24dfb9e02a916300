"""The bank's plan as data: the titles of the sections that advice refers to, and what no event log can test."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bankmine.words import Text

SECTIONS: Mapping[str, Text] = MappingProxyType(
    {
        "4.1.3(1)": Text(zh="简化流程环节", en="Leave out needless steps"),
        "4.1.3(2)": Text(zh="优化流程顺序", en="Put the steps in a better order"),
        "4.1.3(3)": Text(zh="优化资源分配", en="Allot people and technology better"),
        "4.1.3(4)": Text(zh="加强流程监控", en="Monitor the process"),
        "4.2.1(1)": Text(zh="优化客户接待流程", en="Reception of customers, one-stop window"),
        "4.2.1(2)": Text(zh="优化客户咨询流程", en="Handling of enquiries"),
        "4.2.1(3)": Text(zh="优化客户投诉流程", en="Handling of complaints"),
        "4.2.2(1)": Text(zh="优化部门协作流程", en="Cooperation of departments"),
        "4.2.2(2)": Text(zh="优化人力资源配置流程", en="Allotment of staff, clear duties"),
        "4.2.2(3)": Text(zh="优化财务管理流程", en="Financial management"),
        "4.2.3": Text(zh="优化风险控制流程", en="Risk control"),
        "4.2.3(1)": Text(zh="优化风险识别流程", en="Recognition of risks"),
        "4.2.3(2)": Text(zh="优化风险评估流程", en="Assessment of risks"),
        "4.2.3(3)": Text(zh="优化风险防范流程", en="Prevention of risks"),
        "4.2.4(1)": Text(zh="优化研发流程", en="Research and development"),
        "4.2.4(2)": Text(zh="优化技术支持流程", en="Technical support"),
        "4.2.4(3)": Text(zh="优化技术创新激励机制", en="Incentives for innovation"),
        "5.1(1)": Text(zh="业务流程优化", en="Processes built into the systems"),
        "5.1(2)": Text(zh="功能完善", en="New and better functions for customers"),
        "5.1(3)": Text(zh="数据安全", en="Data security"),
        "5.1(4)": Text(zh="系统功能提升", en="System performance"),
        "5.1(5)": Text(zh="兼容性与扩展性", en="Compatibility and extensibility"),
        "5.2(1)": Text(zh="人工智能", en="Artificial intelligence"),
        "5.2(2)": Text(zh="大数据分析", en="Data analysis"),
        "5.2(4)": Text(zh="云计算", en="Cloud computing"),
        "5.2(5)": Text(zh="移动支付", en="Mobile payment"),
        "6.1.1": Text(zh="业务知识培训", en="Training in the bank's business"),
        "6.1.1(1)": Text(zh="基础业务知识", en="Training: products, processes, rules of operation"),
        "6.1.1(2)": Text(zh="新业务及政策", en="Training: new business and policies"),
        "6.1.1(3)": Text(zh="业务风险防控", en="Training: risks of the business"),
        "6.1.2": Text(zh="服务技能培训", en="Training in service"),
        "6.1.2(1)": Text(zh="沟通技巧", en="Training: communication"),
        "6.1.2(2)": Text(zh="客户需求分析", en="Training: what customers need"),
        "6.1.2(3)": Text(zh="投诉处理", en="Training: complaints"),
        "6.2.2(3)": Text(zh="培训效果评估", en="Assessment of what training achieves"),
        "6.2.3": Text(zh="培训考核制度", en="Examination after training"),
        "6.2.3(1)": Text(zh="培训考核指标", en="Measures of what training achieves"),
        "6.2.3(2)": Text(zh="补训或调整岗位", en="Further training or another post"),
        "7.1(1)": Text(zh="简化业务流程", en="Simpler processes"),
        "7.1(2)": Text(zh="提高服务质量", en="Better service"),
        "7.1(3)": Text(zh="优化服务渠道", en="Channels that work together"),
        "7.1(4)": Text(zh="强化服务监督", en="Supervision of service"),
        "7.1(5)": Text(zh="智能化服务", en="Automated service"),
        "7.2(1)": Text(zh="精准客户画像", en="Knowing each customer"),
        "7.2(2)": Text(zh="差异化服务", en="Service by segment"),
        "7.2(3)": Text(zh="定制化产品", en="Products to measure"),
        "7.2(4)": Text(zh="增值服务", en="Services beyond the product"),
        "7.2(5)": Text(zh="线上线下融合", en="Online and branch as one"),
        "7.2(6)": Text(zh="客户反馈机制", en="Feedback from customers"),
        "8.1.2": Text(zh="风险评估", en="Risk assessment"),
        "8.2.1": Text(zh="制定合规性管理政策", en="Compliance policy"),
        "8.2.1(2)": Text(zh="合规性管理制度", en="Compliance rules"),
        "8.2.3": Text(zh="合规性监督与检查", en="Compliance checks"),
        "8.2.3(1)": Text(zh="合规性监督机制", en="Compliance supervision"),
        "8.2.4": Text(zh="合规性风险防范", en="Prevention of compliance risks"),
        "8.2.4(2)": Text(zh="合规性风险监测指标体系", en="Indicators of compliance risk"),
        "9.1": Text(zh="实施时间表", en="Timetable"),
        "9.2": Text(zh="监控与评估机制", en="Monitoring and evaluation"),
    }
)


@dataclass(frozen=True, slots=True)
class Untestable:
    """A measure of the plan on which an event log is silent, and who can judge it instead."""

    sections: tuple[str, ...]
    what: Text
    ask: Text


UNTESTABLE = (
    Untestable(
        ("5.2(3)", "5.2(6)"),
        Text(zh="区块链、物联网", en="Blockchain and internet of things"),
        Text(zh="信息技术部门的可行性论证", en="a feasibility study by IT"),
    ),
    Untestable(("5.1(3)",), Text(zh="数据安全", en="Data security"), Text(zh="信息安全审计", en="an audit of information security")),
    Untestable(
        ("5.2(5)",),
        Text(zh="移动支付推广", en="Mobile payment"),
        Text(zh="市场调研和渠道交易量", en="market research and volumes by channel"),
    ),
    Untestable(
        ("4.2.4(1)", "4.2.4(3)"),
        Text(zh="研发管理与创新激励", en="Research management and incentives for innovation"),
        Text(zh="研发和人力资源部门的资料", en="records of research and human resources"),
    ),
    Untestable(
        ("4.2.2(3)",),
        Text(zh="财务预算与审计流程", en="Budgeting and financial audit"),
        Text(zh="财务部门自己的流程日志", en="the finance department's own process log"),
    ),
    Untestable(
        ("6.1.3", "6.2.4"),
        Text(zh="职业素养、晋升与选拔", en="Professional ethics, promotion and selection"),
        Text(zh="人力资源评估；不得由日志推断个人", en="assessment by human resources; nothing about a person follows from a log"),
    ),
    Untestable(
        ("7.2(3)", "7.2(4)"),
        Text(zh="产品设计与增值服务本身是否合意", en="Whether products and services beyond them are wanted"),
        Text(zh="客户访谈、问卷和销售数据", en="interviews, surveys and sales figures"),
    ),
    Untestable(
        ("8.2.2", "8.2.4(3)"),
        Text(zh="合规宣传、与监管部门的沟通", en="Compliance publicity and contact with the supervisor"),
        Text(zh="合规部门的记录", en="records of compliance"),
    ),
)


def section(number: str) -> Text:
    """A section's number with its title, or alone where the plan gives none."""
    title = SECTIONS.get(number)
    return Text(zh=f"§{number} {title.zh}", en=f"§{number} {title.en}") if title is not None else Text.same(f"§{number}")
