"""The bank's plan as data: the titles of the sections that advice refers to, and what no event log can test."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bankmine.words import Text

SECTIONS: Mapping[str, Text] = MappingProxyType(
    {
        "4.1.3(1)": Text(zh="简化流程环节", en="Fewer steps"),
        "4.1.3(2)": Text(zh="优化流程顺序", en="A better order of steps"),
        "4.1.3(3)": Text(zh="优化资源分配", en="Resources where they are needed"),
        "4.1.3(4)": Text(zh="加强流程监控", en="Process monitoring"),
        "4.2.1(1)": Text(zh="客户接待与一站式窗口", en="Reception, one-stop counter"),
        "4.2.1(2)": Text(zh="客户咨询", en="Customers' enquiries"),
        "4.2.1(3)": Text(zh="客户投诉", en="Customers' complaints"),
        "4.2.2(1)": Text(zh="部门协作", en="Work between departments"),
        "4.2.2(2)": Text(zh="人力资源配置", en="Staffing and duties"),
        "4.2.3": Text(zh="风险控制流程", en="Risk control"),
        "4.2.3(2)": Text(zh="风险评估", en="Risk assessment"),
        "4.2.4(2)": Text(zh="技术支持", en="Technical support"),
        "5.1(1)": Text(zh="系统支持业务流程优化", en="Systems that serve the process"),
        "5.1(2)": Text(zh="系统功能完善", en="Functions for customers"),
        "5.1(4)": Text(zh="系统性能提升", en="System performance"),
        "5.1(5)": Text(zh="兼容性与扩展性", en="Compatibility and room to grow"),
        "5.2(1)": Text(zh="人工智能应用", en="Artificial intelligence"),
        "5.2(2)": Text(zh="大数据分析", en="Data analysis"),
        "5.2(4)": Text(zh="云计算", en="Cloud computing"),
        "6.1.1": Text(zh="业务知识培训", en="Training in the business"),
        "6.1.1(1)": Text(zh="基础业务知识培训", en="Training in products and procedures"),
        "6.1.2": Text(zh="服务技能培训", en="Training in service skills"),
        "6.1.2(1)": Text(zh="沟通技巧培训", en="Training in communication"),
        "6.1.2(2)": Text(zh="客户需求分析培训", en="Training in customers' needs"),
        "6.1.2(3)": Text(zh="投诉处理培训", en="Training in complaints"),
        "6.2.2(3)": Text(zh="培训效果评估", en="Whether training worked"),
        "6.2.3": Text(zh="培训考核制度", en="Assessment of training"),
        "6.2.3(2)": Text(zh="补训与调岗", en="Retraining"),
        "7.1(1)": Text(zh="简化客户办理流程", en="A simpler process for customers"),
        "7.1(3)": Text(zh="线上线下服务渠道", en="Channels that join up"),
        "7.1(4)": Text(zh="服务监督", en="Supervision of service"),
        "7.1(5)": Text(zh="智能化服务", en="Self-service"),
        "7.2(1)": Text(zh="客户画像", en="Knowing the customer"),
        "7.2(2)": Text(zh="差异化服务", en="Differentiated service"),
        "7.2(3)": Text(zh="定制化产品", en="Tailored products"),
        "7.2(4)": Text(zh="增值服务", en="Services beyond the product"),
        "7.2(5)": Text(zh="线上线下融合", en="Online and branch together"),
        "7.2(6)": Text(zh="客户反馈机制", en="Customers' feedback"),
        "8.2.1": Text(zh="合规管理政策", en="Compliance policy"),
        "8.2.3": Text(zh="合规监督与检查", en="Compliance checks"),
        "8.2.3(1)": Text(zh="定期合规检查", en="Regular compliance checks"),
        "8.2.4(2)": Text(zh="合规风险监测指标", en="Indicators of compliance risk"),
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
    """A section's number with its title, where it has one here."""
    title = SECTIONS.get(number)
    if title is None:
        return Text.same(number)
    return Text(zh="{number} {title}", en="{number} {title}").format(number=number, title=title)
