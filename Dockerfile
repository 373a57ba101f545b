# The service as an image: built with hash-locked packages, rule packs inside, so that it runs offline.
#
#   docker build --tag einvoice --build-arg VERSION=0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" .
#   docker run --init --publish 127.0.0.1:8080:8080 --volume einvoice:/var/lib/einvoice --name einvoice einvoice
#   docker exec einvoice einvoice admin create-user --help      (sign-in links exist on loopback only)
#
# It needs to write nowhere but in its volume and /tmp: --read-only --tmpfs /tmp --cap-drop ALL is fine.

FROM debian:trixie-slim AS builder

RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3-venv \
    && rm -rf /var/lib/apt/lists/*

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all:

# What changes seldom comes first. The build tools have a venv of their own and stay behind in this stage.
COPY requirements/build.txt requirements/runtime.txt /src/requirements/
RUN python3 -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --requirement /src/requirements/build.txt \
    && python3 -m venv /opt/einvoice \
    && /opt/einvoice/bin/pip install --require-hashes --requirement /src/requirements/runtime.txt

COPY . /src
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /src/dist /src \
    && /opt/einvoice/bin/pip install --no-deps /src/dist/*.whl

# Official rule artefacts, each by its hash, into /opt/einvoice/share/einvoice/rules.
RUN /opt/einvoice/bin/einvoice rules sync && /opt/einvoice/bin/einvoice rules verify


FROM debian:trixie-slim

ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="einvoice" \
      org.opencontainers.image.description="Receives electronic invoices (XRechnung, ZUGFeRD) for public authorities" \
      org.opencontainers.image.licenses="EUPL-1.2" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="docker.io/library/debian:trixie-slim"

# The ids are fixed so that a mounted volume can be prepared: chown 10001:10001. Volumes of their own may be mounted
# at the folders below it, too: a new one begins as the folder here.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 einvoice \
    && useradd --uid 10001 --gid einvoice --home-dir /var/lib/einvoice --no-create-home --shell /usr/sbin/nologin einvoice \
    && install --directory --owner einvoice --group einvoice --mode 0750 \
        /var/lib/einvoice /var/lib/einvoice/inbox /var/lib/einvoice/keys /var/lib/einvoice/rules

# Belongs to root: the service can read program and rules, and change neither.
COPY --from=builder /opt/einvoice /opt/einvoice

ENV PATH=/opt/einvoice/bin:$PATH \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    EINVOICE_DATA_DIR=/var/lib/einvoice \
    EINVOICE_INBOX_DIR=/var/lib/einvoice/inbox \
    EINVOICE_HOST=0.0.0.0 \
    EINVOICE_PORT=8080

USER 10001:10001
WORKDIR /var/lib/einvoice
VOLUME /var/lib/einvoice
EXPOSE 8080

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", "\
import http.client, os, sys; \
service = http.client.HTTPConnection('127.0.0.1', int(os.environ['EINVOICE_PORT']), timeout=4); \
service.request('GET', '/healthz'); \
sys.exit(service.getresponse().status != 200)"]

CMD ["einvoice", "serve"]
