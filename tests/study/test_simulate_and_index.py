"""The commands simulate --repetitions and frame index: what they write, and what they refuse."""

import json

import pandas as pd
import pytest

import surveykit as sk
from surveykit.cli.main import main
from surveykit.study.files.loading import load_study

EVALUATION = "output/simulation/evaluation.csv"


def test_an_evaluation_is_printed_and_written(town, call):
    code, out, _ = call(town, "simulate", "--repetitions", "20")
    assert code == 0
    table = pd.read_csv(town / EVALUATION, keep_default_na=False)
    assert len(table) == 3 * 5
    assert (table["repetitions"] == 20).all()
    city = table[(table["domain"] == "") & (table["rate_id"] == "awareness")].iloc[0]
    line = next(line for line in out.splitlines() if line.startswith("  awareness"))
    assert f"{100 * float(city['coverage']):.1f} ({100 * float(city['coverage_error']):.1f})" in line
    truth = pd.read_csv(town / "output/simulation/true_rates.csv", keep_default_na=False)
    counted = truth[(truth["population"] == "platform") & (truth["domain"] == "") & (truth["rate_id"] == "awareness")]
    assert float(city["truth"]) == pytest.approx(float(counted["rate"].iloc[0]), rel=1e-12)
    assert abs(float(city["bias"])) < 0.05


def test_an_evaluation_as_json_is_the_file(town, call):
    code, out, err = call(town, "simulate", "--repetitions", "20", "--json")
    assert code == 0
    found = json.loads(out)["result"]
    assert found["sample_size"] == 800
    assert found["file"] == EVALUATION
    assert "platform_users" not in err
    table = pd.read_csv(town / EVALUATION, keep_default_na=False)
    assert [row["coverage"] for row in found["results"]] == pytest.approx(table["coverage"].tolist())


def test_the_drawn_sample_is_left_alone(town, call):
    before = (town / "output/draw/sample.parquet").stat().st_mtime_ns
    assert call(town, "simulate", "--repetitions", "20")[0] == 0
    assert (town / "output/draw/sample.parquet").stat().st_mtime_ns == before
    assert "nothing to do" in call(town, "run")[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("--repetitions", "5"), "at least 20"), (("--repetitions", "many"), "--repetitions")],
)
def test_refused(town, call, arguments, told):
    code, _, err = call(town, "simulate", *arguments)
    assert code == 2
    assert told in err


def test_an_index_gives_the_sample_of_the_draw(town, call):
    code, out, _ = call(town, "frame", "index")
    assert code == 0
    path = town / "output/frame_index.parquet"
    assert str(path) in out
    plan = load_study(town).sampling_plan
    sample = sk.draw_indexed(plan, sk.sampling.open_index(path)).table
    drawn = pd.read_parquet(town / "output/draw/sample.parquet")
    assert sample["unit_id"].tolist() == drawn["unit_id"].tolist()
    code, _, err = call(town, "frame", "index")
    assert code == 2
    assert "remove it yourself" in err
    other = town / "other.parquet"
    assert call(town, "frame", "index", "--file", str(other))[0] == 0
    assert other.is_file()


def test_what_an_index_says_to_do_works(town, call, monkeypatch):
    out = call(town, "frame", "index")[1]
    code = "\n".join(line.strip() for line in out.splitlines() if line.startswith("    "))
    monkeypatch.chdir(town)
    held = {}
    exec(compile(code, "shown", "exec"), held)
    assert len(held["sample"].table) == 800


def test_an_index_needs_a_simple_plan_with_a_seed(fresh_town, call):
    path = fresh_town / "sampling/plan.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("method: srs", "method: systematic"), encoding="utf-8")
    code, _, err = call(fresh_town, "frame", "index")
    assert code == 2
    assert "draws by method 'systematic'" in err
    lines = [line for line in text.splitlines() if not line.startswith("seed")]
    path.write_text("\n".join(lines), encoding="utf-8")
    code, _, err = call(fresh_town, "frame", "index")
    assert code == 2
    assert "has no seed" in err


def test_frame_alone_says_what_it_can_do(capsys):
    assert main(["--lang", "en", "frame"]) == 2
    assert "index" in capsys.readouterr().err
