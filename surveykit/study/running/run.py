"""Make what is out of date, whole or not at all, and record it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.errors import OverwriteError, SurveyKitError
from surveykit.study.running.journal import read_journal, recover
from surveykit.study.running.leftovers import find_leftovers, remove_leftovers
from surveykit.study.running.loaded import changed_inputs, held_digests, refuse_changed
from surveykit.study.running.lock import study_lock
from surveykit.study.running.making import Job, make_stage
from surveykit.study.running.manifest import FileHashes, Manifest, code_version, hash_text
from surveykit.study.running.stage import Stage

if TYPE_CHECKING:
    from surveykit.study.files.study import Study, StudyOutline

__all__ = ["RunResult", "all_current", "run_stages"]

Say = Callable[[str], None]


@dataclass
class RunResult:
    """What a run did.

    Attributes
    ----------
    made, current : list of str
        The stages that were made, and those that were up to date.
    seconds : dict
        Time that each made stage took.
    """

    made: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def run_stages(
    study: Study,
    stages: Sequence[Stage],
    *,
    say: Say,
    progress: Say | None = None,
    redraw: bool = False,
    force: bool = False,
) -> RunResult:
    """Run stages in order, those only whose inputs, code or outputs changed.

    Parameters
    ----------
    study : Study
        The study.
    stages : sequence of Stage
        In the order of their dependence.
    say : callable
        Receives one line for each thing worth telling.
    progress : callable, optional
        Receives one line for each stage that begins; by default they go to `say`.
    redraw : bool
        Whether an existing sample may be moved aside and drawn again.
    force : bool
        Whether to make stages again that are up to date (never the protected ones).

    Raises
    ------
    OverwriteError
        A protected stage is out of date and its outputs exist.
    SurveyKitError
        Another run is under way, an input is missing, or one changed while it was in use.

    Notes
    -----
    An output that somebody edited is made again; the edited file is kept in the archive and told.
    """
    with study_lock(study.output):
        manifest = Manifest.load(study.output / "manifest.json")
        save = partial(_save, manifest, study)
        _clear_up(study, stages, manifest, save, say)
        hashes = FileHashes(study.root, manifest.files)
        version = code_version()
        result = RunResult()
        held = _sources(stages, hashes)
        for number, stage in enumerate(stages, start=1):
            inputs = {name: hashes.of(name) for name in stage.inputs}
            refuse_changed(changed_inputs(held, inputs), stage.name, while_made=False)
            held |= held_digests(inputs)
            print_ = fingerprint(stage, inputs, version)
            if is_current(stage, manifest, hashes, print_) and not (force and not stage.protected):
                result.current.append(stage.name)
                continue
            _require_inputs(study.root, stage)
            edited = _edited(study.root, stage, manifest, hashes)
            aside = edited or _to_archive(study, stage, manifest, hashes, print_, redraw=redraw)
            (progress or say)(f"[{number}/{len(stages)}] {stage.title}")
            for name in edited:
                say(
                    f"    {name} is not the file that was made: it is made again, and the changed one is not read; "
                    "change what it is made from instead"
                )
            started = time.perf_counter()
            make_stage(Job(study, stage, inputs, print_, aside), manifest, hashes, save, say)
            held |= held_digests(manifest.stages[stage.name]["outputs"])
            result.made.append(stage.name)
            result.seconds[stage.name] = time.perf_counter() - started
        if result.made:
            save()
        return result


def _sources(stages: Sequence[Stage], hashes: FileHashes) -> dict[str, str]:
    """Hash what a run starts from, so that no two of its stages are made from different contents of one file."""
    made = {name for stage in stages for name in stage.outputs}
    return held_digests({name: hashes.of(name) for stage in stages for name in stage.inputs if name not in made})


def _clear_up(study: Study, stages: Sequence[Stage], manifest: Manifest, save: Callable[[], None], say: Say) -> None:
    """Finish or remove what an interrupted run left."""
    journal = read_journal(study.output)
    _require_own(manifest.file or (journal.study_file if journal else ""), study)
    if journal is not None:
        recover(study, journal, manifest, save, say)
    remove_leftovers(study.root, study.output, [name for stage in stages for name in stage.outputs], say)


def all_current(outline: StudyOutline, stages: Sequence[Stage]) -> bool:
    """Whether nothing is out of date; the definitions need not be read for that.

    What was made from valid definitions and has not changed since is valid still.
    """
    outputs = [name for stage in stages for name in stage.outputs]
    if read_journal(outline.output) is not None or find_leftovers(outline.root, outline.output, outputs):
        return False
    manifest = Manifest.load(outline.output / "manifest.json")
    if manifest.file not in ("", outline.file) or any(stage.name not in manifest.stages for stage in stages):
        return False
    hashes = FileHashes(outline.root, manifest.files)
    version = code_version()
    for stage in stages:
        inputs = {name: hashes.of(name) for name in stage.inputs}
        if not is_current(stage, manifest, hashes, fingerprint(stage, inputs, version)):
            return False
    return True


def fingerprint(stage: Stage, inputs: Mapping[str, str], version: str) -> str:
    """Return a digest of all that a stage's outputs depend on.

    Code does not count for protected outputs: a draw is defined by plan, frame and seed, so a newer library does not
    make it another one.
    """
    content = {
        "stage": stage.name,
        "code": "" if stage.protected else version,
        "inputs": dict(inputs),
        "outputs": sorted(stage.outputs),
    }
    if stage.settings:
        content["settings"] = dict(stage.settings)
    return hash_text(json.dumps(content, sort_keys=True))


def is_current(stage: Stage, manifest: Manifest, hashes: FileHashes, print_: str) -> bool:
    """Whether a stage was made from these inputs and its outputs are there, unchanged."""
    entry = manifest.stages.get(stage.name)
    if entry is None or entry["fingerprint"] != print_:
        return False
    return all(hashes.of(name) == entry["outputs"].get(name) for name in stage.outputs)


def _require_inputs(root: Path, stage: Stage) -> None:
    missing = [name for name in stage.inputs if not (root / name).exists()]
    if missing:
        raise SurveyKitError(
            f"{stage.name}: needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not there: "
            "restore the file or correct its name in the study file; 'surveykit run' makes what earlier stages make"
        )


def _save(manifest: Manifest, study: Study) -> None:
    manifest.save(study=study.definition.id, file=study.file, simulated=study.definition.simulated)


def _require_own(file: str, study: Study) -> None:
    """Refuse the output folder of another study file."""
    if file not in ("", study.file):
        raise SurveyKitError(
            f"{study.file}: {study.output.name}/ holds what {file} made: give this study a folder of its own, "
            f"for example 'output: {study.output.name}_2', or move {study.output.name}/ away"
        )


def _edited(root: Path, stage: Stage, manifest: Manifest, hashes: FileHashes) -> list[str]:
    """Return the outputs that somebody changed since they were made, of a stage that may be made again."""
    entry = manifest.stages.get(stage.name)
    if entry is None or stage.protected:
        return []
    made = entry["outputs"]
    return [n for n in stage.outputs if n in made and (root / n).exists() and hashes.of(n) != made[n]]


def _to_archive(
    study: Study, stage: Stage, manifest: Manifest, hashes: FileHashes, print_: str, *, redraw: bool
) -> list[str]:
    """Return the outputs to move aside; refuse to replace what must not be replaced silently."""
    existing = [name for name in stage.outputs if (study.root / name).exists()]
    if not stage.protected or not existing:
        return []
    entry = manifest.stages.get(stage.name)
    if entry and entry["fingerprint"] == print_ and all(hashes.of(name) == entry["outputs"][name] for name in existing):
        return []  # the same inputs, and some outputs missing: an interrupted run or a deleted file
    ours = entry is not None and all(hashes.of(name) == entry["outputs"].get(name) for name in existing)
    if stage.protected == "foreign" and ours:
        return []
    if redraw:
        return existing
    changed = _what_changed(study, stage, entry["inputs"] if entry else None, hashes)
    raise OverwriteError(
        f"{existing[0]} exists and {changed}: nothing was changed. "
        f"Undo the change, or use --redraw to make it again; the old one is then kept in {study.output.name}/archive/"
    )


def _what_changed(study: Study, stage: Stage, recorded: dict[str, str] | None, hashes: FileHashes) -> str:
    if recorded is None:
        return f"no record in {study.output.name}/manifest.json says that this study made it"
    changed = [name for name in stage.inputs if hashes.of(name) != recorded.get(name)]
    if changed:
        return f"{', '.join(changed)} {'has' if len(changed) == 1 else 'have'} changed since it was made"
    return "it is not the file that was made"
