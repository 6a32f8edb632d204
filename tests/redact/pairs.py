"""Names that teams give to credentials, the shapes that the values have, and the places where both stand together.

None of it was made from our own rules: each name was seen in a project's documentation, and each shape is what a
generator, a service or a person makes.
"""

from __future__ import annotations

import base64
import json
import random
import re
import shlex
import string
import uuid
from collections.abc import Callable
from typing import TypeAlias

Shape: TypeAlias = Callable[[random.Random], str]

KEYS = """
    OPENAI_KEY GROQ_KEY STRIPE_KEY FERNET_KEY COSMOS_KEY LITELLM_SALT_KEY API_KEYS MASTERKEY SIGNINGKEY TS_AUTHKEY
    PRESHARED_KEY TAVILY_KEY GEMINI_KEY COHERE_KEY KAGGLE_KEY AZURE_OPENAI_KEY DATADOG_KEY QDRANT_KEY PINECONE_KEY
    NGC_KEY LICENSE_KEY ACCOUNT_KEY STORAGE_KEY JWT_KEY HMAC_KEY AES_KEY ENC_KEY VAULT_UNSEAL_KEYS RECOVERY_KEY
    SECRETKEY_BASE OPENAI_KEY_2 OPENAI_KEY_PROD KEY_STAGING openaiKey groq.key cohere-key OPENAIKEYS GOOGLE_MAPS_KEY
    X_API_KEY ENCRYPTION_KEYS HEROKU_KEY PAGERDUTY_KEY SENDGRID_KEY RAPIDAPI_KEY APIKEYS
""".split()  # noqa: SIM905  names read best as text
OTHERS = """
    DATABASE_DSN SLACK_WEBHOOK SESSION_ID SESSIONID PHPSESSID SESSION_COOKIE COOKIES BASIC_AUTH REDISCLI_AUTH JWT JWTS
    GH_PAT PATS CREDS CREDENTIALS AUTHORIZATION BEARER SALT PASSWORD_SALT PEPPER DSN TEAMS_WEBHOOK
""".split()  # noqa: SIM905
PASSWORDS = """
    DBPASS SSHPASS ADMIN_PW DB_PASSWORD DB_PASS ADMIN_PASSWORD SMTP_PASSWORD S3_ACCESS_KEY PGPASSWORD MYSQL_PWD
    REDIS_PASS KEYSTORE_PASS GPG_PASSPHRASE SSH_PASSPHRASE ROOT_PASSWD userPassword db.password PASSWORDS PASSPHRASES
    LDAP_BIND_PW BINDPW FTPPASS PRIVATE_KEY PASSWORD_2 DB_PASSWORD_PROD DB_PWD VNC_PASSCODE WIFI_PSK HTPASSWD NETRC
    OTP_SEED TOTP_SEED WALLET_SEED MNEMONIC RECOVERY_PHRASE
""".split()  # noqa: SIM905

_ANY = string.ascii_letters + string.digits


def _some(draw: random.Random, count: int, characters: str = _ANY) -> str:
    return "".join(draw.choices(characters, k=count))


RANDOM: dict[str, Shape] = {
    "like an expression": lambda draw: f"{_some(draw, 3)}({_some(draw, 4)}!{_some(draw, 3)}7",
    "like a call": lambda draw: f"get{_some(draw, 2)}({_some(draw, 5)})9a",
    "like a number": lambda draw: str(draw.randrange(10**13, 10**14)),
    "like a date": lambda draw: f"{draw.randrange(2019, 2027)}-{draw.randrange(10, 13)}:{draw.randrange(10, 31)}",
    "like a placeholder": lambda draw: f"your-horse-7{_some(draw, 2)}K{draw.randrange(10)}",
    "like a path": lambda draw: f"/wJ{_some(draw, 11)}/K7{_some(draw, 6)}/bPx{_some(draw, 12)}",
    "like a home": lambda draw: f"~/{_some(draw, 7)}9{_some(draw, 6)}X3",
    "like a drive": lambda draw: f"C:{_some(draw, 4)}9{_some(draw, 5)}Z4",
    "like a variable": lambda draw: f"$uP3r-{_some(draw, 6)}",
    "like a reference": lambda draw: f"op:{_some(draw, 4)}7{_some(draw, 8)}Q2",
    "like percent-encoding": lambda draw: f"%Z{_some(draw, 5)}7%Z{_some(draw, 2)}",
    "hex": lambda draw: _some(draw, draw.choice((24, 32, 40, 64)), "0123456789abcdef"),
    "base32": lambda draw: _some(draw, 15, string.ascii_uppercase + "234567") + "7",
    "base64": lambda draw: base64.b64encode(draw.randbytes(draw.choice((32, 64)))).decode(),
    "a UUID": lambda draw: str(uuid.UUID(int=draw.getrandbits(128), version=4)),
    "letters and digits": lambda draw: _some(draw, draw.choice((24, 40))),
    "letters, digits, symbols": lambda draw: f"P@{_some(draw, 3)}#{_some(draw, 4)}${_some(draw, 2)}9",
}
"""Shapes that give a credential away under any name that may mean one."""

CHOSEN: dict[str, Shape] = {
    "a word": lambda draw: draw.choice(("sunshine", "correcthorse", "letmein!", "dragon22")),
    "short": lambda draw: _some(draw, 6, string.ascii_lowercase) + draw.choice(string.digits),
    "digits": lambda draw: str(draw.randrange(10**5, 10**8)),
    "a real date": lambda draw: f"19{draw.randrange(60, 99)}-06-14",
    "a time": lambda draw: f"{draw.randrange(10, 24)}:34:56",
    "a telephone number": lambda draw: f"+49-151-{draw.randrange(10**6, 10**7)}",
    "a decimal": lambda draw: f"3.14{draw.randrange(10**4, 10**6)}",
    "a size": lambda draw: f"{draw.randrange(100, 1000)}MiB",
    "a sentence of somebody": lambda draw: draw.choice(("your-mom-went-home", "your-cat-sat-there")),
    "a relative path": lambda draw: f"./{_some(draw, 4)}/wb",
}
"""Shapes that people choose for passwords, which only the name gives away."""

PLACES: dict[str, Callable[[str, str], str]] = {
    "shell": lambda name, value: f"export {name}={shlex.quote(value)}",
    "JSON": lambda name, value: json.dumps({"port": 80, name: value, "sizes": [1, 2]}),
    "JSON in JSON": lambda name, value: json.dumps({"config": json.dumps({name: value})}),
    "YAML": lambda name, value: f"port: 80\n{name}: {json.dumps(value)}\nsize: 2",
    "Kubernetes": lambda name, value: f"env:\n- name: {name}\n  value: {json.dumps(value)}\n",
    "option": lambda name, value: f"serve --{re.sub('[._]', '-', name.lower())}={shlex.quote(value)} --port 80",
    "pbtxt": lambda name, value: f'parameters: {{ key: "{name}" value: {{ string_value: {json.dumps(value)} }} }}',
    "docker run": lambda name, value: f"docker run -e {name}={shlex.quote(value)} image",
    "JSON, the value first": lambda name, value: json.dumps([{"value": value, "name": name}]),
    "JSON, Key and Value": lambda name, value: json.dumps([{"Key": name, "Value": value}], separators=(",", ":")),
    "JSON list": lambda name, value: json.dumps({name: [value], "size": 2}, indent=2),
    "call": lambda name, value: f"os.environ.setdefault({json.dumps(name)}, {json.dumps(value)})",
    "subscript": lambda name, value: f"os.environ[{json.dumps(name)}] = {json.dumps(value)}",
    "Java property": lambda name, value: f"java -D{name}={shlex.quote(value)} -jar app.jar",
    "Markdown": lambda name, value: f"**{name}:** {json.dumps(value)}",
}
"""How a setting stands in a text."""

BARE_PLACES: dict[str, Callable[[str, str], str]] = {
    "YAML": lambda name, value: f"port: 80\n{name}: {value}\nsize: 2",
    "YAML, alone": lambda name, value: f"{name}: {value}",
    "YAML, nested": lambda name, value: f"db:\n  port: 80\n  {name}: {value}\n  size: 2\n",
    "YAML block": lambda name, value: f"port: 80\n{name}: |\n  {value}\nsize: 2",
    "YAML with a comment": lambda name, value: f"port: 80\n{name}: {value}  # the old one\nsize: 2",
    "compose": lambda name, value: f"environment:\n  - PORT=80\n  - {name}={value}\n",
    "ini": lambda name, value: f"[db]\nport = 80\n{name} = {value}\nsize = 2",
    "Windows ini": lambda name, value: f"[db]\r\nport = 80\r\n{name} = {value}\r\nsize = 2\r\n",
    "env file": lambda name, value: f"PORT=80\n{name}={value}\nSIZE=2",
    "properties": lambda name, value: f"server.port=80\n{name}={value}\n",
    "header": lambda name, value: f'curl -H "{name}: {value}" https://example.org',
    "XML": lambda name, value: f"<db><port>80</port><{name}>{value}</{name}></db>",
    "Dockerfile": lambda name, value: f"FROM scratch\nENV {name} {value}\nUSER app",
}
"""How a setting stands in a text that quotes nothing: the value as it is."""


def value_of(shape: Shape, seed: int) -> str:
    """A value of this shape; the same for the same seed."""
    return shape(random.Random(seed))  # noqa: S311  the examples are public
