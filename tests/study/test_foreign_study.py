"""A study from somebody else is data; files that identify people are the owner's, until they are destroyed."""

import json
import os
import stat

import pytest

from surveykit.errors import DefinitionError, RenderError
from surveykit.report.outputs.html import make_environment
from surveykit.study.files.loading import load_study
from surveykit.study.reporting.logo import read_logo
from surveykit.study.running.manifest import write_atomically

posix = pytest.mark.skipif(os.name != "posix", reason="rights and links as POSIX has them")


def change(folder, before, after):
    path = folder / "study.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


OUTSIDE = [
    ("questionnaire: questionnaires/residents.yaml", "questionnaire: /etc/passwd"),
    ("frame: data/frame.parquet", "frame: ../other/frame.parquet"),
    ("data:\n", "data:\n  salt: ../salt\n"),
    ("data/responses.xlsx", "../responses.xlsx"),
]


@pytest.mark.parametrize(("before", "after"), OUTSIDE)
def test_paths_stay_inside(fresh_town, call, before, after):
    change(fresh_town, before, after)
    code, out, err = call(fresh_town, "check")
    assert code == 2
    assert "lies outside the study" in err
    assert "root:" not in out + err


@posix
def test_links_stay_inside(fresh_town, tmp_path, call):
    (tmp_path / "secret").write_text("secret: 1\n", encoding="utf-8")
    questionnaire = fresh_town / "questionnaires" / "residents.yaml"
    questionnaire.unlink()
    questionnaire.symlink_to(tmp_path / "secret")
    with pytest.raises(DefinitionError, match="lies outside the study"):
        load_study(fresh_town)
    assert "secret" not in call(fresh_town, "--trust", "check")[1]
    (fresh_town / "output").symlink_to(tmp_path)
    assert "'output' lies outside" in call(fresh_town, "check")[2]


@posix
def test_check_says_what_is_trusted(fresh_town, tmp_path, call):
    regions = fresh_town / "sampling" / "regions.csv"
    regions.rename(tmp_path / "regions.csv")
    regions.symlink_to(tmp_path / "regions.csv")
    assert call(fresh_town, "check")[0] == 2
    code, out, _ = call(fresh_town, "--trust", "check")
    assert (code, "trusted: 'sampling/regions.csv' lies outside the study" in out) == (0, True)
    assert json.loads(call(fresh_town, "--trust", "--json", "check")[1])["result"]["trusted"][0]["what"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ (words|attr('__class__')).__base__ }}",
        "{{ 'x' * 9999999999 }}",
        "{{ 9 ** 999999999 }}",
        "{% do words.append(1) %}",
    ],
)
def test_templates_cannot_leave_the_sandbox(text):
    from jinja2.exceptions import SecurityError

    environment = make_environment({"a.html": text})
    with pytest.raises(SecurityError):
        environment.get_template("a.html").render(words=[])


def test_a_template_that_fails_is_the_study_s_error(town, call):
    folder = town / "report_templates"
    folder.mkdir(exist_ok=True)
    if "report_templates" not in (town / "study.yaml").read_text(encoding="utf-8"):
        change(town, "files:\n", "files:\n  report_templates: report_templates\n")
    (folder / "report.html").write_text("{{ 1 / 0 }}", encoding="utf-8")
    code, _, err = call(town, "run")
    assert (code, "template 'report.html' fails: ZeroDivisionError" in err) == (2, True)
    assert RenderError.exit_code == 2


def test_the_page_allows_its_own_script_only(finished_study):
    page = (finished_study / "output" / "report.html").read_text(encoding="utf-8")
    import base64
    import hashlib

    script = page.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page


GOOD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:i="http://inkscape.org" viewBox="0 0 1 1" i:a="b"><i:x/>'
    '<defs><linearGradient id="g"><stop offset="0" stop-color="red"/></linearGradient></defs>'
    '<path d="M0 0" fill="url(#g)"/></svg>'
)


def test_a_plain_logo_is_kept(tmp_path):
    (tmp_path / "a.svg").write_text(GOOD, encoding="utf-8")
    kept = read_logo(tmp_path / "a.svg")
    assert 'fill="url(#g)"' in kept
    assert "linearGradient" in kept
    assert "inkscape" not in kept


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<path onload="alert(1)"/>',
        '<image href="http://example.org/a.png"/>',
        '<use href="http://example.org/a.svg#x"/>',
        '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="data:image/svg+xml,x"/>',
        '<foreignObject><div xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
        '<path style="fill: url(https://example.org/x)"/>',
        "<style>@import 'http://example.org/a.css';</style>",
        '<a href="javascript:alert(1)"><path/></a>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
    ],
)
def test_logos_hold_shapes_and_text_only(tmp_path, inside):
    text = f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    (tmp_path / "a.svg").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match="may not hold"):
        read_logo(tmp_path / "a.svg")


def test_a_logo_declares_no_entities(tmp_path):
    text = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>'
    (tmp_path / "a.svg").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match="declares entities"):
        read_logo(tmp_path / "a.svg")


def test_no_escape_sequence_reaches_the_terminal(tmp_path, call):
    code, out, err = call(tmp_path / "\x1b[2J\x9b31m\u202eevil", "check")
    assert code == 2
    assert not {"\x1b", "\x9b", "\u202e"} & set(out + err)
    assert "\\u001b[2J" in err


@posix
def test_partial_files_do_not_follow_links(tmp_path):
    (tmp_path / "victim").write_text("mine", encoding="utf-8")
    (tmp_path / ".a.json.partial").symlink_to(tmp_path / "victim")
    write_atomically(tmp_path / "a.json", b"{}")
    assert (tmp_path / "victim").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "a.json").is_symlink()


@posix
def test_who_may_read_what(finished_study):
    modes = {
        path.relative_to(finished_study).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in finished_study.rglob("*")
    }
    private = [
        "output/draw/sample.csv",
        "output/draw/sample.parquet",
        "output/weights/weights.csv",
        "data/frame.parquet",
    ]
    private += [f"output/responses/{name}" for name in ("originals.parquet", "linked.parquet", "log.json")]
    assert {name: oct(modes[name]) for name in private} == dict.fromkeys(private, "0o600")
    assert {modes["output/draw"], modes["output/responses"]} == {0o700}


def test_what_an_interrupted_run_left_goes(town, call):
    left = town / "output" / ".partial-ingest" / "deep"
    left.mkdir(parents=True)
    (left / "originals.parquet").write_bytes(b"x")
    (town / "sampling" / "margins_age.csv").touch()
    assert call(town, "ingest")[0] == 0
    assert not (town / "output" / ".partial-ingest").exists()


def test_purge_lists_and_then_destroys(town, call):
    originals = town / "output" / "responses" / "originals.parquet"
    code, out, _ = call(town, "purge", "--originals")
    assert (code, "output/responses/originals.parquet" in out, originals.exists()) == (0, True, True)
    code, out, _ = call(town, "purge", "--originals", "--yes")
    assert code == 0
    assert not originals.exists()
    assert not (town / "data" / "responses.xlsx").exists()
    assert (town / "output" / "report.pdf").exists()
    (entry,) = json.loads((town / "output" / "purges.json").read_text(encoding="utf-8"))
    assert {file["file"] for file in entry["files"]} >= {"data/responses.xlsx", "output/responses/originals.parquet"}
    assert all(len(file["sha256"]) == 64 for file in entry["files"])
    assert "no original answers" in call(town, "--lang", "en", "purge", "--originals")[1]
