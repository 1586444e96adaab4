"""Settings of who the server lets in."""

from __future__ import annotations

from slipcast.wiring import readers
from slipcast.wiring.settings.setting import Setting

SETTINGS = (
    Setting(
        "identity.htpasswd",
        "htpasswd",
        "SLIPCAST_HTPASSWD",
        "file",
        readers.file,
        "Users of the server and their passwords, as `htpasswd -B` writes them; read anew when "
        "it changes.",
    ),
    Setting(
        "oidc.issuer",
        "oidc_issuer",
        "SLIPCAST_OIDC_ISSUER",
        "https URL",
        readers.text,
        "OpenID Connect provider whose ID tokens the server takes as bearer tokens.",
    ),
    Setting(
        "oidc.client_id",
        "oidc_client_id",
        "SLIPCAST_OIDC_CLIENT_ID",
        "name",
        readers.text,
        "The client for which the tokens must be made.",
    ),
    Setting(
        "oidc.username_claim",
        "oidc_username_claim",
        "SLIPCAST_OIDC_USERNAME_CLAIM",
        "name",
        readers.text,
        "The claim that holds the user's name. Default: sub.",
    ),
    Setting(
        "oidc.username_prefix",
        "oidc_username_prefix",
        "SLIPCAST_OIDC_USERNAME_PREFIX",
        "text",
        readers.text,
        "What is put before names; empty: nothing. Default: the issuer and a #, and nothing for"
        " the claim email.",
    ),
    Setting(
        "oidc.groups_claim",
        "oidc_groups_claim",
        "SLIPCAST_OIDC_GROUPS_CLAIM",
        "name",
        readers.text,
        "The claim that holds the user's groups. Default: none.",
    ),
    Setting(
        "oidc.groups_prefix",
        "oidc_groups_prefix",
        "SLIPCAST_OIDC_GROUPS_PREFIX",
        "text",
        readers.text,
        "What is put before groups. Default: nothing.",
    ),
    Setting(
        "oidc.ca_file",
        "oidc_ca_file",
        "SLIPCAST_OIDC_CA_FILE",
        "file",
        readers.file,
        "Certificate authority of the provider. Default: what this host trusts.",
    ),
    Setting(
        "oidc.required_claims",
        "oidc_required_claims",
        "SLIPCAST_OIDC_REQUIRED_CLAIMS",
        "table of texts; in the environment NAME=VALUE words",
        readers.variables,
        "Claims that tokens must have, with these values.",
    ),
    Setting(
        "oidc.client_secret_file",
        "oidc_client_secret_file",
        "SLIPCAST_OIDC_CLIENT_SECRET_FILE",
        "file",
        readers.file,
        "A file that holds the client's secret, for the server's user alone: with it, people log in"
        " at the provider with a browser. Default: none, and tokens are taken only.",
    ),
    Setting(
        "oidc.client_secret",
        "oidc_client_secret",
        "SLIPCAST_OIDC_CLIENT_SECRET",
        "text",
        readers.secret,
        "The client's secret itself, where oidc.client_secret_file names no file.",
    ),
    Setting(
        "oidc.name",
        "oidc_name",
        "SLIPCAST_OIDC_NAME",
        "name",
        readers.text,
        "What the login page calls the provider; a browser comes back to /oauth2callback/NAME,"
        " which the provider has to know. Default: openid.",
    ),
    Setting(
        "oidc.extra_scopes",
        "oidc_extra_scopes",
        "SLIPCAST_OIDC_EXTRA_SCOPES",
        "list of names; in the environment joined by commas",
        readers.words,
        "Scopes that the provider is asked for beside openid, such as profile, email or groups,"
        " where claims depend on them. Default: none.",
    ),
)
