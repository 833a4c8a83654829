import pytest

from installer.start import forget_bundled_libraries


@pytest.mark.parametrize(
    ("environment", "left"),
    [
        ({"LD_LIBRARY_PATH": "/program/_internal"}, {}),
        ({"LD_LIBRARY_PATH": "/program/_internal", "LD_LIBRARY_PATH_ORIG": "/mine"}, {"LD_LIBRARY_PATH": "/mine"}),
        ({"LD_LIBRARY_PATH": "/program/_internal", "LD_LIBRARY_PATH_ORIG": ""}, {}),
        ({"HOME": "/home/me"}, {"HOME": "/home/me"}),
    ],
)
def test_other_programs_get_their_own_libraries_back(environment, left):
    forget_bundled_libraries(environment)
    assert environment == left
