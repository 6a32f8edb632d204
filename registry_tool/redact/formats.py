"""Which tokens are known by their shape: published prefixes, lengths and alphabets.

A row is a kind of token: its id, its name, whose documentation it follows, its prefixes, its body (`rules` says how a
shape reads). Where a service has changed its lengths, the row takes all that were published. Where its owner publishes
no shape, the source says what the row follows instead: other scanners, or keys that were seen in public. A kind that
its owner calls public (a Stripe `pk_`, a PostHog `phc_`) has no row.
"""

from __future__ import annotations

from binascii import crc32

from registry_tool.redact.rules import token
from registry_tool.redact.values import has_digit, is_mixed

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_UUID = "<8:hex>-<4:hex>-<4:hex>-<4:hex>-<12:hex>"


def seal_crc(token: str) -> str:
    """The token with the checksum that GitHub and npm put at its end: CRC-32 of the random part, six base-62 digits."""
    prefix, _, rest = token.rpartition("_")
    digits, checksum = "", crc32(rest[:-6].encode())
    while len(digits) < len("000000"):
        checksum, digit = divmod(checksum, len(_BASE62))
        digits = _BASE62[digit] + digits
    return f"{prefix}_{rest[:-6]}{digits}"


# A table reads by its rows.
# fmt: off
CLOUDS = (
    token("aws-access-key-id", "AWS access key id", "AWS IAM: unique identifiers",
        ("AKIA", "ASIA", "ABIA", "ACCA"), "<16:upper>"),
    token("aws-bedrock-api-key", "Amazon Bedrock API key", "Amazon Bedrock: API keys",
        ("ABSK",), "<109+:b64><0-2:pad>", resembles="ABSK" + "a" * 60),
    token("aws-bedrock-short-api-key", "Amazon Bedrock short-term API key", "Amazon Bedrock: API keys",
        ("bedrock-api-key-",), "<100+:b64><0-2:pad>", resembles="bedrock-api-key-rotation"),
    token("google-api-key", "Google Cloud API key", "Google Cloud: API keys", ("AIza",), "<35:url>"),
    token("google-oauth-secret", "Google OAuth client secret", "Google Identity: OAuth 2.0", ("GOCSPX-",), "<28:url>"),
    token("google-oauth-token", "Google OAuth access token", "Google Identity: OAuth 2.0", ("ya29.",), "<40+:url>"),
    token("azure-client-secret", "Microsoft Entra client secret", "other scanners: gitleaks, trufflehog",
        (), "<3:tilde><1:digit>Q~<31-34:tilde>", within="Q~"),
    token("aws-session-token", "AWS session token", "AWS STS: temporary security credentials",
        ("IQoJb3JpZ2luX2Vj", "FwoGZXIvYXdzE"), "<100+:b64><0-2:pad>", resembles="IQoJb3JpZ2luX2Vj" + "a" * 20),
    token("aws-ecr-password", "Amazon ECR authorization token", "Amazon ECR: registry authentication",
        ("eyJwYXlsb2FkIjoi",), "<200+:b64><0-2:pad>", resembles="eyJwYXlsb2FkIjoiYSJ9"),
    token("google-auth-key", "Google API authorization key", "Gemini API: using API keys", ("AQ.A",), "<40+:url>"),
    token("google-refresh-token", "Google OAuth refresh token", "Google Identity: OAuth 2.0", ("1//",), "<40+:url>"),
    token("azure-devops-token", "Azure DevOps personal access token", "Azure DevOps: personal access tokens",
        (), "<52:alnum>JQQJ99<18:alnum>AZDO<4:alnum>", within="JQQJ99"),
    token("azure-ai-key", "Azure AI services key", "Azure AI services: keys",
        (), "<52:alnum>JQQJ99<18:alnum>ACOG<4:alnum>", within="JQQJ99"),
    token("digitalocean-token", "DigitalOcean token", "DigitalOcean: API tokens",
        ("dop_v1_", "doo_v1_", "dor_v1_", "dos_v1_"), "<64:hex>", within="_v1_"),
    token("alibaba-access-key-id", "Alibaba Cloud access key id", "Alibaba Cloud: AccessKey pairs",
        ("LTAI",), "<20:alnum>"),
    token("tencent-secret-id", "Tencent Cloud secret id", "Tencent Cloud: API keys", ("AKID",), "<32:alnum>"),
    token("yandex-api-key", "Yandex Cloud API key", "Yandex Cloud: API keys", ("AQVN",), "<35-38:url>"),
    token("cloudflare-scannable-token", "Cloudflare API token or key", "Cloudflare: token formats",
        ("cfut_", "cfat_", "cfk_"), "<40+:url>"),
    token("vercel-token", "Vercel token or AI Gateway key", "Vercel: new token formats; seen in public",
        ("vcp_", "vck_", "vci_", "vca_", "vcr_"), "<24+:alnum>"),
    token("vercel-blob-token", "Vercel Blob read-write token", "Vercel Blob: SDK; seen in public",
        ("vercel_blob_rw_",), "<16:alnum>_<30+:alnum>"),
    token("render-key", "Render API key", "other scanners: Render", ("rnd_",), "<28+:alnum>"),
    token("neon-key", "Neon API key", "other scanners: Neon", ("napi_",), "<40+:lower>"),
    token("cloudflare-origin-ca-key", "Cloudflare origin CA key", "Cloudflare: origin CA",
        ("v1.0-",), "<24:hex>-<146:hex>"),
    token("fly-token", "Fly.io token", "Fly.io: access tokens", ("fo1_",), "<43:url>"),
    token("fly-macaroon", "Fly.io macaroon", "Fly.io: access tokens",
        ("fm1a_", "fm1r_", "fm2_"), "<100+:b64><0-3:pad>", resembles="fm2_" + "a" * 40),
    token("heroku-api-key", "Heroku API key", "Heroku: API key formats", ("HRKU-AA",), "<58:url>"),
    token("supabase-token", "Supabase access token", "Supabase: access tokens", ("sbp_",), "<40:hex>"),
    token("supabase-secret-key", "Supabase secret key", "Supabase: API keys", ("sb_secret_",), "<22:url>_<8:url>"),
    token("planetscale-secret", "PlanetScale token or password", "PlanetScale: service tokens",
        ("pscale_tkn_", "pscale_pw_", "pscale_oauth_"), "<32-64:dots>", within="pscale_"),
    token("netlify-token", "Netlify personal access token", "Netlify: access tokens", ("nfp_",), "<36+:alnum>"),
)
"""Clouds and hosting."""

MODELS = (
    token("huggingface-token", "Hugging Face user access token", "Hugging Face Hub: security tokens",
        ("hf_",), "<34+:alnum>", resembles="hf_transfer"),
    token("huggingface-org-token", "Hugging Face organization token", "Hugging Face Hub: security tokens",
        ("api_org_",), "<34+:alnum>"),
    token("deepseek-key", "DeepSeek API key", "DeepSeek: API keys", ("sk-",), "<32:hex>",
        resembles="sk-" + "0" * 16),
    token("openai-marked-key", "OpenAI API key", "OpenRouter: detected secret formats",
        ("sk-",), "<20-80:url>T3BlbkFJ<20-80:url>", within="T3BlbkFJ"),
    token("openai-key", "OpenAI API key", "OpenAI: API keys", ("sk-",), "<24+:alnum>", resembles="sk-learn-1.5.2"),
    token("openai-scoped-key", "OpenAI project, service account or admin key", "OpenAI: API keys",
        ("sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"), "<40+:url>"),
    token("anthropic-key", "Anthropic API key", "Anthropic: API keys",
        ("sk-ant-",), "<48+:url>"),
    token("openrouter-key", "OpenRouter API key", "OpenRouter: authentication", ("sk-or-v1-",), "<64:hex>"),
    token("langfuse-key", "Langfuse secret key", "Langfuse: API keys", ("sk-lf-",), _UUID),
    token("replicate-token", "Replicate API token", "Replicate: API tokens", ("r8_",), "<37:alnum>"),
    token("groq-key", "Groq API key", "Groq: API keys", ("gsk_",), "<52:alnum>"),
    token("nvidia-key", "NVIDIA NGC or NIM API key", "NVIDIA NGC: API keys", ("nvapi-",), "<60+:url>"),
    # It comes in base64, and is seen once that is undone.
    token("nvidia-legacy-key", "NVIDIA NGC API key (legacy)", "seen in public: NGC keys",
        (), f"<26:lower>:{_UUID}", within=":"),
    token("perplexity-key", "Perplexity API key", "Perplexity: API keys", ("pplx-",), "<40+:alnum>"),
    token("xai-key", "xAI API key", "xAI: API keys", ("xai-",), "<80:alnum>"),
    token("fireworks-key", "Fireworks AI API key", "Fireworks AI: API keys", ("fw_", "fpk_"), "<22-24:alnum>"),
    token("together-key", "Together AI API key", "Together AI: API keys", ("tgp_v1_",), "<43:url>"),
    token("cerebras-key", "Cerebras API key", "Cerebras: API keys", ("csk-",), "<48:lower>"),
    token("wandb-key", "Weights & Biases API key", "Weights & Biases: API keys",
        ("wandb_v1_",), "<27:alnum>_<49:alnum>"),
    token("langsmith-key", "LangSmith API key", "LangSmith: API keys",
        ("lsv2_pt_", "lsv2_sk_"), "<32:hex>_<10:hex>", within="lsv2_"),
    token("langsmith-legacy-key", "LangSmith API key of before 2024", "seen in public: LangSmith's keys",
        ("ls__",), "<32:hex>"),
    token("pinecone-key", "Pinecone API key", "Pinecone: API keys", ("pcsk_",), "<5-6:alnum>_<63:alnum>"),
    token("jina-key", "Jina AI API key", "Jina AI: API keys", ("jina_",), "<60:url>"),
    token("voyage-key", "Voyage AI API key", "Voyage AI: API keys",
        ("pa-",), "<43:url>", accept=is_mixed, resembles="pa-" + "a-long-name-in-many-words-" * 2),
    token("tavily-key", "Tavily API key", "Tavily: API keys",
        ("tvly-", "tvly-dev-", "tvly-prod-"), "<32:alnum>", within="tvly-"),
    token("firecrawl-key", "Firecrawl API key", "Firecrawl: API keys", ("fc-",), "<32:hex>"),
    token("elevenlabs-key", "ElevenLabs API key", "ElevenLabs: API keys", ("sk_",), "<48:hex>"),
    token("runpod-key", "RunPod API key", "RunPod: API keys", ("rpa_",), "<40-50:alnum>"),
    token("kaggle-token", "Kaggle API token", "Kaggle: public API", ("KGAT_",), "<32:hex>"),
    token("databricks-token", "Databricks token or OAuth secret", "AWS Secrets Manager: partner secrets; gitleaks",
        ("dapi", "dose", "dkea"), "<32:hex>"),
    token("dbt-token", "dbt token", "seen in public: dbt tokens", ("dbtc_", "dbtu_"), "<40+:url>"),
    token("e2b-key", "E2B API key", "E2B SDK: its check of a key", ("e2b_",), "<40+:hex>"),
    token("llamacloud-key", "LlamaCloud API key", "seen in public: LlamaCloud keys", ("llx-",), "<48:alnum>"),
    token("browserbase-key", "Browserbase API key", "seen in public: Browserbase keys",
        ("bb_live_", "bb_test_"), "<27:url>"),
    token("helicone-key", "Helicone API key", "Helicone: its own tests",
        ("sk-helicone-", "sk-helicone-proxy-", "sk-helicone-eu-"), "<7:lower>-<7:lower>-<7:lower>-<7:lower>",
        within="sk-helicone-", resembles="sk-helicone-proxy"),
    token("modal-token", "Modal token", "Modal: tokens; seen in public",
        ("ak-", "as-", "wk-", "ws-"), "<22:alnum>", accept=is_mixed),
    token("prefect-key", "Prefect API key", "Prefect: API keys", ("pnu_",), "<36:alnum>"),
)
"""Model hubs, language models and their tools."""

CODE = (
    token("github-token", "GitHub token", "GitHub: token formats",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), "<36+:alnum>", seal=seal_crc),
    token("github-fine-grained-token", "GitHub fine-grained token", "GitHub: token formats",
        ("github_pat_",), "<22:alnum>_<59:alnum>"),
    token("gitlab-token", "GitLab token", "GitLab: token prefixes",
        ("glpat-", "gldt-", "glrt-", "glptt-", "glft-", "glimt-", "glagent-", "gloas-", "glsoat-", "glffct-"),
        "<20+:dots>"),
    token("gitlab-job-token", "GitLab CI job token", "GitLab: token prefixes", ("glcbt-",), "<1-5:alnum>_<20+:url>"),
    token("gitlab-runner-registration", "GitLab runner registration token", "GitLab: token prefixes",
        ("GR1348941",), "<20:url>"),
    token("bitbucket-app-password", "Bitbucket app password", "Bitbucket: app passwords", ("ATBB",), "<32:alnum>"),
    token("bitbucket-http-token", "Bitbucket HTTP access token", "other scanners: credsweeper",
        ("BBDC-",), "<44:b64>"),
    token("atlassian-token", "Atlassian or Bitbucket API token", "Atlassian: API tokens",
        ("ATATT3xFfG", "ATCTT3xFfG"), "<100+:url>=<8:upper>", resembles="ATATT3xFfG", within="TT3xFfG"),
    token("sourcegraph-token", "Sourcegraph access token", "Sourcegraph: access tokens",
        ("sgp_",), "<16:hex>_<40:hex>"),
    token("npm-token", "npm access token", "npm: token format",
        ("npm_",), "<36:alnum>", seal=seal_crc, resembles="npm_config_registry"),
    token("pypi-token", "PyPI API token", "PyPI: API tokens",
        ("pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZw"), "<50+:url>"),
    token("rubygems-key", "RubyGems API key", "RubyGems: API key scopes", ("rubygems_",), "<48:hex>"),
    token("crates-token", "crates.io API token", "crates.io: API tokens", ("cio",), "<32:alnum>"),
    token("docker-token", "Docker Hub access token", "Docker: access tokens",
        ("dckr_pat_", "dckr_oat_"), "<27-32:url>", within="dckr_"),
    token("nuget-key", "NuGet API key", "NuGet: API keys", ("oy2",), "<43:lower>"),
    token("clojars-token", "Clojars deploy token", "Clojars: deploy tokens", ("CLOJARS_",), "<60:lower>"),
    token("artifactory-key", "JFrog Artifactory API key", "JFrog: API keys", ("AKCp",), "<69:alnum>"),
    token("artifactory-reference", "JFrog reference token", "JFrog: reference tokens", ("cmVmdGtu",), "<56:alnum>"),
    token("circleci-token", "CircleCI token", "CircleCI: API tokens", ("CCIPAT_", "CCIPRJ_"), "<22:alnum>_<40:hex>"),
    token("buildkite-token", "Buildkite token", "Buildkite: API tokens", ("bkua_",), "<40:hex>"),
    token("sonar-token", "SonarQube token", "SonarQube: tokens", ("sqp_", "squ_", "sqa_"), "<40:hex>"),
    token("postman-key", "Postman API key", "Postman: API keys", ("PMAK-",), "<24:hex>-<34:hex>"),
    token("postman-access-key", "Postman collection access key", "Postman: sharing by the API",
        ("PMAT-",), "<26:upper>"),
    token("contentful-token", "Contentful personal access token", "Contentful: its own tools; seen in public",
        ("CFPAT-",), "<43:url>"),
    token("typeform-token", "Typeform personal access token", "1Password: shell plugins; gitleaks",
        ("tfp_",), "<44:alnum>_<14:alnum>"),
    token("dropbox-token", "Dropbox access token", "Dropbox: OAuth guide; gitleaks", ("sl.",), "<130+:url>"),
    token("linear-key", "Linear API key", "Linear: API keys", ("lin_api_",), "<40:alnum>"),
    token("notion-token", "Notion integration token", "Notion: authorization", ("ntn_",), "<11:digit><35:alnum>"),
    token("figma-token", "Figma personal access token", "Figma: access tokens", ("figd_",), "<40+:url>"),
    token("airtable-token", "Airtable personal access token", "Airtable: access tokens",
        ("pat",), "<14:alnum>.<64:hex>"),
    token("harness-token", "Harness token", "Harness: API keys", ("pat.", "sat."), "<22:url>.<24:alnum>.<20:alnum>"),
)
"""Code hosts, package registries, build services."""

MESSAGES = (
    token("slack-token", "Slack token", "Slack: token types",
        ("xoxb-", "xoxp-", "xoxa-", "xoxo-", "xoxr-", "xoxs-"), "<10-13:digit>-<20+:url>", within="xox"),
    token("slack-app-token", "Slack app-level token", "Slack: token types",
        ("xapp-1-",), "<9-12:upper>-<10-13:digit>-<40+:lower>"),
    token("slack-rotating-token", "Slack configuration or refresh token", "Slack: token rotation",
        ("xoxe-1-", "xoxe.xoxb-1-", "xoxe.xoxp-1-"), "<140+:alnum>", within="xoxe"),
    token("slack-webhook", "Slack webhook", "Slack: incoming webhooks",
        ("hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/"), "<40+:b64>",
        resembles="hooks.slack.com/services/T000", within="hooks.slack.com/"),
    token("discord-webhook", "Discord webhook", "Discord: webhooks",
        ("discord.com/api/webhooks/", "discordapp.com/api/webhooks/"), "<17-20:digit>/<60+:url>",
        within="/api/webhooks/"),
    token("teams-webhook", "Microsoft Teams webhook", "Microsoft Teams: incoming webhooks",
        ("webhook.office.com/webhookb2/",), f"{_UUID}@{_UUID}/IncomingWebhook/<32:hex>/{_UUID}"),
    token("discord-bot-token", "Discord bot token", "Discord: authentication",
        ("M", "N", "O"), "<23-27:alnum>.<6:url>.<27-38:url>", accept=is_mixed),
    token("mailgun-key", "Mailgun private API key", "other scanners: Mailgun",
        (), "<32:hex>-<8:hex>-<8:hex>", within="-"),
    token("telegram-bot-token", "Telegram bot token", "Telegram: bot API", (), "<8-10:digit>:AA<33:url>", within=":AA"),
    token("twilio-key", "Twilio API key", "Twilio: API keys", ("SK",), "<32:hex>"),
    token("sendgrid-key", "SendGrid API key", "SendGrid: API keys", ("SG.",), "<22:url>.<43:url>"),
    token("mailchimp-key", "Mailchimp API key", "Mailchimp: API keys",
        (), "<32:hex>-us<1-2:digit>", within="-us", resembles="ami-0123456789abcdef-us-east-1"),
    token("brevo-key", "Brevo API key", "Brevo: API keys", ("xkeysib-", "xsmtpsib-"), "<64:hex>-<16:alnum>"),
    token("mailersend-token", "MailerSend API token", "MailerSend: API tokens", ("mlsn.",), "<64:hex>"),
    token("nylas-key", "Nylas API key", "other scanners: credsweeper", ("nyk_v0_",), "<64:alnum>"),
    token("resend-key", "Resend API key", "Resend: API keys", ("re_",), "<8:alnum>_<24:alnum>"),
)
"""Chat, webhooks, mail."""

PAYMENTS = (
    token("stripe-key", "Stripe secret or restricted key", "Stripe: API keys",
        ("sk_live_", "sk_test_", "rk_live_", "rk_test_", "sk_org_"), "<24+:alnum>"),
    token("stripe-webhook-secret", "Stripe webhook signing secret", "Stripe: webhooks", ("whsec_",), "<32+:alnum>"),
    token("square-token", "Square access token", "Square: access tokens", ("sq0atp-", "sq0csp-"), "<22+:url>"),
    token("square-oauth-token", "Square OAuth token", "Square: access tokens", ("EAAA",), "<60:url>"),
    token("shopify-token", "Shopify access token", "Shopify: access tokens",
        ("shpat_", "shpca_", "shppa_", "shpss_"), "<32:hexes>"),
    token("braintree-token", "Braintree access token", "Braintree: access tokens",
        ("access_token$production$", "access_token$sandbox$"), "<16:lower>$<32:hex>", within="access_token$"),
    token("plaid-token", "Plaid access token", "Plaid: tokens",
        ("access-sandbox-", "access-development-", "access-production-"), _UUID, within="access-"),
    token("flutterwave-key", "Flutterwave secret key", "Flutterwave: API keys",
        ("FLWSECK-", "FLWSECK_TEST-"), "<32:hex>-X", resembles="FLWSECK-TEST", within="FLWSECK"),
    token("easypost-key", "EasyPost API key", "EasyPost: API keys", ("EZAK", "EZTK"), "<54:alnum>"),
    token("shippo-token", "Shippo API token", "Shippo: authentication",
        ("shippo_live_", "shippo_test_"), "<40:hex>", within="shippo_"),
)
"""Payment and commerce."""

OPERATIONS = (
    token("newrelic-key", "New Relic user key", "New Relic: API keys", ("NRAK-",), "<27:upper>"),
    token("newrelic-insert-key", "New Relic insert or query key", "other scanners: gitleaks",
        ("NRII-", "NRIQ-"), "<32:url>"),
    token("newrelic-license", "New Relic license key", "New Relic: API keys",
        (), "<32:alnum>FFFFNRAL", within="FFFFNRAL"),
    token("sentry-user-token", "Sentry user token", "Sentry: auth tokens", ("sntryu_",), "<64:hex>"),
    token("sentry-org-token", "Sentry organization token", "Sentry: auth tokens",
        ("sntrys_eyJ",), "<60+:b64><0-2:pad>_<43:b64>"),
    token("grafana-service-token", "Grafana service account token", "Grafana: service accounts",
        ("glsa_",), "<32:alnum>_<8:hexes>"),
    token("grafana-cloud-token", "Grafana Cloud token", "Grafana Cloud: access policies",
        ("glc_",), "<40+:b64><0-3:pad>", resembles="glc_region"),
    token("grafana-api-key", "Grafana API key (legacy)", "Grafana: API keys",
        ("eyJrIjoi",), "<60+:b64><0-3:pad>", resembles="eyJrIjoiYSJ9"),
    token("honeycomb-key", "Honeycomb ingest key", "Honeycomb: API keys", ("hcaik_", "hcbik_"), "<58:lower>"),
    token("dynatrace-token", "Dynatrace token", "Dynatrace: access tokens",
        ("dt0c01.", "dt0s01.", "dt0s16."), "<24:upper>.<64:upper>"),
    token("posthog-key", "PostHog personal API key", "PostHog: API keys", ("phx_",), "<43+:alnum>"),
    token("launchdarkly-key", "LaunchDarkly SDK key", "LaunchDarkly: keys", ("sdk-",), _UUID),
    token("vault-token", "HashiCorp Vault token", "Vault: tokens", ("hvs.", "hvb.", "hvr."), "<24+:url>"),
    token("vault-legacy-token", "HashiCorp Vault token (before 1.10)", "Vault: tokens; GitLab: secret detection",
        ("s.",), "<24:alnum>", accept=is_mixed, resembles="s.someAttributeOfAnObject"),
    token("vault-batch-token", "HashiCorp Vault batch token (before 1.10)", "Vault: tokens; GitLab: secret detection",
        ("b.AAAAAQ",), "<100+:url>"),
    token("terraform-token", "HCP Terraform API token", "HCP Terraform: API tokens",
        (), "<14:alnum>.atlasv1.<60-70:url>", within=".atlasv1."),
    token("doppler-token", "Doppler token", "Doppler: token formats",
        ("dp.pt.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."), "<40-44:alnum>"),
    token("doppler-service-token", "Doppler service token", "Doppler: token formats",
        ("dp.st.",), "<1-35:url>.<40-44:alnum>"),
    token("pulumi-token", "Pulumi access token", "Pulumi: access tokens", ("pul-",), "<40:hex>"),
    token("onepassword-service-token", "1Password service account token", "1Password: service accounts",
        ("ops_eyJ",), "<250+:b64><0-3:pad>", resembles="ops_eyJ" + "a" * 40),
    token("onepassword-secret-key", "1Password secret key", "1Password: Secret Key",
        ("A3-",), "<6:upper>-<6:upper>-<5:upper>-<5:upper>-<5:upper>-<5:upper>"),
    token("age-secret-key", "age identity", "age: format",
        ("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1"), "<58:bech32>", within="AGE-SECRET-KEY-"),
    token("tailscale-key", "Tailscale key", "Tailscale: key prefixes",
        ("tskey-auth-", "tskey-api-", "tskey-client-", "tskey-scim-", "tskey-webhook-"),
        "<12+:alnum>-<24+:alnum>", within="tskey-"),
    token("openshift-token", "OpenShift user token", "OpenShift: OAuth tokens", ("sha256~",), "<43:url>"),
    token("maxmind-key", "MaxMind license key", "MaxMind: license keys", (), "<6:alnum>_<29:alnum>_mmk", within="_mmk"),
    token("nats-seed", "NATS nkey seed", "NATS: nkeys",
        ("SU", "SA", "SO", "SN", "SC", "SX"), "<56:b32>", accept=has_digit, resembles="SU" + "A" * 56),
    token("swarm-token", "Docker Swarm join token", "Docker: swarm mode",
        ("SWMTKN-1-",), "<50:lower>-<25:lower>", resembles="SWMTKN-1-..."),
    token("swarm-unlock-key", "Docker Swarm unlock key", "Docker: swarm mode", ("SWMKEY-1-",), "<43:b64>"),
    token("octopus-key", "Octopus Deploy API key", "Octopus Deploy: API keys", ("API-",), "<26:upper>"),
)
"""Monitoring, infrastructure, secret stores."""

# fmt: on

FORMATS = (*CLOUDS, *MODELS, *CODE, *MESSAGES, *PAYMENTS, *OPERATIONS)
"""All tokens with a shape of their own, a more telling one before a less telling one."""
