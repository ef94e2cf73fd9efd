# One static binary, run by nobody in particular: no shell, no package manager, no root.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/countersign ./cmd/countersign \
 && mkdir -p /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/countersign /usr/local/bin/countersign
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV COUNTERSIGN_ADDR=0.0.0.0:8080 \
    COUNTERSIGN_DATA=/data \
    COUNTERSIGN_LOG=json
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/countersign"]
CMD ["serve"]
