"""Final weights with all that their variance needs: made once, kept in a file, put on any table of the same rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from surveykit.design import SurveyDesign
from surveykit.errors import DataError
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.variance.credits import ChainCredit
from surveykit.weighting.variance.packing import StoredArray, pack, packed, unpack


@packed
@dataclass(frozen=True, eq=False)
class FinalWeights:
    """Final weights of all sampled rows, their design, and the credits of the steps that made them.

    Attributes
    ----------
    unit : str, optional
        Column that identifies the rows; None where the table had none.
    units : str
        Digest of the identifiers of the rows, in order; see `digest_of`.
    base, weights : array, shape (n,)
        Weights of the draw, and final weights; 0 for rows without.
    strata, psu : str, optional
        Columns of the sampling design.
    lonely_psu : str
        What a stratum with one sampled unit contributes; see `SurveyDesign`.
    fraction : array, shape (n,), optional
        Sampling fraction of each row's stratum, or inclusion probability of its unit of the first stage.
    credit : ChainCredit, optional
        The steps, for the variance; None where no step changed weights.
    inner : str, optional
        Column of the units inside those of the first stage, where the first stage was drawn without replacement.
    inner_fraction : array, shape (n,), optional
        Their sampling fractions: 1 where the unit is itself one of the first stage, next to 0 elsewhere.
    """

    unit: str | None
    units: str
    base: Array
    weights: Array
    strata: str | None
    psu: str | None
    lonely_psu: Any
    fraction: Array | None = None
    credit: ChainCredit | None = None
    inner: str | None = None
    inner_fraction: Array | None = None

    def design(self, table: pd.DataFrame) -> SurveyDesign:
        """Return the design over a table of the same rows, with the weights and their credits.

        Parameters
        ----------
        table : DataFrame, n rows
            The linked sample, with any columns beside it.

        Raises
        ------
        DataError
            If these are other rows, or the same in another order.
        """
        if self.units != digest_of(table, self.unit):
            raise DataError(
                f"the weights are those of other sampled units, or of another order, than the {len(table)} rows of the "
                "linked sample: weight again"
            )
        stages: dict[str, Any] = {"psu": self.psu, "sampling_fraction": self.fraction}
        if self.inner is not None:
            fractions = [self.fraction, self.inner_fraction]
            stages = {"psu": [self.psu, self.inner], "sampling_fraction": fractions, "pps": "brewer"}
        design = SurveyDesign(table, weights=self.base, strata=self.strata, lonely_psu=self.lonely_psu, **stages)
        return design if self.credit is None else design.adjusted(self.weights, self.credit)

    def to_table(self) -> pd.DataFrame:
        """Return the weights for a file: one row for each array, the first for the outline that puts them together."""
        outline, arrays = pack(self)
        head = StoredArray("outline", "", "", outline.encode("utf-8"))
        return pd.DataFrame([head, *arrays], columns=StoredArray._fields)

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> FinalWeights:
        """Read what `to_table` wrote.

        Raises
        ------
        DataError
            If it holds something else.
        """
        try:
            rows = [StoredArray(*row) for row in table[list(StoredArray._fields)].itertuples(index=False)]
            found = unpack(rows[0].content.decode("utf-8"), rows[1:])
        except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
            raise DataError("these are no final weights: weight again") from error
        if not isinstance(found, cls):
            raise DataError("these are no final weights: weight again")
        return found


def digest_of(table: pd.DataFrame, unit: str | None) -> str:
    """Return a digest of the identifiers of rows, in order; of their number where no column identifies them.

    Examples
    --------
    >>> table = pd.DataFrame({"unit_id": ["a", "b"]})
    >>> digest_of(table, "unit_id") == digest_of(table[::-1], "unit_id")
    False
    """
    names = [str(len(table))] if unit is None or unit not in table.columns else map(str, table[unit])
    return hashlib.sha256("\n".join(names).encode("utf-8")).hexdigest()
