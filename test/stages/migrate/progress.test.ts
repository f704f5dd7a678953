import { describe, expect, it } from 'vitest';
import { progressInWords, readProgress } from '../../../lib/stages/migrate/progress.ts';

function marksOf(chunks: readonly string[], secrets: readonly string[] = [], earlier?: string) {
  const marks: string[] = [];
  const reader = readProgress(secrets, earlier, (mark) => marks.push(mark));
  for (const chunk of chunks) reader.hear(Buffer.from(chunk));
  return { marks, newest: reader.mark() };
}

describe('progress', () => {
  it('is the newest mark, however the output is cut', () => {
    const { marks, newest } = marksOf([
      'begin\nnonevent:prog',
      'ress 10/40\nnonevent:progress 20/40 ord',
      'er-7é\nrest',
    ]);
    expect(marks).toEqual(['10/40', '20/40 order-7é']);
    expect(newest).toBe('20/40 order-7é');
  });

  it('is not what stands within a line, has no end yet, is empty or is too long to resume from', () => {
    const long = 'x'.repeat(301);
    const chunks = [
      'say nonevent:progress 1/2\n',
      'nonevent:progress \n',
      `nonevent:progress ${long}\n`,
      'nonevent:progress 2/2',
    ];
    expect(marksOf(chunks)).toEqual({ marks: [], newest: undefined });
  });

  it('of an earlier attempt stays the newest until there is another', () => {
    expect(marksOf(['nothing\n'], [], '10/40').newest).toBe('10/40');
    expect(marksOf(['nonevent:progress 11/40\n'], [], '10/40').newest).toBe('11/40');
  });

  it('holds no secret and no escape sequence', () => {
    expect(marksOf(['nonevent:progress 1/2 \u001b[31mhunter22\u001b[0m\r\n'], ['hunter22']).newest).toBe(
      '1/2 ***',
    );
  });

  it('is told as a share where it has one', () => {
    expect(progressInWords('1200/5000')).toBe('1200 of 5000 (24 %)');
    expect(progressInWords('1/3 order-7')).toBe('1 of 3 (33 %), at order-7');
    expect(progressInWords('0/0')).toBe('0/0');
    expect(progressInWords('order-7')).toBe('order-7');
  });
});
