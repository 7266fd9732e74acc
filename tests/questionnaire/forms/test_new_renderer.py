from __future__ import annotations

from pathlib import Path

import pytest

from surveykit.cli.main import main
from surveykit.errors import DataError
from surveykit.questionnaire import (
    RENDERERS,
    ColumnMap,
    Questionnaire,
    Renderer,
    Settings,
    questionnaire_variables,
    render_questionnaire,
    wjx_column_map,
)


def outline(questionnaire: Questionnaire, settings: Settings) -> dict[str, str | bytes]:
    lines = [f"{v.number}. {v.labels[settings.language]} [{v.id}]" for v in questionnaire_variables(questionnaire)]
    return {"outline.txt": "\n".join(lines) + "\n"}


OUTLINE = Renderer("outline", outline, losses=lambda questionnaire, language: (f"choices, {language}",))


def test_a_renderer_is_taken_in_and_out_again(little: Questionnaire, monkeypatch: pytest.MonkeyPatch) -> None:
    known = tuple(RENDERERS)
    with pytest.raises(DataError, match=r"'outline' is unknown.*choose one of 'html', 'paper', .*'template'$"):
        render_questionnaire(little, "outline")
    with monkeypatch.context() as patch:
        patch.setitem(RENDERERS, OUTLINE.name, OUTLINE)
        made = render_questionnaire(little, "outline")
        assert made.files["small.outline.txt"].decode().splitlines()[0] == "1. Aware? [aware]"
        assert (made.format, made.losses, made.column_map) == ("outline", ("choices, en",), None)
        with pytest.raises(DataError, match=r"'outlin' is unknown .did you mean 'outline'"):
            render_questionnaire(little, "outlin")
    assert tuple(RENDERERS) == known


def test_the_command_line_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "town"
    assert main(["init", str(study)]) == 0
    asked = ["render", "outline", "--study", str(study), "--lang", "en"]
    assert main(asked) != 0
    assert "format: 'outline' is unknown" in capsys.readouterr().err
    monkeypatch.setitem(RENDERERS, OUTLINE.name, OUTLINE)
    assert main(asked) == 0
    files = list((study / "output" / "questionnaire").glob("*.outline.txt"))
    assert len(files) == 1
    assert "not carried by outline: choices" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["render", "--help"])
    assert "template, outline, or all" in " ".join(capsys.readouterr().out.split())


def test_what_a_renderer_gives_beside_its_files_is_kept(little: Questionnaire, monkeypatch: pytest.MonkeyPatch) -> None:
    def columns(questionnaire: Questionnaire, language: str) -> ColumnMap:
        return ColumnMap(**{**wjx_column_map(questionnaire, language).__dict__, "platform": "outline"})

    monkeypatch.setitem(RENDERERS, "outline", Renderer("outline", outline, column_map=columns))
    made = render_questionnaire(little, "outline")
    assert set(made.files) == {"small.outline.txt", "small.outline.columns.json"}
    assert made.losses == ()
    assert made.column_map is not None
    assert made.column_map.platform == "outline"


def test_every_name_is_the_name_of_its_renderer() -> None:
    assert all(name == renderer.name for name, renderer in RENDERERS.items())
