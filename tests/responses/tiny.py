"""A questionnaire in a few lines, and files of answers to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from surveykit.questionnaire import Questionnaire
from surveykit.responses import RawResponses, Responses, code_responses, read_responses

DK, RF = "98", "99"


def tiny(*items: dict[str, Any], language: str = "zh") -> Questionnaire:
    """A questionnaire of one page; `choices` of an item are labels with codes from 1 on, or pairs of code and label."""
    scales, made = {}, []
    for item in items:
        rest = dict(item)
        if (choices := rest.pop("choices", None)) is not None:
            pairs = [c if isinstance(c, list) else [str(i), c] for i, c in enumerate(choices, start=1)]
            more = [name for name in ("other", "other_label", "specials") if name in rest]
            scale = {"choices": pairs} | {name: rest.pop(name) for name in more}
            scales[f"s_{rest['id']}"] = scale
            rest["scale"] = f"s_{rest['id']}"
        rest[language] = rest.pop("text", rest["id"])
        made.append(rest)
    specials = {
        "dk": {"code": DK, "kind": "dont_know", language: "说不清"},
        "rf": {"code": RF, "kind": "refused", language: "不愿回答"},
    }
    return Questionnaire.model_validate(
        {"surveykit": "1", "id": "tiny", "languages": [language], "title": {language: "tiny"}, "scales": scales,
         "specials": specials, "flow": [{"page": "p_1", "items": made}]}
    )  # fmt: skip


def read(path: Path, q: Questionnaire, text: str, **options: Any) -> tuple[RawResponses, Responses]:
    """Write a text and read it as answers."""
    policy = options.pop("policy", "error")
    minors = options.pop("minors", "auto")
    path.write_text(text, encoding="utf-8")
    raw = read_responses(path, q, **options)
    return raw, code_responses(raw, q, policy=policy, minors=minors)


def ticked(coded: Responses, item: str) -> list[list[str]]:
    """Codes that each record ticks."""
    names = [name for name in coded.data if str(name).startswith(f"{item}_") and not str(name).endswith("_text")]
    rows = coded.data[names].fillna(False).to_numpy(dtype=bool)
    return [[str(n).removeprefix(f"{item}_") for n, tick in zip(names, row, strict=True) if tick] for row in rows]
