"""Hadamard matrices for balanced repeated replication, in the order that R survey uses."""

from __future__ import annotations

# mypy: disable-error-code="no-any-return"
import numpy as np

__all__ = ["hadamard", "paley"]

_TABLES: dict[int, str] = {
    4: ("f a c 9 "),
    16: ("ffff aaaa cccc 9999 f0f0 a5a5 c3c3 9696 ff00 aa55 cc33 9966 f00f a55a c33c 9669 "),
    28: (
        "fffffff 9c71c78 83cd378 83b2e66 9a0f8d6 952c5ae 8cd239e 58aa7f0 45b59d4 46cbcac 561774a "
        "4b64e9a 5959b26 2d1eae8 3666b34 2b3b51c 31d74b2 32f89ca 2ced646 ea545e4 f1632cc f09ce1c "
        "e54ad52 e6392b2 e8a792a dffe000 bf81f80 7f8007e "
    ),
    36: (
        "fffffffff 5c7dc8564 b8fb90ac8 71f721592 e3ee42b24 c7dc8564a 8fb90ac96 1f721592e 3ee42b25c "
        "7dc8564b8 fb90ac970 f721592e2 ee42b25c6 dc8564b8e b90ac971e 721592e3e e42b25c7c c8564b8fa "
        "90ac971f6 21592e3ee 42b25c7dc 8564b8fb8 0ac971f72 1592e3ee4 2b25c7dc8 564b8fb90 ac971f720 "
        "592e3ee42 b25c7dc84 64b8fb90a c971f7214 92e3ee42a 25c7dc856 4b8fb90ac 971f72158 2e3ee42b2 "
    ),
}
"""Rows of the matrices of order 4, 16, 28 and 36 as hexadecimal numbers, most significant bit first."""


def _table(order: int) -> np.ndarray:
    rows = [int(row, 16) for row in _TABLES[order].split()]
    return np.array([[row >> (order - 1 - j) & 1 for j in range(order)] for row in rows], dtype=np.int8)


def _double(matrix: np.ndarray) -> np.ndarray:
    return np.block([[matrix, matrix], [matrix, 1 - matrix]])


def hadamard(n: int) -> np.ndarray:
    """Return a 0/1 Hadamard matrix of order above n, its first row and column constant.

    Parameters
    ----------
    n : int
        Number of strata to balance.

    Returns
    -------
    numpy.ndarray, shape (order, order)
        The smallest of the tabulated, doubled and Paley matrices that R survey would take.

    Examples
    --------
    >>> hadamard(3).shape
    (4, 4)
    """
    floor = n - n % 4
    orders = sorted(_TABLES)
    for order in orders:
        if floor < order <= floor + 4:
            return _table(order)
    if all(floor < order for order in orders):
        return _table(orders[0])
    doublings = [max(0, int(np.ceil(np.log2((n + 1) / order)))) for order in orders]
    sizes = [order * 2**times for order, times in zip(orders, doublings, strict=True)]
    best = int(np.argmin(sizes))
    if sizes[best] - n > 4:
        matrix = paley(n, sizes[best])
        if matrix is not None:
            return matrix
    matrix = _table(orders[best])
    for _ in range(int(np.ceil(np.log2(sizes[best] / orders[best])))):
        matrix = _double(matrix)
    return matrix


def _is_prime(p: int) -> bool:
    return p > 1 and all(p % d for d in range(2, int(p**0.5) + 1))


def _suitable(p: int) -> bool:
    return p % 4 == 3 and _is_prime(p)


def paley(n: int, largest: int) -> np.ndarray | None:
    """Return Paley's matrix (quadratic residues modulo a prime) of order above n, possibly doubled.

    Parameters
    ----------
    n : int
        The order must exceed it.
    largest : int
        Largest prime that is worth taking.

    Returns
    -------
    numpy.ndarray or None
        None where no suitable prime lies below `largest`.
    """
    ceiling = n + 4 - n % 4
    if (n % 4) + 4 == n % 8:
        odd = ceiling
        while odd % 8 == 0:
            odd //= 2
        if _suitable(odd - 1):
            matrix = _residues(odd - 1)
            while odd < ceiling:
                matrix, odd = _double(matrix), odd * 2
            return matrix
    p = n
    while not _suitable(p):
        p += 1
    if p + 1 > ceiling + 4 and ceiling + 4 < largest:
        return paley(ceiling + 3, 2 * (ceiling + 3))
    return None if p > largest else _residues(p)


def _residues(p: int) -> np.ndarray:
    square = np.zeros(p, dtype=bool)
    square[(np.arange(p) ** 2) % p] = True
    index = np.arange(p)
    core = np.where(square[(index[:, None] + index[None, :]) % p], 0, 1)
    out = np.ones((p + 1, p + 1), dtype=np.int8)
    out[1:, 1:] = core
    return out
