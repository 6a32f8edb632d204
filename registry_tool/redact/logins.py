"""Where in a text a user's password stands: in a URL, before a host, after a program's option; or a hash of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry_tool.redact.rules import Span
from registry_tool.redact.values import (
    has_digit,
    has_kinds,
    is_drawn,
    is_harmless,
    is_mixed,
    is_placeholder,
    looks_random,
)

DATABASES = ("postgres", "mysql", "mariadb", "mongodb", "redis", "amqp", "mssql", "clickhouse")
"""What the URL of a database starts with."""

HOST = r"(?:(?:[A-Za-z0-9-]{1,63}\.){1,9}[A-Za-z]{2,63}|localhost|\d{1,3}(?:\.\d{1,3}){3})"
"""A pattern of the name of a host, or its address."""

_TOKEN_LENGTH = 16
# In a line of a .pgpass file.
_COLONS = 4
# How far before an option its program may be.
_NEAR = 400
_ADDRESSES = frozenset(
    {"author", "bcc", "cc", "contact", "email", "from", "mail", "mailto", "owner", "sip", "to", "xmpp"}
)
# Programs, and how the option for the password goes before it.
_SHORT_OPTIONS = (
    (r"(?:mysql|mariadb)(?:dump|admin|import|check|show|sh|-dump|-admin)?|mycli|7za?|rar", "-p(?=\\S)"),
    (r"sshpass|mongo(?:sh|dump|restore|export|import)?|cqlsh|beeline|rabbitmqadmin", "-p[ ]?"),
    (r"(?:docker|podman|nerdctl|skopeo|crane|helm|oras|buildah|az|oc|cf)[ ](?:registry[ ]|auth[ ])?login", "-p[ =]?"),
    (r"(?:redis|valkey)-cli", "-a[ ]?"),
    (r"sqlcmd|bcp|unzip|zip|ipmitool|mosquitto_(?:pub|sub|rr)", "-P[ ]?"),
    (r"ldap(?:search|add|modify|delete|whoami|passwd)", "-w[ ]?"),
    (r"openssl", r"(?:-pass(?:in|out)?[ ]pass:|-[kK][ ])"),
    (r"keytool|jarsigner", r"-(?:store|key|dest|src)(?:pass|storepass)[ ]"),
    (r"smbclient|rpcclient|net", r"-U[ ]?[^\s%]{1,100}%"),
    (r"net[ ]use", r"/user:\S{1,100}[ ]"),
    (r"lftp", r"-u[ ]?[^\s,]{1,100},"),
    (r"(?:vault|bao|gh|glab|doctl|flyctl|vercel)[ ](?:auth[ ])?login", r"(?:--with-token[ ]|-t[ ])?(?=[\w.-]{20})"),
    (r"snmp[a-z]{3,9}", r"-[cAX][ ](?=\S*\d)"),
    (r"ssh-keygen", r"-[NP][ ]"),
    (r"net[ ]user", r"(?!/)\w[\w.-]{0,60}[ ](?!/)"),
    (r"wpa_passphrase", r"\S{1,60}[ ]"),
    (r"signtool", r"[-/]p[ ]"),
    (r"mc[ ](?:alias[ ]set|config[ ]host[ ]add)", r"(?:\S{1,400}[ ]){3}"),
    (r"(?:poetry|composer)[ ]config", r"(?:-\S{1,20}[ ]){0,2}http-basic\.\S{1,200}[ ]\S{1,200}[ ]"),
    (r"(?:poetry|composer)[ ]config", r"(?:-\S{1,20}[ ]){0,2}[\w-]{1,20}-(?:token|oauth)\.\S{1,200}[ ]"),
    (r"(?i:ACL[ ]SETUSER)", r">(?=\S)"),
    (r"htpasswd", r"-(?=\w*n)(?=\w*b)\w+[ ]\S{1,200}[ ]"),
    (r"htpasswd", r"-(?!\w*n)(?=\w*b)\w+[ ]\S{1,400}[ ]\S{1,200}[ ]"),
)

# Commands after which a named value is a secret, and there for being one.
_STORES = (
    r"(?:vault|bao)[ ](?:kv[ ])?(?:put|write|patch)|aws[ ]secretsmanager[ ](?:create|put|update)-secret(?:-value)?"
    r"|aws[ ]ssm[ ]put-parameter(?=[^\n]{0,2000}SecureString)"
    r"|(?:az[ ]keyvault|doppler|fly|flyctl|gh|supabase|vercel|wrangler)[ ]secrets?[ ](?:put|set|upload)"
)


def userinfo(text: str) -> Iterator[Span]:
    """The password in a URL's authority; also the user's name where that is the credential."""
    scheme = r"(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{1,30})://"
    # In `image:tag@sha256:...` nothing is a password.
    pattern = rf"{scheme}([^\s:/?#\"'<>@]{{0,256}})(?::([^\s/?#\"'<>]{{0,512}}))?@(?!sha\d+:)[\w\[$]"
    for match in re.finditer(pattern, text) if "@" in text else ():
        if not match[1].lower().startswith(DATABASES):
            yield from _credentials(match)


def connections(text: str) -> Iterator[Span]:
    """The password in a database's URL, where it is often left unescaped: it ends at an "@" that a host follows."""
    scheme = rf"((?i:{'|'.join(DATABASES)})[A-Za-z+]{{0,20}})://"
    host = r"(?:[\w.${}-]{1,253}|\[[0-9a-f:]{2,40}\])(?=[:/?#,;\s\"'<>)\]]|\Z)"
    # Of several "@", the last before a query; a second URL is another match.
    password = rf"(?:(?!://)[^\s\"'<>?]){{0,256}}(?=@{host})|[^\s\"'<>]{{0,256}}?(?=@{host})"
    pattern = rf"{scheme}([^\s:/?#\"'<>@]{{0,256}}):((?!\d{{1,5}}[/?])(?:{password}))@"
    for match in re.finditer(pattern, text) if "@" in text else ():
        yield from _credentials(match)


def logins(text: str) -> Iterator[Span]:
    """The password in `user:password@host` without a scheme, as images and database drivers have it."""
    user = r"(?<![\w.@:/+-])([A-Za-z0-9][\w.+-]{0,63})"
    # In `image:tag@sha256:...` nothing is a password, and `mailto:ada@example.org` is an address.
    pattern = rf"{user}:([^\s:/?#\"'<>@]{{4,256}})@(?:{HOST}([:/]?)|(?:tcp|udp|unix)(\())"
    for match in re.finditer(pattern, text) if "@" in text else ():
        is_sure = match[3] or match[4] or has_kinds(match[2])
        if is_sure and not is_placeholder(match[2]) and match[1].lower() not in _ADDRESSES:
            yield match.span(2)


def curl_users(text: str) -> Iterator[Span]:
    """The password in `-u user:password`: any after curl, elsewhere what is no group of users."""
    said = r"""(?:'([^'\n]{3,400})'|"([^"\n]{3,400})"|([^\s"'`;|<>]{3,400}))"""
    option = rf"""(?:-u|-U|-a|--user|--proxy-user|--auth|--userpwd)[ =]?["']?[^\s"':]{{1,100}}:{said}"""
    for match in re.finditer(rf"(?<![\w-]){option}", text):
        line = text[max(match.start() - _NEAR, 0) : match.start()].rpartition("\n")[2]
        group = match.lastindex or 1
        is_sure = "curl" in line.lower() or (has_kinds(match[group]) and not match[group].replace("-", "").isalpha())
        if is_sure and not is_placeholder(match[group]):
            yield match.span(group)


def spoken_logins(text: str) -> Iterator[Span]:
    """The password that a sentence gives with its user: `login with admin / PASSWORD`, `creds: admin:PASSWORD`."""
    words = r"(?i)\b(?:creds?|credentials?|log[ -]?in|logon|sign[ ]in|account|user(?:name)?)(?:[ ](?:with|as|is|are))?"
    user = r"""[ \t]{0,3}[:=]?[ \t]{1,3}["'`]?[\w.@+-]{1,60}["'`]?[ ]{0,2}[:/]"""
    for match in re.finditer(rf"""{words}{user}[ ]{{0,2}}["'`]?([^\s"'`,;|<>]{{6,100}})""", text):
        if looks_random(match[1]) and has_digit(match[1]) and not is_placeholder(match[1]):
            yield match.span(1)


def said_passwords(text: str) -> Iterator[Span]:
    """A word that was drawn at random, in a sentence about a password or after a command that logs in."""
    # A model's name and a version have a dash, a slash or a dot.
    word = (
        r"((?=[\w+=~!@#%^&*]{0,99}[a-z])(?=[\w+=~!@#%^&*]{0,99}[A-Z])[A-Za-z0-9][\w+=~!@#%^&*]{9,99})(?![\w/:-]|\.\w)"
    )
    about = r"(?i:pass(?:word|phrase|code|wd)|pwd|api[ _-]?key|secret[ ]key|unlock[ ]code)\b[^\n=]{1,40}?[\s(\"'`]"
    logging_in = r"\b[\w.-]{2,30}[ ](?:login|auth(?::token)?|passwd|obscure)(?:[ ]--?[\w-]{1,30}){0,2}[ ]"
    for before in (about, logging_in):
        for match in re.finditer(rf"{before}{word}", text):
            if has_digit(match[1]) and is_drawn(match[1]):
                yield match.span(1)


def command_passwords(text: str) -> Iterator[Span]:
    """The password of a program that takes it in a short option: `mysql -pPASSWORD`, `sshpass -p PASSWORD`."""
    value = r"""(?:"([^"]{1,400})"|'([^']{1,400})'|([^\s"'`;|&<>]{1,400}))"""
    # A pipe, a `;` or a `&&` ends the command: what follows is another program's.
    within = r"(?:[^\n|;&]|[|;&](?![\s|&])){0,400}?"
    for programs, option in _SHORT_OPTIONS:
        for match in re.finditer(rf"\b(?:{programs})\b{within}\s{option}{value}", text):
            group = match.lastindex or 1
            if not is_placeholder(match[group]):
                yield match.span(group)
    # After a user, `-p` means the password whatever the program; a port has no letters.
    user = r"(?<!\S)(?:-u|--user(?:name)?)[ =]\S{1,100}[ ]-p[ ](?=[^\s:]{0,99}\d)(?=[^\s:]{0,99}[A-Za-z])"
    for match in re.finditer(user + value, text):
        group = match.lastindex or 1
        if looks_random(match[group]) and not is_placeholder(match[group]):
            yield match.span(group)


def stored_secrets(text: str) -> Iterator[Span]:
    """What a command puts into a store of secrets: `vault kv put PATH NAME=VALUE`, `gh secret set N --body VALUE`."""
    said = r"""(?:"([^"]{1,400})"|'([^']{1,400})'|([^\s"'`;|&<>@]{1,400}))"""
    option = rf"(?:\s[A-Za-z_][\w.-]{{0,99}}=|\s--(?:secret-string|value|body)[ =]|\s-b[ ]){said}"
    for command in re.finditer(rf"\b(?:{_STORES})\b([^\n]{{1,2000}})", text):
        for match in re.finditer(option, command[1]):
            group = match.lastindex or 1
            if not is_harmless(match[group]):
                yield command.start(1) + match.start(group), command.start(1) + match.end(group)


def piped_passwords(text: str) -> Iterator[Span]:
    """The password that a shell gives to a program's standard input: `echo PASSWORD | sudo -S`, `chpasswd`."""
    said = (
        r"""\b(?:echo|printf)[ \t]{1,9}(?:-[ne][ ]|'%s(?:\\n)?'[ ]){0,2}["']?([^\n|"']{1,400}?)["']?\s?\|[ \t]{0,9}"""
    )
    sudo = r"sudo[ ](?:-\w[ ]){0,4}-\w{0,4}S"
    taker = rf"(?:[^\n|]{{0,200}}--(?:(?:password|passphrase|token|key)-(?:stdin|fd)|with-token)|{sudo})"
    for match in re.finditer(rf"{said}{taker}", text):
        if not is_placeholder(match[1]):
            yield match.span(1)
    # What `expect` types.
    for match in re.finditer(r"""\bsend(?:[ ]--?\w*)?[ ]["']([^"'\\\n]{8,100})\\[rn]["']""", text):
        if looks_random(match[1]) and not is_placeholder(match[1]):
            yield match.span(1)
    # Whatever takes it, and whatever is done with it then.
    for match in re.finditer(rf"""{said}|<<<[ ]?["']?([^\s"'|<>]{{8,400}})""", text):
        group = match.lastindex or 1
        if is_mixed(match[group]) and is_drawn(match[group]) and looks_random(match[group]):
            yield match.span(group)
    for match in re.finditer(
        rf"""{said}(?:sudo[ ])?chpasswd|\bchpasswd\b[^\n]{{0,40}}<<<[ ]?["']?([^\s"']{{3,400}})""", text
    ):
        group = match.lastindex or 1
        user = match[group].find(":") + 1
        if user and not is_placeholder(match[group][user:]):
            yield match.start(group) + user, match.end(group)


def oracle_logins(text: str) -> Iterator[Span]:
    """The password of Oracle's `user/password@host`."""
    tool = r"(?:thin:|oci:|\b(?:sqlplus|sql|sqlldr|expdp|impdp|exp|imp|rman)[ ](?:-\w+[ ]){0,4}(?:target[ ])?)"
    for match in re.finditer(
        rf"""{tool}["']?[\w$#]{{1,60}}/(?:"([^"]{{1,60}})"|([^\s"'@/]{{1,60}}))@(?://)?[\w(]""", text
    ):
        group = match.lastindex or 1
        if not is_placeholder(match[group]):
            yield match.span(group)


def password_files(text: str) -> Iterator[Span]:
    """The password on a line of PostgreSQL's .pgpass: `host:port:database:user:password`."""
    host = rf"(?:{HOST}|\*|[a-z][\w-]{{0,60}}|/[\w./-]{{1,80}})"
    place = rf"(?<![\w.:/-]){host}:(?:\d{{2,5}}|\*):[\w*-]{{1,60}}:[\w*.-]{{1,60}}"
    pattern = rf"""{place}:((?:[^:\s\\"',;|&<>]|\\[:\\]){{4,200}})(?=[\s\\"',;]|\Z)"""
    for match in re.finditer(pattern, text) if text.count(":") >= _COLONS else ():
        if not is_placeholder(match[1]):
            yield match.span(1)


def password_hashes(text: str) -> Iterator[Span]:
    """What `htpasswd` and crypt(3) make of a password: it can be guessed from that."""
    named = r"(?:(?:pbkdf2_|pbkdf2:|bcrypt_)sha\d{1,3}(?::\d+)?|scrypt:\d+:\d+:\d+|argon2)\$[\w./=,:$+-]{20,400}"
    scram = r"SCRAM-SHA-\d{1,3}\$\d{3,7}:[A-Za-z0-9+/=]{16,80}\$[A-Za-z0-9+/=:]{40,200}"
    salted = r"\$(?:2[abxy]\$\d\d|apr1|1|5|6|y|7|argon2(?:id|i|d)|pbkdf2-sha\d+|scrypt)\$[./A-Za-z0-9=,$+-]{20,400}"
    for match in re.finditer(
        rf"(?<![\w$])(?:{salted}|{named}|{scram})|\{{S?SHA(?:256|512)?\}}[A-Za-z0-9+/]{{20,120}}={{0,2}}", text
    ):
        yield match.span()


def _credentials(match: re.Match[str]) -> Iterator[Span]:
    user, password = match[2], match[3] or ""
    is_dummy = password in {"", "x", "x-oauth-basic"}
    if not is_dummy and not is_placeholder(password):
        yield match.span(3)
    # The user's name stays, unless it is the credential itself.
    if not is_placeholder(user) and (has_kinds(user) if is_dummy and match[3] is not None else _is_token(user)):
        yield match.span(2)


def _is_token(text: str) -> bool:
    return len(text) >= _TOKEN_LENGTH and has_kinds(text)
