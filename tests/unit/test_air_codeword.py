import pytest

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.errors import EncodeError


def test_reads_the_same_word_from_every_form() -> None:
    word = CodeWord(0x755555)
    assert CodeWord.from_trits("F1FFFFFFFFFF") == word
    assert CodeWord.from_trits("f1ffffffffff") == word
    assert CodeWord.from_parts("F1FFFFFF", "FFFF") == word
    assert CodeWord.from_hex("755555") == word
    assert CodeWord.from_ev1527(0x75555, 5) == word


def test_divides_a_word_both_ways() -> None:
    word = CodeWord.from_hex("8f2b05")
    assert (word.hex, word.trits) == ("8F2B05", "X0110XX100FF")
    assert (word.address, word.data) == ("X0110XX1", "00FF")
    assert (word.ev1527_id, word.ev1527_key) == (0x8F2B0, 5)
    assert not word.is_tristate
    assert CodeWord.from_trits("F1FFFFFF0001").is_tristate


def test_equals_only_the_same_word() -> None:
    assert CodeWord(1) != CodeWord(2)
    assert CodeWord(1) != 1
    assert len({CodeWord(7), CodeWord(7), CodeWord(8)}) == 2
    assert repr(CodeWord(7)) == "CodeWord(0x000007)"


@pytest.mark.parametrize("code", [-1, 1 << 24, 1.5, "755555", None])
def test_refuses_what_is_no_24_bits(code: object) -> None:
    with pytest.raises(EncodeError, match="24 bits"):
        CodeWord(code)  # type: ignore[arg-type]


@pytest.mark.parametrize("trits", ["", "F1FFFFFFFFF", "F1FFFFFFFFFFF", "F1FFFFFFFFF2", "F1FFFF FFFFF"])
def test_refuses_what_is_no_twelve_trits(trits: str) -> None:
    with pytest.raises(EncodeError, match="trit"):
        CodeWord.from_trits(trits)


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12345G", "0x1234", "+12345", "12_345"])
def test_refuses_what_is_no_six_hex_digits(text: str) -> None:
    with pytest.raises(EncodeError, match="hex digit"):
        CodeWord.from_hex(text)


@pytest.mark.parametrize("parts", [("F1FFFFFFF", "FFF"), ("F1FFFFF", "FFFFF"), ("", "")])
def test_refuses_parts_of_another_length(parts: tuple[str, str]) -> None:
    with pytest.raises(EncodeError, match="8 trits"):
        CodeWord.from_parts(*parts)


@pytest.mark.parametrize("parts", [(1 << 20, 0), (0, 16), (-1, 0), (0, -1)])
def test_refuses_an_identity_or_key_too_large(parts: tuple[int, int]) -> None:
    with pytest.raises(EncodeError, match="20 bits"):
        CodeWord.from_ev1527(*parts)
