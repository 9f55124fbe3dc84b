# `pellucid` from its wheel, without compilers or source: docker build --tag pellucid .
FROM python:3.13-slim AS wheel
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY examples examples
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /dist .

FROM python:3.13-slim
COPY constraints.txt /tmp/constraints.txt
RUN --mount=type=bind,from=wheel,source=/dist,target=/dist \
    python -m pip install --no-cache-dir --constraint /tmp/constraints.txt /dist/*.whl \
    && useradd --create-home --uid 10001 pellucid
USER pellucid
WORKDIR /home/pellucid
# Compiled kernels and fonts are kept where this user may write.
ENV NUMBA_CACHE_DIR=/tmp/numba MPLCONFIGDIR=/tmp/matplotlib PYTHONUNBUFFERED=1
EXPOSE 8000
ENTRYPOINT ["python", "-m", "pellucid"]
CMD ["--help"]
