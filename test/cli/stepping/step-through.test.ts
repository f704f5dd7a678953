import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const TERMINAL = fileURLToPath(new URL('in_a_terminal.py', import.meta.url));
const PROCESS = fileURLToPath(new URL('step-process.ts', import.meta.url));

type Step = readonly [waitFor: string, type: string | { readonly signal: number }];

/** What a real terminal saw of stepping through the sample history. */
async function typed(steps: readonly Step[], ...words: readonly string[]) {
  const run = promisify(execFile);
  const { stdout } = await run('python3', [
    TERMINAL,
    JSON.stringify(steps),
    process.execPath,
    PROCESS,
    ...words,
  ]);
  return JSON.parse(stdout) as { code: number; screen: string; restored: boolean };
}

const LEFT = '\u001b[?25h\u001b[?1049l';

describe.concurrent('stepping in a terminal', () => {
  it('goes on and back with keys, and q gives the terminal back', async () => {
    const { code, screen, restored } = await typed([
      ['commit 1 of 14', 'j'],
      ['commit 2 of 14', '\u001b[C'],
      ['commit 3 of 14', '\u001b[D'],
      ['commit 2 of 14', '\u001b[F'],
      ['commit 14 of 14', '\u001b[H'],
      ['commit 1 of 14', 'q'],
    ]);
    expect({ code, restored }).toEqual({ code: 0, restored: true });
    expect(screen.endsWith(LEFT)).toBe(true);
  });

  it.each([
    ['Ctrl-C', '\u0003', 130],
    ['SIGTERM', { signal: 15 }, 143],
  ] as const)('is ended by %s, which gives the terminal back', async (_, act, expected) => {
    const { code, screen, restored } = await typed([['commit 1 of 14', act]]);
    expect({ code, restored }).toEqual({ code: expected, restored: true });
    expect(screen.endsWith(LEFT)).toBe(true);
  });

  it('gives the terminal back where the history breaks off, and then says so', async () => {
    const steps: readonly Step[] = [
      ['commit 1 of 14', 'j'],
      ['commit 2 of 14', 'j'],
    ];
    const { code, screen, restored } = await typed(steps, 'broken');
    expect({ code, restored }).toEqual({ code: 1, restored: true });
    expect(screen).toContain(`${LEFT}threw commit 3 records acquire-production.passed in state unit-tests`);
  });
});
