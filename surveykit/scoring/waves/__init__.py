"""Change of scores between two waves."""

from surveykit.scoring.waves.pair import TwoWaves, joint_waves, two_waves, waves_from_estimates

__all__ = [
    "TwoWaves",
    "joint_waves",
    "two_waves",
    "waves_from_estimates",
]
