from __future__ import annotations

from pathlib import Path

import pytest
from marshmallow import Schema, ValidationError, fields

from service import language
from service.language import Lazy, _, counted

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "还缺{n}人"
msgstr "{n} more needed"

msgid "{n}个班次"
msgid_plural "{n}个班次们"
msgstr[0] "{n} shift"
msgstr[1] "{n} shifts"
"""


@pytest.fixture
def english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(CATALOGUE, "utf-8")
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    language.offered.cache_clear()
    language._catalogue.cache_clear()


def test_chinese_is_its_own_msgid() -> None:
    assert _("还缺{n}人", n=3) == "还缺3人"
    assert _("没有字段的{花括号}也不动") == "没有字段的{花括号}也不动"


@pytest.mark.usefixtures("english")
def test_a_catalogue_is_used_inside_the_block_only() -> None:
    with language.speaking("en"):
        assert _("还缺{n}人", n=3) == "3 more needed"
        assert counted("{n}个班次", "{n}个班次们", 1) == "1 shift"
        assert counted("{n}个班次", "{n}个班次们", 2) == "2 shifts"
        assert language.code() == "en"
    assert _("还缺{n}人", n=3) == "还缺3人"
    assert language.code() == "zh_CN"


@pytest.mark.usefixtures("english")
def test_lazy_text_turns_when_it_is_shown_and_not_before() -> None:
    text = Lazy("还缺{n}人")
    with language.speaking("en"):
        assert text.format(n=1) == "1 more needed"
        assert str(text) == "{n} more needed"
    assert text.format(n=1) == "还缺1人"


@pytest.mark.usefixtures("english")
def test_languages_offered_are_those_with_a_catalogue() -> None:
    assert language.offered() == ("zh_CN", "en")


def test_marshmallow_keeps_a_lazy_message_whole() -> None:
    """Any other lazy text comes out as a list of single characters."""

    class Sample(Schema):
        name = fields.String(required=True, error_messages={"required": Lazy("请填写姓名")})

    with pytest.raises(ValidationError) as caught:
        Sample().load({})
    assert caught.value.messages == {"name": ["请填写姓名"]}
