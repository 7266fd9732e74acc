"""Random valid responses, and writers of foreign layouts for them; the writers share no code with the readers."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from surveykit.questionnaire import Questionnaire, definition_hash, item_choices, questionnaire_variables
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.simulation.routing import asked_table

TEXTS = ["", "挺好的，继续努力", 'say "yes", no', "=cmd|' /C calc'!A0", "two\nlines", "+1", "😀", "N/A; x", "@me", "-5"]


def random_table(q: Questionnaire, seed: int, n: int = 12, blanks: float = 0.05) -> pd.DataFrame:
    """Answers that follow the routing; special answers, blanks, "other" with words and nasty texts among them."""
    rng = np.random.default_rng(seed)
    series = {}
    for v in questionnaire_variables(q):
        codes = [code for code, _ in (*v.choices, *v.specials)]
        if v.kind == "multi":
            continue
        if v.other_text:
            series[v.id] = rng.choice(["", "广场大屏", "a;b", "=1+1"], n)
        elif v.kind == "text":
            series[v.id] = rng.choice(TEXTS, n)
        else:
            weights = np.ones(len(codes))
            weights[0] += 2 * len(codes) * (v.id in ("consent", "resident", "aware"))
            cells = rng.choice(codes, n, p=weights / weights.sum()).astype(object)
            cells[rng.random(n) < blanks] = ""
            series[v.id] = cells
    for _, item in flow_of(q).questions:
        if item.type == "multi":
            choices = item_choices(q, item)
            ticks = rng.random((n, len(choices))) < 0.35
            for k, choice in enumerate(choices):
                if choice.special:
                    ticks[ticks[:, k], :k] = False
                    ticks[ticks[:, k], k + 1 :] = False
            for k, choice in enumerate(choices):
                series[f"{item.id}_{choice.code}"] = pd.array(ticks[:, k], dtype="boolean")
    table = pd.DataFrame({v.id: series[v.id] for v in questionnaire_variables(q)})
    for v in questionnaire_variables(q):
        if v.kind != "multi":
            table[v.id] = table[v.id].astype("str")
    table = table.where(asked_table(q, table))
    start = pd.Timestamp("2021-09-06T00:00:00Z")
    moments = start + pd.to_timedelta(rng.integers(0, 10**6, n), unit="s")
    seconds = rng.integers(10, 2000, n)
    head = {
        "response_id": [f"{seed}-{i}" for i in range(n)],
        "unit_id": [f"u{i:06d}" for i in range(n)],
        "submitted_at": moments,
        "duration_seconds": seconds,
    }
    return pd.concat([pd.DataFrame(head), table], axis=1)


def _plain(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), "")


def _ticks(table: pd.DataFrame, item, choices) -> pd.DataFrame:
    return pd.DataFrame({c.code: table[f"{item.id}_{c.code}"].fillna(False).astype(bool) for c in choices})


def _label(choices, code: str, language: str) -> str:
    return next((c.labels[language] for c in choices if c.code == code), "")


def write_odk(table: pd.DataFrame, q: Questionnaire, path: Path, *, split: bool = False, groups: bool = True) -> Path:
    cells = {"SubmissionDate": table["submitted_at"].dt.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    start = table["submitted_at"] - pd.to_timedelta(table["duration_seconds"], unit="s")
    cells["start"] = start.dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%dT%H:%M:%S.000+08:00")
    cells["end"] = table["submitted_at"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%dT%H:%M:%S.000+08:00")
    cells["unit_id"] = table["unit_id"]
    for step, item in flow_of(q).questions:
        head = f"{step.page.page}-" if groups else ""
        choices = item_choices(q, item)
        if item.type == "multi":
            ticks = _ticks(table, item, choices)
            cells[f"{head}{item.id}"] = [" ".join(c for c in ticks if row[c]) for _, row in ticks.iterrows()]
            if split:
                for code in ticks:
                    if ticks[code].any():
                        cells[f"{head}{item.id}/{code}"] = ticks[code].astype(int).astype(str)
        elif item.type == "grid":
            for row in item.rows:
                cells[f"{head}{item.id}_{row[0]}"] = _plain(table[f"{item.id}_{row[0]}"])
        else:
            cells[f"{head}{item.id}"] = _plain(table[item.id])
        for c in choices:
            if c.other and f"{item.id}_{c.code}_text" in table:
                cells[f"{head}{item.id}_{c.code}_text"] = _plain(table[f"{item.id}_{c.code}_text"])
    cells["KEY"] = table["response_id"]
    cells["SubmitterName"] = "somebody"
    cells["FormVersion"] = str(q.version)
    pd.DataFrame(cells).to_csv(path, index=False, encoding="utf-8")
    return path


def write_kobo(table: pd.DataFrame, q: Questionnaire, path: Path, *, labels: bool = False, split: bool = True) -> Path:
    cells = {"username": "somebody", "unit_id": table["unit_id"]}
    start = table["submitted_at"] - pd.to_timedelta(table["duration_seconds"], unit="s")
    cells["start"] = start.dt.strftime("%Y-%m-%dT%H:%M:%S.000+00:00")
    cells["end"] = table["submitted_at"].dt.strftime("%Y-%m-%dT%H:%M:%S.000+00:00")
    asked = asked_table(q, table[[v.id for v in questionnaire_variables(q)]])
    for step, item in flow_of(q).questions:
        choices = item_choices(q, item)
        head = "" if labels else f"{step.page.page}/"
        title = item.label["en"] if labels else item.id
        if item.type == "multi":
            ticks = _ticks(table, item, choices)
            shown = [
                [_label(choices, c, "en") if labels else c for c in ticks if row[c]] for _, row in ticks.iterrows()
            ]
            cells[f"{head}{title}"] = [" ".join(parts) for parts in shown]
            for code in ticks if split and not labels else ():
                here = asked[f"{item.id}_{code}"]
                cells[f"{head}{item.id}/{code}"] = ticks[code].astype(int).astype(str).where(here, "")
        elif item.type in ("single", "grid"):
            rows = [(f"_{r[0]}", r[2]) for r in item.rows] or [("", "")]
            for suffix, text in rows:
                column = _plain(table[item.id + suffix])
                if labels:
                    column = column.map(lambda c, ch=choices: _label(ch, c, "en"))
                cells[f"{title} — {text}" if labels and text else f"{head}{title}{'' if labels else suffix}"] = column
        else:
            cells[f"{head}{title}"] = _plain(table[item.id])
        for c in choices:
            name = f"{item.id}_{c.code}_text"
            if c.other and name in table:
                cells[f"{head}{name}"] = _plain(table[name])
    cells["_id"] = np.arange(len(table)).astype(str)
    cells["_uuid"] = table["response_id"]
    cells["_submission_time"] = table["submitted_at"].dt.strftime("%Y-%m-%dT%H:%M:%S")
    cells["__version__"] = "vAbC123"
    frame = pd.DataFrame(cells)
    if path.suffix == ".csv":
        frame.to_csv(path, index=False, sep=";", encoding="utf-8")
    else:
        with pd.ExcelWriter(
            path, engine="xlsxwriter", engine_kwargs={"options": {"strings_to_formulas": False}}
        ) as book:
            frame.to_excel(book, index=False)
    return path


def write_limesurvey(
    table: pd.DataFrame, q: Questionnaire, path: Path, *, answers: bool = False, texts: bool = False
) -> Path:
    local = table["submitted_at"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d %H:%M:%S")
    cells = {"id": table["response_id"], "submitdate": local, "lastpage": "8", "startlanguage": "zh-Hans", "seed": "1"}
    cells["token"] = table["unit_id"]
    cells["ipaddr"] = "192.0.2.1"

    def quoted(column: pd.Series) -> pd.Series:
        return column.map(lambda c: f"'{c}" if c.startswith("=") else c)

    for _, item in flow_of(q).questions:
        choices = item_choices(q, item)
        other = next((c.code for c in choices if c.other), None)
        if item.type == "multi":
            for c in choices:
                if c.code != other:
                    ticked = table[f"{item.id}_{c.code}"].fillna(False).astype(bool)
                    yes, no = ("Yes", "No") if answers else ("Y", "")
                    cells[f"{item.id}[{c.code}]"] = np.where(ticked, yes, no)
            if other is not None:
                words = _plain(table[f"{item.id}_{other}_text"])
                cells[f"{item.id}[other]"] = quoted(words)
        elif item.type in ("single", "grid"):
            for suffix, head in [(f"_{r[0]}", f"{item.id}[{r[0]}]") for r in item.rows] or [("", item.id)]:
                column = _plain(table[item.id + suffix])
                if answers:
                    column = column.map(lambda c, ch=choices: _label(ch, c, "zh") or "N/A")
                elif other is not None:
                    column = column.replace({other: "-oth-"})
                cells[head] = column
        else:
            cells[item.id] = quoted(_plain(table[item.id]))
    cells["interviewtime"] = table["duration_seconds"].astype(str) + ".25"
    heads = {"id": "Response ID", "submitdate": "Date submitted", "lastpage": "Last page", "ipaddr": "IP address"}
    heads |= {"startlanguage": "Start language", "interviewtime": "Total time"}
    heads |= {v.id: v.labels["zh"] for v in questionnaire_variables(q)}
    if texts:  # "code. text of the question", which the export calls question code and text
        cells = {f"{h}. {heads.get(h, '题目')}": column for h, column in cells.items()}
    pd.DataFrame(cells).to_csv(path, index=False, encoding="utf-8-sig", quoting=1)
    return path


def write_stat(table: pd.DataFrame, q: Questionnaire, path: Path) -> Path:
    """SPSS with don't know and refused declared as user-missing, or Stata."""
    frame, ranges = {}, {}
    for name in ("response_id", "unit_id"):
        frame[name] = table[name].astype(object)
    frame["submitted_at"] = table["submitted_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ").astype(object)
    frame["duration_seconds"] = table["duration_seconds"].astype(float)
    for v in questionnaire_variables(q):
        if v.kind == "multi":
            frame[v.id] = table[v.id].astype("Float64").astype(object).where(table[v.id].notna(), np.nan).astype(float)
        elif v.kind in ("single", "grid") and all(code.isdigit() for code, _ in v.choices):
            frame[v.id] = pd.to_numeric(table[v.id], errors="coerce").astype(float)
            if v.specials:
                ranges[v.id] = [{"lo": float(code), "hi": float(code)} for code, _ in v.specials]
        else:
            frame[v.id] = _plain(table[v.id]).astype(object)
    data = pd.DataFrame(frame)
    if path.suffix == ".sav":
        pyreadstat.write_sav(data, str(path), missing_ranges=ranges)
    else:
        pyreadstat.write_dta(data, str(path))
    return path


def write_plain(table: pd.DataFrame, q: Questionnaire, path: Path, *, labels: bool = False) -> Path:
    cells = {"nr": table["response_id"], "tok": table["unit_id"], "secs": table["duration_seconds"].astype(str)}
    cells["at"] = table["submitted_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    choices = {item.id: item_choices(q, item) for _, item in flow_of(q).questions}
    for v in questionnaire_variables(q):
        if v.kind == "multi":
            cells[v.id] = table[v.id].map({True: "1", False: "0"}).astype(object).where(table[v.id].notna(), "")
        else:
            column = _plain(table[v.id])
            if labels and v.choices and not v.other_text:
                column = column.map(lambda c, ch=choices[v.item]: _label(ch, c, "zh"))
            cells[v.id] = column
    frame = pd.DataFrame(cells)
    if path.suffix == ".xlsx":
        options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
        with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs=options) as book:
            frame.to_excel(book, index=False, sheet_name="答卷")
    elif path.suffix == ".parquet":
        for v in questionnaire_variables(q):
            if v.kind == "multi":
                frame[v.id] = table[v.id].astype("boolean")
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False, sep="\t" if labels else ",", encoding="gb18030" if labels else "utf-8")
    return path


PLAIN_MAPPING = {"response_id": "nr", "unit_id": "tok", "duration_seconds": "secs", "submitted_at": "at"}


def write_form(table: pd.DataFrame, q: Questionnaire, folder: Path) -> Path:
    folder.mkdir()
    for _, row in table.iterrows():
        answers = {}
        for _, item in flow_of(q).questions:
            choices = item_choices(q, item)
            if item.type == "multi":
                codes = [c.code for c in choices if row[f"{item.id}_{c.code}"] is True]
                if codes:
                    answers[item.id] = codes
            else:
                for name in [f"{item.id}_{r[0]}" for r in item.rows] or [item.id]:
                    if not pd.isna(row[name]) and row[name] != "":
                        answers[name] = row[name]
            for c in choices:
                name = f"{item.id}_{c.code}_text"
                if c.other and name in row and not pd.isna(row[name]) and row[name] != "":
                    answers[name] = row[name]
        digest = sha256(json.dumps(answers, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
        record = {
            "format": "surveykit-response/1", "questionnaire": q.id, "version": q.version,
            "definition_hash": definition_hash(q), "response_id": row["response_id"], "unit_id": row["unit_id"],
            "language": "zh", "started_at": "", "submitted_at": row["submitted_at"].strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "duration_seconds": int(row["duration_seconds"]), "ended": None, "seed": 1, "order": {},
            "answers": answers, "answers_sha256": digest,
        }  # fmt: skip
        (folder / f"{row['response_id']}.json").write_text(
            json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8"
        )
    return folder
