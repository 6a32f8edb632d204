"""A hostile megabyte is finished with: no text makes a pattern run wild. Nothing is timed; a hang fails the run."""

from __future__ import annotations

import base64

import pytest

from registry_tool.redact import redact_document, scan

SIZE = 1 << 20

PIECES = (
    *(
        "a",
        "=",
        "a=",
        "token=",
        "token: a ",
        '"token": "',
        "--a ",
        "--token ",
        "@",
        "\\",
        "%25",
        "\n",
        "a\n ",
        "\u200b",
    ),
    *(
        "sk-",
        "sk-ant-api03-",
        "eyJ",
        "eyJhbGciOiJ.",
        "AKIA",
        "xoxb-1234567890-",
        "0123456789abcdef",
        "aB3JQQJ99",
        "1:AA",
    ),
    *("-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\n" + "A" * 27 + "\n", "Private-Lines: 1\nAAAA\n"),
    *("postgres://u:", "postgres://u:@a@", "https://a:b", "machine a.b password ", "curl -u ", "datadog key ", "?sig="),
    *('key: "api_key" value: { string_value: ', "name: token\n value: ", "Authorization: AWS4-HMAC-SHA256 ", "Basic "),
    *(
        "QUFB",
        "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB ",
        "MIIAAAAAAANBgkqhkiG9w0BAQEFAASC",
        "token=/",
        "\\u0041",
        "token is ",
    ),
    *(
        '"password: x" ',
        "password:\n",
        "# password: a # b\n",
        "kind: Secret\ndata:\n  a: b\n",
        "api_keys: [",
        "ENV A_KEY ",
        "a | b ",
        "password, a ,",
        "user,password\na,b1c2d3e4\n",
        "'password,",
        "-u a -p ",
        "vault put ",
        "aws ssm put-parameter ",
        "password ",
        "password (",
        "x login ",
        "<<< ",
        "sk_aA1",
        "a_b_",
        "ConvertTo-SecureString ",
        '<a key="password">',
        "config set a/",
        "let token: &a",
    ),
)


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_a_megabyte_of_one_piece_is_finished_with(piece: str) -> None:
    text = (piece * (SIZE // len(piece) + 1))[:SIZE]

    scan(text.encode(), field="record", secrets=["own-tok-7431"])


def test_a_megabyte_of_key_blocks_in_base64_is_finished_with() -> None:
    text = base64.b64encode(b"-----BEGIN PRIVATE KEY-----\n" * (SIZE // 40)).decode()

    assert redact_document({"notes": text}).document == {"notes": "***REDACTED***"}
