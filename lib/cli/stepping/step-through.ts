import { emitKeypressEvents } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { Commit } from '../../history/event-store.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { takeInterruption } from '../interruption.ts';
import type { Output } from '../output/output.ts';
import { type Key, step, type Wish, wishOf } from './stepping.ts';
import { steppingLines } from './stepping-lines.ts';

/** The other screen, so that what was on the terminal is there again afterwards; without a cursor and without wrapping. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const TO_TOP = '\u001b[H';
const CLEAR_LINE = '\u001b[2K';
const CLEAR_BELOW = '\u001b[J';

/**
 * Steps through a history with keys until somebody ends it. The terminal is given back as it was: on q, on Ctrl-C, on
 * SIGTERM and SIGHUP, and where anything throws.
 */
export async function stepThrough(
  commits: readonly Commit[],
  index: number,
  terminal: { readonly input: ReadStream; readonly output: Output },
): Promise<ExitCode> {
  const { input, output } = terminal;
  const interruption = takeInterruption();
  const wasRaw = input.isRaw;
  const leave = (): void => {
    input.setRawMode(wasRaw);
    output.raw(LEAVE);
  };
  let stepping = { commits, index };
  const draw = (): void => {
    const window = { columns: output.columns('note'), rows: output.rows(), style: output.noteStyle };
    const lines = steppingLines(stepping, window);
    output.raw(`${TO_TOP}${lines.map((line) => `${CLEAR_LINE}${line}`).join('\r\n')}${CLEAR_BELOW}`);
  };
  // Where something ends the process past the `finally`, the terminal must not stay as it is.
  process.once('exit', leave);
  try {
    input.setRawMode(true);
    output.raw(ENTER);
    draw();
    const end = await untilEnded(input, interruption.first, {
      wished: (wish) => {
        stepping = step(stepping, wish);
        draw();
      },
      resized: draw,
    });
    return end === 'signal' ? interruption.exitCode() : end === 'interrupt' ? EXIT.interrupted : EXIT.done;
  } finally {
    process.off('exit', leave);
    leave();
    interruption.release();
  }
}

/** Listens until a wish or a signal ends it. A wish that cannot be fulfilled rejects. */
function untilEnded(
  input: ReadStream,
  signal: AbortSignal,
  tell: { readonly wished: (wish: Wish) => void; readonly resized: () => void },
): Promise<'quit' | 'interrupt' | 'signal'> {
  emitKeypressEvents(input);
  return new Promise((resolve, reject) => {
    const attempt = (act: () => void): void => {
      try {
        act();
      } catch (thrown) {
        ended(() => reject(thrown));
      }
    };
    const onKey = (_: string | undefined, key: Key): void => {
      const wish = wishOf(key);
      if (wish === 'quit' || wish === 'interrupt') ended(() => resolve(wish));
      else if (wish !== undefined) attempt(() => tell.wished(wish));
    };
    const onSignal = (): void => ended(() => resolve('signal'));
    const onEnd = (): void => ended(() => resolve('quit'));
    const onResize = (): void => attempt(tell.resized);
    const ended = (settle: () => void): void => {
      input.off('keypress', onKey).off('end', onEnd).pause();
      process.stderr.off('resize', onResize);
      signal.removeEventListener('abort', onSignal);
      settle();
    };
    input.on('keypress', onKey).on('end', onEnd).resume();
    process.stderr.on('resize', onResize);
    signal.addEventListener('abort', onSignal, { once: true });
    if (signal.aborted) onSignal();
  });
}
