"""The server connects to the open internet only, by whatever name or form an address comes."""

from ipaddress import ip_network
from typing import Any

import pytest

from assist.pages.assets import AssetRefused
from assist.pages.reach import addresses_of, may_reach

PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
FORBIDDEN = [
    "0.0.0.0", "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "169.254.1.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:101:101::", "2001:0:7f00:1::",
    "2001:db8::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "ff0e::1", "100::1",
    "4000::1", "", "localhost", "1.2.3",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_may_be_reached(address: str, settings: Any) -> None:
    settings.ASSET_FETCH_NETWORKS = []
    assert may_reach(address)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_address_that_is_not_public_may_not(address: str, settings: Any) -> None:
    settings.ASSET_FETCH_NETWORKS = []
    assert not may_reach(address)


@pytest.mark.parametrize("address", ["10.9.8.7", "::ffff:10.9.8.7", "64:ff9b::a09:807"])
def test_network_that_the_operator_names_may_be_reached(address: str, settings: Any) -> None:
    settings.ASSET_FETCH_NETWORKS = [ip_network("10.9.0.0/16"), ip_network("fd00::/8")]
    assert may_reach(address)
    assert may_reach("fd12::1")
    assert not may_reach("10.8.0.1")


@pytest.mark.parametrize("host", ["localhost", "127.1", "0", "2130706433", "0x7f.1", "0177.0.0.1"])
async def test_name_of_this_machine_is_refused(host: str, settings: Any) -> None:
    settings.ASSET_FETCH_NETWORKS = []
    with pytest.raises(AssetRefused, match="not_reachable"):
        await addresses_of(host, 80)


@pytest.mark.parametrize("others", [[], ["10.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["1.1.1.1", "::1"]])
async def test_name_is_refused_when_one_of_its_addresses_is(others: list[str], settings: Any) -> None:
    settings.ASSET_FETCH_NETWORKS = []
    with pytest.raises(AssetRefused, match="not_reachable"):
        await addresses_of("cdn.example.com", 443, resolve=lambda _host, _port: others)


async def test_name_with_public_addresses_is_resolved(settings: Any) -> None:
    settings.ASSET_FETCH_NETWORKS = []
    names = {("cdn.example.com", 443): ["1.1.1.1", "2606:4700::1"]}
    found = await addresses_of("cdn.example.com", 443, resolve=lambda host, port: names[host, port])
    assert found == ["1.1.1.1", "2606:4700::1"]
