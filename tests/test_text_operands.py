"""Texts on the command line: explained, checked, in batches and tables, and of several models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from embedders import write_textual
from running import vecalc
from textual import CORPUS, static_model, unigram, word_piece

import vecalc as api
from vecalc.formats.load import load
from vecalc.space.matrix import MatrixSpace


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A textual model with whole words for tokens where they are frequent."""
    static_model(word_piece()).save_pretrained(tmp_path / "pot")
    return tmp_path / "pot"


def records(*arguments: str, stdin: str = "") -> list[dict[str, object]]:
    code, out, err = vecalc(*arguments, "--format", "jsonl", stdin=stdin)
    assert code == 0, err
    return [json.loads(line) for line in out.splitlines()]


def vector(model: Path, text: str) -> object:
    encoder = load(model).space.encoder
    assert encoder is not None
    return pytest.approx(encoder.encode([text])[0].tolist(), abs=1e-6)


def test_at_norm_raw_a_text_is_what_the_model_gives(model: Path) -> None:
    code, out, _ = vecalc("-m", str(model), "--norm", "raw", "--format", "vector", 'text("the king eats")')
    assert code == 0
    assert list(map(float, out.split())) == vector(model, "the king eats")


def test_a_batch_reads_texts_as_lines_alone_do(model: Path) -> None:
    lines = ['text("the king")', "king eats food", "kingfood", "king", "king - food"]
    together = records("-m", str(model), stdin="\n".join(lines))
    alone = [records("-m", str(model), line)[0] for line in lines]
    assert [one["results"] for one in together] == [one["results"] for one in alone]
    assert [one.get("notes") for one in together] == [one.get("notes") for one in alone]


def test_a_column_of_texts(model: Path, tmp_path: Path) -> None:
    table = tmp_path / "reviews.csv"
    table.write_text("review,other\ncheap flights,expensive hotels\nking,queen\n")
    found = records("-m", str(model), "--csv", str(table), "cos(text(review), text(other))")
    expected = [
        vecalc("-m", str(model), f'cos(text("{a}"), text("{b}"))')[1]
        for a, b in (("cheap flights", "expensive hotels"), ("king", "queen"))
    ]
    assert [one["value"] for one in found] == pytest.approx(list(map(float, expected)), abs=1e-5)
    same = records("-m", str(model), "--csv", str(table), "cos(review, text(other))")
    assert same[0]["value"] == found[0]["value"]  # what is no word is a text


def test_a_cell_is_the_piece_that_begins_a_word(tmp_path: Path) -> None:
    tokens = ["▁king", "king", "▁queen", "▁man", "s", "▁"]
    space = MatrixSpace(tokens, np.random.default_rng(2).normal(size=(6, 4)).astype(np.float32))
    calculate = api.Calculator(space)
    path = tmp_path / "pieces.txt"
    api.save(space, path)
    (tmp_path / "t.csv").write_text("a,b\nking,man\n")
    (row,) = records("-m", str(path), "--csv", str(tmp_path / "t.csv"), "cos(a, b)")
    assert row["value"] == pytest.approx(calculate('cos("▁king", "▁man")').result.value, abs=1e-6)
    (among,) = records("-m", str(path), "--among", "king,queen", "man")
    assert {near["word"] for near in among["results"]} == {"▁king", "▁queen"}  # type: ignore[index, union-attr]
    (words,) = records("-m", str(path), "--words", "king")
    assert words["excluded"][0]["word"] == "king"  # type: ignore[index]


def test_the_only_textual_model_reads_texts(model: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    api.save(
        MatrixSpace(["king", "queen"], np.ones((2, 8), np.float32) + np.eye(2, 8, dtype=np.float32)), words
    )
    code, _, err = vecalc("-m", f"w={words}", "-m", f"pot={model}", 'text("king") + w:queen', "--in", "w")
    assert code == 0
    assert 'note: "king" read as a text of pot' in err
    code, _, err = vecalc("-m", f"w={words}", "-m", f"pot={model}", 'text("king", w)')
    assert (code, "w is not a textual model" in err) == (3, True)
    code, _, err = vecalc("-m", f"w={words}", 'text("king")')
    assert (code, "no loaded model can read a text" in err, "tokenizer" in err) == (3, True, True)
    both = ("-m", f"w={words}", "-m", f"a={model}", "-m", f"b={model}")
    code, _, err = vecalc(*both, 'text("king")')
    assert (code, 'name one: text("...", a)' in err) == (3, True)
    assert vecalc(*both, 'cos(text("king food", a), b:"king food")')[1].strip() == "1"


def test_a_text_that_is_a_row_where_neighbours_are_sought_is_left_out(model: Path, tmp_path: Path) -> None:
    encoder = load(model).space.encoder
    assert encoder is not None
    docs = tmp_path / "docs.kv.npz"
    np.savez(docs, words=np.array(CORPUS[:4]), vectors=encoder.encode(CORPUS[:4]))
    (found,) = records("-m", f"pot={model}", "-m", f"docs={docs}", "--in", "docs", f'text("{CORPUS[1]}")')
    assert [near["word"] for near in found["excluded"]] == [CORPUS[1]]  # type: ignore[index, union-attr]
    assert len(found["results"]) == 3  # type: ignore[arg-type]


def test_an_explanation_has_the_share_of_each_token(model: Path) -> None:
    code, out, _ = vecalc(
        "explain", "-m", str(model), "--format", "jsonl", 'text("the king eats") - food and wine'
    )
    assert code == 0
    rows = [row for row in map(json.loads, out.splitlines()) if row["sheet"] == "tokens"]
    assert [row["token"] for row in rows if row["text"] == "the king eats"][:2] == ["the", "king"]
    for text in ("the king eats", "food and wine"):
        assert sum(row["share"] for row in rows if row["text"] == text) == pytest.approx(1)


def test_a_number_of_texts_is_explained_with_the_words_beside_them_drawn(model: Path) -> None:
    def measures(text: str) -> set[str]:
        code, out, err = vecalc("explain", "-m", str(model), "--format", "jsonl", text)
        assert code == 0, err
        return {row["measure"] for row in map(json.loads, out.splitlines()) if row["sheet"] == "measures"}

    assert measures('cos(text("the king"), text("food"))') == {"value", "axes"}
    assert "percentile" in measures('cos(text("the king"), food)')


def test_the_doctor_names_a_textual_model(model: Path, tmp_path: Path) -> None:
    _, out, _ = vecalc("models", "check", str(model), "--format", "csv")
    assert "reads texts: tokens of its WordPiece" in out
    static_model(unigram()).save_pretrained(tmp_path / "other")
    assert vecalc("import", str(tmp_path / "other"), "--name", "uni")[0] == 0
    assert "reads texts: tokens of its Unigram" in vecalc("models", "check", "uni")[1]
    assert "read by its tokenizer" in vecalc("models", "info", "uni")[1]
    assert vecalc("-m", "uni", "cos(king food, food)")[0] == 0


# --- tables ---------------------------------------------------------------------------------------


def test_features_read_what_is_no_word_as_a_text(model: Path, tmp_path: Path) -> None:
    table, out = tmp_path / "pairs.csv", tmp_path / "out.csv"
    pairs = [("cheap flights", "hotels king"), ("king", "queen"), ("food", "the food")]
    table.write_text("a,b\n" + "".join(f"{a},{b}\n" for a, b in pairs))
    formulas = ("plain=cos(a, b)", "texts=cos(text(a), text(b))", "mixed=cos(a, text(b))")
    options = [part for text in formulas for part in ("-e", text)]
    code, _, err = vecalc("features", "-m", str(model), str(table), *options, "-o", str(out))
    assert code == 0, err
    assert "column a, read as texts: 1 (cheap flights)" in err
    encoder = load(model).space.encoder
    assert encoder is not None
    lines = [line.split(",") for line in out.read_text().splitlines()[1:]]
    for pair, values in zip(pairs, lines, strict=True):
        x, y = encoder.encode(pair).astype(float)
        assert list(map(float, values)) == pytest.approx([x @ y / np.sqrt(x @ x * (y @ y))] * 3, abs=1e-6)


def test_features_of_words_alone_know_no_texts(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\nking\n")
    code, _, err = vecalc(
        "features", str(tmp_path / "t.csv"), "-e", "x=text(a)", "-o", str(tmp_path / "x.csv")
    )
    assert (code, "not a textual model, so it can't read a" in err) == (3, True)


def test_judged_pairs_of_texts(model: Path, tmp_path: Path) -> None:
    judged = tmp_path / "judged.csv"
    judged.write_text(
        "a,b,score\ncheap flights,expensive hotels,3\nking,queen,8\nfood,the cafe,1\nwant,eat,6\n"
    )
    formulas = ("-e", "cos(a, b)", "-e", "cos(text(a), text(b))")
    code, out, err = vecalc("eval", "similarity", "-m", str(model), str(judged), *formulas, "--format", "csv")
    assert code == 0, err
    assert "pairs with words read as texts: 2" in err
    plain, texts = (line.split('",')[1] for line in out.splitlines()[1:3])
    assert plain == texts  # tokens that are words of their own are the same either way
    assert plain.endswith("4,4,1")


def test_evaluations_read_words_as_the_pieces_that_begin_them(tmp_path: Path) -> None:
    tokens = ["▁king", "king", "▁queen", "queen", "▁man", "▁woman", "s", "▁"]
    rows = np.random.default_rng(2).normal(size=(8, 4)).astype(np.float32)
    api.save(MatrixSpace(tokens, rows), tmp_path / "pieces.txt")
    api.save(
        MatrixSpace([t.removeprefix("▁") for t in tokens if len(t) > 2 and t[0] == "▁"], rows[[0, 2, 4, 5]]),
        tmp_path / "words.txt",
    )
    (tmp_path / "judged.csv").write_text("a,b,score\nking,queen,3\nman,king,8\nman,woman,1\n")
    found = [
        vecalc(
            "eval", "similarity", "-m", str(tmp_path / name), str(tmp_path / "judged.csv"), "--format", "csv"
        )
        for name in ("pieces.txt", "words.txt")
    ]
    assert found[0][1].splitlines()[1] == found[1][1].splitlines()[1]
    assert "words are read as the tokens that begin with ▁" in found[0][2]


def test_a_text_is_read_by_the_model_that_embedded_what_it_is_ranked_among(tmp_path: Path) -> None:
    one, other = write_textual(tmp_path / "one"), write_textual(tmp_path / "other", seed=6)
    lines = tmp_path / "lines.txt"
    lines.write_text("cheap pizza\nslow delivery\nthe soup was cold\n", "utf-8")
    models = ("-m", f"one={one}", "-m", f"docs={lines}", "--embed", str(other))
    for asked in ('text("cheap pizza town")', '"cheap pizza town"'):
        done = vecalc(*models, "--in", "docs", asked)
        assert done.words == vecalc("-m", str(lines), "--embed", str(other), 'text("cheap pizza town")').words
        assert "share no axes" not in done.err


def test_a_vector_among_those_of_another_model_is_noted(tmp_path: Path) -> None:
    one, other = write_textual(tmp_path / "one"), write_textual(tmp_path / "other", seed=6)
    models = ("-m", f"a={one}", "-m", f"b={other}", "--in", "b")
    said = "note: a vector of a ranked in b: two models share no axes; map(x, b) turns one into the other"
    for asked in ("king", 'text("cold soup", a)', "a:king + b:queen", "cos(?, a:king)", "[king, soup]"):
        assert said in vecalc(*models, asked).err, asked
    for asked in ("b:king", 'text("cold soup")', "map(king, b)", "cos(a:king, a:soup) * b:king"):
        assert "share no axes" not in vecalc(*models, asked).err, asked
    same = vecalc("-m", f"a={one}", "-m", f"b={write_textual(tmp_path / 'twin')}", "--in", "b", "king")
    assert "share no axes" not in same.err


def test_a_vector_of_another_width_names_its_model(model: Path, tmp_path: Path) -> None:
    other = write_textual(tmp_path / "other")
    done = vecalc("-m", f"a={other}", "-m", f"b={model}", "--in", "b", 'text("cold soup", a)')
    assert "the result of a has 16 components, b 8" in done.err
