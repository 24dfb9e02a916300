import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from bankmine.errors import OutputError, UsageError
from bankmine.log.order import assemble
from bankmine.model.conformance import replay_fitness
from bankmine.model.discovery import ProcessModel
from bankmine.model.export import FORMATS, export
from bankmine.model.variants import Variants
from bankmine.show.svg import inline
from tests.model.test_discovery import LOANS, mined
from tests.textlog import textlog

HOSTILE = (
    'x" shape=box label="owned',
    "{a|b}<p>&amp;",
    "back\\slash\\n",
    "\x1b[2J",
    "<i>b</i>",
    "授信审批（分行）\u202e",
    "第一行\n第二行",
)


@pytest.fixture(scope="module", params=["inductive", "heuristics"])
def model(request: pytest.FixtureRequest) -> ProcessModel:
    return mined(textlog(LOANS), algorithm=request.param)


def test_pnml_is_read_back(model: ProcessModel, tmp_path: Path) -> None:
    import pm4py

    export(model, tmp_path / "m.pnml")
    net, initial, final = pm4py.read_pnml(str(tmp_path / "m.pnml"))
    ours = model.petri_net[0]
    assert (len(net.places), len(net.transitions), len(net.arcs)) == (len(ours.places), len(ours.transitions), len(ours.arcs))
    assert sorted(t.label or "" for t in net.transitions) == sorted(t.label or "" for t in ours.transitions)
    assert sum(initial.values()) == sum(final.values()) == 1


def test_bpmn_is_read_back_with_its_layout(model: ProcessModel, tmp_path: Path) -> None:
    import pm4py

    export(model, tmp_path / "m.bpmn")
    diagram = pm4py.read_bpmn(str(tmp_path / "m.bpmn"))
    tasks = [node for node in diagram.get_nodes() if type(node).__name__ == "Task"]
    assert sorted(node.get_name() for node in tasks) == ["apply", "approve", "check", "decline", "pay", "rate", "request"]
    places = {(diagram.get_layout().get(node).get_x(), diagram.get_layout().get(node).get_y()) for node in diagram.get_nodes()}
    assert len(places) == len(diagram.get_nodes())


@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("dot", b"digraph")])
def test_pictures_are_written(model: ProcessModel, tmp_path: Path, suffix: str, start: bytes) -> None:
    export(model, tmp_path / f"m.{suffix.upper()}", lang="zh")
    assert (tmp_path / f"m.{suffix.upper()}").read_bytes().startswith(start)


@pytest.mark.parametrize("algorithm", ["inductive", "heuristics"])
def test_hostile_labels_survive_every_format(tmp_path: Path, algorithm: str) -> None:
    hostile = mined(assemble(["c1"] * len(HOSTILE), HOSTILE, np.arange(len(HOSTILE))), algorithm=algorithm)
    for suffix in FORMATS:
        export(hostile, tmp_path / f"m{suffix}")
    names = {e.get("name") for e in etree.parse(tmp_path / "m.bpmn").iter("{*}task")}
    assert names == {*HOSTILE[:3], "\\u{1b}[2J", "<i>b</i>", "授信审批（分行）\\u{202e}", "第一行\\u{a}第二行"}
    assert "<i>" not in inline((tmp_path / "m.svg").read_text(), 1)


def test_an_unknown_suffix_names_the_valid_ones(model: ProcessModel, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        export(model, tmp_path / "m.pdf")
    assert all(suffix in caught.value.hint.en for suffix in FORMATS)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_output_error(model: ProcessModel, tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        export(model, tmp_path / "nowhere" / "m.pnml")


def prints(folder: Path) -> str:
    """Hashes of everything that is made of a model, but for PNG, which depends on the fonts."""
    log, lines = textlog(LOANS), []
    for algorithm in ("inductive", "heuristics"):
        model = mined(log, algorithm=algorithm)
        lines.append(replay_fitness(model, Variants.of(log)).table.to_csv())
        for suffix in sorted(set(FORMATS) - {".png"}):
            export(model, folder / f"m{suffix}")
            lines.append(hashlib.sha256((folder / f"m{suffix}").read_bytes()).hexdigest())
    return "\n".join(lines)


def test_the_same_bytes_in_every_run(tmp_path: Path) -> None:
    script = "import sys, pathlib; from tests.model.test_export import prints; print(prints(pathlib.Path(sys.argv[1])))"
    again = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )
    assert again.stdout.strip() == prints(tmp_path).strip() == prints(tmp_path).strip()
