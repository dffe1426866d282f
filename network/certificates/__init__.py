"""cert-manager, its issuers and the environment's certificates (CRT-1 to CRT-4)."""

from network.certificates.cert_manager import CertManager, CertManagerArgs
from network.certificates.certificates import Certificates, CertificatesArgs

__all__ = ["CertManager", "CertManagerArgs", "Certificates", "CertificatesArgs"]
