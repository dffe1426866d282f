"""cert-manager, its issuers, the environment's certificates, and who may ask for more (CRT-1 to CRT-5)."""

from network.components.certificates.admission import Admission, AdmissionArgs
from network.components.certificates.cert_manager import CertManager, CertManagerArgs
from network.components.certificates.certificates import Certificates, CertificatesArgs

__all__ = ["Admission", "AdmissionArgs", "CertManager", "CertManagerArgs", "Certificates", "CertificatesArgs"]
