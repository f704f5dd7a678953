import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { type Run, runCli } from './run-cli.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-cli-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const nonevent = (...words: readonly string[]): Promise<Run> => runCli(words, { cwd: folder });
const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

const VALID = `pipeline: storefront
environments:
  production:
    target: { kind: process, start: node server.js, port: 8080 }
stages:
  - { name: unit-tests, kind: command, question: Do the unit tests pass?, run: npm test, expect: 1s }
  - { name: rollout, kind: blueGreen, smoke: { path: / } }
`;

const INVALID = `pipeline: storefront
environments:
  production:
    target: { kind: process, start: node server.js, port: 99999 }
stages:
  - { name: unit-tests, kind: comand, question: Do they pass?, run: npm test }
`;

describe('validate', () => {
  test('shows the stages that the file expands to', async () => {
    await write('nonevent.yaml', VALID);
    expect(await nonevent('validate')).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        '✔ valid  storefront  nonevent.yaml',
        '    ? check   unit-tests          command     ~1s  Do the unit tests pass?',
        '    ↶ change  acquire-production  acquire     ~1s  Is the environment free for this deployment?',
        '    ↶ change  rollout-place       place      ~10s  Does the release start and answer its health check?',
        '    ? check   rollout-smoke       http        ~2s  Does the new revision answer as expected before it gets any traffic?',
        '    ↶ change  rollout-100         shift       ~1s  Does 100 % of the traffic go to the new revision?',
        '  2 checks and 3 changes; a failure undoes the changes, newest first',
        '  ✔ proven  15 laws hold in all 28 situations and 79 steps of its machine',
        '',
      ].join('\n'),
    });
  });

  test('shows every finding with its place and exits 2', async () => {
    await write('nonevent.yaml', INVALID);
    const { code, stdout, stderr } = await nonevent('validate');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^nonevent\.yaml:4:\d+ error NE2\d\d /m);
    expect(stderr).toMatch(/^nonevent\.yaml:6:\d+ error NE203 /m);
    expect(stderr).toMatch(/did you mean command\?/);
    expect(stderr).toMatch(/^2 errors; `nonevent explain NE2\d\d` says more$/m);
  });

  test('gives findings and pipeline as JSON', async () => {
    await write('bad.yaml', INVALID);
    const { code, stdout } = await nonevent('validate', 'bad.yaml', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      valid: false,
      pipeline: null,
      findings: [
        { line: 4, severity: 'error' },
        { line: 6, severity: 'error', code: 'NE203' },
      ],
    });
  });

  test('tells tabs in the indentation once, however many lines have them', async () => {
    await write('nonevent.yaml', VALID.replaceAll('  ', '\t'));
    const { code, stderr } = await nonevent('validate');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^nonevent\.yaml:3:1 error NE103 not valid YAML: tabs are not allowed as indentation$/m,
    );
    expect(stderr).toMatch(/^1 error; /m);
  });

  test('reads a file with a byte order mark and CRLF', async () => {
    await write('nonevent.yaml', `\ufeff${VALID.replaceAll('\n', '\r\n')}`);
    expect((await nonevent('validate')).code).toBe(0);
  });

  test('finds the file upward, and -f before it', async () => {
    await write('nonevent.yaml', VALID);
    await write('other.yaml', VALID.replace('storefront', 'other'));
    await mkdir(join(folder, 'src', 'deep'), { recursive: true });
    const cwd = join(folder, 'src', 'deep');
    expect((await runCli(['validate'], { cwd })).stdout).toContain('✔ valid  storefront  ');
    expect((await runCli(['validate', '-f', '../../other.yaml'], { cwd })).stdout).toContain(
      '✔ valid  other  ',
    );
    const env = { NONEVENT_FILE: '../../other.yaml' };
    expect((await runCli(['validate'], { cwd, env })).stdout).toContain('✔ valid  other  ');
  });

  test('refuses a file that never ends', async () => {
    const { code, stderr } = await nonevent('validate', '/dev/zero');
    expect(code).toBe(2);
    expect(stderr).toContain('error NE101 the file has 262145 characters: expected at most 65536');
  });

  test('says how to write a file where there is none', async () => {
    expect(await nonevent('validate')).toEqual({
      code: 2,
      stdout: '',
      stderr: `✖ error no nonevent.yaml in ${folder} or in any folder above it\n  next  write one with \`nonevent init\`, or name it with --file\n`,
    });
  });
});

describe('deploy', () => {
  test('of an invalid file shows every finding and exits 2, before anything is asked of a system', async () => {
    await write('nonevent.yaml', INVALID);
    const { code, stdout, stderr } = await nonevent('deploy');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/error NE203 /);
    expect(stderr).toMatch(/next {2}correct it, then see what it expands to with `nonevent validate`\n$/);
  });

  test('names an invalid file once, and its first finding', async () => {
    await write('nonevent.yaml', INVALID);
    const { stderr } = await nonevent('deploy');
    expect(stderr).toMatch(/^✖ error nonevent\.yaml:4:\d+ not a valid pipeline$/m);
  });

  test('of a folder that does not exist exits 2 and takes no other pipeline', async () => {
    await write('nonevent.yaml', VALID);
    expect(await nonevent('deploy', 'nowhere')).toEqual({
      code: 2,
      stdout: '',
      stderr: `✖ error no such folder: ${folder}/nowhere\n  next  name the folder of a nonevent.yaml\n`,
    });
    const file = await nonevent('deploy', 'nonevent.yaml');
    expect(file).toMatchObject({ code: 2, stdout: '' });
    expect(file.stderr).toContain('it is a file; name it with --file');
  });

  test('of a folder without a pipeline file names the one above it, and takes none', async () => {
    await write('nonevent.yaml', VALID);
    await mkdir(join(folder, 'src'));
    expect(await nonevent('deploy', 'src')).toEqual({
      code: 2,
      stdout: '',
      stderr: `✖ error no nonevent.yaml in ${folder}/src\n  next  the nearest one is above it: \`nonevent deploy ${folder}\`\n`,
    });
  });

  test('tells the first finding of an invalid file as JSON', async () => {
    await write('nonevent.yaml', INVALID);
    const { code, stderr } = await nonevent('deploy', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'InvalidInput', line: 4 } });
  });
});

describe('prove', () => {
  test('says of every law whether it holds and at how many places, and exits 0', async () => {
    await write('nonevent.yaml', VALID);
    const { code, stdout, stderr } = await nonevent('prove');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'storefront',
      '  ✔ proven  15 laws hold in all 28 situations and 79 steps of its machine',
    ]);
    expect(lines).toContain(
      '  ✔  success means that every stage passed                                 kept at 1 place',
    );
    expect(lines).toHaveLength(17);
  });

  test('of a machine that is too large it proves nothing, and exits 2', async () => {
    const check = (number: number): string =>
      `      - { name: check-${number}, kind: command, question: Is it so?, run: 'true', expect: 1s }`;
    const checks = Array.from({ length: 14 }, (_, number) => check(number)).join('\n');
    await write('nonevent.yaml', `pipeline: wide\nstages:\n  - parallel: all\n    stages:\n${checks}\n`);
    const { code, stdout } = await nonevent('prove', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      pipeline: 'wide',
      holds: false,
      explored: false,
      laws: [{ law: 'the whole machine was explored', holds: false, checked: 0 }],
    });
    const validated = await nonevent('validate');
    expect(validated.code).toBe(0);
    expect(validated.stdout).toContain(
      '  ! not proven  its machine is large; explore it with `nonevent prove`\n',
    );
  });
});

describe('graph', () => {
  test.each([
    ['mermaid', /^stateDiagram-v2\n/],
    ['asl', /^\{\n {2}"Comment": "nonevent pipeline storefront",\n/],
    ['xstate', /^\{\n {2}"id": "deployment",\n/],
  ])('prints %s', async (format, expected) => {
    await write('nonevent.yaml', VALID);
    const { code, stdout } = await nonevent('graph', '--format', format);
    expect(code).toBe(0);
    expect(stdout).toMatch(expected);
  });

  test('refuses another format', async () => {
    expect(await nonevent('graph', '--format', 'svg')).toEqual({
      code: 2,
      stdout: '',
      stderr: '✖ error invalid --format "svg": expected mermaid, asl or xstate\n',
    });
  });
});

describe('init', () => {
  const PACKAGE = {
    name: '@acme/Web Shop',
    scripts: { start: 'node server.js', test: 'node --test', build: 'tsc' },
    dependencies: { hono: '4.0.0' },
  };

  test('without a lock file says that builds are not repeatable, and what to do once', async () => {
    await write('package.json', JSON.stringify(PACKAGE));
    expect((await nonevent('init')).code).toBe(0);
    const text = await readFile(join(folder, 'nonevent.yaml'), 'utf8');
    expect(text).toContain('  # There is no lock file, so that each build may install other versions');
    expect(text).toContain('run: npm install && npm run build');
    expect(readPipeline(text, 'nonevent.yaml')).toMatchObject({ ok: true, findings: [] });
  });

  test('writes a valid pipeline from package.json, ignores the data folder, and says what to do next', async () => {
    await write('package.json', JSON.stringify(PACKAGE));
    await write('package-lock.json', '{}');
    await write('.gitignore', 'node_modules');
    const { code, stdout, stderr } = await nonevent('init', '--port', '3000');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      '✔ wrote  nonevent.yaml for web-shop, started with node server.js, reached on port 3000\n',
    );
    expect(stdout).toContain('  nonevent deploy ');
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('node_modules\n.nonevent/\n');

    const reading = readPipeline(await readFile(join(folder, 'nonevent.yaml'), 'utf8'), 'nonevent.yaml');
    expect(reading).toMatchObject({
      ok: true,
      findings: [],
      pipeline: {
        pipeline: 'web-shop',
        environments: { production: { target: { start: 'node server.js', port: 3000 } } },
        stages: [
          { name: 'build', run: 'npm ci && npm run build', artifact: '.' },
          { name: 'tests', run: 'npm test' },
          { kind: 'acquire' },
          { kind: 'place' },
          { kind: 'http' },
          { kind: 'shift', percent: 100 },
        ],
      },
    });
  });

  test.each([
    ['{}', 'node server.js'],
    ['{"main":"lib/app.js"}', 'node lib/app.js'],
    ['{"scripts":{"start":"NODE_ENV=production next start"}}', 'npm start'],
    ['{"main":"a b; touch owned $(id) \'x.js"}', "node 'a b; touch owned $(id) '\\''x.js'"],
    ['{"main":"--eval=1"}', "node './--eval=1'"],
    ['{"name":"123","scripts":{"start":"node a.js && echo: #x"}}', 'npm start'],
  ])('of %s starts the service with %s, validly', async (text, start) => {
    await write('package.json', text);
    expect((await nonevent('init')).code).toBe(0);
    const reading = readPipeline(await readFile(join(folder, 'nonevent.yaml'), 'utf8'), 'nonevent.yaml');
    expect(reading).toMatchObject({
      ok: true,
      findings: [],
      pipeline: { environments: { production: { target: { start, port: 8080 } } } },
    });
  });

  test('does not write through a .gitignore that is a link', async () => {
    await write('elsewhere', 'mine');
    await symlink('elsewhere', join(folder, '.gitignore'));
    expect((await nonevent('init')).code).toBe(0);
    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe('mine');
  });

  test('never overwrites without --force', async () => {
    await write('nonevent.yaml', 'mine');
    const { code, stderr } = await nonevent('init');
    expect(code).toBe(2);
    expect(stderr).toContain('is there already, nothing was written');
    expect(await readFile(join(folder, 'nonevent.yaml'), 'utf8')).toBe('mine');
    expect((await nonevent('init', '--force')).code).toBe(0);
  });
});

describe('doctor', () => {
  test('says where each value came from, and every problem with its fix', async () => {
    await write('nonevent.yaml', VALID);
    const { code, stdout } = await runCli(['doctor'], { cwd: folder, env: { NONEVENT_ACTOR: 'ada' } });
    expect(code).toBe(9);
    expect(stdout).toMatch(/^ {2}file .+nonevent\.yaml {2}found here$/m);
    expect(stdout).toMatch(/^ {2}data .+\.nonevent {2,}default, beside nonevent\.yaml$/m);
    expect(stdout).toMatch(/^ {2}actor {2}ada {2,}variable NONEVENT_ACTOR$/m);
    expect(stdout).toMatch(/^ {2}✖ problem {2}local system .+\n {6}fix {2}start it with `nonevent dev`$/m);
  });

  test('tells the Node of Nonevent from the one that services and commands run under', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'node'), '#!/bin/sh\necho "20.20.2 at /opt/node20/bin/node"\n', {
      mode: 0o755,
    });
    const env = { PATH: `${bin}:${process.env.PATH}` };
    const { stdout } = await runCli(['doctor'], { cwd: folder, env });
    expect(stdout).toMatch(/^ {2}✔ ok {7}node {11}24\.\S+, which Nonevent itself runs on$/m);
    expect(stdout).toMatch(
      /^ {2}✔ ok {7}node on PATH {3}20\.20\.2 at \/opt\/node20\/bin\/node, which services and commands run under$/m,
    );
  });

  test('finds a data folder that is no folder', async () => {
    await write('file', '');
    const { code, stdout } = await nonevent('doctor', '--data', 'file', '--json');
    expect(code).toBe(9);
    const { findings } = JSON.parse(stdout) as { findings: { what: string }[] };
    expect(findings.find(({ what }) => what === 'data folder')).toMatchObject({
      state: 'problem',
      observed: `${folder}/file is no folder`,
    });
  });
});

describe('explain', () => {
  test.each([
    ['6', /^exit code 6\n {2}means {2}conflict/],
    ['ne203', /^NE203 a stage kind is unknown\n/],
    ['historycorrupt', /^HistoryCorrupt\n {2}means {2}/],
  ])('%s shows its page without any system', async (code, page) => {
    const run = await nonevent('explain', code);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(page);
  });

  test('an unknown code is wrong usage', async () => {
    expect((await nonevent('explain', 'NE999')).code).toBe(2);
  });
});
