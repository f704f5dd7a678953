import { between, dateAndTime, span } from '../../lifecycle/wording/times.ts';
import type { ReportScope } from './report.ts';

/** What a report is about. Pure. */
export function scopeInWords({ since, until, environment }: ReportScope): string {
  const where = environment === undefined ? 'all environments' : `environment ${environment}`;
  const from = since === undefined ? '' : ` since ${dateAndTime(since)}`;
  const to = until === undefined ? '' : ` until ${dateAndTime(until)}`;
  return `Deployments to ${where}${from}${to}.`;
}

/** When a deployment ended and how long it took. Pure. */
export function tookInWords(requestedAt: string, endedAt: string | undefined): string {
  return endedAt === undefined
    ? 'not ended'
    : `ended ${dateAndTime(endedAt)} after ${span(between(requestedAt, endedAt))}`;
}
