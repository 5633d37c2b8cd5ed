# The coach in a container. No container engine was at hand when this was written: the image itself is unbuilt;
# tests/test_container.py runs its commands as plain processes.

FROM python:3.11-slim AS build
ARG EXTRAS=staff
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY coachbot ./coachbot
COPY dialogs ./dialogs
COPY content ./content
RUN python -m venv /srv/coachbot
RUN pip wheel --quiet --disable-pip-version-check --no-cache-dir --no-deps --wheel-dir dist .
RUN /srv/coachbot/bin/pip install --quiet --disable-pip-version-check --no-cache-dir -c constraints.txt "$(ls dist/coachbot-*.whl)[$EXTRAS]"

FROM python:3.11-slim
COPY --from=build /srv/coachbot /srv/coachbot
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin coach \
    && mkdir -p /data /keys \
    && chown coach /data /keys \
    && chmod 700 /data /keys
ENV PATH=/srv/coachbot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    COACHBOT_HOST=0.0.0.0 \
    COACHBOT_PORT=8000 \
    COACHBOT_DATA=/data \
    COACHBOT_KEYS=/keys/keys.json
USER coach
WORKDIR /data
VOLUME ["/data", "/keys"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; port = os.environ.get('PORT') or os.environ.get('COACHBOT_PORT', '8000'); web.urlopen(f'http://127.0.0.1:{port}/healthz', timeout=4)"]
CMD ["coachbot", "run"]
