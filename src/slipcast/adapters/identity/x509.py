"""Client certificates: the common name is the user, the organizations are the groups.

TLS has verified them against our authority before anybody sees them here.

Source: Kubernetes authentication: X.509 client certificates.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import NameOID

from slipcast.ports.identity import Credentials
from slipcast.values.actor import AUTHENTICATED, Actor


class ClientCertificates:
    """Knows whoever has a certificate of ours. Implements Authenticator."""

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """The subject of the certificate; a token or a password beside it is asked first."""
        if credentials.certificate is None or credentials.bearer or credentials.user:
            return None
        subject = x509.load_der_x509_certificate(credentials.certificate).subject
        names = [str(each.value) for each in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        if len(names) != 1 or not names[0]:
            return None
        organizations = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        groups = dict.fromkeys((*(str(each.value) for each in organizations), AUTHENTICATED))
        return Actor(name=names[0], groups=tuple(groups))
