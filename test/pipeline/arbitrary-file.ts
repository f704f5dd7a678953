import fc from 'fast-check';

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((line) => !/[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(line));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const duration = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map((seconds) => `${seconds}s`),
  fc.integer({ min: 1, max: 9 }).map((minutes) => `${minutes}m`),
  fc.integer({ min: 1, max: 900 }).map((milliseconds) => `${milliseconds}ms`),
  fc.integer({ min: 1, max: 600 }),
);
const mode = optional(fc.constantFrom('shadow', 'advisory', 'enforcing'));
const environment = fc.constantFrom('staging', 'production');

const criteria = fc.record({
  for: duration,
  interval: optional(duration),
  minRequests: fc.integer({ min: 1, max: 1000 }),
  errorRate: fc.record({
    max: fc.constantFrom('1%', '0.5%', 0.02),
    maxIncrease: optional(fc.constant('1%')),
  }),
  p95: optional(fc.record({ maxRatio: fc.double({ min: 1, max: 10, noNaN: true }) })),
});
const smoke = optional(
  fc.record({ path: fc.constantFrom('/', '/health'), contains: optional(text), within: optional(duration) }),
);
const steps = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 5 })
  .map((percents) => [...percents.sort((one, other) => one - other), 100]);

const command = fc.record({
  kind: fc.constant('command'),
  question: text,
  run: text,
  expect: optional(duration),
  mode,
});
const http = fc.record({
  kind: fc.constant('http'),
  url: fc.constantFrom('https://example.com/', 'http://example.com/a'),
  mode,
});
const custom = fc.record({
  kind: fc.constant('custom'),
  question: text,
  run: text,
  undo: text,
  environment: optional(environment),
  env: optional(fc.dictionary(fc.stringMatching(/^[A-J]{1,8}$/), text, { maxKeys: 3 })),
});
const compatibility = fc.record({ kind: fc.constant('compatibility'), environment, mode });
const parity = fc.record({
  kind: fc.constant('parity'),
  environment: fc.constant('staging'),
  against: fc.constant('production'),
  live: optional(fc.boolean()),
  allow: optional(fc.subarray(['env.LOG_LEVEL', 'flags', 'drain'])),
});
const flag = fc.record({
  kind: fc.constant('flag'),
  environment,
  flag: fc.constantFrom('new-checkout', 'maxItems'),
  value: fc.oneof(fc.boolean(), fc.integer(), text),
});
const migrate = fc.record({
  kind: fc.constant('migrate'),
  environment,
  phase: fc.constantFrom('expand', 'data'),
  from: fc.constant(1),
  to: fc.constant(2),
  run: text,
  harmless: fc.constant('nobody reads it yet'),
});
const canary = fc.record({
  kind: fc.constant('canary'),
  environment,
  timeout: optional(duration),
  steps,
  smoke,
  analysis: criteria,
});
const blueGreen = fc.record({
  kind: fc.constant('blueGreen'),
  environment,
  timeout: optional(duration),
  smoke,
  analysis: optional(criteria),
});

const step = fc.oneof(
  command,
  http,
  custom,
  compatibility,
  parity,
  flag,
  migrate,
  canary,
  blueGreen,
  fc.array(fc.oneof(command, http), { minLength: 2, maxLength: 4 }).map((stages) => ({ stages })),
);

const versions = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 });
const apiName = fc.constantFrom('catalog', 'prices');
const apis = fc.record({
  provides: optional(fc.dictionary(apiName, versions)),
  consumes: optional(
    fc.dictionary(apiName, fc.oneof(versions, fc.record({ versions, external: optional(fc.boolean()) }))),
  ),
});

/** Each migration is of a schema of its own, which the release runs on before and after it. */
const DECLARED = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`m${index}`, [1, 2]]));

/** Pipeline files that are right, as plain data: any mix of kinds, with and without what may be left out. */
export const pipelineFiles = fc
  .tuple(apis, command, fc.array(step, { maxLength: 8 }))
  .map(([declared, first, others]) => ({
    pipeline: 'storefront',
    apis: declared,
    schemas: DECLARED,
    environments: {
      staging: { target: { kind: 'process', start: 'npm start', port: 8081 } },
      production: { target: { kind: 'process', start: 'npm start', port: 8080, drain: '2s' } },
    },
    stages: [first, ...others].map((one, index) =>
      'stages' in one
        ? {
            parallel: `s${index}`,
            stages: one.stages.map((check, inner) => ({ name: `s${index}-${inner}`, ...check })),
          }
        : { name: `s${index}`, ...one, ...(one.kind === 'migrate' ? { schema: `m${index}` } : {}) },
    ),
  }))
  .map((file) => JSON.parse(JSON.stringify(file)) as Readonly<Record<string, unknown>>);
