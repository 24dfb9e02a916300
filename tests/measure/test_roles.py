from bankmine.measure.roles import Roles
from tests.textlog import textlog


def by_person(text: str) -> tuple[Roles, dict[str, str]]:
    log = textlog(text)
    roles = Roles.of(log)
    return roles, {name: roles.names[r] for name, r in zip(log.resources, roles.of_resource.tolist(), strict=True) if r >= 0}


def test_the_role_column_says_who_is_what_and_a_person_is_what_it_says_most_often() -> None:
    roles, people = by_person(
        "c1: a 0-1 @ann role=clerk | a 2-3 @ann role=clerk | b 4-5 @ann role=chief | b 6-7 @bob role=chief | c 8-9 @bob"
    )
    assert roles.given
    assert people == {"ann": "clerk", "bob": "chief"}
    assert [roles.names[r] for r in roles.of_instance.tolist()] == ["clerk", "clerk", "chief", "chief", "chief"]


def test_without_the_column_people_who_share_their_work_are_of_one_role() -> None:
    roles, people = by_person(
        "c1: enter 0-1 @ann | enter 2-3 @bob | check 4-5 @bob | approve 6-7 @eve ; c2: check 0-1 @ann | approve 2-3 @dan"
    )
    assert not roles.given
    assert people == {"ann": "check", "bob": "check", "eve": "approve", "dan": "approve"}


def test_one_odd_row_in_twenty_does_not_join_two_roles() -> None:
    odd = " | ".join(f"enter {2 * i}-{2 * i + 1} @ann" for i in range(20))
    _, people = by_person(f"c1: {odd} | approve 90-91 @ann | approve 92-93 @eve")
    assert people == {"ann": "enter", "eve": "approve"}


def test_nobody_known_is_no_role() -> None:
    roles, people = by_person("c1: a 0-1 | b 2-3")
    assert people == {} and roles.of_instance.tolist() == [-1, -1] and roles.names == ()
