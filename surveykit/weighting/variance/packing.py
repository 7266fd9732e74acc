"""Credits as plain values and arrays, so that they can be written to a file and read back to the last bit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np

from surveykit.errors import DataError
from surveykit.weighting.arrays.distances import Array

AnyClass = TypeVar("AnyClass", bound=type)
_PACKED: dict[str, type] = {}
_PLAIN = (str, int, float, bool, type(None))


class StoredArray(NamedTuple):
    """An array as bytes.

    Attributes
    ----------
    dtype : str
        Kind of number with its byte order, as numpy writes it.
    shape : str
        Lengths of the axes, separated by commas.
    order : {"C", "F"}
        Whether rows or columns lie together: sums depend on it in the last bit.
    content : bytes
        The numbers.
    """

    dtype: str
    shape: str
    order: str
    content: bytes


def packed(kind: AnyClass) -> AnyClass:
    """Allow a dataclass or named tuple to be packed, under its name; every credit of a step needs it.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @packed
    ... @dataclass(frozen=True)
    ... class Halved:
    ...     rows: np.ndarray
    >>> outline, arrays = pack(Halved(np.array([1.0, 2.0])))
    >>> outline
    '{"class": "Halved", "fields": {"rows": {"array": 0}}}'
    >>> unpack(outline, arrays).rows.tolist()
    [1.0, 2.0]
    """
    _PACKED[kind.__name__] = kind
    return kind


def pack(value: Any) -> tuple[str, list[StoredArray]]:
    """Take a value apart into its outline (JSON) and its arrays; equal arrays are kept once.

    Raises
    ------
    DataError
        If it holds something of a kind that is not packed; names it.
    """
    arrays: list[StoredArray] = []
    places: dict[bytes, int] = {}

    def keep(array: Array) -> int:
        stored = _stored(array)
        key = hashlib.sha256("\n".join(stored[:3]).encode() + b"\n" + stored.content).digest()
        if key not in places:
            places[key] = len(arrays)
            arrays.append(stored)
        return places[key]

    return json.dumps(_outline(value, keep)), arrays


def unpack(outline: str, arrays: Sequence[StoredArray]) -> Any:
    """Put together what `pack` took apart.

    Raises
    ------
    DataError
        If it was packed by a version or a step that is not there.
    """
    return _built(json.loads(outline), [_loaded(array) for array in arrays])


def _stored(array: Array) -> StoredArray:
    if array.dtype.kind not in "fiub":
        raise DataError(f"an array of {array.dtype} cannot be stored: keep numbers in a credit")
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    kept = np.asarray(array, dtype=array.dtype.newbyteorder("<"))
    return StoredArray(kept.dtype.str, ",".join(map(str, kept.shape)), order, kept.tobytes(order="A"))


def _loaded(stored: StoredArray) -> Array:
    shape = tuple(int(length) for length in stored.shape.split(",") if length)
    flat = np.frombuffer(stored.content, dtype=np.dtype(stored.dtype))
    order: Literal["C", "F"] = "F" if stored.order == "F" else "C"
    out: Array = flat.reshape(shape, order=order).copy(order="K")
    return out


def _outline(value: Any, keep: Callable[[Array], int]) -> Any:
    if isinstance(value, np.ndarray):
        return {"array": keep(value)}
    if isinstance(value, np.generic):
        return _outline(value.item(), keep)
    if isinstance(value, _PLAIN):
        return value
    name = type(value).__name__
    if _PACKED.get(name) is type(value):
        names = _field_names(type(value))
        return {"class": name, "fields": {field: _outline(getattr(value, field), keep) for field in names}}
    if type(value) in (tuple, list):
        return {"tuple": [_outline(item, keep) for item in value]}
    raise DataError(f"{name} cannot be stored: write @packed above its class")


def _built(outline: Any, arrays: Sequence[Array]) -> Any:
    if not isinstance(outline, dict):
        return outline
    if "array" in outline:
        return arrays[outline["array"]]
    if "tuple" in outline:
        return tuple(_built(item, arrays) for item in outline["tuple"])
    name = outline["class"]
    kind = _PACKED.get(name)
    if kind is None:
        raise DataError(f"stored by a step {name!r} that this version does not have: weight again")
    return kind(**{field: _built(item, arrays) for field, item in outline["fields"].items()})


def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else tuple(kind._fields)
