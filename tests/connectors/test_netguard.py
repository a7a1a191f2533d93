"""A connection goes to an address that was checked, under the name that it was checked for."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import cast

import dns.asyncresolver
import dns.message
import dns.rrset
import httpcore
import httpx
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.connectors.addresses import (
    METADATA,
    AddressRefused,
    Reach,
    Resolver,
    is_host,
    resolve,
    why_not,
)
from bot.connectors.netguard import GuardedBackend, GuardedTransport
from tests.connectors.network import PUBLIC, Dialer, Names, site


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


def get(url: str, seconds: float = 5.0) -> httpx.Request:
    return httpx.Request("GET", url, extensions={"timeout": httpx.Timeout(seconds).as_dict()})


class TestNumbersThatOnlySomeProgramsRead:
    """The machine's own resolver takes these for 127.0.0.1; the guard sees what comes out."""

    @pytest.mark.parametrize(
        "host", "2130706433 0x7f000001 017700000001 0177.0.0.1 0x7f.1 127.1 0 localhost".split()
    )
    async def test_are_refused_at_the_connection_whatever_let_them_through(self, host: str) -> None:
        dialer = Dialer()
        with pytest.raises(AddressRefused):
            await GuardedBackend(Reach(), resolve, dialer).connect_tcp(host, 80)
        assert dialer.dialled == []

    @pytest.mark.parametrize("host", "１２７.0.0.1 ①②⑦.0.0.1 127。0。0。1".split())
    async def test_also_in_letters_beyond_ascii(self, host: str) -> None:
        with pytest.raises(AddressRefused):
            await GuardedBackend(Reach(), resolve, Dialer()).connect_tcp(host, 80)
        assert not is_host(host)


class TestAHostThatChangesItsMind:
    async def test_is_asked_once_and_connected_to_by_number(self) -> None:
        names = Names({"api.example.com": [PUBLIC]})
        dialer = Dialer()
        with pytest.raises(httpcore.ConnectError):
            await GuardedBackend(Reach(), names, dialer).connect_tcp("api.example.com", 443)
        assert names.asked == ["api.example.com"]
        assert dialer.dialled == [(PUBLIC, 443)]

    async def test_leads_nowhere_at_the_next_connection(self) -> None:
        async with dns_server([PUBLIC, "127.0.0.1"]) as resolver:
            dialer = Dialer()
            backend = GuardedBackend(Reach(), resolver, dialer)
            with pytest.raises(httpcore.ConnectError):
                await backend.connect_tcp("rebind.example", 80)
            with pytest.raises(AddressRefused, match=r"rebind.example leads to 127.0.0.1"):
                await backend.connect_tcp("rebind.example", 80)
        assert dialer.dialled == [(PUBLIC, 80)]

    async def test_is_refused_where_it_gives_both_at_once(self) -> None:
        async with dns_server([f"{PUBLIC} 10.0.0.1"]) as resolver:
            with pytest.raises(AddressRefused):
                await GuardedBackend(Reach(), resolver, Dialer()).connect_tcp("both.example", 80)


class TestAnAllowedHost:
    async def test_may_be_private(self) -> None:
        async with site(hello) as server, GuardedTransport(Reach.of(["127.0.0.1"])) as transport:
            response = await transport.handle_async_request(get(server.url))
            assert await response.aread() == b"hello"

    async def test_is_meant_by_its_name_in_any_spelling(self) -> None:
        reach = Reach.of(["Intern.Example", "[::1]", "10.0.0.5"])
        assert reach.allows("intern.example")
        assert reach.allows("::1")
        assert reach.allows("[0:0:0:0:0:0:0:1]")
        assert not reach.allows("intern.example.com")
        assert not reach.allows("10.0.0.50")

    @pytest.mark.parametrize("address", sorted(map(str, METADATA)))
    def test_never_leads_to_where_clouds_hand_out_credentials(self, address: str) -> None:
        with pytest.raises(AddressRefused, match="hands out credentials"):
            Reach.of(["intern.example"]).check("intern.example", [address])

    def test_may_be_such_a_place_when_it_is_allowed_by_its_number(self) -> None:
        reach = Reach.of(["169.254.169.254"])
        assert reach.check("169.254.169.254", ["169.254.169.254"])

    def test_allows_no_other_host_at_the_same_address(self) -> None:
        reach = Reach.of(["intern.example"])
        assert reach.check("intern.example", ["10.0.0.1"])
        with pytest.raises(AddressRefused):
            reach.check("other.example", ["10.0.0.1"])


class TestTls:
    async def test_is_held_to_the_name_and_not_to_the_number(self, tmp_path: Path) -> None:
        server_side, client_side = certificates(tmp_path, "api.example.test")
        names = Names({"api.example.test": ["127.0.0.1"], "other.example.test": ["127.0.0.1"]})
        reach = Reach.of(names.known)
        async with (
            site(hello, server_side) as server,
            GuardedTransport(reach, names, tls=client_side) as transport,
        ):
            url = f"https://api.example.test:{server.port}/"
            response = await transport.handle_async_request(get(url))
            assert await response.aread() == b"hello"
            assert server.requests[0].headers["Host"] == f"api.example.test:{server.port}"
            with pytest.raises(httpx.ConnectError, match="match"):
                await transport.handle_async_request(get(url.replace("api.", "other.")))


class TestTheTransport:
    async def test_uses_no_proxy_of_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        async with site(hello) as server, GuardedTransport(Reach.of(["127.0.0.1"])) as transport:
            response = await transport.handle_async_request(get(server.url))
            assert response.status_code == 200

    async def test_reaches_no_unix_socket(self) -> None:
        with pytest.raises(httpcore.ConnectError):
            await GuardedBackend(Reach()).connect_unix_socket("/var/run/docker.sock")

    async def test_guards_a_client_on_its_redirects_too(self) -> None:
        async def away(request: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": "http://10.0.0.1/"})

        transport = GuardedTransport(Reach.of(["127.0.0.1"]), Names())
        async with site(away) as server, httpx.AsyncClient(transport=transport) as client:
            with pytest.raises(AddressRefused):
                await client.get(server.url, follow_redirects=True)

    async def test_gives_the_errors_of_httpx(self) -> None:
        names = Names({"nowhere.example": ["127.0.0.1"]})
        async with GuardedTransport(Reach.of(["nowhere.example"]), names) as transport:
            with pytest.raises(httpx.ConnectError):
                await transport.handle_async_request(get(f"http://nowhere.example:{free_port()}/"))
            with pytest.raises(httpx.ConnectError, match="could not be found"):
                await transport.handle_async_request(get("http://unknown.example/"))

    async def test_does_not_wait_for_a_resolver_forever(self) -> None:
        async def never(host: str, port: int) -> Sequence[str]:
            await asyncio.Event().wait()
            return []

        async with GuardedTransport(Reach(), never) as transport:
            with pytest.raises(httpx.ConnectTimeout):
                await transport.handle_async_request(get("http://slow.example/", 0.01))

    async def test_tries_the_next_address_when_one_does_not_answer(self) -> None:
        names = Names({"two.example": ["127.0.0.2", "127.0.0.1"]})
        async with (
            site(hello) as server,
            GuardedTransport(Reach.of(["two.example"]), names) as transport,
        ):
            response = await transport.handle_async_request(
                get(f"http://two.example:{server.port}/")
            )
            assert response.status_code == 200


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", PUBLIC])
def test_nothing_speaks_against_public_addresses(address: str) -> None:
    assert why_not(ip_address(address)) == ""


def test_all_that_python_knows_as_special_is_refused_too() -> None:
    """Two lists by different people: ours must not know less."""
    for first in range(256):
        for second in (0, 1, 18, 31, 51, 63, 64, 88, 127, 168, 254, 255):
            address = ip_address(f"{first}.{second}.113.7")
            assert address.is_global or why_not(address), address


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Dns(asyncio.DatagramProtocol):
    """Answers each question with the next of its answers, the last one for ever."""

    def __init__(self, answers: list[str]) -> None:
        self.answers = answers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        name = query.question[0].name
        response.answer.append(dns.rrset.from_text(name, 0, "IN", "A", *answer.split()))
        self.transport.sendto(response.to_wire(), addr)


@asynccontextmanager
async def dns_server(answers: list[str]) -> AsyncIterator[Resolver]:
    """A name server on loopback that changes its mind, and a resolver that asks it."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Dns(list(answers)), local_addr=("127.0.0.1", 0)
    )
    asking = dns.asyncresolver.Resolver(configure=False)
    asking.nameservers = ["127.0.0.1"]
    asking.port = transport.get_extra_info("sockname")[1]

    async def ask(host: str, port: int) -> Sequence[str]:
        return [str(found) for found in await asking.resolve(host, "A")]

    try:
        yield ask
    finally:
        transport.close()


def certificates(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's certificate for a host, and a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cafile=str(folder / "cert.pem"))
