import { describe, expect, it } from 'vitest';
import { CODES, type Code, isCode } from '../../lib/pipeline/codes.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';

const pages = Object.entries(CODES) as [Code, (typeof CODES)[Code]][];

describe.each(pages)('%s', (code, page) => {
  it('is what its wrong example gives', () => {
    expect(readPipeline(page.wrong, 'nonevent.yaml').findings.map((finding) => finding.code)).toContain(code);
  });

  it('is not what its right example gives, which is a whole and faultless pipeline', () => {
    expect(readPipeline(page.right, 'nonevent.yaml')).toMatchObject({ ok: true, findings: [] });
  });
});

it('knows its codes', () => {
  expect(isCode('NE203')).toBe(true);
  expect(isCode('NE999')).toBe(false);
  expect(isCode('constructor')).toBe(false);
});
