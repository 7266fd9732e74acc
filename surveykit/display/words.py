"""Chinese names of columns and of values that results use; the English name is the column's own."""

from __future__ import annotations

__all__ = ["HEADS", "VALUES"]

HEADS = {
    # estimates
    "statistic": "统计量", "variable": "变量", "level": "类别", "estimate": "估计值", "std_error": "标准误",
    "conf_low": "置信下限", "conf_high": "置信上限", "df": "自由度", "deff": "设计效应", "n": "样本量",
    "n_eff": "有效样本量", "reliability": "可靠性", "term": "项", "p_value": "p 值", "item": "项目", "value": "数值",
    "conf_level": "置信水平", "method": "方法", "interval": "区间", "psus": "初级单元", "strata": "层数",
    "df_rule": "自由度规则", "by": "分组", "deff_reference": "设计效应的对照", "lonely_psu": "单一初级单元层",
    "adjustments": "计入的权数调整", "missing": "缺失", "where": "子总体", "derived": "由估计值导出",
    # designs and weights
    "rows": "行数", "replicates": "重复权数", "sum_of_weights": "权数之和", "smallest_weight": "最小权数",
    "largest_weight": "最大权数", "deff_kish": "基什设计效应", "total": "总和", "step": "步骤", "kind": "种类",
    "rows_before": "之前行数", "rows_after": "之后行数", "total_before": "之前总和", "total_after": "之后总和",
    "factor_min": "最小系数", "factor_max": "最大系数", "excluded": "剔除", "margin_error": "边际误差",
    "notes": "说明", "margin": "边际", "target": "目标", "base": "设计权数", "final": "最终权数",
    # sampling
    "stratum": "层", "district": "地区", "domain": "子总体", "population_size": "总体单位数",
    "sample_size": "样本量", "sampling_fraction": "抽样比", "half_width_50": "半宽(率50%)",
    "half_width_85": "半宽(率85%)", "half_width": "区间半宽", "n_net": "有效答卷", "cut_key": "截止散列值",
    "continuous_size": "连续解", "variance": "方差", "gap_pair": "可区分差距(指定的两个地区)",
    "gap_all": "可区分差距(所有地区)", "gap_power": "可发现差距(功效80%)", "width_marginal": "名次集合宽度(单个地区)",
    "width_simultaneous": "名次集合宽度(所有地区)", "pairs_apart": "可区分的两两比例", "reserve": "备用",
    "reachable": "可达到", "weight": "权数", "frame_rows": "抽样框单位数", "seed": "种子", "clusters": "群数",
    "sample_clusters": "样本群数",
    # responses
    "check": "检查", "family": "类别", "count": "份数", "share": "占比", "disposition": "处置", "units": "单位数",
    "weighting": "权数", "stage": "阶段", "records": "答卷", "e_from": "合格率来源", "nearest": "最接近的选项",
    # scores and ranks
    "unit": "单位", "points": "得分", "rank": "名次(点)", "rank_low": "名次上限", "rank_high": "名次下限",
    "difference": "差", "band": "分档", "prob_top": "进入前列的概率",
    "expected_rank": "期望名次", "shrunken": "收缩估计", "shrunken_error": "收缩标准误", "compare_low": "比较下限",
    "compare_high": "比较上限", "content": "测评内容", "max_points": "满分", "indicator": "指标", "factor": "因素",
    "first": "一阶", "first_low": "一阶下限", "first_high": "一阶上限", "total_low": "总效应下限",
    "total_high": "总效应上限", "rank_mean": "平均名次", "rank_q05": "名次5%分位", "rank_q50": "名次中位数",
    "rank_q95": "名次95%分位", "second": "第二期", "change": "变化", "input": "输入", "current": "现值",
    "needed": "所需", "prob_already": "已达到的概率",
    # models
    "area": "地区", "direct": "直接估计", "direct_std_error": "直接估计标准误", "shrinkage": "直接估计的权重",
    "synthetic": "合成估计", "label": "性质", "population": "总体人数", "respondents": "答卷数", "sampled": "样本量",
    "response_rate": "应答率", "partial": "部分指标", "truth": "真值", "mean": "均值", "bias": "偏差",
    "coverage": "覆盖率", "repetitions": "重复次数",
}  # fmt: skip

VALUES = {
    "mean": "均值", "prop": "比例", "total": "总计", "ratio": "比率", "quantile": "分位数", "var": "方差",
    "difference": "差", "contrast": "对比", "above": "高于平均", "below": "低于平均",
    "not_distinguishable": "与平均无显著差异", "improved": "提高", "declined": "下降", "suppress": "不宜公布",
    "review": "慎用", "ok": "", "Taylor linearisation": "泰勒线性化", "unweighted": "不加权",
    "base_weighted": "设计权数", "I": "完成", "P": "部分完成", "R": "拒绝或中止", "NC": "未接触", "O": "其他",
    "NE": "不合格", "proportional": "按比例", "equal": "等量", "neyman": "内曼", "power": "幂", "kish": "基什",
    "fixed": "指定", "rows": "行数", "psus": "初级单元", "strata": "层数", "df": "自由度",
    "sum_of_weights": "权数之和", "smallest_weight": "最小权数", "largest_weight": "最大权数",
    "deff_kish": "基什设计效应", "method": "方法", "statistic": "统计量", "p_value": "p 值", "estimate": "估计值",
    "std_error": "标准误", "conf_low": "置信下限", "conf_high": "置信上限", "replicates": "重复权数",
    "n": "样本量", "n_net": "有效答卷", "half_width": "区间半宽", "records": "答卷", "excluded": "剔除",
    "speeder": "答题过快", "straight_line": "矩阵题同一答案", "longstring": "连续同一答案",
    "low_variability": "答案变化过小", "mahalanobis": "异常组合", "duplicate_token": "重复提交",
    "same_answers": "答案完全相同", "item_nonresponse": "缺答过多", "inconsistent": "前后矛盾",
    "enough_flags": "达到剔除标准", "time": "时间", "pattern": "答题模式", "outlier": "离群", "duplicate": "重复",
    "nonresponse": "缺答", "inconsistency": "矛盾", "n_eff": "有效样本量", "unit": "单位", "True": "是", "False": "否",
    "state": "状态", "no variation": "没有变异", "no sampling variance": "没有抽样方差", "separation": "完全分离",
    "no lower limit": "无下限", "no upper limit": "无上限", "no limits": "无上下限",
}  # fmt: skip
