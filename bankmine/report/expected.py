"""What should happen and what customers lived through: the report's sections and their parts of the document."""

from typing import TYPE_CHECKING

import numpy as np

from bankmine.report.schema import Conformance, Deviation, JourneyFigure, Risk, Rule, Training
from bankmine.report.schema_measures import Answers, Score
from bankmine.report.schema_parts import Words
from bankmine.show.blocks import Block, Heading
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

UNITS = {"duration": "s", "share": "share"}


def should_happen(analysis: "Analysis") -> list[Block]:
    """Where cases depart from the process, which controls are kept, and what the discovered models are worth."""
    return [
        Heading(Text(zh="应然与实然", en="What should happen"), 2, "expected"),
        *analysis.deviations.blocks(),
        *analysis.verdicts.blocks(),
        *analysis.model_choice.blocks(),
    ]


def customers_journey(analysis: "Analysis", lang: Lang, *, pictures: bool) -> list[Block]:
    """The experience map, the figures of table 10.1.2, and customers' answers where they are given."""
    experience = analysis.experience
    picture = experience.picture(lang) if pictures else None
    return [
        Heading(Text(zh="客户旅程", en="The customer's journey"), 2, "journey"),
        *([] if picture is None else [picture]),
        *experience.blocks(),
        *analysis.journey.blocks(),
        *(() if analysis.survey is None else analysis.survey.blocks()),
    ]


def conformance(analysis: "Analysis") -> Conformance:
    """Fitness of the discovered model, departures from the reference, and the controls."""
    fitness, found = analysis.conformance, analysis.deviations
    deviations, reference = found.deviations, found.reference
    columns = (deviations.control, deviations.cases, deviations.share, deviations.mean_extra_s, deviations.median_extra_s)
    rows = zip(deviations.kind, deviations.activity, deviations.title, *(column.tolist() for column in columns), strict=True)
    return Conformance(
        fitting_cases=fitness.fitting_cases,
        fitness=fitness.log_fitness,
        reference=reference.origin,
        cases_compared=found.alignments.aligned_cases,
        cases_not_compared=found.not_compared,
        not_recorded=list(reference.unmatched),
        deviations=[
            Deviation(
                kind=kind,
                activity=activity,
                title=Words(zh=title.zh, en=title.en),
                control=control,
                cases=cases,
                share=share,
                mean_extra_s=_known(mean),
                median_extra_s=_known(median),
            )
            for kind, activity, title, control, cases, share, mean, median in rows
        ],
        rules=[Rule.model_validate(rule) for rule in analysis.verdicts.as_json()],
    )


def journey(analysis: "Analysis") -> list[JourneyFigure]:
    """The figures of the customer's journey, in their order."""
    return [
        JourneyFigure.model_validate(
            {
                "id": figure.id,
                "unit": UNITS.get(figure.kind, "number"),
                "value": figure.value,
                "low": figure.low,
                "high": figure.high,
                "cases": figure.cases,
            }
        )
        for figure in analysis.journey.figures
    ]


def answers(analysis: "Analysis") -> Answers | None:
    """What customers answered; None where there is no file of answers."""
    survey = analysis.survey
    if survey is None:
        return None
    return Answers(
        scored_cases=len(survey.score),
        unmatched=survey.unmatched,
        without_score=survey.without_score,
        repeated=survey.repeated,
        response_share=survey.response_share,
        bias_delta=survey.bias_delta,
        bias_p=survey.bias_p,
        scores=[
            Score.model_validate(
                {
                    "group": row.group,
                    "name": Words(zh=row.name.zh, en=row.name.en),
                    "answers": row.answers,
                    "mean": row.mean,
                    "low": row.low,
                    "high": row.high,
                    "slow_less_fast": row.slow_less_fast,
                    "q": row.q,
                }
            )
            for row in survey.rows
        ],
    )


def training(analysis: "Analysis") -> list[Training]:
    """Where people stand out from their peers."""
    return [
        Training(activity=name, people=people, more_rework=rework, items_above_peers=above, slower=slower)
        for name, people, rework, above, slower in analysis.training.by_activity()
    ]


def risk(analysis: "Analysis") -> list[Risk]:
    """The entries of the risk matrix, in its order."""
    return [
        Risk(
            kind=e.kind,
            id=e.id,
            title=Words(zh=e.title.zh, en=e.title.en),
            likelihood=e.likelihood,
            severity=e.severity,
            risk_class=e.risk_class,
            cases=e.cases,
            share=e.share,
        )
        for e in analysis.risk.entries
    ]


def people(analysis: "Analysis") -> list[Block]:
    """What training people need, by activity."""
    return [Heading(Text(zh="人员与培训需求", en="People and training"), 2, "people"), *analysis.training.blocks()]


def risks(analysis: "Analysis", lang: Lang, *, pictures: bool) -> list[Block]:
    """The risk matrix as a picture and a table."""
    from bankmine.show.risk_matrix import risk_matrix

    entries = analysis.risk.entries
    picture = risk_matrix([(e.likelihood, e.severity) for e in entries], lang) if pictures and entries else None
    return [
        Heading(Text(zh="风险矩阵", en="Risk matrix"), 2, "risk"),
        *([] if picture is None else [picture]),
        *analysis.risk.blocks(),
    ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
