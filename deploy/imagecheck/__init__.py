"""Proves the Dockerfile without a container daemon: `make image-check`.

Its own steps run in bare roots made by debootstrap; then the service is started there as the image would start it,
with a read-only root and no network, and is given invoices. Standard library only: runs with the system's Python.
"""
