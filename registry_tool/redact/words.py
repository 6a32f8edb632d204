"""The words in names of variables that decide whether a credential is promised.

Only the lists of harmless words are closed: `OTHER_KEYS`, `PASSES`, `TEXT_TOKENS`, `DESCRIPTIONS`. Nobody can list what
teams call their keys.
"""
# ruff: noqa: SIM905  a hundred words read best as text

from __future__ import annotations

PASSWORDS = tuple(
    """
    ACCESSKEY CONTRASENA HTPASSWD KENNWORT MNEMONIC NETRC PASSCODE PASSKEY PASSPHRASE PASSWD PASSWORD PASSWORT
    PASSWRD PGPASS PRIVATEKEY PWD SECRETKEY SENHA WACHTWOORD
    """.split()
)
"""What a word ends in that means a password, a secret key, or what one is made of."""

PASSWORD_WORDS = frozenset("PSK PW".split())
"""What does so only as a word of its own."""

PHRASES = frozenset("BACKUP MNEMONIC PASS RECOVERY SEED".split())
"""A phrase or words of these are a password."""

ONE_TIME = frozenset("FA HD HSM KEY MASTER MFA NKEY OTP SIGNING SIM TOTP USER WALLET".split())
"""A seed or a pin of these is a credential; any other starts a random generator, or belongs to a chip."""

PASSES = frozenset(
    """
    BACKWARD BAND BY COM COMPILE COMPILER ENCOM FIRST FORWARD FUSION GRAPH HIGH INDUCTOR LAST LOW MULTI NUM ONE
    OPTIMIZER OVER SECOND SINGLE SUR TEST TRES TWO UNDER
    """.split()
)
"""A pass of these is a compiler's, a filter's, a loop's; or it only ends an ordinary word."""

WEAK = frozenset("AUTH AUTHORIZATION AUTHTOKEN BEARER COOKIE CRED CREDENTIAL JWT PAT".split())
"""Words that mean a credential often enough for a variable, but are ordinary in prose and in programs."""

POSSIBLE = tuple(
    """
    AUTH CONNECTIONSTRING CONNSTR CONNSTRING CSRF DSN FERNET HMAC HOOK KEYTAB LICENCE LICENSE LOGIN OTP PEPPER SALT SAS
    SESSID SESSION SESSIONID XSRF
    """.split()
)
"""What a word ends in that means a credential if the value looks like one."""

POSSIBLE_WORDS = frozenset("DEK KEK OAUTH PASS PEM PIN PUK SIGNING SK".split())
"""What does so only as a word of its own."""

CODES = frozenset(
    """
    ACCESS ACTIVATION AUTH AUTHORIZATION BACKUP INVITATION INVITE LICENSE LOGIN MFA OTP PAIRING RECOVERY SECURITY
    VERIFICATION
    """.split()
)
"""A code of these is a credential if it looks random."""

KEYS = tuple(
    """
    ACCOUNT ADMIN API APP APPLICATION AUTH CLIENT DEPLOY ENCRYPTION HMAC INGEST LICENSE MASTER PRESHARED ROOT
    SALT SERVICE SHARED SIGNING SSH STORAGE SUBSCRIPTION UNSEAL WEBHOOK WRITE
    """.split()
)
"""A key of these is a credential whatever it looks like."""

OTHER_KEYS = frozenset(
    """
    AFFINITY ANNOTATION ANSWER ARROW ATTENTION ATTRIBUTE AUDIO BATCH BLOB BUCKET CACHE CANDIDATE CHANNEL
    CHECKPOINT COLUMN COMPOSITE CONFIG CONTENT CONTEXT DATASET DEDUP DEDUPE DEDUPLICATION DICT DIMENSION DON
    EMBEDDING ENTRY ENV EVENT FEATURE FIELD FILE FOLDER FOREIGN GROUP GROUPING HASH HEADER HOC HOT IDEMPOTENCY
    IMAGE INDEX INPUT ITEM JOC JSON KV LABEL LAYER LIMIT LOCALE LOOKUP MAP MESSAGE METADATA METRIC MODEL MON
    NATURAL OBJECT OPTION ORDER OUTPUT PARAM PARAMETER PARTITION PREFIX PROMPT PROPERTY PUB PUBLIC PUBLISHABLE
    QUERY QUESTION QUEUE QUOTA RANGE RECORD REQUEST RESOURCE RESPONSE ROUTER ROUTING ROW SETTING SHARD SHARDING
    SITE SORT STATE STREAM SURROGATE TABLE TAG TENSOR TEXT THROTTLE TOPIC TRACE TUR UNIQUE VALUE VARIABLE
    VERIFICATION VIDEO WEIGHT WHIS XML YAML
    """.split()
)
"""A key of these is none: it names an entry, a column, a message, a file, or is made to be shown."""

ORDINALS = frozenset("PRIMARY SECONDARY".split())
"""A key of these is a table's, or the first of two that a service has issued."""

DESCRIPTIONS = frozenset(
    """
    AGE ALGORITHM ALIAS ARN ATTEMPTS AUDIENCE BACKEND CHECK CLASS COLUMN COUNT DAYS DIR DISABLED DOMAIN DRIVER
    ENABLED ENCODING ENDPOINT ENV EXPIRY FIELD FILE FLAG FORMAT HEADER HEADERS HINT HOST HOURS ID INTERVAL ISSUER
    KIND LENGTH LEVEL LIFETIME LIMIT LOCATION MAX METHOD MIN MINUTES MODE MOUNT NAME NAMES NAMESPACE NOTE NOTES
    PATH PLUGIN POLICY PORT PREFIX PROVIDER RATE REALM REF REGION REQUIRED ROLE ROTATION SAMESITE SCHEME SCOPE
    SCOPES SECONDS SIZE SOURCE SPACE STATUS STDIN STORE STRATEGY SUFFIX TABLE TIMEOUT TTL TYPE URI URL USER USERNAME
    VAR VERSION
    """.split()
)
"""What ends a name when the variable describes the credential instead of holding it."""

WHICH = frozenset(
    """
    BACKUP CURRENT DEFAULT DEV LIVE NEW NEXT OLD PREPROD PREVIOUS PROD PRODUCTION QA STAGE STAGING TEST UAT
    """.split()
)
"""What may follow a credential's name and says only which of several it is."""

TEXT_TOKENS = frozenset(
    """
    AUDIO BATCHED BOS CLS COMPLETION DECODER END EOS FIRST IMAGE INPUT LAST MASK MAX MIN NEW NEXT NUM OUTPUT PAD
    PER PREFILL PROMPT SEP SPECIAL START STOP THINK TOOL TOTAL UNK VIDEO VISION
    """.split()
)
"""What makes a token one of a language model, not of an identity provider."""

SWITCHES = frozenset("DISABLE ENABLE NO REQUIRE SKIP USE".split())
"""What an option begins with that takes no value."""
