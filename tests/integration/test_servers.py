"""The servers of `tests/servers.py` start, are killed, and start again where they were."""

import psycopg
import pytest

from tests import servers


@pytest.mark.parametrize("name", ["postgresql", "valkey", "s3"])
def test_a_server_is_killed_and_answers_again(request: pytest.FixtureRequest, name: str) -> None:
    """On the same port and folder."""
    server: servers.Server = request.getfixturevalue(f"{name}_server")
    server.kill()
    assert not server.answers(server)
    server.start()
    assert server.answers(server)


def test_the_broker_of_a_district_answers(rabbitmq_server: servers.Server) -> None:
    """RabbitMQ speaks its protocol at its port."""
    assert rabbitmq_server.answers(rabbitmq_server)


def test_a_database_of_ones_own(postgresql_server: servers.Server) -> None:
    """Made empty or as a copy, with a clock and words in Chinese."""
    first = servers.new_database(postgresql_server, "own_1").replace("+psycopg", "")
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE lesson (title TEXT)")
        connection.execute("INSERT INTO lesson VALUES ('二次函数')")
    copy = servers.new_database(postgresql_server, "own_2", template="own_1")
    with psycopg.connect(copy.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT title FROM lesson").fetchone() == ("二次函数",)
