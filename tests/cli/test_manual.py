"""Help reads like a manual: every command has a page in both languages, with examples that parse and exit codes."""

import re
import shlex
import unicodedata

import pytest

from surveykit.cli.app import COMMANDS as NAMES
from surveykit.cli.app import parse
from surveykit.cli.manual import GROUPS, read_page
from surveykit.cli.telling.wrapping import width

COMMANDS = sorted(NAMES)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_in_both_languages(command):
    page = read_page(command)
    assert page is not None, f"write surveykit/cli/manual/{command}.toml"
    assert page["group"] in GROUPS
    assert set(page["zh"]) == set(page["en"])
    assert len(page["zh"]["examples"]) == len(page["en"]["examples"]) >= 1
    assert set(page["zh"].get("codes", {})) == set(page["en"].get("codes", {})) <= {"0", "2"}
    for name in ("summary", "about"):
        assert re.search("[一-鿿]", page["zh"][name])
        assert not re.search("[一-鿿]", re.sub("问卷星|腾讯问卷|金数据|公文", "", page["en"][name]))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_examples_are_calls_that_parse(command, language):
    """The words of every example are understood; nothing is run."""
    calls = 0
    for example, _ in read_page(command)[language]["examples"]:
        line = re.sub(r'^eval "\$\((.*)\)"$', r"\1", example)
        words = shlex.split(line)
        while words:
            end = next((i for i, word in enumerate(words) if word in {"&&", "|", ">"}), len(words))
            if words[0] == "surveykit":
                assert callable(parse(words[1:end]).execute)
                calls += 1
            words = words[end + 1 :]
    assert calls


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_and_its_parts(call, language):
    code, out, _ = call("help", "verify-draw", "--lang", language)
    assert code == 0
    for part in {"en": ("reads:", "examples:", "exit codes:"), "zh": ("读取：", "例子：", "退出码：")}[language]:
        assert part in out
    assert max(width(line) for line in out.splitlines()) <= 80
    with pytest.raises(SystemExit) as end:
        call("verify-draw", "--help", "--lang", language)
    assert end.value.code == 0


def test_chinese_help_has_no_english_sentence(call):
    for topics in ([], *([name] for name in COMMANDS), ["questionnaire", "import"], ["frame", "index"]):
        _, out, _ = call("help", *topics, "--lang", "zh")
        assert not re.search(r"\b(the|of|and its|which)\b", out), out
        usage = out.partition("\n\n")[0]
        assert not re.search(r"[A-Z]{2,}", usage), usage
        options = re.search(r"选项：\n(.*?)(?:\n\n|$)", out, re.DOTALL)[1]
        assert not re.search(r"--[a-z-]+ [A-Z]{2,}", options), options


def test_the_overview_follows_a_study(call):
    _, out, _ = call("help")
    order = [name for name in re.findall(r"^  ([a-z-]+)  +\S", out, re.MULTILINE) if name in COMMANDS]
    assert sorted(order) == COMMANDS
    assert (
        order.index("init") < order.index("plan") < order.index("draw") < order.index("ingest") < order.index("report")
    )


def test_no_command_shows_the_overview(call):
    code, out, _ = call()
    assert code == 2
    assert "start and run a study:" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["plna"], "there is no command 'plna': did you mean 'plan'?"),
        (["zzz"], "there is no command 'zzz': 'surveykit help' lists them"),
        (["plan", "--redarw"], "unrecognized arguments: --redarw; did you mean '--redraw'?"),
        (["plan", "--re"], "unrecognized arguments: --re"),
        (["report", "--format", "pfd"], "did you mean 'pdf'?"),
        (["help", "dictor"], "there is no command 'dictor': did you mean 'doctor'?"),
        (["report", "--formta"], "unrecognized arguments: --formta; did you mean '--format'?"),
        (["report", "--format", "--edition", "en"], "argument --format: expected at least one argument"),
        (["--study", "--json", "plan"], "argument --study: expected one argument"),
        (["plan", "--lang", "-h"], "argument --lang: expected one argument"),
        (["plan", "--redraw=5"], "argument --redraw: ignored explicit argument '5'"),
        (["report", "--workers", "0"], "argument --workers: '0' is no whole number of 1 or more"),
        (["deidentify", "--k", "x"], "argument --k: invalid int value: 'x'"),
        (["check", "a", "b"], "unrecognized arguments: a b"),
        (["frame"], "the following arguments are required: index"),
        (["questionnaire", "imprt"], "there is no command 'imprt': did you mean 'import'?"),
        (["purge", "--yes"], "the following arguments are required: --originals"),
        (["diff", "a"], "the following arguments are required: NEW"),
        (["diff"], "the following arguments are required: OLD, NEW"),
        (["questionnaire"], "the following arguments are required: import"),
        (["release", "wuhou=3"], "the following arguments are required: --reason"),
        (["release", "--every", "0", "--reason", "x"], "argument --every: '0' is no whole number of 1 or more"),
        (["report", "--reviewd"], "unrecognized arguments: --reviewd; did you mean '--reviewed'?"),
    ],
)
def test_wrong_words(call, words, told):
    code, out, err = call(*words)
    assert code == 2
    assert told in err
    assert out == "" or "--json" in words
    _, _, chinese = call(*words, *([] if "--lang" in words else ["--lang", "zh"]))
    if "--lang" not in words:
        assert re.search(r"错误: [^a-z]*[一-鿿]", chinese), chinese
        assert not re.search(r"argument|required|command|expected|invalid|number", chinese), chinese


def test_wide_characters_are_counted():
    assert width("抽样") == 4
    assert all(unicodedata.east_asian_width(c) in "WF" for c in "，（）抽")


def test_an_option_of_many_words_takes_them_up_to_the_next_option():
    options = parse(["report", "--format", "pdf", "docx", "--edition", "en"])
    assert (options.format, options.edition) == (["pdf", "docx"], "en")
    assert parse(["report", "--format=xlsx"]).format == ["xlsx"]
    keys = parse(["deidentify", "--keys", "a", "b", "--k", "3", "--keep-text", "c"])
    assert (keys.keys, keys.k, keys.keep_text, keys.sensitive) == (["a", "b"], 3, ["c"], [])
    assert parse(["simulate", "--repetitions", "-5"]).repetitions == -5


def test_common_options_stand_before_and_after_the_command():
    before = parse(["--study", "a", "-q", "questionnaire", "--json", "import", "f.txt"])
    assert (str(before.study), before.quiet, before.json, before.command) == ("a", True, True, "questionnaire")
    both = parse(["--study", "a", "--lang", "zh", "plan", "--study", "b"])
    assert (str(both.study), both.lang, both.trust, both.progress) == ("b", "zh", False, False)
    assert parse([]) is None


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_help_fits_the_terminal(call, monkeypatch, columns, language):
    monkeypatch.setenv("COLUMNS", str(columns))
    for topics in ([], *([name] for name in COMMANDS), ["questionnaire", "import"], ["frame", "index"]):
        code, out, _ = call("help", *topics, "--lang", language)
        assert code == 0
        for line in out.splitlines():
            assert width(line) <= columns or " " not in line.strip(), line
            assert line.strip()[:1] not in set("，。；：）"), line
