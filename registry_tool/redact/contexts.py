"""Which values are secrets because of where they stand: after `--api-key`, in a URL, in a header, in a key block.

A row is a place: its id, its name, whose documentation it follows, its anchors, its finder, an example in three shapes
(see `rules`), and a harmless text in such a place.
"""

# ruff: noqa: SIM905  names read best as text

from __future__ import annotations

from collections.abc import Callable, Iterator

from registry_tool.redact import assignments, blocks, finders, logins, notations
from registry_tool.redact.rules import Finder, Rule, Span

_KEY = "<4:letter><1:digit><27:alnum>"
_UUID = "<8:hex>-<4:hex>-<4:hex>-<4:hex>-<12:hex>"
# What is in every name that `names` takes for a credential's.
_NAMES = (
    *"""
    auth bearer code conn contrasena cookie cred csrf dek dsn fernet hmac hook jwt kek kennwort key keytab licen login
    mnemonic netrc otp pass pats pem pepper phrase pin psk puk pw pwd salt sas secret seed senha sess signing token
    wachtwoord xsrf
    """.split(),
    *(word + end for word in ("pat", "sk") for end in "=: \t\"'"),
)
# Of any kind but those that have a row of their own.
_ANY_KEY = (
    r"(?:(?!(?:RSA|OPENSSH)\s{1,4}PRIVATE|PGP)(?:[A-Z0-9]{2,20}\s{1,4}){0,3}PRIVATE\s{1,4}KEY|OpenVPN Static key V1)"
)
_BODY = "\n" + "<64:b64>\n" * 3


def _place(  # noqa: PLR0913, PLR0917  a row of a table
    rule: str,
    title: str,
    source: str,
    anchors: tuple[str, ...],
    places: finders.Places,
    shapes: tuple[str, str, str],
    resembles: str,
    *,
    finder: Finder | None = None,
    encode: Callable[[str], str] | None = None,
    shaped: bool = False,
) -> Rule:
    """The rule for a place; `finder` where it asks which lines were joined."""

    def find(text: str, joins: frozenset[int]) -> Iterator[Span]:  # noqa: ARG001  a place ends by itself
        return places(text)

    return Rule(
        id=rule,
        title=title,
        source=source,
        anchors=anchors,
        finder=finder or find,
        shapes=shapes,
        finish=encode,
        resembles=resembles,
        folded=True,
        shaped=shaped,
    )


def _service(kind: str, title: str, words: str, shape: str, variable: str) -> Rule:
    return _place(
        f"context/{kind}",
        title,
        f"{title.partition(' ')[0]}: API reference",
        tuple(words.split("|")),
        finders.service_keys(words, shape),
        (f"{variable}=", shape, "\n"),
        f"{variable}=${{{variable}}}",
        shaped=True,
    )


def _block(label: str) -> tuple[str, str, str]:
    return "", f"-----BEGIN {label}-----{_BODY}-----END {label}-----", ""


def _base64(text: str) -> str:
    from base64 import b64encode

    return b64encode(text.encode()).decode()


# A table reads by its rows.
# fmt: off
BLOCKS = (
    _place("format/pem-private-key", "PEM private key", "RFC 7468: textual encodings of PKIX structures",
        ("begin",), blocks.private_keys(_ANY_KEY),
        _block("PRIVATE KEY"), "-----BEGIN PUBLIC KEY-----\nMIIBIjAN\n-----END PUBLIC KEY-----"),
    _place("format/rsa-private-key", "RSA private key", "RFC 8017: RSA cryptography",
        ("begin",), blocks.private_keys("RSA\\s{1,4}PRIVATE\\s{1,4}KEY"), _block("RSA PRIVATE KEY"),
        "-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKC\n-----END RSA PUBLIC KEY-----"),
    _place("format/openssh-private-key", "OpenSSH private key", "OpenSSH: PROTOCOL.key",
        ("begin",), blocks.private_keys("OPENSSH\\s{1,4}PRIVATE\\s{1,4}KEY"), _block("OPENSSH PRIVATE KEY"),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI ada@example.org"),
    _place("format/pgp-private-key", "OpenPGP private key", "RFC 9580: OpenPGP",
        ("begin",), blocks.private_keys("PGP\\s{1,4}PRIVATE\\s{1,4}KEY\\s{1,4}BLOCK"),
        _block("PGP PRIVATE KEY BLOCK"), "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----"),
    _place("format/pkcs8-key", "private key without its header lines", "RFC 5958, 8017, 5915: how keys are packed",
        ("anbgkqhkig9w0baqefaasc", "mig2agea", "mighagea", "mc4caqawbqydk2v", "ibaakc",
        "mhccaqeei", "b3blbnnzac1rzxktdjea"), blocks.key_bodies,
        ("", "MIIEvQIBAD" + "ANBgkqhkiG9w0BAQEFAASC<900:b64>", ""),
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"),
    _place("format/putty-private-key", "PuTTY private key", "PuTTY: private key file format",
        ("private-lines",), blocks.putty_keys,
        ("PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 2\n", "<64:b64>\n<64:b64>", "\nPrivate-MAC: 00"),
        "Public-Lines: 6"),
    _place("format/jwk", "JSON Web Key", "RFC 7517: JSON Web Key",
        ("kty",), blocks.web_keys, ('{"kty": "EC", "crv": "P-256", "d": "', "<43:url>", '"}'),
        '{"kty": "EC", "x": "' + "a" * 43 + '"}'),
    _place("format/jwt", "JSON Web Token", "RFC 7519: JSON Web Token",
        ("eyj",), blocks.web_tokens, ("", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi<24:url>.<43:url>", ""),
        "eyJuYW1lIjoiYSJ9.eyJ2IjoxfQ.c2lnbmF0dXJl"),
)
"""Keys and tokens written in several parts."""

SERVICES = (
    _place("context/aws-secret-access-key", "AWS secret access key", "AWS IAM: access keys",
        ("akia", "asia", "secret"), finders.aws_pairs, ("aws_secret_access_key = ", "w<1:digit>J<37:b64>", "\n"),
        "secret access key: see the vault"),
    _service("cohere-key", "Cohere API key", "cohere|co_api", "<40:alnum>", "COHERE_API_KEY"),
    _service("mistral-key", "Mistral AI API key", "mistral", "<32:alnum>", "MISTRAL_API_KEY"),
    _service("together-key", "Together AI API key", "together", "<64:hex>", "TOGETHER_API_KEY"),
    _service("wandb-key", "W&B API key", "wandb|weights", "<40:hex>", "WANDB_API_KEY"),
    _service("deepgram-key", "Deepgram API key", "deepgram", "<40:hex>", "DEEPGRAM_API_KEY"),
    _service("azure-storage-key", "Azure storage account key", "account", "<86:b64>==", "AccountKey"),
    _service("azure-openai-key", "Azure OpenAI key", "azure", "<32:hex>", "AZURE_OPENAI_API_KEY"),
    _service("kaggle-key", "Kaggle API key", "kaggle", "<32:hex>", "KAGGLE_KEY"),
    _service("datadog-key", "Datadog API or application key", "datadog|dd_api|dd_app", "<32-40:hex>", "DD_API_KEY"),
    _service("pagerduty-key", "PagerDuty API key", "pagerduty|pd_api", "<20:url>", "PAGERDUTY_API_KEY"),
    _service("opsgenie-key", "Opsgenie API key", "opsgenie", _UUID, "OPSGENIE_API_KEY"),
    _service("splunk-token", "Splunk HEC token", "splunk|hec", _UUID, "SPLUNK_HEC_TOKEN"),
    _service("cloudflare-token", "Cloudflare API token", "cloudflare|cf_api", "<40:url>", "CLOUDFLARE_API_TOKEN"),
    _service("heroku-key", "Heroku API key", "heroku", _UUID, "HEROKU_API_KEY"),
    _service("fastly-token", "Fastly API token", "fastly", "<32:url>", "FASTLY_API_TOKEN"),
    _service("twilio-token", "Twilio auth token", "twilio", "<32:hex>", "TWILIO_AUTH_TOKEN"),
    _service("mailgun-key", "Mailgun API key", "mailgun", "key-<32:hex>", "MAILGUN_API_KEY"),
    _service("discord-token", "Discord bot token", "discord", "<24-26:alnum>.<6:url>.<27-38:url>", "DISCORD_TOKEN"),
    _service("postmark-token", "Postmark server token", "postmark", _UUID, "POSTMARK_SERVER_TOKEN"),
    _service("algolia-key", "Algolia admin key", "algolia", "<32:hex>", "ALGOLIA_ADMIN_KEY"),
    _service("okta-token", "Okta API token", "okta", "00<40:url>", "OKTA_API_TOKEN"),
    _service("snyk-token", "Snyk API token", "snyk", _UUID, "SNYK_TOKEN"),
    _service("alibaba-secret", "Alibaba Cloud access key secret", "alibaba|aliyun",
        "<30:alnum>", "ALIBABA_ACCESS_KEY_SECRET"),
)
"""Keys that only the name of their service gives away."""

PLACES = (
    _place("context/connection-string", "password in a connection string",
        "PostgreSQL: connection URIs, and its like",
        logins.DATABASES, logins.connections, ("postgresql://app:", _KEY, "@db.example.org:5432/models"),
        "postgresql://app@db.example.org:5432/models"),
    _place("context/url-userinfo", "credentials in a URL", "RFC 3986: URI syntax, user information",
        ("://",), logins.userinfo, ("https://deploy:", _KEY, "@git.example.org/models.git"),
        "ssh://git@git.example.org/models.git"),
    _place("format/unlisted-token", "token of a service that has no row", "our own: how services make tokens",
        ("_", "sk-", "rk-", "key-", "pat-", "tok-", "token-", "secret-"), finders.unlisted_tokens,
        ("", "acme_v1_<4:letter><1:digit><35:alnum>", ""), "acme_v1_customer_support_assistant_large_context"),
    _place("context/signed-url", "signature in a URL", "AWS, Azure, Google Cloud: signed URLs",
        ("signature=", "sig=", "sign=", "hmac=", "x-amz-credential="), finders.signed_queries,
        ("https://b.example.org/model.tar.gz?X-Amz-Expires=300&X-Amz-Signature=", "<64:hex>", "&x=1"),
        "https://b.example.org/model.tar.gz?signature=none"),
    _place("context/function-key", "function key in a URL", "Azure Functions: access keys",
        ("code=",), finders.function_keys, ("https://f.example.org/api/score?code=", "<54:alnum>==", ""),
        "https://f.example.org/api/score?code=404"),
    _place("context/authorization", "Authorization header", "RFC 9110: HTTP authentication",
        ("authorization", "bearer"), finders.authorizations, ("Authorization: Bearer ", _KEY, "\n"),
        "Authorization: Bearer ${API_TOKEN}"),
    _place("context/basic-credentials", "HTTP Basic credentials", "RFC 7617: Basic authentication",
        ("basic",), finders.basic_credentials, ("-H 'Proxy: Basic ", f"deploy:{_KEY}", "'"), "Basic authentication",
        encode=_base64),
    _place("context/docker-auth", "Docker registry credentials", "Docker: config.json",
        ("auth",), finders.basic_credentials, ('{"auths": {"r.example.org": {"auth": "', f"deploy:{_KEY}", '"}}}'),
        '{"auth": "oauth2"}', encode=_base64),
    _place("context/login", "user and password before a host", "Go: MySQL driver; Docker: image references",
        ("@",), logins.logins, ("deploy:", _KEY, "@registry.example.org/ml/qwen3:1"),
        "ml/qwen3:4b@sha256:" + "0" * 64),
    _place("context/command-password", "password in a short option", "MySQL, Redis, sshpass, LDAP: manual pages",
        ("mysql", "mariadb", "mycli", "7z", "rar ", "sshpass", "mongo", "cqlsh", "beeline", "keytool",
        "rabbitmqadmin", "login", "-cli", "sqlcmd", "bcp", "zip ", "ipmitool", "ldap", "openssl", "jarsigner", "net ",
        "smbclient", "rpcclient", "htpasswd", "mosquitto", "lftp", "-u ", "--user", "snmp", "ssh-keygen",
        "wpa_passphrase", "signtool", "mc alias set", "mc config", "poetry config", "composer config", "setuser"),
        logins.command_passwords, ("mysql -uroot -p", _KEY, " models"), "mysql -u root -p models"),
    _place("context/stored-secret", "value for a store of secrets", "Vault, AWS CLI, GitHub CLI: manuals",
        (" put", " write ", " patch ", "secret"), logins.stored_secrets,
        ("vault kv put ml/models-1 value=", _KEY, " ttl=1h"), "vault kv put ml/serving @data.json"),
    _place("context/password-hash", "hash of a password", "crypt(5); Apache HTTP Server: password formats",
        ("$", "sha}", "sha256}", "sha512}"), logins.password_hashes, ("bot:", "$2y$05$<53:alnum>", "\n"),
        "$2y$05$HASH"),
    _place("context/curl-user", "user and password of a command", "curl: manual, --user",
        ("-u ", " -u", "=-u", " -a ", "--user", "--proxy-user", "--auth", "curl"), logins.curl_users,
        ("curl -sS -u deploy:", _KEY, " https://example.org"),
        "curl -u deploy:${PASSWORD} https://example.org"),
    _place("context/piped-password", "password on a program's standard input", "sudo, chpasswd, Docker: manual pages",
        ("echo", "printf", "chpasswd", "<<<", "send "), logins.piped_passwords, ("echo ", _KEY, " | sudo -S make"),
        "echo ${PW} | sudo -S make"),
    _place("context/spoken-login", "password beside its user", "our own: what people write to each other",
        ("cred", "log in", "log-in", "login", "logon", "sign in", "account ", "account:", "user ", "user:", "username"),
        logins.spoken_logins, ("login: admin / ", _KEY, "\n"),
        "login: admin / password-reset"),
    _place("context/oracle-login", "password before an Oracle host", "Oracle: SQL*Plus, JDBC",
        ("thin:", "oci:", "sqlplus", "sqlldr", "expdp", "impdp", "exp ", "imp ", "rman ", "sql "), logins.oracle_logins,
        ("jdbc:oracle:thin:app/", _KEY, "@db.example.org:1521/m"),
        "jdbc:oracle:thin:@db.example.org:1521/m"),
    _place("context/pgpass", "password in a .pgpass file", "PostgreSQL: the password file",
        (":*:", ":543", ":643", ":654", ":1543", ":2625"), logins.password_files,
        ("db.example.org:5432:models:app:", _KEY, "\n"),
        "db.example.org:5432:models:app:${PGPASSWORD}"),
    _place("context/webhook", "address of a webhook", "Zapier, IFTTT, Feishu, PagerDuty, Make, Mattermost: webhooks",
        ("/hooks/", "maker.ifttt", "/hook/", "pagerduty.com/", "hook.", "/webhooks/", "telegram.org/", "victorops"),
        finders.webhooks, ("https://hooks.zapier.com/hooks/catch/1234567/", "<12:lower>", "/"),
        "https://hooks.zapier.com/hooks/catch"),
    _place("context/wireless-network", "password of a wireless network", "ZXing: barcode contents",
        ("wifi:",), finders.wireless_networks, ("WIFI:S:lab;T:WPA;P:", _KEY, ";;"), "WIFI:S:lab;T:nopass;;"),
    _place("context/kubernetes-secret", "data of a Kubernetes secret", "Kubernetes: secrets",
        ("secret",), finders.kubernetes_secrets, ("kind: Secret\ndata:\n  config: ", "<24:b64>", "\n"),
        "kind: SecretProviderClass\nspec:\n  provider: aws"),
    _place("context/netrc", "password in a netrc file", "GNU inetutils: the .netrc file",
        ("password",), finders.netrc, ("machine git.example.org\n  login ada\n  password ", _KEY, "\n"),
        "the machine learning login page, password reset"),
    _place("context/kubeconfig", "client key in a kubeconfig", "Kubernetes: kubeconfig",
        ("client-key-data",), finders.kubeconfigs, ("    client-key-data: ", "<200:b64>", "\n"),
        "client-key-data: ${CLIENT_KEY}"),
    _place("context/model-parameter", "parameter of a Triton model", "NVIDIA Triton: model configuration",
        ("string_value",), notations.model_parameters,
        ('parameters: {\n  key: "api_key"\n  value: { string_value: "', _KEY, '" }\n}'),
        'parameters: { key: "output_class" value: { string_value: "false" } }'),
    _place("context/named-value", "value of a named variable", "Kubernetes: environment variables of a container",
        ("value",), notations.named_values, ("- name: DB_PASSWORD\n  value: ", _KEY, "\n"),
        "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db, key: password}"),
    _place("context/argument", "argument of a command", "POSIX and GNU: long options",
        ("--", " -", '"-', "'-", "\n-", "-d", "-p"), notations.arguments,
        ("vllm serve --api-key ", _KEY, " --port 8080"),
        "--max-num-batched-tokens 8192 --tokenizer Qwen/Qwen3-4B --api-key ${API_KEY}"),
    _place("context/element", "element of a credential's name", "W3C: XML; Apache Maven: settings; Apple: plists",
        ("</", "|"), notations.elements, ("<server><password>", _KEY, "</password></server>"),
        "<password>${env.PASSWORD}</password>"),
    _place("context/column", "cell below a credential's name", "RFC 4180: CSV; CommonMark: tables",
        _NAMES, notations.columns, ("user,password\nada,", _KEY, "\n"), "model,max_tokens\nqwen3,4096\n"),
    _place("context/call", "value that a call binds to a credential's name", "Python, Java, JavaScript: calls",
        ('("', "('", "(\n", "( ", "securestring"), notations.calls, ('properties.put("password", "', _KEY, '");'),
        'os.environ.setdefault("API_KEY", "EMPTY")'),
    _place("context/sql-password", "password of a database's user", "MySQL: CREATE USER",
        ("identified",), notations.sql_passwords, ("CREATE USER app IDENTIFIED BY '", _KEY, "';"),
        "CREATE USER app IDENTIFIED BY '${DB_PASSWORD}'"),
    _place("context/directive", "value beside a credential's name", "Redis, Docker, PostgreSQL, nginx: manuals",
        _NAMES, notations.directives, ("requirepass ", _KEY, "\n"), "password reset",
        finder=notations.directives),
    _place("context/assignment", "setting with a credential's name", "our own: names.py",
        _NAMES, assignments.assignments, ("db_password=", _KEY, "\n"), "password: ${DB_PASSWORD}",
        finder=assignments.assignments),
    _place("context/said-password", "random word beside a password's name", "our own: what people write to each other",
        ("passw", "passp", "passc", "pwd", "api", "secret key", "unlock code", " login", " auth", "passwd", "obscure"),
        logins.said_passwords, ("its password was set to ", _KEY, " today"),
        "set the password to what the vault says"),
)
"""Places that make any value a secret."""

# fmt: on

CONTEXTS = (*BLOCKS, *SERVICES, *PLACES)
"""All places: key blocks, keys of services without a prefix, then what only its place gives away."""
