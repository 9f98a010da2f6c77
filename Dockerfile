# zwitness in a container: sources run by Bun, no build step.
#   docker build -t zwitness .
# Both base images can be replaced: --build-arg NODE_IMAGE=… --build-arg BASE_IMAGE=…
# By digest, so that nobody else decides what is built upon; `npm run bases` makes them what their tags are now.
ARG NODE_IMAGE=node:22-bookworm-slim@sha256:48e4b67d85f87bd551df43704e24d252f56cc5f8e9718841aace50f19948f0f9
ARG BASE_IMAGE=debian:bookworm-slim@sha256:abd67ffcfa541b485a3dff59865ab629aa048a6c613e639d36e7456b0b229241

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# What is in it, for those who look for known faults; Debian's packages have their own list.
COPY lib/setup/sbom /sbom
RUN /sbom /app >sbom.cdx.json
RUN npm ci --omit=dev --no-audit --no-fund --loglevel=error
# The one binary, not its three copies.
RUN (node_modules/.bin/bun --version || (node node_modules/bun/install.js && node_modules/.bin/bun --version)) \
 && ln -sf bun.exe node_modules/bun/bin/bunx.exe \
 && rm -rf node_modules/@oven \
 # Declarations of types and source maps are for those who develop.
 && find node_modules -type f '(' -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.map' ')' -delete

FROM ${BASE_IMAGE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libnss-wrapper openssh-client pv tini tzdata \
 && rm -rf /var/lib/apt/lists/* \
 # OpenSSH wants a name for whoever calls it (another uid: lib/setup/enter), and reads nobody's configuration but ours.
 && echo 'zwitness:x:1001:1001::/data:/usr/sbin/nologin' >>/etc/passwd \
 && echo 'zwitness:x:1001:' >>/etc/group \
 && install -d -o 1001 -g 1001 -m 0700 /data /logs \
 && install -d -m 0755 /config
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=packages /app/sbom.cdx.json .
COPY package.json bunfig.toml tsconfig.json LICENSE NOTICE ./
COPY docs/licences.md docs/
COPY config config
COPY functions functions
COPY islands islands
COPY lib lib
COPY routes routes
# For `zwitness demo`.
COPY simulator simulator
RUN ln -s /app/lib/setup/enter /usr/local/bin/zwitness

ARG COMMIT=""
ENV HOME=/data \
    ZWITNESS_CONFIG_DIR=/config \
    ZWITNESS_DATA_DIR=/data \
    ZWITNESS_LOG_DIR=/logs \
    ZWITNESS_HOST=0.0.0.0 \
    ZWITNESS_PORT=8080 \
    ZWITNESS_COMMIT=${COMMIT}
USER 1001:1001
VOLUME ["/config", "/data", "/logs"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 CMD ["zwitness", "healthz"]
# tini: reaps what a killed ssh leaves behind, and hands on the signals.
ENTRYPOINT ["tini", "--", "/app/lib/setup/enter"]
CMD ["serve"]
