"""Selection methods on arrays: equal and unequal probabilities, balanced and spread samples."""

from surveykit.sampling.selection.balanced import cube, local_pivotal
from surveykit.sampling.selection.chance import Chance, HashChance, RandomChance
from surveykit.sampling.selection.equal import serpentine_order, simple_random, systematic
from surveykit.sampling.selection.joint.designs import JointProbabilities, joint_probabilities
from surveykit.sampling.selection.joint.nested import nested_joint_probabilities, simulated_joint_probabilities
from surveykit.sampling.selection.joint.order import order_sampling_probabilities
from surveykit.sampling.selection.order import pareto, poisson, sequential_poisson, systematic_pps
from surveykit.sampling.selection.probabilities import inclusion_probabilities
from surveykit.sampling.selection.sampford import SampfordSetup, sampford, sampford_setup
from surveykit.sampling.selection.sequential import brewer, chromy_hits, ordered_pivotal

__all__ = [
    "Chance",
    "HashChance",
    "JointProbabilities",
    "RandomChance",
    "SampfordSetup",
    "brewer",
    "chromy_hits",
    "cube",
    "inclusion_probabilities",
    "joint_probabilities",
    "local_pivotal",
    "nested_joint_probabilities",
    "order_sampling_probabilities",
    "ordered_pivotal",
    "pareto",
    "poisson",
    "sampford",
    "sampford_setup",
    "sequential_poisson",
    "serpentine_order",
    "simple_random",
    "simulated_joint_probabilities",
    "systematic",
    "systematic_pps",
]
