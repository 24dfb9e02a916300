"""A bank's own process model from a BPMN 2.0 file, read as something that may be hostile."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bankmine.errors import InputError, UsageError
from bankmine.log.markup import BETWEEN, decoded
from bankmine.model.discovery import silence_pm4py
from bankmine.show.format import visible
from bankmine.words import Text

if TYPE_CHECKING:
    from lxml.etree import _Element

SIZE_LIMIT = 8 << 20
ELEMENT_LIMIT = 2_000  # flow nodes and flows
NAMESPACE = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
GATEWAYS = {
    "exclusiveGateway": "ExclusiveGateway",
    "eventBasedGateway": "ExclusiveGateway",  # which of the events comes first is a choice
    "parallelGateway": "ParallelGateway",
    "inclusiveGateway": "InclusiveGateway",
}
TASKS = ("task", "userTask", "manualTask", "serviceTask", "scriptTask", "sendTask", "receiveTask", "businessRuleTask", "callActivity")
SILENT = ("intermediateCatchEvent", "intermediateThrowEvent")
REFUSED = ("subProcess", "adHocSubProcess", "transaction", "boundaryEvent", "complexGateway", "choreographyTask")


def read_bpmn(path: Path) -> tuple[tuple[Any, Any, Any], tuple[str, ...]]:
    """The accepting Petri net of the process in a BPMN file, and the names of its tasks, sorted.

    Tasks without a name and intermediate events are silent; the choice of an event-based gateway is any choice; data, lanes and
    notes say nothing about the order. Raises UsageError BPMN_FILE, BPMN_XML, BPMN_DTD, BPMN_SIZE, BPMN_PROCESS, BPMN_ELEMENT,
    BPMN_FLOW, BPMN_NAMES.
    """
    root = _root(path)
    process = _process(root, path)
    silence_pm4py()
    from pm4py.objects.bpmn.obj import BPMN
    from pm4py.objects.conversion.bpmn.variants import to_petri_net

    diagram, nodes, names = BPMN(), {}, set()
    for number, element in enumerate(process.iterchildren()):
        kind = _kind(element)
        if kind in REFUSED:
            raise _refused(element, kind, path)
        name = visible(" ".join((element.get("name") or "").split()))
        key = f"n{number}"
        if kind in TASKS:
            node = BPMN.Task(id=key, name=name)
            names |= {name} if name else set()
        elif kind in SILENT:
            node = BPMN.Task(id=key, name="")
        elif kind in GATEWAYS:
            node = getattr(BPMN, GATEWAYS[kind])(id=key)
        elif kind in ("startEvent", "endEvent"):
            node = BPMN.NormalStartEvent(id=key) if kind == "startEvent" else BPMN.NormalEndEvent(id=key)
        else:
            continue
        if not element.get("id") or element.get("id") in nodes:
            raise _wrong(path, element, Text(zh="元素没有 id，或 id 重复。", en="an element has no id, or one that is already taken."))
        nodes[element.get("id")] = node
        diagram.add_node(node)
    for number, flow in enumerate(process.iterchildren(f"{NAMESPACE}sequenceFlow")):
        ends = [nodes.get(flow.get(end)) for end in ("sourceRef", "targetRef")]
        if None in ends:
            raise _wrong(path, flow, Text(zh="连线的一端不是本流程的元素。", en="a flow begins or ends at nothing in this process."))
        diagram.add_flow(BPMN.SequenceFlow(*ends, id=f"f{number}"))
    if not names:
        raise _wrong(path, process, Text(zh="流程中没有任何带名称的任务。", en="the process has no task with a name."), "BPMN_PROCESS")
    # pm4py's reduction of silent steps goes by memory address; the net is not shown, so it may stay as large as it is.
    net = to_petri_net.apply(diagram, {to_petri_net.Parameters.ENABLE_REDUCTION: False})
    return net, tuple(sorted(names))


def _root(path: Path) -> "_Element":
    """The document's root, parsed from text that has been searched for a type declaration."""
    from lxml import etree

    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise UsageError(
            "BPMN_FILE",
            Text(zh=f"模型文件无法读取（{error.strerror}）。", en=f"the model cannot be read ({error.strerror})."),
            Text(zh="请检查路径和权限。", en="check the path and your rights."),
            str(path),
        ) from error
    if len(data) > SIZE_LIMIT:
        raise _too_large(path)
    try:
        text = "".join(decoded([data], str(path)))
    except InputError as error:
        raise UsageError("BPMN_XML", error.what, AGAIN, str(path), error.line) from error
    place = 0
    while match := BETWEEN.match(text, place):
        place = match.end()
    if text[place:].upper().startswith("<!DOCTYPE"):
        raise UsageError(
            "BPMN_DTD",
            Text(
                zh="文件含有文档类型声明（DOCTYPE/DTD，可定义实体），出于安全原因拒绝读取。",
                en="the file has a document type declaration (DOCTYPE, DTD), which can define entities; it is refused for safety.",
            ),
            Text(zh="BPMN 不需要 DTD，请删除该声明或重新导出。", en="BPMN needs none: remove the declaration, or export the file again."),
            str(path),
            text.count("\n", 0, place) + 1,
        )
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise UsageError(
            "BPMN_XML",
            Text(zh=f"XML 格式错误（解析器信息：{error.msg}）。", en=f"malformed XML: {error.msg}."),
            AGAIN,
            str(path),
            error.lineno or None,
        ) from error


AGAIN = Text(zh="请从建模工具重新导出为 BPMN 2.0 XML。", en="export it again from its modelling tool, as BPMN 2.0 XML.")


def _process(root: "_Element", path: Path) -> "_Element":
    """The only process with elements in it."""
    if root.tag != f"{NAMESPACE}definitions":
        raise UsageError(
            "BPMN_XML",
            Text(zh="这不是 BPMN 2.0：根元素不是 <definitions>。", en="this is no BPMN 2.0: its root is not <definitions>."),
            AGAIN,
            str(path),
        )
    found = [p for p in root.iterchildren(f"{NAMESPACE}process") if p.find(f"{NAMESPACE}sequenceFlow") is not None]
    if len(found) == 1 and len(found[0]) <= ELEMENT_LIMIT:
        return found[0]
    if found and len(found[0]) > ELEMENT_LIMIT:
        raise _too_large(path)
    raise UsageError(
        "BPMN_PROCESS",
        Text(
            zh=f"文件中有 {len(found)} 个含连线的流程，应为 1 个。",
            en=f"the file has {len(found)} processes with flows in them instead of one.",
        ),
        Text(zh="请只导出银行一方的流程（一个泳池）。", en="export the bank's own process alone (one pool)."),
        str(path),
    )


def _kind(element: "_Element") -> str:
    tag = element.tag
    return tag.removeprefix(NAMESPACE) if isinstance(tag, str) and tag.startswith(NAMESPACE) else ""


def _too_large(path: Path) -> UsageError:
    return UsageError(
        "BPMN_SIZE",
        Text(zh="模型文件过大（超过 8 MB 或 2,000 个元素）。", en="the model is too large (more than 8 MB or 2,000 elements)."),
        Text(zh="请只导出一个流程。", en="export a single process."),
        str(path),
    )


def _refused(element: "_Element", kind: str, path: Path) -> UsageError:
    return UsageError(
        "BPMN_ELEMENT",
        Text(zh=f"不支持元素 <{kind}>。", en=f"<{kind}> is not supported."),
        Text(
            zh="请把子流程展开，把边界事件改画为网关；任务、事件和互斥、并行、包容网关均可使用。",
            en="flatten subprocesses and draw boundary events as gateways; tasks, events and exclusive, parallel or inclusive "
            "gateways may stay.",
        ),
        str(path),
        element.sourceline,
    )


def _wrong(path: Path, element: "_Element", what: Text, code: str = "BPMN_FLOW") -> UsageError:
    return UsageError(code, what, AGAIN, str(path), element.sourceline)


def unknown_names(path: Path, tasks: Sequence[str], labels: Sequence[str]) -> UsageError:
    """No label of the log means a task of the file."""
    shown, has = (", ".join(f"“{visible(name)}”" for name in names[:5]) for names in (tasks, labels))
    return UsageError(
        "BPMN_NAMES",
        Text(zh=f"模型的任务名（{shown} 等）与日志的环节名无一对应。", en=f"no task of the model ({shown} …) is an activity of the log."),
        Text(zh=f"请让任务名与日志一致，例如 {has}。", en=f"name the tasks as the log does, such as {has}."),
        str(path),
    )
