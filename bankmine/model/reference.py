"""What a log is held against: a discovered model, the process as it is defined, or a bank's own BPMN file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from bankmine.errors import UsageError
from bankmine.log.eventlog import EventLog
from bankmine.measure.endings import Endings
from bankmine.model.bpmn import read_bpmn, unknown_names
from bankmine.model.discovery import ProcessModel, silence_pm4py
from bankmine.model.variants import Variants, code_type
from bankmine.process.definition import Kind, Outcome, ProcessDefinition, Step, Understanding
from bankmine.process.labels import fold
from bankmine.process.recognise import Names
from bankmine.show.format import visible
from bankmine.words import Text

CHECKS = (Kind.CONTROL, Kind.APPROVAL)
ANY_TIME = (Kind.ENQUIRY, Kind.COMPLAINT)  # customers may ask and complain whenever they like
DISCOVERED = Text(zh="从日志发现的模型", en="the model discovered from the log")


@dataclass(frozen=True, eq=False)
class Reference:
    """A model, and the cases in its words.

    `petri_net`: accepting Petri net; `cases` int64: the cases of the log that are compared; `variants`: theirs, in the activities of
    the model. `names`: activities that are not named as in the log; `controls`: those that check or approve. `passed_over`: labels
    of the log that are not compared; `unmatched`: mandatory steps of a definition, or tasks of a file, that
    the log never shows. `open_cases`: cases that are
    not compared because what they lack may still come.
    """

    origin: Literal["discovered", "defined", "file"]
    title: Text
    petri_net: tuple[Any, Any, Any]
    variants: Variants
    cases: np.ndarray
    controls: frozenset[str]
    names: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))
    placed: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    passed_over: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    open_cases: int = 0

    def name(self, activity: str) -> Text:
        return self.names.get(activity) or Text.same(activity)

    @classmethod
    def discovered(cls, model: ProcessModel, variants: Variants, understanding: Understanding) -> "Reference":
        """A discovered model and all cases, every session an event: what pm4py compares on the full log."""
        controls = frozenset(m.label for m in understanding.activities if m.kind in CHECKS)
        return cls("discovered", DISCOVERED, model.petri_net, variants, np.arange(len(variants.of_case)), controls)

    @classmethod
    def defined(cls, log: EventLog, understanding: Understanding, endings: Endings) -> "Reference":
        """The process definition and the closed cases in its steps, each work item one event; see `tree_of`.

        Labels that mean no step, enquiries and complaints are passed over. Raises UsageError PROCESS_NEEDED.
        """
        definition = understanding.definition
        if definition is None:
            raise UsageError(
                "PROCESS_NEEDED",
                Text(
                    zh="未能认出流程，没有流程定义可供对照。", en="the process was not recognised: there is no definition to compare with."
                ),
                Text(
                    zh="请用 --process 指定流程，或改用 --model discovered 或 BPMN 文件。",
                    en="name it with --process, or use --model discovered or a BPMN file.",
                ),
            )
        placed = {s.id: s for s in definition.steps if s.kind not in ANY_TIME}
        labels: dict[str, list[str]] = {}
        for meaning in understanding.activities:
            if meaning.step is not None and meaning.step.id in placed:
                labels.setdefault(meaning.step.id, []).append(meaning.label)
        called = {step: labels[step][0] if len(labels.get(step, ())) == 1 else step for step in placed}
        keys = [None if m.step is None or m.step.id not in placed else called[m.step.id] for m in understanding.activities]
        silence_pm4py()
        from pm4py.objects.conversion.process_tree import converter

        variants, cases = _projected(log, keys, endings.closed)
        return cls(
            "defined",
            Text(zh="流程定义“{name}”", en="the process definition “{name}”").format(name=definition.name),
            converter.apply(tree_of(definition, frozenset(labels), called)),
            variants,
            cases,
            frozenset(called[step.id] for step in placed.values() if step.kind in CHECKS),
            MappingProxyType({called[s.id]: s.name for s in placed.values() if called[s.id] == s.id}),
            placed=frozenset(called[s.id] for s in placed.values() if s.kind is not Kind.END and not s.multi_instance),
            ends=frozenset(called[s.id] for s in placed.values() if _early(s)),
            passed_over=_not_compared(log, keys),
            unmatched=tuple(step.id for step in placed.values() if step.mandatory and step.id not in labels),
            open_cases=log.cases - len(cases),
        )

    @classmethod
    def of_file(cls, path: Path, log: EventLog, understanding: Understanding, endings: Endings) -> "Reference":
        """A bank's own model from a BPMN file, and the closed cases, each work item one event.

        A label of the log means the task of the same name, else the one of the same name but for case, spaces and punctuation, else
        the one that means the same step of the process. Labels that mean no task are deviations; only enquiries and complaints are
        passed over. Raises UsageError BPMN_*.
        """
        net, tasks = read_bpmn(path)
        exact = {name: name for name in tasks}
        folded = {fold(name): name for name in tasks}
        steps = Names(understanding.definition) if understanding.definition else None
        of_step = {step.id: name for name in tasks if steps and (step := steps.step(name))}
        keys: list[str | None] = []
        for m in understanding.activities:
            task = exact.get(visible(m.label)) or folded.get(fold(m.label)) or (of_step.get(m.step.id) if m.step else None)
            keys.append(task or (None if m.kind in ANY_TIME else m.label))
        unmatched = tuple(sorted(set(tasks) - set(keys)))
        if len(unmatched) == len(set(tasks)):
            raise unknown_names(path, tasks, log.activities)
        variants, cases = _projected(log, keys, endings.closed)
        checks = {key for key, m in zip(keys, understanding.activities, strict=True) if key is not None and m.kind in CHECKS}
        checks |= {name for name in tasks if steps and (step := steps.step(name)) and step.kind in CHECKS}
        title = Text(zh=f"模型文件 {path.name}", en=f"the model in {path.name}")
        return cls(
            "file",
            title,
            net,
            variants,
            cases,
            frozenset(checks),
            passed_over=_not_compared(log, keys),
            unmatched=unmatched,
            open_cases=log.cases - len(cases),
        )


def _not_compared(log: EventLog, keys: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(label for label, key in zip(log.activities, keys, strict=True) if key is None)


def _projected(log: EventLog, keys: Sequence[str | None], closed: np.ndarray) -> tuple[Variants, np.ndarray]:
    """The variants of the closed cases in other words, `keys` [activities], None being passed over; and these cases.

    Only the first session of a work item counts: the others go on with the same work.
    """
    names = tuple(sorted({key for key in keys if key is not None}))
    number = {name: code for code, name in enumerate(names)}
    code = np.array([-1 if key is None else number[key] for key in keys], dtype=np.int32)[log.activity]
    first = np.zeros(len(log), dtype=bool)
    first[np.unique(log.item, return_index=True)[1]] = True
    kept = first & (code >= 0) & closed[log.case]
    cases = np.flatnonzero(closed)
    ends = np.concatenate(([0], np.cumsum(np.bincount(log.case[kept], minlength=log.cases)[cases]))).tolist()
    data = code[kept].tolist()
    seen: dict[tuple[int, ...], int] = {}
    of_case = np.array([seen.setdefault(tuple(data[a:b]), len(seen)) for a, b in pairwise(ends)], dtype=np.int64)
    count = np.bincount(of_case, minlength=len(seen))
    sequences = list(seen)
    order = sorted(range(len(sequences)), key=lambda i: (-count[i], sequences[i]))
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    kind = code_type(len(names))
    return Variants(names, tuple(np.array(sequences[i], dtype=kind).tobytes() for i in order), count[order], rank[of_case]), cases


def _early(step: Step) -> bool:
    """Whether it ends a case before the process is completed."""
    return step.kind is Kind.END and step.outcome not in (Outcome.COMPLETED, Outcome.APPROVED)


def tree_of(definition: ProcessDefinition, shown: frozenset[str], called: Mapping[str, str]) -> Any:
    """A definition as pm4py's process tree; `shown`: ids of the steps that the log has, `called`: the activity of each step.

    1. Steps that the log shows follow each other in the definition's order. Mandatory ones must happen, others may. What the log never
       shows is left out: it may have been done and not recorded.
    2. Steps of which a case may have several (one per offer, per collateral) may be repeated; neighbours are repeated together.
    3. After any control or approval, and in their own place, documents may be requested and supplied, any number of times, and the
       control done again after each.
    4. A case may end with a step by which the bank declines or cancels, the customer withdraws or the time runs out, after any step
       up to the first that completes it; what would have come later is then not missed. Without such a step it must go on (`ends`).
       At the end, it may end with one other end.
    5. Enquiries and complaints have no place; the caller passes them over.
    """
    silence_pm4py()
    from pm4py.objects.process_tree.obj import Operator, ProcessTree

    def node(operator: Any, *children: Any) -> Any:
        if len(children) == 1:
            return children[0]
        tree = ProcessTree(operator=operator, children=list(children))
        for child in children:
            child.parent = tree
        return tree

    def leaf(step: Step) -> Any:
        return ProcessTree(label=called[step.id])

    def maybe(tree: Any) -> Any:
        return node(Operator.XOR, ProcessTree(), tree)

    def once(step: Step) -> Any:
        return leaf(step) if step.mandatory else maybe(leaf(step))

    def again(*trees: Any) -> Any:
        """Any number of times, also never."""
        return node(Operator.LOOP, ProcessTree(), node(Operator.SEQUENCE, *trees))

    steps = [s for s in definition.steps if s.id in shown and s.kind not in ANY_TIME]
    early = [s for s in steps if _early(s)]
    late = [s for s in steps if s.kind is Kind.END and s not in early]
    usual = [s for s in steps if s.kind is not Kind.END]
    answer_to = {b.id: a.id for a, b in pairwise(definition.steps) if a.kind is Kind.REQUEST_TO_CUSTOMER and b.kind is Kind.CUSTOMER_REPLY}
    requests = [s for s in usual if s.kind is Kind.REQUEST_TO_CUSTOMER]

    def rounds(*after: Any) -> list[Any]:
        """Requests for documents with their answers, each followed by `after`; nothing if the log has none."""
        asked = []
        for request in requests:
            replies = [maybe(leaf(s)) for s in usual if answer_to.get(s.id) == request.id]
            asked.append(node(Operator.SEQUENCE, leaf(request), *replies))
        return [again(node(Operator.XOR, *asked), *after)] if asked else []

    blocks: list[tuple[Any, bool]] = []  # a part of the sequence, and whether the case is completed by it

    def kind_of_block(step: Step) -> str:
        of_round = step in requests or answer_to.get(step.id) in {s.id for s in requests}
        return "round" if of_round else "several" if step.multi_instance else step.id

    for kind, run in groupby(usual, key=kind_of_block):
        members = list(run)
        if kind == "round":
            blocks.extend((tree, False) for tree in rounds())
        elif kind == "several":
            trees = node(Operator.SEQUENCE, *(once(s) for s in members))
            blocks.append((node(Operator.LOOP, trees, ProcessTree()), False))
        elif members[0].kind in CHECKS:
            checked = node(Operator.SEQUENCE, leaf(members[0]), *rounds(maybe(leaf(members[0]))))
            blocks.append((checked if members[0].mandatory else maybe(checked), members[0].outcome is Outcome.COMPLETED))
        else:
            blocks.append((once(members[0]), members[0].outcome is Outcome.COMPLETED))
    done = next((n for n, (_, completed) in enumerate(blocks) if completed), len(blocks))
    rest = [tree for tree, _ in blocks[done:]] + ([maybe(node(Operator.XOR, *map(leaf, late)))] if late else [])
    tree = node(Operator.SEQUENCE, *rest) if rest else ProcessTree()
    for block, _ in reversed(blocks[:done]):
        onward = node(Operator.XOR, *map(leaf, early), tree) if early else tree
        tree = node(Operator.SEQUENCE, block, onward)
    return tree
