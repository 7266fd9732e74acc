"""Joint inclusion probabilities."""

from surveykit.sampling.selection.joint.designs import JointProbabilities, joint_probabilities

__all__ = [
    "JointProbabilities",
    "joint_probabilities",
]
