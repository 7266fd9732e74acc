"""The runner of code blocks itself: it fails where a page is wrong."""

import pytest
from doc_blocks import BlockError, read_blocks, run_page


def page(tmp_path, text):
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_right_output_passes_and_wrong_output_fails(tmp_path):
    right = "```python\nprint(6 * 7)\n```\n\n```output\n42\n```\n"
    assert run_page(page(tmp_path, right), tmp_path) == right
    wrong = page(tmp_path, right.replace("42\n", "43\n"))
    with pytest.raises(BlockError, match=r"page.md:5:[^0-9]*43"):
        run_page(wrong, tmp_path)
    assert run_page(wrong, tmp_path, renew=True) == right


def test_blocks_of_a_page_share_names_and_pages_do_not(tmp_path):
    run_page(page(tmp_path, "```python\nx = 1\n```\n```python\nassert x == 1\n```\n"), tmp_path)
    with pytest.raises(BlockError, match="NameError"):
        run_page(page(tmp_path, "```python\nprint(x)\n```\n"), tmp_path)


def test_three_dots_stand_for_any_lines(tmp_path):
    run_page(page(tmp_path, "```python\nprint(*range(9), sep='\\n')\n```\n```output\n0\n...\n8\n```\n"), tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```pyhton\n1\n```\n", "pyhton"),
        ("```output\n1\n```\n", "without a python block"),
        ("```console\nsurveykit check\n```\n", "begins with"),
        ("```console\n$ rm -rf x\n```\n", "not run here"),
        ("```console\n$ surveykit --study . check\n```\n", "exit code 2"),
        ("```yaml\na: 1\na: 2\n```\n", "a"),
        ("```diff\n+++ f.txt\n-absent\n+new\n```\n", "0 times"),
        ("```{code-block} text\n:caption: ../f.txt\nx\n```\n", "not inside"),
    ],
)
def test_what_is_wrong_fails(tmp_path, text, said):
    (tmp_path / "f.txt").write_text("here\n", encoding="utf-8")
    with pytest.raises(BlockError, match=said):
        run_page(page(tmp_path, text), tmp_path)


def test_a_diff_replaces_and_a_caption_writes(tmp_path):
    (tmp_path / "f.txt").write_text("one\ntwo\nthree\n", encoding="utf-8")
    text = "```diff\n+++ f.txt\n one\n-two\n+2\n+2b\n```\n```{code-block} yaml\n:caption: new/g.yaml\n\na: 1\n```\n"
    run_page(page(tmp_path, text), tmp_path)
    assert (tmp_path / "f.txt").read_text() == "one\n2\n2b\nthree\n"
    assert (tmp_path / "new" / "g.yaml").read_text() == "a: 1\n"


def test_a_command_that_should_fail_must_fail(tmp_path):
    run_page(page(tmp_path, "```console\n$ surveykit --study . check || true\n```\n"), tmp_path)
    with pytest.raises(BlockError):
        run_page(page(tmp_path, "```console\n$ surveykit --study . doctor || true\n```\n"), tmp_path)


def test_places_in_the_page(tmp_path):
    blocks = read_blocks("a\n\n````text\n```python\nx\n```\n````\n\n```python\ny\n```\n")
    assert [(block.language, block.line) for block in blocks] == [("text", 3), ("python", 9)]
