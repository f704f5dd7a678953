import { describe, expect, it } from 'vitest';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { runsOnServed, schemas } from '../../lib/pipeline/schemas.ts';

const HEAD = `environments:
  staging: { target: { kind: process, start: npm start, port: 8081 } }
  production: { target: { kind: process, start: npm start, port: 8080 } }
stages:
  - { name: a, kind: command, question: Is it good?, run: test }
`;

/** Code and message of what is found in these stages, with these schemas declared. */
function lint(declared: string, ...stages: readonly string[]): readonly string[] {
  const top = declared === '' ? '' : `schemas: ${declared}\n`;
  const text = `pipeline: shop\n${top}${HEAD}${stages.map((stage) => `  - { ${stage} }\n`).join('')}`;
  return readPipeline(text, 'nonevent.yaml').findings.map(({ code, message }) => `${code} ${message}`);
}

const rollout = 'name: out, kind: blueGreen, environment: production';
const migrate = (name: string, phase: string, from: number, to: number, more: string) =>
  `name: ${name}, kind: migrate, environment: production, phase: ${phase}, from: ${from}, to: ${to}, run: ./m, ${more}`;
const expand = (from: number, to: number) => migrate('grow', 'expand', from, to, 'undo: ./u');
const contract = (from: number, to: number) => migrate('shrink', 'contract', from, to, 'verify: ./v');

describe('declared schemas', () => {
  it('have one form however they are written, and parse to themselves', () => {
    const once = schemas.parse({ main: { min: 1, max: 3 }, orders: [4, 2], audit: 'none' });
    expect(once).toEqual({ main: [1, 2, 3], orders: [2, 4], audit: 'none' });
    expect(schemas.parse(once)).toEqual(once);
  });

  it.each([
    [
      '{ main: { min: 3, max: 1 } }',
      'NE205 schemas.main is {"min":3,"max":1}: expected a max from min on, and at most 20 versions',
    ],
    ['{ main: [1, 1] }', 'NE205 schemas.main is [1,1]: expected each version once'],
    [
      '{ main: some }',
      'NE205 schemas.main is "some": expected versions such as [1, 2] or { min: 1, max: 2 }, or none',
    ],
    ['{ main: 3 }', 'NE204 schemas.main is 3: expected a list, fields or text'],
    ['{ Main: [1] }', 'NE205 the name "Main" is not possible'],
  ])('%s is refused', (declared, message) => {
    expect(lint(declared, rollout)).toEqual([expect.stringContaining(message)]);
  });

  it('run where one of them is served, and nowhere where nothing is declared', () => {
    expect(runsOnServed([1, 2], [2, 3])).toBe(true);
    expect(runsOnServed([1], [2, 3])).toBe(false);
    expect(runsOnServed('none', [2])).toBe(true);
    expect(runsOnServed(undefined, [2])).toBe(false);
  });
});

describe('a migration', () => {
  it('says how it is taken back, and a contract says how it is verified', () => {
    expect(lint('', migrate('m', 'data', 1, 2, 'undo: ./u, harmless: it is not read'))).toEqual([
      'NE215 data with both undo and harmless: expected one of them',
    ]);
    expect(lint('', migrate('m', 'expand', 1, 2, 'harmless: it is not read, verify: ./v'))).toEqual([
      'NE215 verify is for a contract, and the phase is expand',
    ]);
    expect(lint('', migrate('m', 'contract', 1, 2, 'undo: ./u'))).toEqual([
      'NE215 a contract cannot be taken back: expected neither undo nor harmless',
      'NE215 a contract without verify: nobody could tell whether a failed one did harm',
    ]);
  });

  it('leads to a newer version', () => {
    expect(lint('', expand(2, 2))).toEqual(['NE205 to is 2: expected a version above 2']);
  });

  it('continues the one before it, in its environment and of its schema', () => {
    const other = migrate('other', 'data', 7, 8, 'undo: ./u, schema: orders');
    expect(lint('', expand(1, 2), other, contract(3, 4))).toEqual([
      'NE332 shrink begins at version 3 of schema main, and grow ends at 2',
    ]);
    expect(lint('', expand(1, 2), other, contract(2, 4))).toEqual([]);
  });
});

describe('a contract', () => {
  it('has nothing behind it, not even a check', () => {
    const check = 'name: look, kind: http, url: "https://example.com/"';
    expect(lint('{ main: [1, 2] }', rollout, contract(1, 2), check)).toEqual([
      'NE330 look comes after the contract shrink: expected the contract at the end',
    ]);
    expect(lint('{ main: [1, 2] }', rollout, contract(1, 2))).toEqual([]);
  });
});

describe('a release', () => {
  it('declares what is migrated where it is placed', () => {
    expect(lint('', expand(1, 2), rollout)).toEqual([
      'NE331 grow migrates schema main, and nothing says which versions of it the release runs on',
    ]);
    expect(lint('{ main: none }', expand(1, 2), rollout)).toEqual([
      'NE331 grow migrates schema main, which the release is declared not to use',
    ]);
    expect(lint('', expand(1, 2), rollout.replace('production', 'staging'))).toEqual([]);
  });

  it('runs on what it meets and on what its contract leaves', () => {
    expect(lint('{ main: [3] }', expand(1, 2), rollout)).toEqual([
      'NE333 the release runs on main 3, but where out-place comes the newest version is 2',
    ]);
    expect(lint('{ main: [2] }', rollout, expand(1, 2))).toEqual([
      'NE333 the release runs on main 2, but where out-place comes the newest version is 1',
    ]);
    expect(lint('{ main: [1] }', rollout, contract(1, 2))).toEqual([
      'NE333 the release runs on main 1, but the contract shrink leaves only version 2',
    ]);
    expect(lint('{ main: [1] }', expand(1, 2), rollout)).toEqual([]);
  });
});
