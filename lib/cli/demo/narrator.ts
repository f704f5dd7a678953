import type { Output } from '../output/output.ts';
import { shorten } from '../output/width.ts';

const CLEAR_LINE = '\r\u001b[2K';

/** Tells what happens, to stderr: lines that stay, and at a terminal one line below them that is redrawn. */
export type Narrator = {
  readonly say: (lines: readonly string[]) => void;
  /** What goes on right now. Shown only where it can be redrawn. */
  readonly now: (line: string) => void;
  /** Takes the redrawn line away. */
  readonly end: () => void;
};

export function createNarrator(output: Output): Narrator {
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn) output.raw(CLEAR_LINE);
    isDrawn = false;
  };
  return {
    say: (lines) => {
      if (lines.length === 0) return;
      clear();
      output.note(lines);
    },
    now: (line) => {
      if (!output.isInteractive) return;
      output.raw(`${CLEAR_LINE}${output.noteStyle.dim(shorten(line, output.columns() - 1))}`);
      isDrawn = true;
    },
    end: clear,
  };
}
