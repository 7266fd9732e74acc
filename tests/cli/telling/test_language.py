"""The language of a call: --lang, else SURVEYKIT_LANG, else the study's first language, else the locale."""

import pytest

from surveykit.cli.telling.speech import choose_language


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.yaml").write_text("id: x\nlanguages: [zh, en]\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "environment", "language"),
    [
        (["--lang", "en", "check"], {"SURVEYKIT_LANG": "zh"}, "en"),
        (["check", "--lang=zh"], {"SURVEYKIT_LANG": "en"}, "zh"),
        (["check"], {"SURVEYKIT_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        (["check"], {"SURVEYKIT_LANG": "zh-CN"}, "zh"),
        (["check"], {"LANG": "zh_CN.UTF-8"}, "zh"),
        (["check"], {"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        (["check"], {}, "en"),
        (["check"], {"SURVEYKIT_LANG": "fr", "LANG": "zh_TW"}, "zh"),
    ],
)
def test_order(words, environment, language, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path.anchor)  # temporary folders may lie inside a study
    assert choose_language(words, environment) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [("languages: [zh, en]", "zh"), ("languages:\n  - en\n  - zh", "en"), ('languages: ["zh"]', "zh"), ("id: [", "en")],
)
def test_the_study_says_it(text, language, tmp_path, monkeypatch):
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    inside = tmp_path / "deep" / "er"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    assert choose_language(["check"], {"LANG": "en_GB"}) == language
    monkeypatch.chdir(tmp_path.anchor)
    assert choose_language(["--study", str(tmp_path), "check"], {"LANG": "en_GB"}) == language


def test_messages_and_help_follow(call, study, monkeypatch):
    monkeypatch.delenv("SURVEYKIT_LANG")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    code, _, err = call("--study", study, "check")
    assert code == 2
    assert "缺少键'title': 补上" in err
    code, _, err = call("--study", study, "check", "--lang", "en")
    assert "the key 'title' is missing: add it" in err
    _, out, _ = call("help", "draw", "--lang", "zh")
    assert "抽取由方案、抽样框和种子决定的样本" in out
    assert "退出码：" in out


def test_python_itself_stays_english(call, town):
    """Errors in notebooks are for searching; only the command line translates."""
    import surveykit as sk
    from surveykit.errors import SurveyKitError

    call("--study", town, "check", "--lang", "zh")
    with pytest.raises(SurveyKitError, match="conf_level"):
        sk.sample_size_proportion(half_width=0.05, conf_level=2)


def test_a_whole_run_in_chinese_says_nothing_in_english(process, town):
    """Every line of a run, of the tables' headings and of the check is Chinese, but for names of files and of data."""
    env = {"SURVEYKIT_LANG": "zh"}
    for words in (("check",), ("plan",), ("ingest",), ("estimate",), ("score",), ("verify-draw",), ("doctor",)):
        done = process("--study", town, *words, env=env)
        assert "the " not in done.stdout + done.stderr, (words, done.stdout, done.stderr)
        assert any("一" <= character <= "鿿" for character in done.stdout), words
    head = process("--study", town, "estimate", "-q", env=env).stdout.splitlines()[0]
    assert head.split()[:4] == ["统计量", "变量", "估计值", "标准误"]
