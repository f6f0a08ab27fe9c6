"""What a file name and a folder say."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.formats.names import parse_name, split_path, station_for
from analysis.formats.station_file import Layout, Station

REGULAR = [
    ("8340_7_TEST DATA_3-4-2024_2-05 PM.xls", "8340", "7"),
    ("6871 A_7_TEST DATA_3-4-2024_2-05 PM.xls", "6871 A", "7"),
    ("8394-6_107 REDUNDANT_TEST DATA_3-4-2024_2-05 PM.xls", "8394-6", "107 REDUNDANT"),
    ("8570_310-a res_TEST DATA_3-4-2024_2-05 PM.xls", "8570", "310-a res"),
    ("7766 Element_CT-ZZZ_TEST DATA_3-4-2024_2-05 PM.xls", "7766 Element", "CT-ZZZ"),
    ("8856_56C-D_test data_3-4-2024_2-05 PM.XLS", "8856", "56C-D"),
    ("5_deg_8877_5_deg_1_TEST DATA_3-4-2024_2-05 PM.xls", "5_deg_8877_5_deg", "1"),
    ("8563__TEST DATA_3-4-2024_2-05 PM.xls", "8563", ""),
    ("7280_20221102-72801-05_TEST DATA_3-4-2024_2-05 PM.xlsx", "7280", "20221102-72801-05"),
    ("8340_7_TEST DATA_3-4-2024_2-05 PM (2).xls", "8340", "7"),
]


@pytest.mark.parametrize(("name", "model", "serial"), REGULAR)
def test_the_station_s_names_are_taken_apart(name: str, model: str, serial: str) -> None:
    parts = parse_name(name)
    assert (parts.model, parts.serial, parts.track) == (model, serial, "")
    assert (parts.tested_at, parts.has_clock) == (datetime(2024, 3, 4, 14, 5), True)
    assert parts.operator_words == ""
    assert parts.regular


WORDS = [
    ("Trimmed Correct", "Trimmed Correct"),
    ("_ResTrimmed Correct", "ResTrimmed Correct"),
    ("Touch-up_Lin Out", "Touch-up_Lin Out"),
    ("Scrap_Cut in wiper path", "Scrap_Cut in wiper path"),
    ("", ""),
]


@pytest.mark.parametrize(("glued", "words"), WORDS)
def test_the_operator_s_words_are_kept_apart(glued: str, words: str) -> None:
    parts = parse_name(f"8232-1 BLUE_63_TB_Test Data_12-21-2024_12-06 AM{glued}.xls")
    assert (parts.model, parts.serial, parts.track) == ("8232-1 BLUE", "63", "TB")
    assert parts.tested_at == datetime(2024, 12, 21, 0, 6)
    assert parts.operator_words == words


IRREGULAR = [
    ("8736_Shop18_initial lin.xls", "8736", "18", None, "initial lin"),
    ("8340sn209.xls", "8340", "209", None, ""),
    ("8340-sn108.xls", "8340", "108", None, ""),
    (
        "8444-shop0_12-7-2021 10-14-41 AM.xls",
        "8444",
        "0",
        datetime(2021, 12, 7, 10, 14, 41),
        "",
    ),
    ("8340_12_2024-03-04.xls", "8340", "12", datetime(2024, 3, 4), ""),
    ("notes.xls", "notes", "", None, ""),
    (".xls", "", "", None, ""),
    ("", "", "", None, ""),
]


@pytest.mark.parametrize(("name", "model", "serial", "tested_at", "words"), IRREGULAR)
def test_irregular_names_give_what_they_can(
    name: str, model: str, serial: str, tested_at: datetime | None, words: str
) -> None:
    parts = parse_name(name)
    found = (parts.model, parts.serial, parts.tested_at, parts.operator_words)
    assert found == (model, serial, tested_at, words)
    assert not parts.regular


@pytest.mark.parametrize(
    "tail", ["13-40-2024_2-05 PM", "2-30-2024_2-05 PM", "3-4-1889_2-05 PM", "3-4-24_2-05 PM", ""]
)
def test_an_impossible_date_is_none(tail: str) -> None:
    assert parse_name(f"8340_7_TEST DATA_{tail}.xls").tested_at is None


@pytest.mark.parametrize("clock", ["25-05 PM", "0-05 AM", "2-99 PM"])
def test_an_impossible_time_of_day_is_never_shown(clock: str) -> None:
    parts = parse_name(f"8340_7_TEST DATA_3-4-2024_{clock}.xls")
    assert not parts.has_clock
    assert parts.tested_at in (None, datetime(2024, 3, 4))


@pytest.mark.parametrize(
    ("folder", "station"),
    [
        ("", Station.LASER_2),
        (r"\\server\LTS3\2026", Station.LASER_3),
        ("stations/lts3-new/march", Station.LASER_3),
        ("stations/LTS/march", Station.LASER_2),
        ("stations/not LTS3/march", Station.LASER_2),
    ],
)
def test_laser_3_is_known_by_a_directory_that_begins_with_its_name(
    folder: str, station: Station
) -> None:
    assert station_for(Layout.DLTS, folder) is station


def test_a_file_called_lts3_is_not_of_laser_3() -> None:
    name, folder = split_path(r"march\LTS3_8340_7.xls", "stations")
    assert (name, folder) == ("LTS3_8340_7.xls", "stations/march")
    assert station_for(Layout.LTS, folder) is Station.LASER_1


@given(st.text(max_size=400))
def test_no_name_breaks_the_reader(name: str) -> None:
    parts = parse_name(name)
    assert all(c.isprintable() for c in parts.model + parts.serial + parts.operator_words)


@pytest.mark.parametrize(
    "piece", ["_", "-", "1", "_TEST DATA", "sn", "1-1-2024", " (1)", "_TA", "1-"]
)
def test_a_hostile_name_costs_no_time(piece: str) -> None:
    start = time.process_time()
    for _ in range(20):
        parse_name(piece * 100_000 + ".xls")
    assert time.process_time() - start < 1.0
