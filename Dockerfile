# One image for web, worker, beat, relay and migrate: docker-compose.yml says which it becomes.
FROM python:3.13-slim AS environment
COPY requirements/bootstrap.txt requirements/run.txt /requirements/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /requirements/bootstrap.txt \
 && VIRTUAL_ENV=/opt/venv /opt/venv/bin/uv pip sync --no-cache --require-hashes --compile-bytecode \
      /requirements/bootstrap.txt /requirements/run.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin lunzhi
COPY --from=environment /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000
WORKDIR /app
COPY lunzhi wsgi.py celery_app.py ./
COPY service service
COPY workers workers
COPY schemas schemas
RUN python -m compileall -q service workers schemas wsgi.py celery_app.py
# var holds only what may be lost: beat's notes of when it last rang.
RUN mkdir var && chown lunzhi var
USER lunzhi
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=2)"]
ENTRYPOINT ["./lunzhi"]
CMD ["web"]
