"""Containers: gzip, Zstandard, Parquet; told by content, refused when cut, damaged or unbounded."""

import gzip
import hashlib
from datetime import date, time
from pathlib import Path

import polars as pl
import pytest
import zstandard

from bankmine.errors import InputError
from bankmine.log.container import open_source
from bankmine.log.tables import read_table

LOG = b"case_id,activity,timestamp\n" + b"".join(b"C%d,apply,2024-03-14 09:%02d:00\n" % (n, n % 60) for n in range(500))


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_table(path)
    return caught.value


def outcome(path: Path) -> str | int:
    """The number of rows, or the code of the refusal."""
    try:
        return read_table(path).frame.height
    except InputError as error:
        return error.code


@pytest.mark.parametrize(("name", "packed"), [("log.csv.gz", gzip.compress(LOG, mtime=0)), ("log.csv.zst", zstandard.compress(LOG))])
def test_packed_text(tmp_path: Path, name: str, packed: bytes) -> None:
    table = read_table(write(tmp_path, name, packed))
    assert table.frame.height == 500
    assert table.findings == ()
    assert (table.file.bytes, table.file.sha256) == (len(packed), hashlib.sha256(packed).hexdigest())


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_several_members_are_one_text(tmp_path: Path, pack) -> None:
    assert read_table(write(tmp_path, "log.csv.gz", pack(LOG[:5000]) + pack(LOG[5000:]))).frame.height == 500


def test_zero_padding_after_gzip_is_no_error(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "log.csv.gz", gzip.compress(LOG, mtime=0) + bytes(512))).frame.height == 500


@pytest.mark.parametrize(
    ("name", "content"), [("log.csv", gzip.compress(LOG, mtime=0)), ("log.csv", zstandard.compress(LOG)), ("log.csv.gz", LOG)]
)
def test_the_content_counts_not_the_name(tmp_path: Path, name: str, content: bytes) -> None:
    table = read_table(write(tmp_path, name, content))
    assert table.frame.height == 500
    assert [(finding.code, finding.count) for finding in table.findings] == [("CONTAINER_DETECTED", 1)]


@pytest.mark.parametrize(("pack", "code"), [(gzip.compress, "GZIP_TRUNCATED"), (zstandard.compress, "ZSTD_TRUNCATED")])
def test_every_cut_is_refused(tmp_path: Path, pack, code: str) -> None:
    packed = pack(LOG)
    for size in range(20, len(packed), 41):
        assert refused(write(tmp_path, "log.csv.gz", packed[:size])).code == code


def test_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(LOG, mtime=0))
    packed[-6] ^= 1
    assert refused(write(tmp_path, "log.csv.gz", bytes(packed))).code == "GZIP_CRC"
    assert refused(write(tmp_path, "log.csv.gz", gzip.compress(LOG, mtime=0) + b"rest")).code == "GZIP_CRC"
    damaged = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(LOG))
    damaged[-1] ^= 1
    assert refused(write(tmp_path, "log.csv.zst", bytes(damaged))).code == "ZSTD_CORRUPT"


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("piece", [b"x" * 1024, b"C1,apply,2024-03-14 09:00\n" * 40])
def test_bombs_stop_early(tmp_path: Path, pack, piece: bytes) -> None:
    path = write(tmp_path, "log.csv.gz", pack(LOG[:27] + piece * 100_000))
    assert refused(path).code == "DECOMPRESS_LIMIT"


def test_a_limit_on_the_content(tmp_path: Path) -> None:
    path = write(tmp_path, "log.csv.gz", gzip.compress(LOG, mtime=0))
    with open_source(path, max_bytes=1000) as source, pytest.raises(InputError) as caught:
        source.read()
    assert caught.value.code == "DECOMPRESS_LIMIT"


def test_a_huge_field_is_refused_where_it_was_packed(tmp_path: Path) -> None:
    content = LOG + b'C1,"a' + b",b" * 700_000 + b'",2024-03-14 09:00\n'
    error = refused(write(tmp_path, "log.csv.gz", gzip.compress(content, mtime=0)))
    assert (error.code, error.line, error.column) == ("DECOMPRESS_LIMIT", 502, "activity")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("log.csv", bytes(range(256)) * 40, "NOT_TEXT"),
        ("log.csv", b"\x89PNG\r\n\x1a\n" + bytes(100), "NOT_TEXT"),
        ("log.csv", b"<!DOCTYPE html><html></html>", "FORMAT_UNKNOWN"),
        ("log.parquet", LOG, "NOT_PARQUET"),
        ("log.parquet", b"", "EMPTY"),
        ("log.parquet.gz", gzip.compress(b"PAR1", mtime=0), "FORMAT_UNKNOWN"),
        ("log.xlsx", LOG, "NOT_EXCEL"),
        ("log.xls", b"\xd0\xcf\x11\xe0" + bytes(600), "NOT_EXCEL"),
    ],
)
def test_other_content_than_the_name_says(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    assert refused(write(tmp_path, name, content)).code == code


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv").code == "FILE_UNREADABLE"


def parquet(folder: Path, frame: pl.DataFrame) -> Path:
    path = folder / "log.parquet"
    frame.write_parquet(path, statistics=False)
    return path


def test_parquet_keeps_types_and_counts_rows_from_two(tmp_path: Path) -> None:
    frame = pl.DataFrame({"case": ["C1", "C2"], "n": [1, 2], "act": pl.Series(["a", "b"], dtype=pl.Categorical), " x ": [b"p", b"q"]})
    table = read_table(parquet(tmp_path, frame))
    assert table.frame.with_columns(pl.col("act").cast(pl.String)).schema == {
        "case": pl.String,
        "n": pl.Int64,
        "act": pl.String,
        "x": pl.String,
    }
    assert table.line.tolist() == [2, 3]
    assert [finding.code for finding in table.findings] == ["HEADER_NORMALISED"]


def test_parquet_without_rows_is_refused(tmp_path: Path) -> None:
    assert refused(parquet(tmp_path, pl.DataFrame({"case": pl.Series([], dtype=pl.String)}))).code == "NO_ROWS"


def test_damaged_parquet_is_refused_or_keeps_its_rows_and_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    frame = pl.DataFrame({"case": [f"C{n}" for n in range(50)], "time": [f"2024-03-14 09:{n:02d}" for n in range(50)]})
    content = parquet(tmp_path, frame).read_bytes()
    assert refused(write(tmp_path, "cut.parquet", content[:-5])).code == "PARQUET_TRUNCATED"
    for place in range(4, len(content) - 4, 7):
        flipped = bytearray(content)
        flipped[place] ^= 0x10
        assert outcome(write(tmp_path, "flip.parquet", bytes(flipped))) in ("PARQUET_CORRUPT", "HEADER_DUP", 50)
    assert capfd.readouterr().err == ""


def test_parquet_in_categories_is_checked_like_texts(tmp_path: Path) -> None:
    frame = pl.DataFrame({"case": ["C1", "C1", "case", "C2", "合计"], "act": ["a", "", "act", "a", None]})
    table = read_table(parquet(tmp_path, frame))
    assert table.frame["case"].to_list() == ["C1", "C1", "C2"]
    assert table.frame["act"].to_list() == ["a", None, "a"]
    assert {finding.code for finding in table.findings} == {"HEADER_REPEATED", "PREAMBLE"}


def test_parquet_of_numbers_dates_and_times_of_day(tmp_path: Path) -> None:
    first, second = date(2024, 3, 14), time(9, 30)
    frame = pl.DataFrame({"case": [1, 2], "step": [7, None], "day": [first, first], "clock": [second, None]})
    table = read_table(parquet(tmp_path, frame))
    assert table.frame.rows() == frame.rows()
