# A small image of one static program:
#   docker build -t linchpin .
#   docker run --rm -v "$PWD:/model:ro" linchpin check
# `diff --base` needs git, which is not in it.
FROM rust:1.88-alpine AS build
WORKDIR /source
COPY . .
# Alpine's target links all of it in.
RUN cargo install --locked --no-default-features --path . --root /built

FROM scratch
COPY --from=build /built/bin/linchpin /linchpin
USER 65534:65534
WORKDIR /model
ENTRYPOINT ["/linchpin"]
CMD ["--help"]
