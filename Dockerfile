# syntax=docker/dockerfile:1

# The image holds the one static program, certificates, and nothing else: no shell, no package
# manager. It brings no PostgreSQL, so set GATELOG_DATABASE_URL; see docker-compose.yml.

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o /out/gatelog ./cmd/gatelog \
    && mkdir /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/gatelog /gatelog
COPY --from=build --chown=65532:65532 /out/data /data
ENV GATELOG_HTTP_ADDR=0.0.0.0:8080 GATELOG_DATA_DIR=/data
USER 65532:65532
VOLUME /data
EXPOSE 8080
# `gatelog health` asks the server in this container whether it is ready.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=5 CMD ["/gatelog", "health"]
ENTRYPOINT ["/gatelog"]
CMD ["serve"]
