import { expect, it } from 'vitest';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';

/** A flag is switched and then watched: no revision is placed. */
function read(criteria: string) {
  return readPipeline(
    `pipeline: shop
environments:
  production:
    target: { kind: process, start: node server.js, port: 4100 }
stages:
  - { name: unit, kind: command, question: Do the tests pass?, run: npm test }
  - { name: on, kind: flag, flag: checkout, value: true }
  - { name: watch, kind: analysis, for: 5m, ${criteria} }
`,
    'nonevent.yaml',
  );
}

function problems(criteria: string): string {
  const reading = read(criteria);
  return reading.ok
    ? 'no problem'
    : reading.findings.map(({ code, message }) => `${code} ${message}`).join('\n');
}

const METRIC = 'namespace: AWS/Lambda, metric: Errors, statistic: Sum';

it('reads metrics and alarms, about any change, and fills in what has a default', () => {
  const reading = read(`alarms: [5xx], metrics: [{ ${METRIC}, max: 5 }]`);
  expect(reading.ok && reading.pipeline.stages.at(-1)).toMatchObject({
    alarms: ['5xx'],
    metrics: [
      { namespace: 'AWS/Lambda', metric: 'Errors', dimensions: {}, statistic: 'Sum', period: 60, max: 5 },
    ],
    expect: 300,
    timeout: 660,
  });
  expect(reading.ok && 'minRequests' in (reading.pipeline.stages.at(-1) ?? {})).toBe(false);
});

it.each([
  ['minRequests: 5', 'NE212 an analysis without a bound would pass whatever happens'],
  ['errorRate: { max: 1% }', 'expected minRequests: how many requests are enough'],
  ['minRequests: 5, errorRate: { max: 1% }', 'watch needs a new revision in production'],
  [`metrics: [{ ${METRIC} }]`, 'a metric without a bound would say nothing'],
  [`metrics: [{ ${METRIC}, max: 5, period: 90s }]`, 'expected whole minutes, or 1, 5, 10, 20 or 30 s'],
  [`metrics: [{ ${METRIC}, max: .inf }]`, 'metrics'],
  ['metrics: [{ namespace: A, metric: B, statistic: median, max: 5 }]', 'expected Sum, Average, Minimum'],
  ['alarms: []', 'alarms'],
])('refuses %j', (criteria, message) => {
  expect(problems(criteria)).toContain(message);
});
