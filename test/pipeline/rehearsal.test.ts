import { expect, it } from 'vitest';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { stagesOf } from '../../lib/pipeline/steps.ts';

const LAMBDA = 'kind: lambdaAlias, function: shop, alias: live';
const URL_OF_IT = ', url: https://staging.example.com';
const ECS = `kind: ecsService, cluster: shop, service: web, container: web, repository: example.com/web${URL_OF_IT}`;
const STACK = `kind: cloudFormation, stack: shop, template: template.yaml${URL_OF_IT}`;
const PROCESS = 'kind: process, start: npm start, port: 8081';

function read(target: string, rehearsal: string) {
  const text = `pipeline: shop
environments:
  staging: { target: { ${target} } }
  production: { target: { kind: process, start: npm start, port: 8080 } }
stages:
  - { name: unit-tests, kind: command, question: Is it good?, run: npm test }
  - { name: staging, kind: blueGreen, environment: staging }
${rehearsal}
  - { name: release, kind: blueGreen, environment: production }
`;
  return readPipeline(text, 'nonevent.yaml');
}

const REHEARSED = '  - { name: rehearsed, kind: rehearsal, environment: staging, within: 2s }';

it.each([
  [PROCESS, REHEARSED, []],
  [LAMBDA + URL_OF_IT, REHEARSED, []],
  [LAMBDA, REHEARSED, ['8 NE340 rehearsed sends load to a target without url']],
  [
    STACK,
    REHEARSED,
    [
      '8 NE340 rehearsed takes a CloudFormation stack back and forward again, whose change sets are carried out only once',
    ],
  ],
  [
    ECS,
    REHEARSED.replace('2s', '4m'),
    [
      '8 NE341 rehearsed may take 16.566666666666666 minutes on a target of kind ecsService: expected at most 14',
    ],
  ],
  [
    PROCESS,
    `  - parallel: both
    stages:
      - { name: syntax, kind: command, question: Is it good?, run: 'true' }
      - { name: rehearsed, kind: rehearsal, environment: staging, within: 2s }`,
    ['11 NE350 rehearsed moves the traffic of staging: expected nothing beside it'],
  ],
  [
    PROCESS,
    REHEARSED.replace('environment: staging', 'environment: production'),
    [
      '8 NE350 rehearsed has nothing to take back in production: expected a shift before it',
      '8 NE351 rehearsed moves the traffic of production, the last environment of this pipeline',
    ],
  ],
])('on %s', (target, rehearsal, expected) => {
  const { findings } = read(target, rehearsal);
  expect(findings.map(({ line, code, message }) => `${line} ${code} ${message}`)).toEqual(expected);
});

it('takes three sides under load, and waits for slow ways back', () => {
  const reading = read(PROCESS, REHEARSED.replace('2s', '20s, for: 10s'));
  const [stage] = reading.ok ? stagesOf(reading.pipeline).filter(({ kind }) => kind === 'rehearsal') : [];
  expect(stage).toMatchObject({ expect: 31, timeout: 141, ratio: 1, firstDeployment: 'inconclusive' });
});
