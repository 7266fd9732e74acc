"""No raw identifier of a person is in any file that a study writes, packed parts included."""

from __future__ import annotations

import csv
import re
from hashlib import sha256

import openpyxl
import pandas as pd
import pytest
from layouts import random_table, write_kobo, write_limesurvey, write_odk
from simulated_study import questionnaire
from town import drawn_town, everything_in, name_responses, web_cells, write_csv

from surveykit.cli.main import main
from surveykit.responses import code_responses, original_cells, read_responses
from surveykit.responses.privacy.free_text import identifier_kinds, mask_identifiers

PLANTED = {
    "来自IP": "203.0.113.{}(四川-成都)",
    "openid": "oAbCdEfGhIjKlMnOpQr{}",
    "微信昵称": "昵称甲乙丙{}",
    "您的姓名": "赵钱孙李{}",
    "手机号码": "139001380{}",
    "电子邮箱": "person{}@planted.example",
    "地理位置": "104.0668{},30.5728",
    "身份证号": "5101041990030700{}",
    "deviceid": "IMEI-8675309-{}",
}
SPOKEN = ["请回电 13712345678", "我的邮箱 words@planted.example", "身份证510107198801012345", "加微信：planted_wx_77"]
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?\Z")
FORMULA = "=cmd|' /C calc'!A0"
NEEDLES = [
    "203.0.113.", "oAbCdEfGhIjKlMnOpQr", "昵称甲乙丙", "赵钱孙李", "139001380", "planted.example", "104.0668",
    "5101041990030700", "IMEI-8675309", "13712345678", "510107198801012345", "planted_wx_77", "13698765432",
]  # fmt: skip


@pytest.fixture(scope="module", params=[None, "secret/salt"], ids=["dropped", "hashed"])
def finished(request, tmp_path_factory):
    """A study run to its report, its table files and its public file, with identifiers planted everywhere."""
    folder = drawn_town(tmp_path_factory.mktemp("leak") / "town")
    cells = web_cells(folder)
    for name, text in PLANTED.items():
        cells[name] = [text.format(10 + i % 80) for i in range(len(cells))]
    words = next(name for name in cells if "建议" in name)
    for i, text in enumerate(SPOKEN):
        cells.loc[20 + 7 * i, words] = text
    cells.loc[90, words] = FORMULA
    cells.loc[3, "来源详情"] = "链接 sojumpparm=13698765432"
    sex = next(name for name in cells if "性别" in name)
    cells.loc[4, sex] = "13712345678"
    write_csv(cells, folder / "data/web.csv")
    salt = "" if request.param is None else f"salt: {request.param}"
    name_responses(folder, "- {file: data/web.csv, unmapped: missing}", salt)
    for command in (["run" if salt else "ingest"], ["deidentify", "--keep-text", "suggestion"]):
        assert main(["--study", str(folder), *command]) == 0
    return folder


def test_no_file_holds_what_was_planted(finished):
    inputs = everything_in(finished / "data/web.csv")
    assert all(needle.encode() in inputs for needle in NEEDLES)
    written = [p for p in sorted((finished / "output").rglob("*")) if p.is_file()]
    assert {p.suffix for p in written} >= {".parquet", ".xlsx", ".html", ".json", ".csv"}
    assert ((finished / "output/report.pdf") in written) == (finished / "secret").exists()
    found = []
    for path in written:
        content = everything_in(path)
        forms = [content, content.decode("utf-8", "ignore").replace(" ", "").replace("\n", "").encode()]
        found += [(path.name, n) for n in NEEDLES for form in forms if n.encode() in form]
        found += [(path.name, n) for n in NEEDLES if n.encode("utf-16-le") in content]
    assert found == []


def test_formulas_from_outside_are_texts_in_every_file(finished):
    seen = 0
    for path in (finished / "output").rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        seen += "'" + FORMULA in cells
        assert not [c for c in cells if c[:1] in ("=", "@", "\t") or (c[:1] in ("+", "-") and not NUMBER.match(c))]
    assert seen == 1
    for path in (finished / "output").rglob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_masked_words_are_there_and_counted(finished):
    log = (finished / "output/responses/log.json").read_text(encoding="utf-8")
    assert "identifiers masked (account, email, identity_number, mobile) in 4 rows" in log
    linked = pd.read_parquet(finished / "output/responses/originals.parquet")
    assert linked["suggestion"].str.contains("请回电 【电话】").any()


def test_no_plain_hash_that_can_be_tried_out(finished):
    address = sha256(PLANTED["来自IP"].format(10).encode()).hexdigest()[:32].encode()
    written = [p for p in (finished / "output").rglob("*") if p.is_file()]
    assert [p.name for p in written if address in everything_in(p)] == []


@pytest.mark.parametrize("write", [write_odk, write_kobo, write_limesurvey])
@pytest.mark.parametrize("salt", [None, "0123456789abcdef"])
def test_users_and_addresses_of_other_layouts(tmp_path, write, salt):
    q = questionnaire()
    path = write(random_table(q, 5, 8), q, tmp_path / "a.csv")
    raw = read_responses(path, q, salt=salt)
    coded = code_responses(raw, q, minors=None)
    for table in (raw.table, coded.meta, original_cells(raw)):
        text = table.astype(str).to_csv()
        assert "somebody" not in text
        assert "192.0.2.1" not in text


def test_a_device_named_by_the_user_is_never_kept_as_it_is(tmp_path):
    q = questionnaire()
    table = random_table(q, 5, 8)
    path = write_kobo(table, q, tmp_path / "a.csv")
    mapping = {"device": "_id", "interviewer": "username"}
    plain = code_responses(read_responses(path, q, mapping=mapping), q, minors=None)
    assert "device" not in plain.meta
    assert "interviewer" not in plain.meta
    hashed = code_responses(read_responses(path, q, mapping=mapping, salt="0123456789abcdef"), q, minors=None)
    assert hashed.meta["device"].str.fullmatch("[0-9a-f]{32}").all()
    assert hashed.meta["interviewer"].nunique() == 1
    assert (hashed.meta["interviewer"] != "somebody").all()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请打 13800138000", "mobile"), ("138-0013-8000", "mobile"), ("１３８００１３８０００", "mobile"),
        ("+86 138 0013 8000", "mobile"), ("028-85123456", "telephone"), ("(028)8512 3456", "telephone"),
        ("510104199003078888吧", "identity_number"), ("51010419900307888X", "identity_number"),
        ("510104900307888", "identity_number"), ("a.b@c.com", "email"), ("加微信：abc_12345", "account"),
        ("QQ：123456", "account"), ("6222 0212 3456 7890 123", "bank_card"), ("192.0.2.1", "address"),
    ],
)  # fmt: skip
def test_identifiers_are_found(text, kind):
    assert identifier_kinds(text) == {kind}
    masked = mask_identifiers([text])[0]
    assert sum(c.isdigit() for c in masked) == 0
    assert identifier_kinds(masked) == set()


@pytest.mark.parametrize(
    "text",
    ["多办活动", "2021年9月6日 08:05", "我给100分", "2021-09-06", "第12345678号", "3.14159265", "微信群很好", "1/2/3"],
)
def test_ordinary_words_stay(text):
    assert mask_identifiers([text]) == [text]


def test_masking_can_be_left_out(tmp_path):
    q = questionnaire()
    table = random_table(q, 5, 8)
    table["suggestion"] = table["suggestion"].where(table["suggestion"].isna(), "电话 13800138000")
    raw = read_responses(write_odk(table, q, tmp_path / "a.csv"), q)
    assert set(code_responses(raw, q, minors=None).data["suggestion"].dropna()) == {"电话 【电话】"}
    kept = code_responses(raw, q, minors=None, identifiers="keep")
    assert set(kept.data["suggestion"].dropna()) == {"电话 13800138000"}
