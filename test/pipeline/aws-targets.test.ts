import { expect, it } from 'vitest';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';

const TARGETS = {
  lambdaAlias: 'kind: lambdaAlias, function: shop-api, alias: live',
  ecsService: 'kind: ecsService, cluster: shop, service: web, container: web, repository: example.com/web',
  cloudFormation: 'kind: cloudFormation, stack: shop, template: template.yaml',
};

function read(target: keyof typeof TARGETS, stages: string, more = '') {
  return readPipeline(
    `pipeline: shop
environments:
  production: { target: { ${TARGETS[target]}${more} } }
stages:
  - { name: unit-tests, kind: command, question: Is it good?, run: npm test }
  - { name: start, kind: place }
${stages}`,
    'nonevent.yaml',
  );
}

const found = (...given: Parameters<typeof read>): readonly string[] =>
  read(...given).findings.map(({ line, code, message }) => `${line} ${code} ${message}`);

it.each([
  [
    'ecsService',
    '  - { name: half, kind: shift, percent: 50 }\n',
    '7 NE340 half gives the new revision 50 % of the traffic of a target of kind ecsService: expected 100 %',
  ],
  [
    'cloudFormation',
    '  - { name: half, kind: shift, percent: 50 }\n',
    '7 NE340 half gives the new revision 50 % of the traffic of a target of kind cloudFormation: expected 100 %',
  ],
  [
    'cloudFormation',
    '  - { name: judge, kind: analysis, for: 1m, minRequests: 9, errorRate: { max: 1% } }\n',
    '7 NE340 judge judges requests of a target of kind cloudFormation, which nobody counts by revision',
  ],
  [
    'lambdaAlias',
    '  - { name: judge, kind: analysis, for: 1m, minRequests: 9, p95: { max: 1s } }\n',
    '7 NE340 judge judges p95 of a Lambda alias, which is not known by version',
  ],
  [
    'lambdaAlias',
    '  - { name: ask, kind: http, url: /health }\n',
    '7 NE340 ask asks a revision of a target of kind lambdaAlias, which has no address of its own',
  ],
  [
    'lambdaAlias',
    '  - { name: ask, kind: http, url: /health, through: router }\n',
    '7 NE340 ask asks through the router of a target without url',
  ],
  [
    'ecsService',
    '  - { name: all, kind: shift, percent: 100, timeout: 15m }\n',
    '7 NE341 all may take 15 minutes on a target of kind ecsService: expected at most 14',
  ],
] as const)('finds what a target of kind %s cannot do', (target, stages, finding) => {
  expect(found(target, stages)).toContain(finding);
});

it('lets a Lambda alias have a canary, and asks it at its url', () => {
  const canary =
    '  - { name: rollout, kind: canary, steps: [10, 100], analysis: { for: 1m, minRequests: 9, errorRate: { max: 1% } } }\n';
  const ask = '  - { name: ask, kind: http, url: /health, through: router }\n';
  expect(found('lambdaAlias', canary + ask, ', url: "https://shop.example.com"')).toEqual([]);
});

it('gives the shift of a blueGreen the time that changing the whole target may take', () => {
  const times = (target: keyof typeof TARGETS) => {
    const reading = read(target, '  - { name: rollout, kind: blueGreen }\n');
    if (!reading.ok) throw new Error(JSON.stringify(reading.findings));
    return reading.pipeline.stages.flatMap((stage) =>
      'kind' in stage && stage.kind === 'shift' ? [stage.timeout] : [],
    );
  };
  expect([times('lambdaAlias'), times('ecsService'), times('cloudFormation')]).toEqual([[60], [840], [840]]);
});

it('finds a secret that is written out as a parameter of a template', () => {
  expect(
    found(
      'cloudFormation',
      '  - { name: all, kind: shift, percent: 100, timeout: 5m }\n',
      ', parameters: { DbPassword: hunter2 }',
    ),
  ).toEqual([
    '3 NE320 the target of production has the value of DbPassword in the file: expected a reference that CloudFormation resolves',
  ]);
});
