"""The rubrics that come with a framework: its levels, its evidence items, our own wording.

Nothing here claims to be the published text: what was not read there is marked and shown as 待核实.
"""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from lessons import EvidenceRule, Framework
from lessons.errors import FrameworkUnreadable
from lessons.rubrics import Aggregation, AggregationRule, Criterion, Level, RubricFacts
from processing.understanding.framework import read_data

SPEAKING = {"excellent", "pass"}  # the levels that the published text describes


def load_rubrics(framework: Framework, path: Path | None = None) -> tuple[RubricFacts, ...]:
    """Return one rubric for each competency of `framework`, read from `path` or the packaged file.

    Args:
        path: the framework's own file, where the school brought one: it says the levels and rule.

    Raises:
        FrameworkUnreadable: a file is missing, is not YAML, or lacks what a rubric needs.
    """
    name, content = read_data(path, "micro-competencies.yaml")
    try:
        about = yaml.safe_load(content)["framework"]
        words = yaml.safe_load((resources.files("lessons") / "data" / "rubrics.yaml").read_bytes())
        levels = [(str(one["code"]), str(one["zh"]), str(one["en"])) for one in about["levels"]]
        rule = about.get("aggregation") or {}
        aggregation = Aggregation(
            rule=AggregationRule(rule.get("rule", "min")),
            status=str(rule.get("status", "inferred")),
        )
        return tuple(
            RubricFacts(
                framework_id=framework.id,
                framework_version=framework.version,
                competency=competency.code,
                criteria=tuple(_criterion(rule, words, levels) for rule in competency.evidence),
                aggregation=aggregation,
                origin=name,
            )
            for competency in framework.competencies
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as fault:
        raise FrameworkUnreadable(file=name, detail=" ".join(str(fault).split())) from fault


def _criterion(
    rule: EvidenceRule, words: Mapping[str, Any], levels: list[tuple[str, str, str]]
) -> Criterion:
    about = words["kinds"].get(rule.kind) or {"zh": rule.kind, "en": rule.kind, "family": "case"}
    family = words["families"][about["family"]]
    return Criterion(
        requirement=rule.kind,
        zh=str(about["zh"]),
        en=str(about["en"]),
        levels=tuple(
            Level(
                code=code,
                zh=zh,
                en=en,
                statements_zh=tuple(str(s) for s in said["zh"]),
                statements_en=tuple(str(s) for s in said["en"]),
            )
            for code, zh, en in levels
            for said in (family[code] if code in SPEAKING else words["fail"],)
        ),
        status=str(family["status"]) if rule.status == "source" else rule.status,
    )
