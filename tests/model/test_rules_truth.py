"""Rules against the sentences that define them, the generator's truth, the patterns, and a published figure."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankmine.api import analyze, read_log
from bankmine.log.eventlog import EventLog
from bankmine.measure.duty import Duty
from bankmine.measure.roles import Roles
from bankmine.model.judge import Verdict
from bankmine.model.rules import Verdicts
from bankmine.patterns.p22_four_eyes import FourEyes
from bankmine.patterns.p23_skipped_step import SkippedStep
from bankmine.process.controls import rules_for
from bankmine.process.recognise import understand
from bankmine.process.rule import Absence, Cardinality, Exclusiveness, Order, Presence, Requirement, Rule, Segregation, TimeLimit
from bankmine.sample import PROBLEMS, generate
from bankmine.sample.models import MODELS
from bankmine.settings import Calendar, Settings
from bankmine.words import Text
from tests.textlog import hours, textlog

WORDS = ("-", "pass", "VIOLATED", "unknown")
STEP = st.tuples(st.sampled_from("abc"), st.integers(0, 6), st.integers(0, 3), st.sampled_from(["@x", "@y", ""]))
LOGS = st.lists(st.lists(STEP, min_size=1, max_size=6), min_size=1, max_size=6)
REQUIREMENTS = (
    Order(("a",), ("b",)),
    Presence(("a",), among=("b",)),
    Absence(("a",), after=("b",)),
    Absence(("a",), after=("b",), unless=("c",)),
    Cardinality(("a",), min=2, max=2),
    Cardinality(("a",), min=1, max=1, before=("b",), different="resource"),
    Exclusiveness(("a",), ("b",)),
    Segregation(("a",), ("b",)),
    Segregation(("a",), ("b",), compare="last"),
    TimeLimit(("a",), ("b",), hours=3),
)


def as_text(cases: list[list[tuple[str, int, int, str]]]) -> str:
    return " ; ".join(f"c{k}: " + " | ".join(f"{a} {t}-{t + d} {who}" for a, t, d, who in case) for k, case in enumerate(cases))


@given(LOGS)
def test_every_rule_says_exactly_one_thing_of_every_case_and_what_is_said_is_so(cases) -> None:
    log = textlog(as_text(cases) + " ; w: a 0 ; y: b 0 ; z: c 0")
    understanding = understand(log.activities)
    duty = Duty.of(log, Roles.of(log), understanding, Calendar())
    found = Verdicts.of(log, understanding, [Rule(str(k), Text.same("r"), each) for k, each in enumerate(REQUIREMENTS)], duty)
    counts = sum(found.count(verdict) for verdict in Verdict)
    assert (counts == log.cases).all()
    for rule, requirement in enumerate(REQUIREMENTS):
        for case in range(log.cases):
            rows = range(log.offsets[case], log.offsets[case + 1])
            said = brute_force(log, list(rows), requirement)
            assert said is None or WORDS[found.verdict[rule, case]] == said, (requirement, case)


def brute_force(log: EventLog, rows: list[int], rule: Requirement) -> str | None:
    """What is to be said of a case, from the sentences of the rules; None where another log than this one is needed to know."""

    def of(steps: tuple[str, ...]) -> list[int]:
        return [row for row in rows if log.activities[log.activity[row]] in steps]

    moment, who = log.moment, log.resource
    if isinstance(rule, Order):
        then = of(rule.then)
        return "-" if not then else "pass" if any(moment[row] <= min(moment[then]) for row in of(rule.first)) else "VIOLATED"
    if isinstance(rule, Absence):
        after, unless = of(rule.after or ()), of(rule.unless or ())
        if not after:
            return "-"
        for row in of(rule.step):
            earlier = [other for other in (*after, *unless) if other < row]
            if earlier and max(earlier) in after and moment[max(earlier)] < moment[row]:
                return "VIOLATED"
        return "pass"
    if isinstance(rule, Exclusiveness):
        a, b = of(rule.step), of(rule.other)
        return "-" if not a and not b else "VIOLATED" if a and b else "pass"
    if isinstance(rule, Cardinality) and rule.before:
        before = of(rule.before)
        if not before:
            return "-"
        people = [int(who[row]) for row in of(rule.step) if moment[row] <= min(moment[before])]
        # Each unnamed person may be any of the others, or a new one.
        possible = {len(set(named)) for named in product(*([p] if p >= 0 else [0, 1, *range(90, 90 + len(people))] for p in people))}
        kept = {1 <= count <= 1 for count in possible}
        return "unknown" if len(kept) == 2 else "pass" if kept == {True} else "VIOLATED"
    if isinstance(rule, Segregation):
        a, b = of(rule.step), of(rule.other)
        pairs = (
            [(x, y) for x in a for y in b]
            if rule.compare == "any"
            else [(x, max(y for y in b if y < x)) for x in a if any(y < x for y in b)]
        )
        if not pairs:
            return "-"
        if any(who[x] == who[y] >= 0 for x, y in pairs):
            return "VIOLATED"
        return "unknown" if any(who[x] < 0 or who[y] < 0 for x, y in pairs) else "pass"
    if isinstance(rule, TimeLimit):
        if not (since := of(rule.since)):
            return "-"
        due, begin = moment[since[0]] + hours(3) - hours(0), moment[since[0]]
        until = [moment[row] for row in of(rule.until) if moment[row] >= begin]
        if until:
            return "pass" if min(until) <= due else "VIOLATED"
    return None


@pytest.mark.parametrize(("pattern", "process"), [(p, process) for p in ("P22", "P23") for process in PROBLEMS[p]])
def test_the_verdict_of_each_case_is_the_generators_truth(pattern: str, process: str) -> None:
    sample = generate(process, seed=5, cases=600, problem=pattern)
    struck = set(sample.struck[0])
    log = read_log(sample.table.to_pandas())
    analysis = analyze(log, process=process)
    definition = analysis.understanding.definition
    assert definition is not None
    step = next(s.id for s in definition.steps if s.name.en == sample.truth.activity)
    rules = [rule for rule in rules_for(definition) if rule.id == f"{step}.{'segregated' if pattern == 'P22' else 'before'}"]
    found = Verdicts.of(log, analysis.understanding, rules, analysis.duty)
    reached = definition.step(step if pattern == "P22" else definition.step(step).before)
    assert reached is not None
    shown = log.activity == log.activities.index(reached.name.en)
    expected = sorted({log.case_names[case] for case in log.case[shown]} & struck)
    assert expected
    assert sorted(log.case_names[case] for case in found.breaches(0)[0]) == expected
    assert found.count(Verdict.UNKNOWN).tolist() == [0]
    # The pattern counts alike.
    breaches = [finding.breaches for finding in (FourEyes() if pattern == "P22" else SkippedStep()).find(analysis.facts)]
    assert [(b.violated, b.checked, b.unknown) for b in breaches if b] == [(len(expected), int(found.checked[0]), 0)]


@pytest.mark.parametrize("process", MODELS)
def test_a_healthy_bank_keeps_every_rule(process: str) -> None:
    log = read_log(generate(process, seed=11, cases=400, healthy_faults=True, contractual=True).table.to_pandas())
    analysis = analyze(log, process=process)
    rules = rules_for(analysis.understanding.definition)
    found = Verdicts.of(log, analysis.understanding, rules, analysis.duty)
    assert not found.count(Verdict.VIOLATED).any()
    assert not found.count(Verdict.UNKNOWN).any()
    assert (found.checked > 0).sum() >= len(rules) - 2  # the log holds no fraud checks and the like


@pytest.mark.shared
def test_four_eyes_of_bpic_2012(shared: Path) -> None:
    """Approval by the resource that last completed the application: 2.48 % of 2,015 (definitions §7.2)."""
    mapping = Path(__file__).parents[2] / "docs" / "mappings" / "bpic2012.toml"
    log = read_log(shared / "logs" / "bpic2012.xes.gz")
    analysis = analyze(log, settings=Settings.load(mapping))
    pair = ("A_APPROVED",), ("W_Completeren aanvraag",)
    rules = [Rule(c, Text.same(c), Segregation(*pair, compare=c)) for c in ("last_recorded", "last", "any")]
    found = Verdicts.of(log, analysis.understanding, rules, analysis.duty)
    assert found.checked.tolist() == [2015, 1911, 1729]
    assert found.count(Verdict.VIOLATED).tolist() == [50, 50, 51]
    assert (found.checked + found.count(Verdict.UNKNOWN)).tolist() == [2246] * 3
    assert found.table["share"][0] == pytest.approx(0.0248, abs=5e-5)
