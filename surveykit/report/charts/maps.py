"""A map from the user's own boundaries, with the place for its approval number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.report.charts.style import GREY, Drawing, ink_on, shades_of, wrap_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["boundary_map", "polygons"]


def polygons(geojson: Mapping[str, Any]) -> dict[str, list[np.ndarray]]:
    """Return the outer rings of every district of a GeoJSON FeatureCollection.

    Parameters
    ----------
    geojson : mapping
        Features of type Polygon or MultiPolygon, each with a property ``district``; coordinates as given.

    Returns
    -------
    dict of str to list of ndarray, shape (points, 2)

    Raises
    ------
    DataError
        When a feature has no district or another geometry.
    """
    found: dict[str, list[np.ndarray]] = {}
    wrong = []
    for position, feature in enumerate(geojson.get("features", ())):
        district = str((feature.get("properties") or {}).get("district") or "")
        geometry = feature.get("geometry") or {}
        if not district or geometry.get("type") not in ("Polygon", "MultiPolygon"):
            wrong.append(position)
            continue
        found.setdefault(district, []).extend(_rings(geometry))
    if wrong or not found:
        raise DataError(
            f"GeoJSON features without a property 'district' or of another type than (Multi)Polygon, {first_few(wrong)}"
        )
    return found


def _rings(geometry: Mapping[str, Any]) -> Iterator[np.ndarray]:
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for part in parts:
        yield np.asarray(part[0], dtype=float)[:, :2]


def boundary_map(
    shapes: Mapping[str, list[np.ndarray]], rows: pd.DataFrame, *, key: str, alt: str, approval: str
) -> Drawing:
    """Draw districts by their boundaries, shaded by value.

    Parameters
    ----------
    shapes : mapping
        Rings of every district (:func:`polygons`).
    rows : DataFrame
        level (district), label, value (NaN when withheld), text.
    key, alt : str
        Id and alternative text.
    approval : str
        Line with the approval number of the map.

    Returns
    -------
    Drawing
        Not drawn yet. Degrees are stretched by the cosine of the middle latitude.
    """
    values = rows["value"].to_numpy(dtype=float)
    points = np.concatenate([ring for rings in shapes.values() for ring in rings])

    def draw(figure: Figure) -> None:
        from matplotlib.patches import Polygon

        axes = figure.add_subplot()
        shades = shades_of(values)
        for row in rows.to_dict("records"):
            rings = shapes.get(str(row["level"]), [])
            value = float(row["value"])
            color = shades.to_rgba(np.asarray([value]))[0] if np.isfinite(value) else (1.0, 1.0, 1.0, 1.0)
            for ring in rings:
                hatch = None if np.isfinite(value) else "////"
                axes.add_patch(Polygon(ring, facecolor=color, edgecolor=GREY, linewidth=0.5, hatch=hatch))
            if rings:
                center = max(rings, key=len).mean(axis=0)
                text = f"{wrap_label(str(row['label']), 6)}\n{row['text']}"
                axes.text(
                    float(center[0]),
                    float(center[1]),
                    text,
                    ha="center",
                    va="center",
                    fontsize=6.5,
                    color=ink_on(color),
                )
        axes.set_xlim(points[:, 0].min(), points[:, 0].max())
        axes.set_ylim(points[:, 1].min(), points[:, 1].max())
        axes.set_aspect(1 / np.cos(np.radians(float(points[:, 1].mean()))) if np.abs(points).max() <= 180 else 1.0)
        axes.set_axis_off()
        axes.text(0.0, -0.02, approval, transform=axes.transAxes, ha="left", va="top", fontsize=7.0, color=GREY)

    return Drawing(draw, key=key, alt=alt, height=12.0)
