"""Typical departments of a county by sector, and how sectors are merged where there are few groups."""

from __future__ import annotations

import random

#: Host unit, its sector, the sector next to it.
HOSTS = [
    ("党委办公室", "党群综合", "公安政法"), ("组织部", "党群综合", "社会民生"),
    ("公安局", "公安政法", "党群综合"), ("人民法院", "公安政法", "国企金融"),
    ("财政局", "国企金融", "城乡建设"), ("国资金融局", "国企金融", "党群综合"),
    ("住房城乡建设局", "城乡建设", "国企金融"), ("自然资源规划局", "城乡建设", "农业农村"),
    ("农业农村局", "农业农村", "城乡建设"), ("水利局", "农业农村", "城乡建设"),
    ("教育体育局", "社会民生", "党群综合"), ("卫生健康局", "社会民生", "农业农村"),
    ("宣传部", "党群综合", "社会民生"), ("人民检察院", "公安政法", "党群综合"),
    ("发展改革局", "国企金融", "城乡建设"), ("交通运输局", "城乡建设", "国企金融"),
    ("林业局", "农业农村", "城乡建设"), ("民政局", "社会民生", "农业农村"),
    ("人大机关", "党群综合", "公安政法"), ("司法局", "公安政法", "社会民生"),
    ("经济信息化局", "国企金融", "党群综合"), ("综合行政执法局", "城乡建设", "公安政法"),
    ("乡村振兴局", "农业农村", "社会民生"), ("人力资源社会保障局", "社会民生", "党群综合"),
    ("政协机关", "党群综合", "社会民生"), ("市场监管局", "国企金融", "社会民生"),
    ("生态环境局", "城乡建设", "农业农村"), ("文化旅游局", "社会民生", "党群综合"),
    ("供销社", "农业农村", "国企金融"), ("信访局", "公安政法", "党群综合"),
]  # fmt: skip
SECTORS = ["党群综合", "国企金融", "公安政法", "城乡建设", "农业农村", "社会民生"]
#: By the number of groups: which sectors go under one name.
MERGED = {
    6: {},
    5: {"农业农村": "农业民生", "社会民生": "农业民生"},
    4: {"农业农村": "农业民生", "社会民生": "农业民生", "国企金融": "经济建设", "城乡建设": "经济建设"},
    3: {"农业农村": "农业民生", "社会民生": "农业民生", "国企金融": "经济建设", "城乡建设": "经济建设",
        "党群综合": "党政政法", "公安政法": "党政政法"},
}  # fmt: skip
Host = tuple[str, str, str]


def named(agencies: int, draw: random.Random) -> tuple[list[Host], list[str]]:
    """Draw departments for so many agencies, lopsided by sector but so that a plan of groups exists.

    Returns:
        The departments with sector and the sector next to it, and the sectors of the groups.
    """
    number = min(6, max(3, round(agencies / 2.5)))
    merged = MERGED[number]
    sectors = list(dict.fromkeys(merged.get(sector, sector) for sector in SECTORS))
    while True:
        drawn = sorted(draw.sample(range(len(HOSTS)), agencies))
        hosts = [
            (host, merged.get(sector, sector), merged.get(second, second))
            for host, sector, second in (HOSTS[k] for k in drawn)
        ]
        if grouped(hosts, sectors):
            return hosts, sectors


def sizes(agencies: int, groups: int) -> tuple[int, int]:
    """Return the fewest and the most agencies of a group, about one off the mean."""
    return max(2, (2 * agencies - groups) // (2 * groups)), -(-(2 * agencies + groups) // (2 * groups))


def grouped(hosts: list[Host], sectors: list[str]) -> list[str] | None:
    """Return a sector for each department, its own or the next, so that groups keep to their sizes.

    Each group has a department of its own sector. From the departments' own sectors one at a time moves to
    the next, from a larger group to a smaller one; None if that does not end well.
    """
    least, most = sizes(len(hosts), len(sectors))
    place = [own for _, own, _ in hosts]
    if set(place) != set(sectors):
        return None
    for _ in hosts:
        count = {sector: place.count(sector) for sector in sectors}
        if all(least <= number <= most for number in count.values()):
            return place
        own = {
            sector: sum(place[k] == sector == hosts[k][1] for k in range(len(hosts))) for sector in sectors
        }
        moves = [
            (count[place[k]] - count[second], k)
            for k, (_, first, second) in enumerate(hosts)
            if place[k] == first != second and own[first] > 1 and count[first] > count[second] + 1
        ]
        if not moves:
            return None
        k = max(moves)[1]
        place[k] = hosts[k][2]
    return None
