"""Words of the questionnaire's own surface, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["ui_texts"]

ZH = {
    "name": "中文", "language": "语言", "joint": "；", "colon": "：", "optional": "（选填）", "other": "请注明",
    "choose": "请选择", "clear": "清除选择", "next": "下一步", "back": "上一步", "finish": "提交", "review": "请核对您的回答",
    "review_text": "提交前请核对。要修改某一题，请点“修改”。", "change": "修改", "blank": "（未回答）", "finished": "问卷结束",
    "progress": "第 {0} 步，共 {1} 步", "error": "错误：", "problems": "请先改正以下问题", "interviewer": "访问员：",
    "hint_max": "最多选 {0} 项。", "hint_length": "最多 {0} 个字。", "hint_range": "{0} 至 {1}。",
    "required": "请回答这一题", "tick_one": "请至少选一项", "row": "请选一项", "not_number": "请填写数字",
    "not_whole": "请填写整数", "decimals": "最多 {0} 位小数", "too_small": "不能小于 {0}", "too_large": "不能大于 {0}",
    "too_many": "最多选 {0} 项", "too_few": "至少选 {0} 项", "not_date": "请填写日期", "too_early": "不能早于 {0}",
    "too_late": "不能晚于 {0}", "save": "保存回答文件", "save_text": "回答还没有发出。请保存回答文件，并交给调查组织者。",
    "copy_text": "如果不能保存文件，请复制以下内容：", "noscript": "请在浏览器中打开 JavaScript 后再填写。",
}  # fmt: skip
EN = {
    "name": "English", "language": "Language", "joint": "; ", "colon": ": ", "optional": "(optional)",
    "other": "Please specify", "choose": "Please choose", "clear": "Clear the answer", "next": "Next", "back": "Back",
    "finish": "Finish", "review": "Check your answers",
    "review_text": "Please check before you finish. Choose “Change” to change an answer.", "change": "Change",
    "blank": "(no answer)", "finished": "The survey ends here", "progress": "Step {0} of {1}", "error": "Error: ",
    "problems": "Please correct the following", "interviewer": "Interviewer: ", "hint_max": "Choose at most {0}.",
    "hint_length": "At most {0} characters.", "hint_range": "From {0} to {1}.", "required": "Answer this question",
    "tick_one": "Choose at least one answer", "row": "Choose an answer", "not_number": "Enter a number",
    "not_whole": "Enter a whole number", "decimals": "Enter at most {0} decimals",
    "too_small": "Enter {0} or more", "too_large": "Enter {0} or less", "too_many": "Choose at most {0}",
    "too_few": "Choose at least {0}", "not_date": "Enter a date", "too_early": "Enter {0} or later",
    "too_late": "Enter {0} or earlier", "save": "Save the response file",
    "save_text": "Your answers have not been sent. Save the response file and hand it to the survey team.",
    "copy_text": "If you cannot save the file, copy this text:", "noscript": "Please switch JavaScript on to fill in this form.",
}  # fmt: skip


def ui_texts(languages: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the words for each language; English for languages that are not known."""
    known = {"zh": ZH, "en": EN}
    return {language: known.get(language, {**EN, "name": language}) for language in languages}
