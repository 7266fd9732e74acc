import pandas as pd
import pyarrow.parquet as pq
import pytest

from surveykit.errors import DataError, OverwriteError
from surveykit.sampling import draw, draw_indexed, index_frame, open_frame, open_index, verify_draw


def test_index_gives_the_same_sample_and_proof(frame, make_plan, tmp_path):
    made = index_frame(make_plan(), frame, tmp_path / "frame.index.parquet")
    index = open_index(made.path)
    assert index.content == made.content
    for changes in ({}, {"size": {"total": "200"}}, {"reserve": "7"}, {"frame": {"id": "unit_id", "keep": ["sex"]}}):
        plan = make_plan(**changes)
        fast, slow = draw_indexed(plan, index), draw(plan, frame)
        pd.testing.assert_frame_equal(fast.table, slow.table, check_dtype=False)
        for name in ("frame_digest", "sample_digest", "strata", "plan_hash"):
            assert getattr(fast.record, name) == getattr(slow.record, name)
        assert verify_draw(plan, frame, fast.record, fast.table).ok


def test_index_refuses_other_plans_and_never_overwrites(frame, make_plan, tmp_path):
    index = index_frame(make_plan(), frame, tmp_path / "i.parquet")
    with pytest.raises(OverwriteError, match="exists"):
        index_frame(make_plan(), frame, tmp_path / "i.parquet")
    with pytest.raises(DataError, match=r"another plan.*seed"):
        draw_indexed(make_plan(seed="other"), index)
    with pytest.raises(DataError, match="only simple random"):
        draw_indexed(make_plan(method="systematic"), index)
    frame.to_parquet(tmp_path / "plain.parquet")
    with pytest.raises(DataError, match="no frame index"):
        open_index(tmp_path / "plain.parquet")
    with pytest.raises(DataError, match="more than once"):
        index_frame(make_plan(), pd.concat([frame, frame.iloc[:1]]), tmp_path / "j.parquet")


def test_index_in_many_row_groups_and_batches(frame, make_plan, tmp_path, monkeypatch):
    """Groups of exactly the assumed size, whatever pieces the engine streams; also from a table of another engine."""
    import surveykit.sampling.drawing.index as module

    monkeypatch.setattr(module, "ROWS", 64)
    monkeypatch.setattr(module, "BATCH", 192)
    plan = make_plan(size={"per_stratum": "300"})
    frame.to_parquet(tmp_path / "f.parquet")
    index = index_frame(
        plan, open_frame(tmp_path / "f.parquet", memory_limit="100MB", threads=1), tmp_path / "i.parquet"
    )
    file = pq.ParquetFile(index.path)
    groups = [file.metadata.row_group(at).num_rows for at in range(file.metadata.num_row_groups)]
    assert set(groups[:-1]) == {64}
    assert sum(groups) == len(frame)
    pd.testing.assert_frame_equal(draw_indexed(plan, index).table, draw(plan, frame).table, check_dtype=False)


def test_failed_index_leaves_nothing_behind(frame, make_plan, tmp_path, monkeypatch):
    import surveykit.sampling.drawing.index as module

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(module, "_sorted_sql", fail)
    with pytest.raises(OSError, match="disk full"):
        index_frame(make_plan(), frame, tmp_path / "i.parquet")
    assert list(tmp_path.iterdir()) == []
