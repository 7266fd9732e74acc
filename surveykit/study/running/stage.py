"""What a stage of a run is: named inputs, named outputs, one function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["Making", "Stage"]


@dataclass
class Making:
    """The workbench of one stage: where to put each output, and what to record.

    Attributes
    ----------
    study : Study
        The study.
    folder : pathlib.Path
        An empty folder; outputs are written here and moved to their places when the stage is done.
    counts : dict
        Numbers to record in the manifest.
    seed : str, optional
        The seed used, if any.
    report : callable
        Says what is going on.
    """

    study: Study
    folder: Path
    report: Callable[[str], None]
    counts: dict[str, Any] = field(default_factory=dict)
    seed: str | None = None

    def output(self, relative: str) -> Path:
        """Return where to write an output, named by its place in the study."""
        path = self.folder / self.study.located(relative)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@dataclass(frozen=True)
class Stage:
    """One arrow of a study.

    Attributes
    ----------
    name : str
        Its name, as in ``surveykit <name>``.
    title : str
        What it does, for progress.
    inputs : tuple of str
        Files it reads, as paths from the study's root; definitions and outputs of earlier stages alike.
    outputs : tuple of str
        Files it makes.
    make : callable
        Makes them.
    protected : {"", "foreign", "always"}
        What must not be replaced without being asked: "always" whatever exists (the drawn sample), "foreign" a file
        that this stage did not make (data files that a user may have put there). What is protected does not become
        out of date because the library changed.
    settings : dict
        Plain values that the outputs depend on and no input holds: what the call asks for, or one word of a file all
        the rest of which makes no difference.
    """

    name: str
    title: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    make: Callable[[Making], None]
    protected: Literal["", "foreign", "always"] = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def located(self, where: Callable[[str], str]) -> Stage:
        """Return the stage with its files where a study keeps them."""
        return replace(
            self, inputs=tuple(where(name) for name in self.inputs), outputs=tuple(where(name) for name in self.outputs)
        )
