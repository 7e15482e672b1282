# The desk in an image without a shell, a package or a library: one static file.
#
#   docker build -t deskbell --build-arg VERSION=v1.0.0 --build-arg COMMIT=$(git rev-parse HEAD) .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges \
#     -v deskbell:/data -p 127.0.0.1:8080:8080 deskbell
#
# deploy/prove-static.sh shows the same binary at work in an empty root.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download && go mod verify
COPY . .
ARG VERSION= COMMIT=
RUN VERSION=$VERSION COMMIT=$COMMIT deploy/build-static.sh /out/deskbell
# The volume's folder belongs to the user that the program runs as.
RUN mkdir -p /out/data

# distroless/static has CA certificates, a user file and /tmp, and nothing to run.
FROM gcr.io/distroless/static:nonroot
COPY --from=build /out/deskbell /deskbell
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
# Here deskbell.yaml is looked for, and deskbell.db is kept unless it says else.
WORKDIR /data
VOLUME /data
ENV DESKBELL_HTTP_LISTEN=:8080
EXPOSE 8080
# 10 s are the desk's to stop in: docker stop's default.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 CMD ["/deskbell", "healthcheck"]
ENTRYPOINT ["/deskbell"]
CMD ["serve"]
