"""What kinds of files of answers there are: light, since study.yaml is read by it without loading the readers."""

from __future__ import annotations

from typing import Literal

__all__ = ["FileVariant", "FlatVariant", "LimeSurveyVariant", "Source", "UnmappedPolicy", "WjxVariant"]

Source = Literal[
    "wjx", "odk", "kobo", "limesurvey", "qualtrics", "surveymonkey", "google", "tencent", "jinshuju", "redcap",
    "spss", "stata", "table", "form",
]  # fmt: skip
WjxVariant = Literal["text", "number", "score"]
LimeSurveyVariant = Literal["codes", "answers"]
FlatVariant = Literal["codes", "labels"]
FileVariant = Literal[WjxVariant, LimeSurveyVariant, FlatVariant]
UnmappedPolicy = Literal["error", "keep", "missing"]
