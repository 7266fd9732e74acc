"""Synthetic frames and respondents with known truth."""

from surveykit.simulation.answers import simulate_answers
from surveykit.simulation.class_adjusted import ReplicateSample, class_adjusted_rates
from surveykit.simulation.community_plan import CommunityFrame
from surveykit.simulation.evaluate import EvaluationOptions, PlanEvaluation, evaluate_plan
from surveykit.simulation.export_wjx import write_wjx_export
from surveykit.simulation.frame import resident_cells, simulate_frame
from surveykit.simulation.plan import SimulationPlan, check_simulation
from surveykit.simulation.residents import simulate_residents
from surveykit.simulation.respond import simulate_responses
from surveykit.simulation.truth import true_rates

__all__ = [
    "CommunityFrame",
    "EvaluationOptions",
    "PlanEvaluation",
    "ReplicateSample",
    "SimulationPlan",
    "check_simulation",
    "class_adjusted_rates",
    "evaluate_plan",
    "resident_cells",
    "simulate_answers",
    "simulate_frame",
    "simulate_residents",
    "simulate_responses",
    "true_rates",
    "write_wjx_export",
]
