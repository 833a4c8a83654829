from __future__ import annotations

import json

from desktop_app.engine.scan import Finding, ScanReport


def finding(code: str = "blank", severity: str = "warning", **more: object) -> Finding:
    return Finding(code, severity, ("a", "b", "c"), "Three.", "Do.", **more)  # type: ignore[arg-type]


def test_what_was_dealt_with_is_taken_out_of_every_part_of_a_finding() -> None:
    left = finding(details=("1", "2", "3"), suggested=("x", "y", "z"), leave_out=("b", "c")).without(["b"])

    assert left is not None
    assert (left.names, left.details, left.suggested, left.leave_out) == (
        ("a", "c"), ("1", "3"), ("x", "z"), ("c",),
    )  # fmt: skip
    assert finding().without("abc") is None


def test_the_last_one_of_a_group_of_copies_is_no_copy_any_more() -> None:
    grouped = Finding("near_duplicates", "warning", ("a", "b", "c", "d"), "", "", groups=(("a", "b"), ("c", "d")))
    left = grouped.without(["b"])

    assert left is not None
    assert (left.names, left.groups) == (("c", "d"), (("c", "d"),))
    assert left.without(["c"]) is None


def test_a_report_puts_the_worst_first_and_can_be_written_as_json() -> None:
    report = ScanReport(3, False, (), (), ()).with_findings(
        [finding("note", "note"), finding("bad", "error"), finding("warn", "warning", groups=(("a", "b"),))]
    )

    assert [each.code for each in report.findings] == ["bad", "warn", "note"]
    plain = json.loads(json.dumps([each.to_dict() for each in report.findings]))
    assert plain[1]["groups"] == [["a", "b"]]
    assert "groups" not in plain[0]
