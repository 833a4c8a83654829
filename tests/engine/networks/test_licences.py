"""What a licence allows, as far as its name tells."""

import pytest

from desktop_app.engine.networks.licences import use_of


@pytest.mark.parametrize(
    ("licence", "use"),
    [
        ("apache-2.0", "free"),
        ("Apache-2.0", "free"),
        ("cc-by-4.0", "free"),
        ("cc-by-nc-4.0", "non-commercial"),
        ("cc-by-nc-sa-4.0", "non-commercial"),
        ("fair-noncommercial-research-license", "non-commercial"),
        ("apple-amlr", "non-commercial"),
        ("dinov3-license", "own terms"),
        ("", "not stated"),
        ("unknown", "not stated"),
    ],
)
def test_a_licences_name_tells_its_use(licence: str, use: str) -> None:
    assert use_of(licence) == use
