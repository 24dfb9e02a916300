"""The plan's six diagnoses (plan §2.2): what each says, what no log can show of it, and whom to ask (definitions §3.2)."""

from dataclasses import dataclass

from bankmine.words import Text


@dataclass(frozen=True, slots=True)
class Ask:
    """What a log cannot show of a diagnosis, and where it is to be had instead."""

    what: Text
    where: Text


@dataclass(frozen=True, slots=True)
class Claim:
    """One diagnosis: its title, what it says in a sentence, what to ask elsewhere, and what it needs beyond its patterns' needs."""

    id: str
    plan: str
    title: Text
    says: Text
    asks: tuple[Ask, ...]
    needs: tuple[str, ...] = ()

    @property
    def unseen(self) -> Text:
        """One sentence: what the log cannot show, and whom to ask."""
        zh = "；".join(f"{ask.what.zh}，见{ask.where.zh}" for ask in self.asks)
        en = "; ".join(f"{ask.what.en} (see {ask.where.en})" for ask in self.asks)
        return Text(zh=f"日志看不出：{zh}。", en=f"A log cannot show {en}.")


SURVEY = Text(zh="客户满意度问卷与访谈", en="customer survey and interviews")

CLAIMS = (
    Claim(
        "D1",
        "2.2(1)",
        Text(zh="业务流程繁琐", en="Cumbersome process"),
        Text(
            zh="环节、交接或审批层级过多，客户因此多等。",
            en="Too many steps, hand-offs or layers of approval make customers wait.",
        ),
        (
            Ask(
                Text(zh="某一环节是否为法规所要求", en="whether the law requires a step"),
                Text(zh="合规部门的制度清单", en="compliance's list of rules"),
            ),
            Ask(Text(zh="客户觉得多麻烦", en="how burdensome customers find it"), SURVEY),
        ),
    ),
    Claim(
        "D2",
        "2.2(2)",
        Text(zh="信息不对称", en="Information asymmetry"),
        Text(
            zh="客户不了解要求、进度和费用，于是补件、来电或放弃。",
            en="Customers do not know requirements, progress and fees, and so send files again, call, or give up.",
        ),
        (
            Ask(
                Text(zh="客户事先被告知什么", en="what customers were told beforehand"),
                Text(zh="申请表、材料清单和常见问答", en="forms, checklists and FAQ texts"),
            ),
            Ask(Text(zh="客户知道什么、误解什么", en="what customers know or misunderstand"), SURVEY),
        ),
    ),
    Claim(
        "D3",
        "2.2(3)",
        Text(zh="业务处理效率低", en="Low efficiency"),
        Text(
            zh="人手、排班、凑批、返工或审批使业务办得慢。",
            en="Capacity, rosters, batches, rework or approvals make the work slow.",
        ),
        (
            Ask(
                Text(zh="日志之外的工作量", en="work outside the log"),
                Text(zh="现场观察与工时记录", en="observation on site and time sheets"),
            ),
            Ask(Text(zh="办理是否用心", en="the quality of the effort"), Text(zh="质检抽样", en="quality samples")),
        ),
    ),
    Claim(
        "D4",
        "2.2(4)",
        Text(zh="客户服务个性化不足", en="Little personal service"),
        Text(
            zh="不同客户、产品和金额走同样的流程、等同样长的时间。",
            en="Different customers, products and amounts go the same way and wait equally long.",
        ),
        (
            Ask(Text(zh="客户的需求和满意度", en="needs and satisfaction"), SURVEY),
            Ask(
                Text(zh="本可提供而未提供的服务", en="offers that were not made"),
                Text(zh="客户经理与销售记录", en="account officers and sales records"),
            ),
        ),
    ),
    Claim(
        "D5",
        "2.2(5)",
        Text(zh="业务流程监控不到位", en="Weak monitoring"),
        Text(
            zh="违规、漏办和差错没有及时被发现，投诉久拖不决。",
            en="Breaches, omissions and errors are not noticed in time, and complaints drag on.",
        ),
        (
            Ask(Text(zh="至今未被发现的差错", en="errors nobody has noticed"), Text(zh="业务抽查", en="file samples")),
            Ask(Text(zh="动机", en="intent"), Text(zh="内部审计", en="internal audit")),
        ),
    ),
    Claim(
        "D6",
        "2.2(6)",
        Text(zh="技术支持不足", en="Weak technical support"),
        Text(
            zh="系统慢、失败、不通或只在上班时间可用，拖慢业务。",
            en="Systems that are slow, fail, do not join up or serve office hours only hold the work up.",
        ),
        (
            Ask(
                Text(zh="系统容量和故障根因", en="system capacity and root causes of failures"),
                Text(zh="信息技术部门的系统日志", en="IT's system logs"),
            ),
            Ask(Text(zh="许可与改造的成本", en="costs of licences and changes"), Text(zh="信息技术预算", en="the IT budget")),
        ),
    ),
)
