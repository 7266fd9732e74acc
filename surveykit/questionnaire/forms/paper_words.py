"""Words of the paper form."""

from __future__ import annotations

__all__ = ["PAPER_WORDS"]

PAPER_WORDS = {
    "zh": {
        "unit": "样本编号",
        "form": "卷别",
        "version": "版本",
        "interviewer": "访问员：",
        "when": "本题（本部分）只问：{condition}。其他人跳过。",
        "end": "如果{condition}，访问到此结束：",
        "max": "（可多选，最多 {max} 项）",
        "many": "（可多选）",
        "quiet": "（不读出）",
        "go": "→ 跳到第 {number} 题",
        "stop": "→ 结束访问",
        "card": "卡片 {number}",
        "show": "出示{card}。",
        "last": "访问员编号|开始时间|结束时间|结果代码",
    },
    "en": {
        "unit": "Sample id",
        "form": "Form",
        "version": "Version",
        "interviewer": "Interviewer: ",
        "when": "Ask only if {condition}. Otherwise skip.",
        "end": "If {condition}, the interview ends here:",
        "max": "(choose at most {max})",
        "many": "(choose all that apply)",
        "quiet": "(do not read out)",
        "go": "→ go to question {number}",
        "stop": "→ end of the interview",
        "card": "Card {number}",
        "show": "Show {card}.",
        "last": "Interviewer|Time of start|Time of end|Outcome code",
    },
}
