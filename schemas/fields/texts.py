"""Words, and words with a form: names, telephone numbers, codes, addresses."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import phonenumbers
from marshmallow import ValidationError, fields, validate

from schemas.fields.base import Field, as_list, half_width
from service.language import Lazy

#: Full-width digits and letters to half-width. Not full-width punctuation: that is right in Chinese copy.
HALF_WIDTH = {
    full: full - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for full in range(ord(first), ord(last) + 1)
}
#: Control characters (but tab and new line) and invisible ones that turn or join text.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
NAME = re.compile(r"[^\W\d_]+(?:[ ·.'-]+[^\W\d_]+)*\.?")
BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


class Length(validate.Length):
    """Number of characters, refused in words."""

    message_min = Lazy("至少要{min}个字")
    message_max = Lazy("最多{max}个字")
    message_all = Lazy("要在{min}到{max}个字之间")
    message_equal = Lazy("要正好{equal}个字")


class Text(Field, fields.String):
    """Words: half-width digits and letters, no control characters, no spaces around. `longest` in characters."""

    default_error_messages = {
        "invalid": Lazy("{label}要填文字"),
        "invalid_utf8": Lazy("{label}里有不能识别的字"),
    }
    longest = 200
    shortest: int | None = None

    def __init__(self, *, longest: int | None = None, shortest: int | None = None, **kwargs: Any) -> None:
        length = Length(min=shortest or self.shortest, max=longest or self.longest)
        super().__init__(validate=[length, *as_list(kwargs.pop("validate", None))], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self.make_error("invalid_utf8")
        text = self._tidied(UNSEEN.sub("", text.replace("\r\n", "\n")))
        if not text and self.required:
            raise self.make_error("required")
        return text

    def _tidied(self, text: str) -> str:
        return unicodedata.normalize("NFC", text).translate(HALF_WIDTH).strip()


class Name(Text):
    """A person's name: 2 to 30 letters of any script, inner dots and hyphens; spaces between characters go."""

    default_error_messages = {"not_a_name": Lazy("请填写{label}，不要带数字和符号")}
    look = {"widget": "input", "autocomplete": "name", "label": Lazy("姓名")}
    longest, shortest = 30, 2

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if name and not NAME.fullmatch(name):
            raise self.make_error("not_a_name")
        return name

    def _tidied(self, text: str) -> str:
        name = " ".join(half_width(text).replace("•", "·").replace("・", "·").split())
        return BETWEEN_HAN.sub("", name)


class Phone(Text):
    """A mainland mobile number, or a landline with its area code, given as E.164: `+8613800138000`.

    Spaces, dashes and full-width digits may be typed. `mobile=True` refuses landlines, which get no messages.
    """

    default_error_messages = {
        "not_a_phone": Lazy("请填写11位手机号，或者带区号的固定电话"),
        "not_a_mobile": Lazy("请填写11位手机号，固定电话收不到验证码"),
    }
    look = {"widget": "input", "inputmode": "tel", "autocomplete": "tel-national", "label": Lazy("电话")}
    longest = 30

    def __init__(self, *, mobile: bool = False, **kwargs: Any) -> None:
        self.mobile = mobile
        if mobile:
            kwargs.setdefault("label", Lazy("手机号"))
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        typed = super()._deserialize(value, attr, data, **kwargs)
        if not typed:
            return typed
        kind = phonenumbers.PhoneNumberType
        wanted = (kind.MOBILE,) if self.mobile else (kind.MOBILE, kind.FIXED_LINE, kind.FIXED_LINE_OR_MOBILE)
        try:
            number = phonenumbers.parse(typed, "CN")
        except phonenumbers.NumberParseException:
            raise self._refusal() from None
        if number.country_code != 86 or phonenumbers.number_type(number) not in wanted:
            raise self._refusal()
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    def _refusal(self) -> ValidationError:
        return self.make_error("not_a_mobile" if self.mobile else "not_a_phone")

    def _tidied(self, text: str) -> str:
        return re.sub(r"[\s()-]", "", half_width(text))


class Code(Text):
    """The six digits of a login message or of the notice board."""

    default_error_messages = {"not_a_code": Lazy("请填写6位数字")}
    look = {"widget": "input", "inputmode": "numeric", "autocomplete": "one-time-code", "label": Lazy("验证码")}
    longest = 20

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        code = super()._deserialize(value, attr, data, **kwargs)
        if code and not re.fullmatch("[0-9]{6}", code):
            raise self.make_error("not_a_code")
        return code

    def _tidied(self, text: str) -> str:
        return re.sub(r"[\s-]", "", half_width(text))


class Email(Text):
    """An e-mail address."""

    look = {"widget": "input", "inputmode": "email", "autocomplete": "email", "label": Lazy("邮箱")}
    longest = 254

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Email(error=Lazy("请填写完整的邮箱，比如 name@example.com")), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return half_width(super()._deserialize(value, attr, data, **kwargs))
