"""Make one stage: in a folder of its own, from inputs that stay as they are, and then all at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveykit.files.recording import recording
from surveykit.study.running.durable import make_folder, sync_tree
from surveykit.study.running.journal import JOURNAL, Journal, settle, stage_archive, workshop_of
from surveykit.study.running.leftovers import remove_leftovers
from surveykit.study.running.loaded import changed_inputs, held_digests, refuse_changed
from surveykit.study.running.manifest import FileHashes, Manifest
from surveykit.study.running.private import keep_private
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["Job", "make_stage"]

Say = Callable[[str], None]


@dataclass(frozen=True)
class Job:
    """A stage to make.

    Attributes
    ----------
    study : Study
        The study.
    stage : Stage
        The stage.
    inputs : dict of str to str
        Hash of each input, of which the fingerprint is made.
    fingerprint : str
        Digest of all that the outputs depend on.
    aside : list of str
        Earlier outputs that are kept in the archive.
    """

    study: Study
    stage: Stage
    inputs: dict[str, str]
    fingerprint: str
    aside: list[str]


def make_stage(job: Job, manifest: Manifest, hashes: FileHashes, save: Callable[[], None], say: Say) -> None:
    """Make a stage and put its files in their places; until the journal is written nothing outside changes.

    Raises
    ------
    SurveyKitError
        An input changed in the meantime.
    """
    study, stage = job.study, job.stage
    refuse_changed(changed_inputs(study.loaded, job.inputs), stage.name, while_made=False)
    workshop = workshop_of(study.output, stage.name)
    workshop.mkdir(parents=True, mode=0o700)
    try:
        journal = _prepare(job, hashes, say)
        journal.write(study.output)
    except (Exception, KeyboardInterrupt):
        # Once the journal is there the stage is made, and the next run finishes it.
        if not (study.output / JOURNAL).exists():
            with suppress(OSError):
                remove_leftovers(study.root, study.output, stage.outputs, lambda line: None)
        raise
    settle(study, journal, manifest, save, say)
    for name in stage.outputs:
        hashes.of(name)


def _prepare(job: Job, hashes: FileHashes, say: Say) -> Journal:
    """Make the outputs in the workshop, see that nothing changed, and say in a journal where all goes."""
    study, stage = job.study, job.stage
    workshop = workshop_of(study.output, stage.name)
    started = time.perf_counter()
    making = Making(study, workshop, say)
    with recording(study.root) as read:
        stage.make(making)
    absent = [name for name in stage.outputs if not (workshop / name).is_file()]
    if absent:
        raise RuntimeError(f"stage {stage.name} did not make {', '.join(absent)}")
    now = {name: hashes.of(name) for name in stage.inputs}
    # Against what was read as well: a file may have been another one for a moment and be the old one again.
    changed = changed_inputs(held_digests(job.inputs), now) + changed_inputs(read, job.inputs)
    refuse_changed(changed, stage.name, while_made=True)
    for name in stage.outputs:
        target = study.root / name
        make_folder(target.parent)
        keep_private(study, workshop / name, name)
    made = FileHashes(workshop)
    entry = {
        "fingerprint": job.fingerprint,
        "inputs": job.inputs,
        "outputs": {name: made.of(name) for name in stage.outputs},
        "seed": making.seed,
        "counts": making.counts,
        "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "seconds": round(time.perf_counter() - started, 2),
    }
    sync_tree(workshop)
    return Journal(
        stage=stage.name,
        study_file=study.file,
        entry=entry,
        before={name: hashes.of(name) for name in stage.outputs},
        guarded=bool(stage.protected),
        archive=stage_archive(study.root, study.output, stage.name, job.aside) if job.aside else None,
    )
