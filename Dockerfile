# The image of every role of `lotse controller`: one bundled file on Node, nothing else, and nobody's root.
#   docker build -t registry.example.com/lotse:0.1.0 .        (without a daemon: buildah bud --isolation chroot -t …)
#   lotse controller manifests --image registry.example.com/lotse:0.1.0 | kubectl apply -f -
FROM node:22-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN node scripts/build.mjs --quiet

FROM node:22-slim
# iptables and nft for the metadata proxy, ip for the link of the pod identity agent; without the package lists, and without npm, which nothing here runs.
RUN apt-get update \
 && apt-get install -y --no-install-recommends iproute2 iptables nftables \
 && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
COPY --from=build /src/dist/lotse-image.cjs /app/lotse.cjs
COPY --from=build /src/LICENSE /src/THIRD-PARTY-LICENSES.md /app/
USER 65532:65532
ENV NODE_ENV=production
# A small nursery: after a burst of work, V8 would keep three times 16 MB of it.
ENTRYPOINT ["node", "--max-semi-space-size=4", "/app/lotse.cjs"]
CMD ["controller"]
