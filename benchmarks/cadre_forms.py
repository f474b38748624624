"""Measures how long it takes to read a folder of cadre forms, and to fill them.

Run: python benchmarks/cadre_forms.py [--forms 200] [--photo 250]

Each form has a résumé of 12 lines, 8 relatives and a photo. One in ten is an old form, and one in ten is
in GB2312. The goal is 200 forms in 10 seconds. Times are seconds of the processor.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import process_time

from allocator.intake.form_matching import read_folder
from allocator.intake.form_output import FILLED, fill_form
from allocator.intake.form_people import people_of_forms
from allocator.intake.import_notes import ImportNotes, Questions

TERMS = ("妻子", "父亲", "母亲", "儿子", "岳父", "岳母", "哥哥", "妹妹")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--forms", type=int, default=200)
    parser.add_argument("--photo", type=int, default=250, help="KiB of each photo")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(given.forms):
            write(folder, number, given.photo)
        begin = process_time()
        read = read_folder(folder)
        reading = process_time() - begin
        begin = process_time()
        questions, remarks = Questions(ImportNotes({}, {})), []
        people = people_of_forms([file.form for file in read.files], questions, remarks)
        taking = process_time() - begin
        begin = process_time()
        for file in read.files:
            fill_form(file.path.read_bytes(), file.form.label, dict.fromkeys(FILLED, "第二片区组长"))
        filling = process_time() - begin
    assert not read.faults and len(people) == given.forms
    assert not remarks and not questions.faults.count
    assert all(len(one.resume) == 12 and len(one.relatives) == 8 for one in people)
    peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'forms':>6}{'photo KiB':>11}{'read s':>9}{'people s':>10}{'fill s':>9}{'peak MiB':>10}")
    print(f"{given.forms:>6}{given.photo:>11}{reading:>9.2f}{taking:>10.2f}{filling:>9.2f}{peak:>10.0f}")


def write(folder: Path, number: int, photo: int) -> None:
    """Write one form."""
    months = [f"{1996 + 2 * k}.07" for k in range(12)]
    spells = zip(months, [*months[1:], " " * 7], strict=True)
    resume = "\r\n".join(f"{begin}--{end}  县纪委第{k}室副主任" for k, (begin, end) in enumerate(spells, 1))
    relatives = [(term, f"张{k}某", f"195{k}08", "群众", "县教育局干部") for k, term in enumerate(TERMS)]
    if number % 10 == 0:
        columns = ["@".join(column) for column in zip(*relatives, strict=True)]
        cells = [f"张三{number}", "男", "197508", "汉族", "四川内江", "199806", "健康", "四川", "199607"]
        cells += ["大学#学士@#", "川大#@#", "", "", "", "", "", "", resume, "", "", *columns, "县纪委科员"]
        cells += ["", "", "", "", "20251101", "", ""]
        (folder / f"{number}.lrm").write_bytes(('"' + '","'.join(cells) + '"').encode("gbk"))
        return
    names = ("ChengWei", "XingMing", "ChuShengRiQi", "ZhengZhiMianMao", "GongZuoDanWeiJiZhiWu")
    items = "".join(
        "<Item>" + "".join(f"<{n}>{v}</{n}>" for n, v in zip(names, one, strict=True)) + "</Item>"
        for one in relatives
    )
    encoding = "GB2312" if number % 10 == 1 else "UTF-8"
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\r\n<Person><XingMing>张三{number}</XingMing>'
        "<ChuShengNianYue>197508</ChuShengNianYue><XianRenZhiWu>县纪委科员</XianRenZhiWu><NiRenZhiWu/>"
        f"<NiMianZhiWu/><JianLi>{resume}</JianLi><RenMianLiYou/><JiaTingChengYuan>{items}</JiaTingChengYuan>"
        f"<ZhaoPian>{'QUJD' * (photo * 256)}</ZhaoPian></Person>"
    )
    (folder / f"{number}.lrmx").write_bytes(text.encode("gbk" if encoding == "GB2312" else encoding))


if __name__ == "__main__":
    main()
