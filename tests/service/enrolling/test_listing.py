"""Lists of people to invite: what a spreadsheet may write, and every fault by its line."""

from __future__ import annotations

from datetime import date

import pytest

from coachbot.service.enrolling.listing import MOST, Known, Wanted, read_list

KNOWN = Known(
    arms={"sct_cse": ["combined", "exercise"]},
    languages=["en"],
    zones=["Europe/Berlin", "Asia/Shanghai"],
    therapists={"dr lin": "Dr Lin", "kai": "Kai"},
    used={"k-0001"},
    today=date(2026, 3, 11),
)
HEAD = "reference,programme,arm"


def read(text: str | bytes) -> tuple[tuple[Wanted, ...], list[str]]:
    content = text.encode() if isinstance(text, str) else text
    wanted, faults = read_list(content, KNOWN)
    return wanted, [str(fault) for fault in faults]


def test_a_full_line_is_read() -> None:
    wanted, faults = read(
        "reference,programme,arm,therapist,tags,language,zone,valid_until\n"
        "K-0017,sct_cse,combined,dr LIN | Kai,walkers monday,en,Europe/Berlin,2026-06-30\n"
    )
    assert faults == []
    assert wanted == (
        Wanted(
            2, "K-0017", "sct_cse", "combined", date(2026, 6, 30), ("Dr Lin", "Kai"), ("walkers", "monday"), "en",
            "Europe/Berlin",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}\nA,sct_cse,combined\n",
        f"\ufeff{HEAD}\r\nA,sct_cse,combined\r\n",
        "Reference;Programme;Arm\nA;sct_cse;combined",
        "reference\tprogramme\tarm\nA\tsct_cse\tcombined\n",
        'arm,"programme",reference\ncombined,"sct_cse",A\n\n,,\n',
    ],
    ids=["plain", "BOM and CRLF", "semicolons", "tabs", "other order, quotes, empty lines"],
)
def test_what_spreadsheets_write_is_understood(content: str) -> None:
    wanted, faults = read(content)
    assert (faults, [one.reference for one in wanted]) == ([], ["A"])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "the file: it is empty"),
        (HEAD, "the file: there is nobody below"),
        (f"{HEAD},adress\nA,sct_cse,combined,x", "line 1: 'adress' is no column"),
        (f"{HEAD},therapst\nA,sct_cse,combined,x", "did you mean 'therapist'?"),
        (f"{HEAD},arm\nA,sct_cse,combined,x", "line 1: the column 'arm' stands there twice"),
        ("reference,arm\nA,combined", "line 1: the column 'programme' is missing"),
        (f"{HEAD}\nA,sct_cse", "line 2: there are 2 cells and 3 columns"),
        (f"{HEAD}\nA,sct_cse,combined\na,sct_cse,combined", "line 3, reference: 'a' stands in line 2 already"),
        (f"{HEAD}\nK-0001,sct_cse,combined", "line 2, reference: 'K-0001' was invited before"),
        (f"{HEAD}\nMei Lin,sct_cse,combined", "line 2, reference: write 1 to 40 letters"),
        (f"{HEAD}\nA,sct_cs,combined", "line 2, programme: there is no programme 'sct_cs'; did you mean 'sct_cse'?"),
        (f"{HEAD}\nA,sct_cse,both", "line 2, arm: there is no arm 'both'; there is combined, exercise"),
        (f"{HEAD},zone\nA,sct_cse,combined,Europe/Berln", "did you mean 'Europe/Berlin'?"),
        (f"{HEAD},language\nA,sct_cse,combined,fr", "line 2, language: there is no language 'fr'"),
        (f"{HEAD},therapist\nA,sct_cse,combined,Bo", "line 2, therapist: you can't give a patient to 'Bo'"),
        (f"{HEAD},valid_until\nA,sct_cse,combined,31.12.2026", "line 2, valid_until: '31.12.2026' is no day"),
        (f"{HEAD},valid_until\nA,sct_cse,combined,2026-02-30", "'2026-02-30' is no day"),
        (f"{HEAD},valid_until\nA,sct_cse,combined,2026-03-11", "2026-03-11 is not between tomorrow and"),
        (f"{HEAD},valid_until\nA,sct_cse,combined,2036-03-11", "2036-03-11 is not between tomorrow and"),
        (f"{HEAD},tags\nA,sct_cse,combined,a b/c", "line 2, tags: write at most"),
        (f'{HEAD}\n"A,sct_cse,combined', "a quotation mark is out of place"),
        (f'{HEAD},tags\nA,sct_cse,combined,"a\nb"', "line 3, tags: there is a line break"),
        (f"{HEAD}\n" + "A,sct_cse,combined\n" * (MOST + 1), f"the file: there are more than {MOST} lines"),
    ],
)
def test_a_fault_is_told_with_its_line_and_column(content: str, told: str) -> None:
    wanted, faults = read(content)
    assert wanted == ()
    assert any(told in fault for fault in faults), faults


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-2", "@SUM(A1)", " =cmd|' /C calc'!A0", "|x", "%x"])
@pytest.mark.parametrize("column", ["reference", "programme", "tags"])
def test_a_formula_is_refused_in_any_cell(cell: str, column: str) -> None:
    line = {"reference": "A", "programme": "sct_cse", "arm": "combined", "tags": "x", column: cell}
    wanted, faults = read("reference,programme,arm,tags\n" + ",".join(line.values()))
    assert wanted == ()
    assert any(f"line 2, {column}:" in fault and "formula" in fault for fault in faults)


@pytest.mark.parametrize("content", [f"{HEAD}\nA,sct_cse,combined".encode("utf-16"), b"reference\0", b"a,b\n\xfc,x"])
def test_what_is_no_utf_8_is_refused_in_one_line(content: bytes) -> None:
    wanted, faults = read(content)
    assert (wanted, len(faults), "save it as 'CSV UTF-8'" in faults[0]) == ((), 1, True)


def test_every_fault_of_a_list_is_told_at_once() -> None:
    _, faults = read(f"{HEAD},zone\nA,x,combined,Nowhere\nB,sct_cse,combined,Europe/Berlin\nB,sct_cse,y,Mars")
    assert [fault.split(":")[0] for fault in faults] == [
        "line 2, programme", "line 2, zone", "line 4, reference", "line 4, arm", "line 4, zone"
    ]  # fmt: skip
