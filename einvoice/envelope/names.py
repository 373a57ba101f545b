"""The names of the envelope: namespaces, elements, schemes (SBDH 1.3; Peppol Business Message Envelope 2.0.1)."""

from einvoice.model.namespaces import SBDH

CONTENT = "http://peppol.eu/xsd/ticc/envelope/1.0"  # of what is no XML

DOCUMENT = f"{{{SBDH}}}StandardBusinessDocument"
HEADER = f"{{{SBDH}}}StandardBusinessDocumentHeader"
BINARY = f"{{{CONTENT}}}BinaryContent"
TEXT = f"{{{CONTENT}}}TextContent"

HEADER_VERSION = "1.0"
PARTICIPANTS = "iso6523-actorid-upis"
DOCUMENT_SCHEME = "busdox-docid-qns"
PROCESS_SCHEME = "cenbii-procid-ubl"
SERVICE_PROVIDER = "0242"  # the scheme of SPIDs
