"""Words for what was tried otherwise: other rules, sensitivity, standards, differencing (稳健性与披露控制的用语)."""
# ruff: noqa: E501

from __future__ import annotations

__all__ = ["EN", "ZH"]

ZH: dict[str, str] = {
    "continued": "续{label}　{title}",
    "disclosure_recruitment": "招募与报酬",
    # 其他口径
    "chapter_alternatives": "不同口径下的结果",
    "alternatives_lead": "同一份答卷按不同口径计算，结果会有差别。下列各表把正式口径（粗体）与其他口径并列；引用时须说明口径，不同口径的数值不能相互比较。",
    "alternatives_title": "不同口径下的{whole}结果",
    "rule_name_head": "口径",
    "difference_head": "与正式口径之差",
    "note_difference": "率之差以百分点计，度之差以分计。",
    "alternative_base": "{rule} {n}人",
    "note_only_interval": "横线为{level}置信区间。",
    "note_wording": "题目：{wording}",
    "note_official_rule": "●为正式口径，○为其他口径。",
    "figure_alternatives": "{name}：换一种口径，结果在{low}与{high}之间",
    "key_alternatives": "口径的影响：{name}的正式口径为{value}，换用其他口径在{low}与{high}之间。",
    # 敏感性
    "factor_sampling": "抽样误差",
    "factor_weights": "各级分值（±25%）",
    "factor_aggregation": "合成方法（算术或几何）",
    "factor_knots": "评分节点（±2个百分点）",
    "factor_dont_know": "“不清楚”的处理",
    "factor_weighting": "加权方案",
    "heading_sensitivity": "名次对各项选择的敏感性",
    "sensitivity_lead": "把抽样误差、分值、合成方法、评分节点等选择同时变动，看名次的变动主要来自哪一项。",
    # 标准
    "method_standard_acs": "可靠性按变异系数（标准误÷估计值）判断：超过40%的不公布，在12%与40%之间的标注[rv]；误差限按美国社区调查的惯例取90%（标准误×1.645），列于附录。",
    "method_standard_none": "本版未按可靠性标准删减，引用样本数小的数值须谨慎。",
    "sign_rv_acs": "[rv] 已公布，变异系数在12%与40%之间，须谨慎使用。",
    "margin_head": "90%误差限",
    "method_rounded_counts": "样本数按{base}的倍数舍入。",
    "method_differencing": "逐一核对了各表的基数：同一地区或群体中两项指标的基数相差1至{most}人，或各类之和与{whole}相差1至{most}人的，共{count}处，其样本数舍入到{base}的倍数，以免由相减推知个别人。",
    "method_no_differencing": "逐一核对了各表的基数，没有可由相减推知1至{most}人的情况。",
    "method_complementary": "为保护个人信息不公布的单元如能由合计推算，则另隐去最小的单元，并以线性规划核对每个隐去的数至少有3人的不确定范围。",
    # 图
    "figure_tiles_spread": "{name}：{top}最高（{high}），{bottom}最低（{low}）",
    "figure_profile_above": "{district}有{above}项主要指标可靠地高于{whole}，{below}项可靠地低于{whole}",
    "figure_profile_same": "{district}的主要指标与{whole}的差别都在抽样误差以内",
    "note_profile_base": "样本：{bases}。",
    "note_grid_base": "基数：{base}（给出评价的有{low}至{high}人）。",
    "note_shades": "颜色越深数值越高。",
    "note_flow": "未加权的人数；箭头为在该步失去的样本。",
    "note_raking": "差距为加权后的人数与目标人数之差除以目标人数，取各类中最大者；纵轴为对数刻度。",
    "complete_head": "完成或部分完成",
    "other_outcomes_head": "其他结果",
    "note_response_merged": "“其他结果”包括拒答、资格不明、不合格等在部分地区仅有1至{most}人的类别；各{unit}应答率取整。",
    "note_response_hidden": "1至{most}人的单元及可据以推算它的单元不公布。",
}

EN: dict[str, str] = {
    "continued": "{label} (continued)  {title}",
    "disclosure_recruitment": "Recruitment and incentives",
    # Other rules
    "chapter_alternatives": "Results under other rules",
    "alternatives_lead": "The same answers give other figures under other rules. The tables put the rule of this report (in bold) beside the others; quote a figure with its rule, and never compare figures of different rules.",
    "alternatives_title": "{Whole}: figures under other rules",
    "rule_name_head": "Rule",
    "difference_head": "Difference from this report's rule",
    "note_difference": "Differences of rates are in percentage points, of scores in points.",
    "alternative_base": "{rule} {n}",
    "note_only_interval": "Lines are {level} confidence intervals. ",
    "note_wording": "Question: {wording}",
    "note_official_rule": "● this report's rule, ○ other rules.",
    "figure_alternatives": "{name}: other rules give between {low} and {high}",
    "key_alternatives": "Effect of the rule: {name} is {value} under this report's rule and between {low} and {high} under others.",
    # Sensitivity
    "factor_sampling": "Sampling error",
    "factor_weights": "Points at each level (±25%)",
    "factor_aggregation": "Aggregation (arithmetic or geometric)",
    "factor_knots": "Knots of the rules (±2 points)",
    "factor_dont_know": "Treatment of don't know",
    "factor_weighting": "Weighting scheme",
    "heading_sensitivity": "Which choices move the ranks",
    "sensitivity_lead": "Sampling error, points, aggregation and knots are varied together, to see which of them moves the ranks.",
    # Standards
    "method_standard_acs": "Reliability is judged by the coefficient of variation (standard error over estimate): above 40% a figure is withheld, from 12% to 40% it is marked [rv]. Margins of error are at 90% (1.645 standard errors) as the American Community Survey prints them, in the appendix.",
    "method_standard_none": "No reliability standard was applied in this edition: read figures of small bases with care.",
    "sign_rv_acs": "[rv] published, coefficient of variation between 12% and 40%: use with care.",
    "margin_head": "90% margin",
    "method_rounded_counts": "Bases are rounded to multiples of {base}.",
    "method_differencing": "Bases of all tables were compared: where two indicators' bases in one area or group differ by 1 to {most} people, or the levels of a grouping and {whole} do ({count} cases), the bases are rounded to multiples of {base}, so that nobody can be singled out by subtraction.",
    "method_no_differencing": "Bases of all tables were compared; none singles out 1 to {most} people by subtraction.",
    "method_complementary": "Where a figure withheld for confidentiality could be worked out from a total, the smallest other figure is withheld too; linear programming checks that every hidden count is uncertain by 3 people at least.",
    # Charts
    "figure_tiles_spread": "{name}: highest in {top} ({high}), lowest in {bottom} ({low})",
    "figure_profile_above": "{district}: {above} headline indicators reliably above {whole}, {below} reliably below",
    "figure_profile_same": "{district}: no headline indicator differs from {whole} by more than sampling error",
    "note_profile_base": "Sample: {bases}.",
    "note_grid_base": "Base: {base} ({low} to {high} gave a grade). ",
    "note_shades": "The darker, the higher.",
    "note_flow": "Numbers of people, unweighted; arrows show those lost at each step.",
    "note_raking": "Gap: weighted less target count over target count, the largest of all levels; logarithmic scale.",
    "complete_head": "Complete or partial",
    "other_outcomes_head": "Other outcomes",
    "note_response_merged": "“Other outcomes” are those of 1 to {most} people in some {unit}, such as refused, ineligible and unknown; response rates of {units} are in whole per cent.",
    "note_response_hidden": "Cells of 1 to {most} people, and cells from which they could be worked out, are not given.",
}
