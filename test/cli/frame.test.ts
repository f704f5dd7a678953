import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFINITIONS } from '../../lib/cli/definitions.ts';
import { BIN, runCli } from './run-cli.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-cli-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('help', () => {
  test.each(['--help', '-h', 'help', ''])('is printed for "%s", to stdout, with exit 0', async (word) => {
    const run = await runCli(word === '' ? [] : [word]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^Examples:\n {2}\$ nonevent init\n/);
  });

  test('begins with two examples and stays under 80 columns for every command', async () => {
    const runs = await Promise.all(DEFINITIONS.map(({ name }) => runCli(['help', ...name.split(' ')])));
    for (const { code, stdout } of runs) {
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Examples:\n {2}\$ .+\n {6}.+\n {2}\$ .+\n {6}.+\n\nUsage: nonevent /);
      expect(stdout.split('\n').filter((line) => line.length >= 80)).toEqual([]);
    }
  });

  test('exit-codes lists every exit code', async () => {
    const { stdout } = await runCli(['help', 'exit-codes']);
    const codes = [...stdout.matchAll(/^ *(\d+) {2}/gm)].map((match) => Number(match[1]));
    expect(codes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130, 143]);
  });

  test.each(['--version', 'version'])('%s prints the version', async (word) => {
    expect(await runCli([word])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });
});

describe('wrong usage', () => {
  test('a mistyped command gets a suggestion, is not run, and exits 2', async () => {
    expect(await runCli(['stauts'])).toEqual({
      code: 2,
      stdout: '',
      stderr: "✖ error unknown command 'stauts'\n  next  did you mean status?\n",
    });
  });

  test('a mistyped option gets a suggestion', async () => {
    const run = await runCli(['deploy', '--detahc']);
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: "✖ error unknown option '--detahc'\n  next  did you mean --detach?\n",
    });
  });

  test('is told as JSON where JSON was asked for', async () => {
    const run = await runCli(['deploy', '--detahc', '-o', 'json']);
    expect(run.code).toBe(2);
    expect(JSON.parse(run.stderr)).toEqual({
      error: { code: 'InvalidInput', message: "unknown option '--detahc'", hint: 'did you mean --detach?' },
    });
  });

  test.each([
    ['export', '--all', 'audit export --all -O evidence.jsonl'],
    ['report', '--json', 'audit report -O report.html'],
  ])('audit %s without a file to write to says which option gives it', async (command, more, example) => {
    const { code, stderr } = await runCli(['audit', command, more]);
    expect(code).toBe(2);
    expect(stderr).toContain("required option '-O, --to <file>' not specified");
    expect(stderr).toContain(`add it, as in \`nonevent ${example}\``);
  });

  test('an invalid value names the option, the value and what was expected', async () => {
    const run = await runCli(['init', '--port', 'eighty'], { cwd: folder });
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: '✖ error invalid --port "eighty": expected a port from 1 to 65535\n',
    });
  });

  test.each([
    [['stop'], "missing required argument 'id'", 'stop'],
    [
      ['audit', 'verify', '-o', 'yaml'],
      "option '-o, --output <format>' argument 'yaml' is invalid",
      'audit verify',
    ],
  ] as const)('%j points to the help of that command', async (words, message, named) => {
    const run = await runCli(words);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain(`  next  see \`nonevent help ${named}\`\n`);
  });

  test('--timeout takes a bare number as seconds, as a file does, and refuses what is no time', async () => {
    await writeFile(join(folder, 'nonevent.yaml'), '');
    expect((await runCli(['status', '--timeout', '5'], { cwd: folder })).code).toBe(9);
    const wrong = await runCli(['status', '--timeout', 'soon'], { cwd: folder });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('expected a positive time up to 24h');
  });

  test('a form that a command does not have is refused', async () => {
    const run = await runCli(['doctor', '-o', 'jsonl']);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('nonevent doctor does not answer in jsonl: expected text or json');
  });
});

describe('no local system', () => {
  beforeAll(() => writeFile(join(folder, 'nonevent.yaml'), ''));

  test('where no pipeline file says which is meant, that is said, with exit 2', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await rm(join(folder, 'nonevent.yaml'));
    expect(await runCli(['status'], { cwd: empty })).toEqual({
      code: 2,
      stdout: '',
      stderr: `✖ error no nonevent.yaml in ${empty} or in any folder above it, so nothing says which system is meant\n  next  go to the folder of your pipeline, or name the folder of the system with --data\n`,
    });
    await writeFile(join(folder, 'nonevent.yaml'), '');
  });

  test.each([
    ['status'],
    ['history', 'latest'],
    ['replay', 'latest'],
    ['explain', 'latest'],
    ['stop', 'latest', '--yes'],
    ['audit', 'verify'],
  ])('%s exits 9 and says how to start one', async (...words) => {
    const run = await runCli(words, { cwd: folder });
    expect(run).toEqual({
      code: 9,
      stdout: '',
      stderr: `✖ error no local system runs on ${folder}/.nonevent\n  next  start it with \`nonevent dev\`\n`,
    });
  });

  test('is told as JSON', async () => {
    const run = await runCli(['status', '--json'], { cwd: folder });
    expect(JSON.parse(run.stderr)).toEqual({
      error: {
        code: 'Unreachable',
        message: `no local system runs on ${folder}/.nonevent`,
        hint: 'start it with `nonevent dev`',
      },
    });
  });

  test('the data folder comes from the flag before the variable', async () => {
    const env = { NONEVENT_DATA: '/from-variable' };
    expect((await runCli(['status'], { cwd: folder, env })).stderr).toContain('runs on /from-variable\n');
    const run = await runCli(['status', '--data', '/from-flag'], { cwd: folder, env });
    expect(run.stderr).toContain('runs on /from-flag\n');
  });
});

describe('streams', () => {
  test('a reader that goes away is no error', async () => {
    const child = spawn(process.execPath, [BIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, 'close');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('there is no colour off a terminal, and NO_COLOR wins over FORCE_COLOR', async () => {
    expect((await runCli(['stauts'])).stderr).not.toContain('\u001b');
    expect((await runCli(['stauts'], { env: { FORCE_COLOR: '1' } })).stderr).toContain('\u001b[31m');
    const both = await runCli(['stauts'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    expect(both.stderr).not.toContain('\u001b');
  });

  test('--color decides over the environment', async () => {
    expect((await runCli(['stauts', '--color=always'], { env: { NO_COLOR: '1' } })).stderr).toContain(
      '\u001b[31m',
    );
    const never = await runCli(['stauts', '--color', 'never'], { env: { FORCE_COLOR: '1' } });
    expect(never.stderr).not.toContain('\u001b');
  });
});

describe('the start of bin/nonevent', () => {
  test('works through a symbolic link and from any folder', async () => {
    const link = join(folder, 'linked');
    await symlink(BIN, link);
    expect(await runCli(['--version'], { cwd: '/', bin: link })).toMatchObject({
      code: 0,
      stdout: '0.1.0\n',
    });
  });

  test('an old Node without a Node of the project is told what to do, with exit 9', async () => {
    const project = join(folder, 'elsewhere');
    await mkdir(join(project, 'bin'), { recursive: true });
    await copyFile(BIN, join(project, 'bin', 'nonevent'));
    await copyFile(join(BIN, '..', 'package.json'), join(project, 'bin', 'package.json'));
    const old = join(project, 'old.cjs');
    await writeFile(old, "Object.defineProperty(process.versions, 'node', { value: '20.20.2' });\n");
    const run = await runCli(['--version'], {
      bin: join(project, 'bin', 'nonevent'),
      env: { NODE_OPTIONS: `--require ${old}` },
    });
    expect(run).toEqual({
      code: 9,
      stdout: '',
      stderr:
        `error: nonevent needs Node 24 or later, this is Node 20.20.2, and its own Node was not found at ${project}/node_modules/.bin/node\n` +
        `  next: run "npm ci" in ${project}, which brings Node 24, or install Node 24\n`,
    });
  });
});
