"""Help reads like a manual: every command has a page in both languages, with examples that parse and exit codes."""

import re
import shlex
import unicodedata

import pytest

from surveykit.cli.main import build_parser
from surveykit.cli.manual import GROUPS, read_page
from surveykit.cli.parsing import commands_of
from surveykit.cli.telling.wrapping import width

COMMANDS = sorted(commands_of(build_parser()))


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
        assert not re.search("[一-鿿]", re.sub("问卷星|公文", "", page["en"][name]))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_examples_are_calls_that_parse(command, language):
    """The words of every example are understood; nothing is run."""
    parser = build_parser()
    calls = 0
    for example, _ in read_page(command)[language]["examples"]:
        line = re.sub(r'^eval "\$\((.*)\)"$', r"\1", example)
        words = shlex.split(line)
        while words:
            end = next((i for i, word in enumerate(words) if word in {"&&", "|", ">"}), len(words))
            if words[0] == "surveykit":
                parser.parse_args(words[1:end])
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
    for command in COMMANDS:
        _, out, _ = call("help", command, "--lang", "zh")
        assert not re.search(r"\b(the|of|and its|which)\b", out), out


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
        (["diff"], "the following arguments are required: OLD, NEW"),
    ],
)
def test_wrong_words(call, words, told):
    code, out, err = call(*words)
    assert code == 2
    assert told in err
    assert out == ""


def test_wide_characters_are_counted():
    assert width("抽样") == 4
    assert all(unicodedata.east_asian_width(c) in "WF" for c in "，（）抽")
