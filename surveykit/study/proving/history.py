"""What the log of a draw must tell: one commitment in force, its own reveal, and draws that follow from both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from surveykit.errors import SurveyKitError, first_few
from surveykit.sampling import Commitment, PublicSource, canonical_value, chain_problems
from surveykit.sampling.drawing.commitment import seed_of
from surveykit.sampling.plan.source import due_time

__all__ = ["committed_of", "form_problems", "history_problems", "value_problems"]

Entry = dict[str, Any]
DRAWN = {"record": str, "plan_hash": str, "frame_digest": str, "sample_digest": str}
NEEDED: Mapping[str, Mapping[str, type]] = {
    "plan": {"plan_id": str, "plan_hash": str},
    "commit": {
        "commitment": int, "plan_hash": str, "frame_digest": str, "source": dict, "committed": str, "code": str,
    },
    "reveal": {"code": str, "public_value": str, "seed": str},
    "clusters": DRAWN,
    "draw": DRAWN,
    "redraw": DRAWN | {"replaces": str},
    "release": {"sample_digest": str, "units": dict, "reason": str},
}  # fmt: skip
"""What the content of an entry must hold, by event, with its kind."""
ANEW = {"replaces": str, "reason": str}
GIVEN_UP = {"releases": list, "units": int, "reason": str}
ALLOWED: Mapping[str, Mapping[str, type]] = {
    "commit": ANEW,
    "clusters": {"commitment": str, "replaces": str},
    "draw": {"commitment": str, "clusters": str},
    "redraw": {"commitment": str, "clusters": str, "carried_over": list, "given_up": dict},
}
"""What it may hold besides."""


def form_problems(entries: Sequence[Entry]) -> list[str]:
    """What breaks the chain of a log or the form of its entries; nothing can be built on such a log."""
    problems = chain_problems(entries)
    if problems:
        return problems
    return [text for entry in entries for text in _form_problems(entry)]


def _form_problems(entry: Entry) -> list[str]:
    number, event, content = entry["entry"], entry["event"], entry["content"]
    if event not in NEEDED or not isinstance(content, dict):
        return [f"entry {number} of the log is no event that surveykit enters"]
    needed, allowed = NEEDED[event], ALLOWED.get(event, {})
    wrong = [name for name, kind in needed.items() if not isinstance(content.get(name), kind)]
    wrong += [name for name in content if name not in needed and not isinstance(content[name], allowed.get(name, ()))]
    if event == "release" and "units" not in wrong and not _are_numbers(content["units"]):
        wrong.append("units")
    given_up = content.get("given_up")
    if isinstance(given_up, dict) and {name: type(value) for name, value in given_up.items()} != GIVEN_UP:
        wrong.append("given_up")
    if wrong:
        return [f"entry {number} of the log lacks parts of its event or has others than it should ({first_few(wrong)})"]
    return []


def _are_numbers(units: Mapping[str, Any]) -> bool:
    return bool(units) and all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in units.values())


def committed_of(entry: Entry) -> Commitment:
    """The commitment of an entry, without the words on what it replaces."""
    return Commitment.from_dict({name: value for name, value in entry["content"].items() if name not in ANEW})


@dataclass
class _Past:
    """What held when an entry was made."""

    plan_hash: str = ""
    commitment: Commitment | None = None
    revealed: Entry | None = None
    clusters: Entry | None = None
    drawn: Entry | None = None
    spent: set[tuple[str, str]] = field(default_factory=set)
    releases: list[str] = field(default_factory=list)


def history_problems(entries: Sequence[Entry]) -> list[str]:
    """What the events of a sound log contradict, in words.

    A commitment comes before its value is due, its reveal after, once, and with the seed that follows; a commitment
    that replaces another is to a drawing that nobody has revealed. A draw uses the commitment in force and no other,
    and its second step the clusters that were entered last.
    """
    past, problems = _Past(), []
    steps: dict[str, Callable[[_Past, Entry], list[str]]] = {
        "plan": _plan, "commit": _commit, "reveal": _reveal, "clusters": _clusters, "draw": _draw, "redraw": _draw,
        "release": _release,
    }  # fmt: skip
    for entry in entries:
        problems += [f"entry {entry['entry']} of the log: {text}" for text in steps[entry["event"]](past, entry)]
    return problems


def _plan(past: _Past, entry: Entry) -> list[str]:
    past.plan_hash = entry["content"]["plan_hash"]
    return []


def _commit(past: _Past, entry: Entry) -> list[str]:
    content, problems, earlier = entry["content"], [], past.commitment
    try:
        made = committed_of(entry)
    except SurveyKitError as error:
        past.commitment, past.revealed = None, None
        return [str(error)]
    due, at = due_time(PublicSource.model_validate(made.source)), datetime.fromisoformat(made.committed)
    time = datetime.fromisoformat(entry["time"])
    if not (at <= time < due):
        problems.append(
            f"the commitment says {made.committed} and was entered at {entry['time']}, and both must lie before the "
            f"value is due, {made.source['due']}"
        )
    if (made.source["name"], made.source["draw"]) in past.spent:
        problems.append("the commitment is to a drawing whose value was revealed before: its seed could be chosen")
    if made.plan_hash != past.plan_hash:
        problems.append("the plan entered before the commitment is not the one that it commits to")
    if earlier is None and (past.drawn is not None or past.clusters is not None):
        problems.append("a sample was drawn before the commitment")
    if content.get("replaces", "") != (earlier.code if earlier else "") or bool(earlier) != ("reason" in content):
        problems.append("a commitment must say which one it replaces, and why, when there is one before it")
    past.commitment, past.revealed = made, None
    return problems


def _reveal(past: _Past, entry: Entry) -> list[str]:
    held, content = past.commitment, entry["content"]
    if held is None:
        return ["a value was revealed without a commitment before it"]
    source, problems = PublicSource.model_validate(held.source), []
    if past.revealed is not None:
        problems.append("a second value was revealed for one commitment")
    if content["code"] != held.code:
        problems.append("the value was revealed for another commitment than the last one before it")
    problems += value_problems(source, content["public_value"])
    if content["seed"] != seed_of(held.code, content["public_value"]):
        problems.append("the revealed seed is not the sha256 of commitment and public value")
    if datetime.fromisoformat(entry["time"]) < due_time(source):
        problems.append(f"the value was revealed at {entry['time']}, before it was due at {source.due}")
    past.revealed = entry
    past.spent.add((source.name, source.draw))
    return problems


def _in_force(past: _Past, entry: Entry) -> list[str]:
    """Whether a draw, of clusters or of units, follows from plan and commitment before it."""
    content, held, problems = entry["content"], past.commitment, []
    if not past.plan_hash:
        problems.append("no plan was entered before the draw")
    if content.get("commitment") != (held.code if held else None):
        problems.append("the draw does not use the commitment in force, the last one before it")
    if held is not None and past.revealed is None:
        problems.append("the sample was drawn before the value of its commitment was revealed")
    if held is not None and content["frame_digest"] != held.frame_digest:
        problems.append("the frame drawn from is not the committed one")
    if held is not None and past.plan_hash != held.plan_hash:
        problems.append("the plan entered before the draw is not the committed one")
    return problems


def _clusters(past: _Past, entry: Entry) -> list[str]:
    """The first step of a draw in two; clusters that are drawn again name those that they replace."""
    problems, before = _in_force(past, entry), past.clusters
    if entry["content"].get("replaces") != (before["hash"] if before else None):
        problems.append("the clusters do not say which ones they replace, the last ones before them")
    past.clusters = entry
    return problems


def _step_problems(past: _Past, content: Mapping[str, Any]) -> list[str]:
    """Whether a draw rests on the clusters entered last, where these were drawn by its plan, and on none otherwise."""
    first = past.clusters
    of_plan = first is not None and first["content"]["plan_hash"] == content["plan_hash"]
    if content.get("clusters") != (first["hash"] if first is not None and of_plan else None):
        return ["the draw is not from the clusters in force, the last ones before it"]
    if first is not None and of_plan and first["content"]["frame_digest"] != content["frame_digest"]:
        return ["the clusters before the draw were drawn from another table than its record says"]
    return []


def _draw(past: _Past, entry: Entry) -> list[str]:
    content, problems = entry["content"], _in_force(past, entry)
    if (entry["event"] == "draw") != (past.drawn is None):
        problems.append("the first draw is a draw, every later one a redraw")
    elif past.drawn is not None and content["replaces"] != past.drawn["hash"]:
        problems.append("the redraw does not replace the draw before it")
    problems += _step_problems(past, content)
    told = [*content.get("carried_over", []), *content.get("given_up", {}).get("releases", [])]
    if told != past.releases:
        problems.append("releases stood before the redraw, and it does not say what became of them")
    kept = list(content.get("carried_over", []))
    same = past.drawn is not None and all(
        past.drawn["content"][name] == content[name] for name in ("plan_hash", "sample_digest")
    )
    if kept and not same:
        problems.append("the redraw carries over releases of another sample")
    past.drawn, past.releases = entry, kept
    return problems


def _release(past: _Past, entry: Entry) -> list[str]:
    past.releases.append(entry["hash"])
    if past.drawn is None:
        return ["units were released before a sample was drawn"]
    if entry["content"]["sample_digest"] != past.drawn["content"]["sample_digest"]:
        return ["units of another sample than the last one before it were released"]
    return []


def value_problems(source: PublicSource, value: str) -> list[str]:
    """Whether a revealed value is of the announced form, and in the one way of writing it."""
    numbers = source.form.kind == "numbers"
    try:
        same = canonical_value(source, value.replace(".", " ").replace("/", " ") if numbers else value) == value
    except SurveyKitError as error:
        return [str(error)]
    return [] if same else ["the public value is not in the form that was announced"]
