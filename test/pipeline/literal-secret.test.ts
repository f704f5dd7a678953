import { describe, expect, it } from 'vitest';
import { formatFinding } from '../../lib/pipeline/finding.ts';
import { isLiteralSecret, secretFormIn } from '../../lib/pipeline/literal-secret.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';

// Put together here, so that no scanner takes this file for a leak.
const TOKENS: readonly (readonly [string, string])[] = [
  ['an AWS access key', `AKIA${'IOSFODNN7EXAMPLE'}`],
  ['a GitHub token', `ghp_${'a1'.repeat(18)}`],
  ['a GitHub token', `github_pat_${'a1'.repeat(20)}`],
  ['a GitLab token', `glpat-${'a1'.repeat(10)}`],
  ['an npm token', `npm_${'a1'.repeat(18)}`],
  ['a Slack token', `xoxb-${'12'.repeat(10)}`],
  ['a Stripe key', `sk_live_${'a1'.repeat(12)}`],
  ['an API key', `sk-proj-${'a1'.repeat(20)}`],
  ['a Google API key', `AIza${'a1'.repeat(18)}`],
  ['a JSON web token', `eyJ${'a1'.repeat(10)}.eyJ${'a1'.repeat(10)}.a1a1`],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
  ['a URL with a password', 'postgres://shop:hunter22@db.example:5432/shop'],
  ['a URL with a secret', 'https://example.com/?a=1&access_token=hunter22'],
];

describe('the form of a secret', () => {
  it.each(TOKENS)('is found: %s', (form, token) => {
    expect(secretFormIn(`curl -H "authorization: Bearer ${token}" x`)).toBe(form);
  });

  it.each([
    'postgres://shop:$DB_PASSWORD@db.example/shop',
    'https://example.com:8443/@scope/package',
    'https://example.com/?key=product-1&token=$TOKEN',
    'npm test -- --task-list',
    'a task-of-many-words-that-goes-on-and-on-and-on',
    'npm_config_loglevel=silent npm ci',
  ])('is not found in %s', (text) => {
    expect(secretFormIn(text)).toBeUndefined();
  });

  // A quadratic search would take longer than a test may.
  it.each(['://', '://a:', '?', '&token', 'eyJ', 'sk-', '-----BEGIN A ', 'xoxb-', '?token'])(
    'is looked for in linear time in 2 MB of %j',
    (part) => {
      expect(
        secretFormIn(`${part.repeat(2_000_000 / part.length)} -----BEGIN PRIVATE KEY-----`),
      ).toBeDefined();
    },
  );
});

it.each([
  ['API_TOKEN', 'hunter22', true],
  ['db_password', 'hunter22', true],
  ['USE_TOKEN', 'true', false],
  ['EMPTY_TOKEN', '', false],
  ['LOG_LEVEL', 'hunter22', false],
])('%s: %s is a secret written out: %s', (name, value, expected) => {
  expect(isLiteralSecret(name, value)).toBe(expected);
});

describe('a pipeline with a secret written out', () => {
  const target = (more: string) => `pipeline: shop
environments:
  production:
    target: { kind: process, start: npm start, port: 8080, ${more} }
stages:
  - { name: unit, kind: command, question: Does it work?, run: npm test }
  - { name: live, kind: blueGreen }
`;
  const stage = (line: string) => `pipeline: shop\nstages:\n  - ${line}\n`;

  it.each([
    ['a target', target('env: { DB_PASSWORD: hunter22 }'), '4 NE320'],
    ['the start of a target', target(`env: { URL: "https://a:hunter22@b/" }`), '4 NE320'],
    [
      'a command',
      stage('{ name: a, kind: command, question: Q?, run: x, env: { A_KEY: hunter22 } }'),
      '3 NE320',
    ],
    [
      'the text of a command',
      stage('{ name: a, kind: command, question: Q?, run: "curl https://a:hunter22@b/" }'),
      '3 NE320',
    ],
    ['a URL', stage('{ name: a, kind: http, url: "https://a:hunter22@b.example/" }'), '3 NE320'],
    [
      'a group',
      stage(
        '{ parallel: g, stages: [{ name: a, kind: command, question: Q?, run: x, env: { A_KEY: hunter22 } }, { name: b, kind: command, question: Q?, run: x }] }',
      ),
      '3 NE320',
    ],
  ])('is refused in %s, and not repeated', (_where, text, expected) => {
    const reading = readPipeline(text, 'nonevent.yaml');
    expect(reading.ok).toBe(false);
    expect(reading.findings.map(({ line, code }) => `${line} ${code}`)).toContain(expected);
    expect(reading.findings.map(formatFinding).join('\n')).not.toContain('hunter22');
  });

  it('is refused where a variable is both written out and a secret', () => {
    const { findings } = readPipeline(
      stage('{ name: a, kind: command, question: Q?, run: x, env: { LOG: "1" }, secrets: [LOG] }'),
      'nonevent.yaml',
    );
    expect(findings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'NE320 a has LOG under env and under secrets: expected one of the two',
    ]);
  });

  it.each([
    'secrets: []',
    'secrets: [A, A]',
    'secrets: ["a b"]',
    'secrets: [NONEVENT_STAGE]',
    'secrets: { A: b }',
  ])('is not mended by %s', (secrets) => {
    const { ok } = readPipeline(
      stage(`{ name: a, kind: command, question: Q?, run: x, ${secrets} }`),
      'nonevent.yaml',
    );
    expect(ok).toBe(false);
  });
});
