import express, { type Express, Router } from 'express';
import type { Metrics } from './metrics.ts';
import { healthRoutes, type HealthChecks } from './routes/health.ts';
import { metricsRoute, type MetricsAccess } from './routes/metrics.ts';

/** What those who run a desk look at. */
export interface OperationsDeps {
  checks: HealthChecks;
  metrics: Metrics;
  access: MetricsAccess;
}

/** Readiness is the database's: without Telegram people can still be served, and the outbox keeps what is for it. */
const needed = ['database'];

/** `/api/health`, `/api/health/live`, `/api/health/ready` and `/api/metrics`, for the api and for a bot that runs apart. */
export function operations({ checks, metrics, access }: OperationsDeps): Router {
  const { health, live, ready } = healthRoutes(checks, needed);
  return Router()
    .get('/api/health', health)
    .get('/api/health/live', live)
    .get('/api/health/ready', ready)
    .get('/api/metrics', metricsRoute(metrics, access));
}

/** The HTTP server of a bot that runs apart from the api: only what those who run it look at. */
export function operationsApp(deps: OperationsDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(operations(deps));
  app.use((_req, res) => {
    const message = 'This is the bot: it has /api/health and /api/metrics.';
    res.status(404).json({ code: 'not_found', message });
  });
  return app;
}
