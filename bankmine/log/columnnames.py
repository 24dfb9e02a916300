"""Usual names of the columns of an event log, in English and Chinese, and how names are compared.

Written without case and separators, as `folded` leaves them. `>` begins the next rank: the first rank with a match
wins, and the names of one rank are equally good.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

NAMES = {
    "case": """
        caseconceptname traceconceptname
        > case caseid caseno casenumber casekey casename caseidentifier 案件编号 案件号 案件id 案例编号 案例号 案例id
          业务编号 业务号 业务id 业务流水号
        > traceid processinstance processinstanceid procinstid piid bizid bizno businessid businesskey businessno
          流程编号 流程实例编号 流程实例号 流程实例id 实例编号
        > applicationid applicationno applicationnumber loanid loanno ticketid ticketno requestid orderid
          申请编号 申请单号 申请号 申请书编号 工单号 工单编号 受理编号 受理号 贷款编号 借据号 合同编号 合同号 订单号 订单编号 单据编号 单号
        > 流水号 交易流水号 编号 reference referenceno refno transactionid txnid
        """,
    "activity": """
        conceptname
        > activity activityname activitylabel 环节 环节名称 活动 活动名称
        > task taskname step stepname event eventname eventlabel node nodename operation 节点 节点名称 步骤 步骤名称
          任务 任务名称 操作 操作名称 事件 事件名称 工序 流程环节 流程节点 审批环节 业务环节
        > activityid taskkey action stage stagename 阶段 动作 处理环节 处理步骤 办理环节 交易名称
        """,
    "start": """
        starttimestamp timestart
        > start starttime startdatetime startdate begin begintime begindatetime started startedat
          开始时间 开始日期 开始日期时间 起始时间 开始处理时间 开始办理时间 环节开始时间 任务开始时间
        """,
    "end": """
        endtimestamp completetimestamp completiontimestamp
        > end endtime enddatetime enddate complete completetime completiontime completiondate completed completedat
          finish finishtime finished finishedat stoptime 完成时间 完成日期 完成日期时间 结束时间 结束日期 结束日期时间
          终止时间 办结时间 办理完成时间 环节完成时间 环节结束时间 任务完成时间 任务结束时间
        """,
    "timestamp": """
        timetimestamp
        > timestamp eventtimestamp eventtime datetime eventdatetime 时间戳 处理时间 办理时间 操作时间 事件时间 发生时间
          日期时间 交易时间 执行时间 审批时间 记录时间
        > time ts 时间 date eventdate 日期 处理日期 办理日期 交易日期 操作日期
        """,
    "lifecycle": """
        lifecycletransition
        > lifecycle transition lifecyclestate eventtype transactiontype 生命周期 生命周期状态 事件类型 动作类型
        """,
    "resource": """
        orgresource
        > resource resourcename resourceid user username userid operator operatorid employee employeeid staff staffid
          teller tellerid handler performer assignee agent worker 经办人 经办人员 经办员 处理人 处理人员 操作员 操作人
          操作员号 柜员 柜员号 办理人 执行人 员工 员工号 员工编号 工号 用户 审批人 责任人
        > owner approver 负责人 客户经理
        """,
    "role": """
        orgrole
        > role rolename jobrole position 岗位 岗位名称 角色 角色名称 职位 职务
        > orggroup department dept team group 部门 部门名称 科室 团队 条线
        """,
    "channel": """
        channel channelname saleschannel accesschannel 渠道 渠道名称 办理渠道 申请渠道 受理渠道 业务渠道 交易渠道
        """,
    "branch": """
        branch branchname branchid branchcode 网点 网点名称 网点号 网点编号 分行 支行 分支机构 经办网点 受理网点
          开户网点 开户机构 经办机构 受理机构
        > org organization organisation institution outlet office 机构 机构名称 机构号 机构编号
        """,
    "segment": """
        segment customersegment customertype clienttype custtype customerclass 客户类型 客群 客户类别 客户分类 客户等级
          客户层级 客户群
        """,
    "product": """
        product productname productcode producttype loantype loangoal loanpurpose 产品 产品名称 产品类型 产品代码
          业务品种 贷款品种 贷款类型 业务类型
        """,
    "amount": """
        amount loanamount amountreq caseamountreq amt requestedamount caserequestedamount 金额 贷款金额 申请金额
          交易金额 业务金额 合同金额 授信金额
        """,
    "cost": """
        costtotal
        > cost totalcost fee fixedcost resourcecost 费用 成本 手续费
        """,
    "status": """
        status state result outcome 状态 处理状态 办理状态 审批状态 任务状态 结果 处理结果 审批结果 办理结果
        """,
    "arrival": """
        arrival arrivaltime arrivaltimestamp submittime submittedat submissiontime submitted tickettime queuetime
          enqueuetime 取号时间 提交时间 到达时间 申请时间 受理时间 进件时间 排队时间
        """,
    "instance": """
        conceptinstance
        > instance instanceid activityinstance activityinstanceid taskid taskinstanceid workitem workitemid eventid
          任务编号 任务id 任务号 任务实例编号 工作项编号 待办编号 环节实例编号
        """,
}
RANKS: Mapping[str, tuple[frozenset[str], ...]] = MappingProxyType(
    {role: tuple(frozenset(rank.split()) for rank in names.split(">")) for role, names in NAMES.items()}
)
USUAL = frozenset().union(*(rank for ranks in RANKS.values() for rank in ranks))

SEPARATORS = re.compile(r"[\W_]+")
BRACKETS = re.compile(r"[(\[【（].*?[)\]】）]")


def folded(name: str) -> str:
    """A column name without case, separators, remarks in brackets and compatibility forms."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return SEPARATORS.sub("", BRACKETS.sub("", plain)) or SEPARATORS.sub("", plain)
