# fbridge with its four plugins, their emulated stores, PostgreSQL's driver and the papers (docs/containers.md).
FROM python:3.13-slim AS build
WORKDIR /source
COPY constraints.txt ./
COPY core core
COPY plugins plugins
# The versions that are tested. pip takes no hashes beside folders, which have none.
RUN sed -e '/--hash=/d' -e 's/ \\$//' constraints.txt >versions.txt \
 && python -m venv /opt/fbridge \
 && /opt/fbridge/bin/pip install --no-cache-dir --disable-pip-version-check --constraint versions.txt \
    './core[postgres,office,otel,sandbox,workers]' './plugins/magento[sandbox]' './plugins/prestashop[sandbox]' \
    './plugins/shopify[sandbox]' './plugins/woocommerce[sandbox]'

FROM python:3.13-slim
COPY --from=build /opt/fbridge /opt/fbridge
RUN useradd --create-home --uid 10001 fbridge && install --directory --owner=fbridge --mode=0700 /data
ENV PATH=/opt/fbridge/bin:$PATH FBRIDGE_HOME=/data FBRIDGE_LOG_FORMAT=json
USER fbridge
VOLUME /data
HEALTHCHECK --interval=5m --timeout=30s --start-period=2m CMD ["fbridge", "status", "--check"]
ENTRYPOINT ["fbridge"]
CMD ["--help"]
