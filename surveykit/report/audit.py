"""Search finished outputs, all together, for numbers that should not be in them: withheld figures and exact bases."""

from __future__ import annotations

import html as escapes
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from surveykit.errors import MissingDependencyError
from surveykit.report.content.numbers import rounded
from surveykit.report.publishing.publication import DEFAULT_RULES, PublicationRules, publish, unprotected
from surveykit.responses.fieldwork.outcome_rates import DISPOSITIONS, rates_of_counts

if TYPE_CHECKING:
    from surveykit.report.content.inputs import ReportInput

__all__ = ["Leak", "audit_outputs", "text_of"]

LONG, SHORT = 1000, 100
REACH = 240
_NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:[eE][+-]?\d+)?")
_BREAK = re.compile(r"</(?:tr|p|li|figcaption|caption|h\d|dd|title|desc)>|<svg\b[^>]*>|<w:tab/>", re.IGNORECASE)


@dataclass(frozen=True)
class Leak:
    """A number in an output that should not be there: which file, whose number, what, and the words around it."""

    file: str
    level: str
    what: str
    where: str


@dataclass
class _Secrets:
    """What must not stand beside the name of a level."""

    labels: tuple[str, ...]
    counts: dict[int, str] = field(default_factory=dict)
    shares: dict[str, str] = field(default_factory=dict)
    pairs: list[tuple[float, float, str]] = field(default_factory=list)
    open: set[str] = field(default_factory=set)


def audit_outputs(
    files: Mapping[str, bytes], report: ReportInput, rules: PublicationRules = DEFAULT_RULES
) -> list[Leak]:
    """Look for withheld figures, and under protection for exact numbers of respondents, in finished files.

    Parameters
    ----------
    files : mapping of str to bytes
        Name to content; the ending says the format: pdf, html, docx, xlsx, csv, json or parquet. PDF needs pypdf.
    report : ReportInput
        What the files were made from.
    rules : PublicationRules
        What should be withheld.

    Returns
    -------
    list of Leak
        Empty when nothing was found. Beside the name of an area, a group or an answer these count as leaks: the
        estimate or number of a withheld figure; where bases are protected an exact number of respondents that is
        not printed, exact degrees of freedom or n - 1, a response rate with decimals, and the exact design effect
        beside the exact effective size or standard error, from which the base follows. Exact numbers of 1,000 and more
        are looked for everywhere. A number that is also a published figure of the same level, or a multiple of the
        base, cannot be told from one that may stand there.

    Examples
    --------
    >>> from surveykit.report import audit  # doctest: +SKIP
    >>> audit.audit_outputs({"estimates.csv": content}, report, rules)  # doctest: +SKIP
    []
    """
    secrets = [group for group in _secrets(report, rules) if group.counts or group.shares or group.pairs]
    if not secrets:
        return []
    everywhere = {n: what for group in secrets for n, what in group.counts.items() if n >= LONG}
    names = sorted({label for group in secrets for label in group.labels}, key=len, reverse=True)
    by_label: dict[str, list[_Secrets]] = {}
    for group in secrets:
        for label in group.labels:
            by_label.setdefault(label, []).append(group)
    pattern = re.compile("|".join(map(re.escape, names))) if names else None
    found = []
    for file, content in files.items():
        for line in text_of(file, content).splitlines():
            for value, decimals in _numbers(line):
                if not decimals and value in everywhere:
                    found.append(Leak(file, "", everywhere[int(value)], line.strip()[:120]))
            found += _beside(file, line, pattern, by_label)
    return list(dict.fromkeys(found))


def text_of(name: str, content: bytes) -> str:
    """Return the text of an output, one row of a table a line; cells of data files with the names of their levels."""
    ending = name.rpartition(".")[2].lower()
    if ending == "pdf":
        try:
            import pypdf
        except ImportError as error:
            raise MissingDependencyError("reading PDF needs pypdf: pip install pypdf") from error
        reader = pypdf.PdfReader(io.BytesIO(content))
        inside = [text_of(part, data) for part, every in reader.attachments.items() for data in every]
        pages = [re.sub(r"\s*\n\s*", "\t", page.extract_text()) for page in reader.pages]
        return "\n".join([*pages, *inside])
    if ending == "xlsx":
        return "\n".join(_sheet_rows(content))
    if ending == "docx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [archive.read(part).decode() for part in archive.namelist() if part.endswith(".xml")]
        return "\n".join(_plain(part.replace("</w:tc>", "\t").replace("</w:tr>", "</tr>")) for part in parts)
    if ending == "parquet":
        import pyarrow.parquet as pq

        return text_of("table.csv", pq.ParquetFile(io.BytesIO(content)).read().to_pandas().to_csv(index=False).encode())
    text = content.decode("utf-8-sig", errors="replace")
    if ending == "csv":
        return re.sub(r"\.0(?=\t|$)", "", text.replace(",", "\t"), flags=re.MULTILINE)
    return _plain(text) if ending in ("html", "htm", "svg") else text


def _plain(markup: str) -> str:
    """Strip tags; values that tables hold for sorting are kept."""
    markup = re.sub(r"<(style|script)\b.*?</\1>", "", markup, flags=re.DOTALL | re.IGNORECASE)
    markup = re.sub(r'<td[^>]*data-value="([^"]*)"[^>]*>', r"\t\1\t", markup)
    marked = _BREAK.sub("\n", re.sub(r"\s*\n\s*", " ", markup))
    return escapes.unescape(re.sub(r"<[^>]+>", "\t", marked))


def _sheet_rows(content: bytes) -> Iterator[str]:
    from openpyxl import load_workbook

    for sheet in load_workbook(io.BytesIO(content), data_only=True).worksheets:
        for row in sheet.iter_rows(values_only=True):
            cells = ["" if value is None else str(value) for value in row]
            yield "\t".join(re.sub(r"\.0$", "", cell) for cell in cells)


def _numbers(text: str) -> Iterator[tuple[float, int]]:
    for match in _NUMBER.finditer(text):
        yield float(match.group(0).replace(",", "")), max(len(match.group(2) or "") - 1, 0)


def _beside(
    name: str, line: str, label: re.Pattern[str] | None, by_label: Mapping[str, list[_Secrets]]
) -> Iterator[Leak]:
    """Compare the numbers that follow the name of a level, up to the next name, with its secrets."""
    if label is None:
        return
    places = list(label.finditer(line))
    for place, match in enumerate(places):
        end = places[place + 1].start() if place + 1 < len(places) else len(line)
        part = line[match.end() : min(end, match.end() + REACH)]
        numbers = list(_numbers(part))
        for group in by_label[match.group(0)]:
            for what in _matches(numbers, group):
                yield Leak(name, match.group(0), what, (match.group(0) + part).strip()[:120])


def _matches(numbers: list[tuple[float, int]], group: _Secrets) -> Iterator[str]:
    for value, decimals in numbers:
        if not decimals and value == int(value) and int(value) in group.counts:
            yield group.counts[int(value)]
        for places, scale in ((1, 1.0), (2, 1.0), (4, 100.0)):
            if decimals >= places and f"{value * scale:.{places if scale == 1 else 2}f}" in group.shares:
                yield group.shares[f"{value * scale:.{places if scale == 1 else 2}f}"]
    for first, second, what in group.pairs:
        if _printed(numbers, first, 2) and _printed(numbers, second, 0 if second > LONG / 50 else 2):
            yield what


def _printed(numbers: list[tuple[float, int]], exact: float, least: int) -> bool:
    """Whether a number stands there with so many decimals, or as a share of 1."""
    return any(
        decimals >= least and abs(value * scale - exact) <= 0.5 * scale * 10.0**-decimals + 1e-12
        for value, decimals in numbers
        for scale in (1.0, 100.0)
        if scale == 1.0 or decimals >= 4
    )


def _secrets(report: ReportInput, rules: PublicationRules) -> list[_Secrets]:
    exact, shown = unprotected(report, rules), publish(report, rules)
    groups: dict[tuple[str, str], _Secrets] = {}
    for before, after in zip(exact.to_dict("records"), shown.to_dict("records"), strict=True):
        key = (str(before["by"]), str(before["level"]))
        group = groups.setdefault(key, _Secrets(_labels(report, *key)))
        name = f"{before['indicator']} ({key[0]} {key[1]})".replace(" )", ")")
        if after["status"] in ("u", "c"):
            _withheld(group, before, after["status"], name)
        else:
            _shown(group, after)
        if not rules.exact:
            _protected(group, before, after, name)
    if not rules.exact:
        _counts_of_answers(report, rules, groups)
    city = groups.get(("city", ""))
    for group in groups.values():
        group.open |= set() if city is None else city.open
        group.shares = {text: what for text, what in group.shares.items() if text not in group.open}
        seen = {n for n in group.counts if str(n) in group.open or (not rules.exact and n % rules.base == 0)}
        group.counts = {n: what for n, what in group.counts.items() if n not in seen}  # a multiple looks rounded
    return list(groups.values())


def _labels(report: ReportInput, by: str, level: str) -> tuple[str, ...]:
    if by == "city":
        return (*sorted({str(report.study.city.get(e, "")) for e in ("zh", "en")} - {""}), "\tcity\t")
    if by == "district":
        rows = report.regions[report.regions["district"].astype(str) == level]
        columns = [name for name in ("short_zh", "short_en", "name_zh", "name_en") if name in rows.columns]
        return tuple({str(rows[name].iloc[0]) for name in columns} | {f"{by}\t{level}\t"}) if len(rows) else ()
    named = [group.levels[level] for group in report.groups if group.id == by and level in group.levels]
    return tuple({str(text) for labels in named for text in labels.values()} | {f"{by}\t{level}\t"})


def _scale(row: Mapping[Any, Any]) -> float:
    return 100.0 if row["kind"] == "rate" else 1.0


def _withheld(group: _Secrets, row: Mapping[Any, Any], status: str, name: str) -> None:
    value = float(row["estimate"]) * _scale(row)
    if np.isfinite(value):
        for text in (f"{value:.1f}", f"{value:.2f}"):
            group.shares[text] = f"withheld estimate of {name}"
    if status == "c" and row["n"] > 0:
        group.counts[int(row["n"])] = f"confidential base of {name}"


def _shown(group: _Secrets, row: Mapping[Any, Any]) -> None:
    for column in ("estimate", "conf_low", "conf_high"):
        value = float(row[column]) * _scale(row)
        group.open |= {f"{value:.1f}", f"{value:.2f}"}
        if np.isfinite(value) and not np.isfinite(row["std_error"]):  # printed as a whole number (protect_bases)
            group.open.add(f"{value:.0f}")
    for column in ("n", "n_eff"):
        if np.isfinite(row[column]):
            group.open.add(str(int(row[column])))


def _protected(group: _Secrets, exact: Mapping[Any, Any], shown: Mapping[Any, Any], name: str) -> None:
    n, df, deff = float(exact["n"]), float(exact["df"]), float(exact["deff"])
    if not np.isfinite(n) or n == float(shown["n"]) or n <= 0:
        return
    group.counts[int(n)] = f"exact base of {name}"
    group.counts.setdefault(int(n) - 1, f"base less one of {name}")
    if np.isfinite(df):
        group.counts.setdefault(int(df), f"exact degrees of freedom of {name}")
    for column, words in (("n_eff", "effective size"), ("std_error", "standard error")):
        other = float(exact[column]) * (_scale(exact) if column == "std_error" else 1.0)
        if np.isfinite(deff) and np.isfinite(other):
            group.pairs.append((deff, other, f"exact design effect and {words} of {name}"))


def _counts_of_answers(report: ReportInput, rules: PublicationRules, groups: dict[tuple[str, str], _Secrets]) -> None:
    """Add the numbers of answers and of outcomes, and response rates: by choice, and by district."""
    labels = {(q.id, c.code): tuple(map(str, c.label.values())) for q in report.questions for c in q.choices}
    for row in [] if report.topline is None else report.topline.to_dict("records"):
        n, key = int(row["n"]), (str(row["question"]), str(row["code"]))
        if n >= SHORT and rules.people(n) != n and key in labels:
            group = groups.setdefault(("answer", "/".join(key)), _Secrets(labels[key]))
            group.counts[n] = f"exact number of answers {key[0]}={key[1]}"
    counts = report.dispositions
    for district, own in [] if counts is None else counts.groupby(counts["district"].astype(str)):
        by_outcome = own.groupby("disposition")["count"].sum().to_dict()
        by_outcome["I+P"] = by_outcome.get("I", 0) + by_outcome.get("P", 0)
        group = groups.setdefault(("district", str(district)), _Secrets(_labels(report, "district", str(district))))
        for outcome, n in by_outcome.items():
            if n >= 20 and rules.people(n) != n:
                group.counts.setdefault(int(n), f"exact number of outcome {outcome} (district {district})")
        rates = rates_of_counts(
            {code: float(own.loc[own["disposition"] == code, "count"].sum()) for code in DISPOSITIONS}
        )
        for name in ("RR1", "RR2", "RR3", "RR4", "RR5", "RR6"):
            for decimals in (1, 2):
                text = f"{rounded(100 * rates[name], decimals):.{decimals}f}"
                if float(text) % 1:  # else no more than a rate in whole per cent
                    group.shares.setdefault(text, f"exact response rate {name} (district {district})")
